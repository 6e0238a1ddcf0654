"""Figures of dynamics: what is drawn of spectra, softness, hops and escapes is what the tables say."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from drawn import bars, check, levels, lines, note, one, uprights, words
from synthetic_tables import settings_of
from test_figures import caption
from vitrine.figures.data import nearest_value
from vitrine.observables import declarations
from vitrine.observables.hopping.group_motion import plot_group_motion
from vitrine.observables.isoconfigurational.escape_probability import plot_escape_probability
from vitrine.observables.softness.softness import plot_softness
from vitrine.observables.velocity_spectrum.velocity_spectra import plot_velocity_spectra

T_G, LADDER = 0.32, (0.29, 0.26, 0.11)
STUDY = SimpleNamespace(particles=500, temperatures=LADDER)
NAMES = ("velocity_spectrum", "softness", "hopping", "isoconfigurational")
OPTIONS = {name: declarations()[name].defaults for name in NAMES}
SETTINGS = settings_of(STUDY, temperature_unit=T_G, temperature_name="T_g", published=("kob_andersen",), options=OPTIONS)
LOW, WHOLE = np.array([0.1, 0.2, 0.4]), np.array([0.25, 0.5, 1.0, 10.0, 20.0])


def keyed(make, values=LADDER, particles=500):
    """Frames made at each temperature, with the key in front."""
    return pd.concat([make(T).assign(particles=particles, parent_temperature=T) for T in values], ignore_index=True)


def quantities(**of):
    """Quantities, each at T its number times T, with an error of a tenth."""

    def rows(T):
        found = [
            {"quantity": name, "value": n * T, "error": abs(n) * T / 10, "unit": "1", "samples": 4, "flagged": 0, "flag": ""}
            for name, n in of.items()
        ]
        return pd.DataFrame(found)

    return keyed(rows)


def series_of(ax, label, number):
    """A panel has number times T against T/T_g."""
    temperatures = np.array(sorted(LADDER))
    check(one(bars(ax, label)), temperatures / T_G, number * temperatures, abs(number) * temperatures / 10)


# --- spectra ------------------------------------------------------------------------------------------------------------------------------------


def spectra(T):
    frames = []
    for band, places in (("low", LOW), ("whole", WHOLE)):
        values = T * places / (1 + places**2)
        columns = {"spectrum": values, "spectrum_rectangle": 2 * values if band == "low" else np.nan, "harmonic": 3 * values}
        errors = {f"{name}_error": 0.1 * values for name in columns}
        frames.append(pd.DataFrame({"band": band, "species": -1, "omega": places, **columns, **errors}))
    return pd.concat(frames)


MOMENTS = {"second_moment": 1000.0, "spectrum_distance": 2.0, "spectrum_shift": -1.0, "negative_share": 0.1, "phonon_transverse": 30.0} | {
    "phonon_longitudinal": 70.0
}


def test_spectra_are_low_bins_and_then_segments_over_their_maximum():
    larger = keyed(spectra, particles=4000)
    figure = plot_velocity_spectra(pd.concat([keyed(spectra), larger]), quantities(**MOMENTS), SETTINGS)
    sizes, values, distance, negative = figure.axes[:4]
    omega = np.concatenate([LOW, WHOLE[WHOLE > 0.4]])
    scaled = omega / (1 + omega**2) / np.max(WHOLE / (1 + WHOLE**2))
    for ax, gid in ((sizes, "md-500"), (sizes, "md-4000"), *((values, f"md-{T}") for T in LADDER)):
        line = one(lines(ax, gid=gid))
        np.testing.assert_allclose(line.get_xdata(), omega, rtol=1e-12)
        np.testing.assert_allclose(line.get_ydata(), scaled, rtol=1e-12)
    rectangle = one(lines(sizes, gid="rectangle-500"))
    np.testing.assert_allclose(rectangle.get_ydata(), 2 * (LOW / (1 + LOW**2)) / np.max(WHOLE / (1 + WHOLE**2)), rtol=1e-12)
    dm = one(lines(values, gid="dm"))
    np.testing.assert_allclose(dm.get_xdata(), WHOLE, rtol=1e-12)
    np.testing.assert_allclose(dm.get_ydata(), WHOLE / (1 + WHOLE**2) / np.max(WHOLE / (1 + WHOLE**2)), rtol=1e-12)
    for name in ("phonon_transverse", "phonon_longitudinal"):
        assert one(lines(sizes, gid=name)).get_xdata()[0] == pytest.approx(0.11 * MOMENTS[name])
    series_of(distance, "distance", 2.0)
    series_of(distance, "shift of the mean", -1.0)
    found = one(bars(negative, "negative"))
    np.testing.assert_allclose(found.y, 0.1 * np.array(sorted(LADDER)), rtol=1e-12)
    assert "4 samples" in note(figure)


def test_published_temperatures_are_taken_in_units_of_t_g():
    """0.11 and 0.26 of T_g = 0.32 are 300 and 600 K of a metal of 750 K; another unit of temperature is no T_g."""
    frame = pd.DataFrame({"parent_temperature": [0.001, 0.11, 0.26, 0.29]})
    assert [nearest_value(frame, SETTINGS, T) for T in (0.11, 0.26)] == [0.11, 0.26]
    metal = replace(SETTINGS, temperature_unit=0.065)
    assert [nearest_value(pd.DataFrame({"parent_temperature": [0.0517, 0.0259]}), metal, T) for T in (0.11, 0.26)] == [0.0259, 0.0517]
    assert nearest_value(frame, replace(SETTINGS, temperature_unit=0.9, temperature_name="T_onset"), 0.26) == 0.26


def test_without_spectra_the_panels_say_so():
    empty = keyed(spectra).iloc[:0]
    figure = plot_velocity_spectra(empty, quantities(**dict.fromkeys(MOMENTS, np.nan)), SETTINGS)
    said = words(figure)
    assert "no spectrum was measured" in said and "no harmonic spectrum" in said and "no instantaneous configuration" in said


# --- softness -----------------------------------------------------------------------------------------------------------------------------------


def particles(T):
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"sample": np.repeat([0, 1], 30), "particle": np.tile(np.arange(30), 2), "species": np.arange(60) % 2})
    places = {axis: rng.uniform(0, 6, 60) for axis in "xyz"}
    return frame.assign(**places, softness=rng.exponential(1, 60), peak=rng.uniform(0.5, 1.5, 60), flag=np.repeat(["blew up", ""], 30))


def extremes(T):
    parts = [
        pd.DataFrame({"sample": sample, "role": role, "band": band, "omega": omega, "spectrum": T * factor / omega, "flag": ""})
        for sample in (0, 1)
        for role, factor in (("softest", 3.0), ("hardest", 1.0))
        for band, omega in (("low", LOW), ("whole", WHOLE))
    ]
    return pd.concat(parts)


def cutoffs(T):
    rows = [(cutoff, species, T * cutoff + 0.1 * species) for cutoff in (0.3, 0.6) for species in (-1, 0, 1)]
    frame = pd.DataFrame(rows, columns=["cutoff", "species", "correlation"])
    return frame.assign(correlation_error=0.01, reliability=0.5, reliability_ldwf=0.4, main=frame["cutoff"] == 0.6)


def space(T):
    parts = [pd.DataFrame({"kind": kind, "distance": [0.9, 1.1, 2.0], "correlation": [T, 0.1, -0.1]}) for kind in ("softness", "peak", "ldwf")]
    return pd.concat(parts).assign(correlation_error=0.02)


def softness_figure():
    numbers = quantities(softness_correlation=1.0, moran_softness=0.5, moran_peak=0.1, moran_ldwf=0.4)
    return plot_softness(keyed(particles), keyed(extremes), keyed(cutoffs), keyed(space), numbers, SETTINGS)


def test_softness_shows_one_good_sample_near_the_published_temperature():
    figure = softness_figure()
    spectra_ax, cutoff_ax, soft, peak, correlation, moran = figure.axes[:6]
    omega = np.concatenate([LOW, WHOLE[WHOLE > 0.4]])
    for role, factor in (("softest", 3.0), ("hardest", 1.0)):
        line = one(lines(spectra_ax, gid=role))
        np.testing.assert_allclose([line.get_xdata(), line.get_ydata()], [omega, 0.26 * factor / omega], rtol=1e-12)
    shown = particles(0.26)
    shown = shown[(shown["sample"] == 1) & (shown["z"] < 2.0)]
    for ax, name in ((soft, "softness"), (peak, "peak")):
        (drawn,) = ax.collections
        np.testing.assert_allclose(drawn.get_offsets(), shown[["x", "y"]], rtol=1e-12)
        np.testing.assert_allclose(drawn.get_array(), shown[name], rtol=1e-12)
    for species, name in ((-1, "all"), (0, "A"), (1, "B")):
        rows = cutoffs(0.11)[cutoffs(0.11)["species"] == species]
        check(one(bars(cutoff_ax, f"r(S, LDWF), {name}")), rows["cutoff"], rows["correlation"], rows["correlation_error"])
    for gid, height in (("reliability", 0.5), ("reliability-ldwf", 0.4)):
        line = one(lines(cutoff_ax, gid=gid))
        np.testing.assert_allclose([line.get_xdata(), line.get_ydata()], [[0.3, 0.6], [height] * 2], rtol=1e-12)
    for name in ("soft", "peak", "LDWF"):
        check(one(bars(correlation, name)), [0.9, 1.1, 2.0], [0.26, 0.1, -0.1], [0.02] * 3)
    for name, number in (("soft", 0.5), ("peak", 0.1), ("LDWF", 0.4)):
        series_of(moran, name, number)


# --- hops ---------------------------------------------------------------------------------------------------------------------------------------


def grouped(T, columns):
    parts = [
        pd.DataFrame(
            {"group": group, "share": share, **{name: values * factor for name, values in columns.items() if name not in ("lag", "omega")}}
        ).assign(**{name: columns[name] for name in ("lag", "omega") if name in columns})
        for group, share, factor in (
            ("softest", 0.005, 3.0),
            ("softest", 0.02, 9.0),
            ("diffusive", 0.005, 2.0),
            ("peak", 0.005, 0.5),
            ("all", 1.0, 1.0),
        )
    ]
    return pd.concat(parts)


def motion(T):
    return grouped(T, {"lag": np.array([1.0, 10.0]), "second": T * np.array([0.1, 0.2]), "second_error": np.array([0.01, 0.01])})


def group_spectra(T):
    low = grouped(T, {"omega": LOW, "spectrum": T * LOW, "spectrum_error": LOW}).assign(band="low")
    return pd.concat([low, grouped(T, {"omega": WHOLE, "spectrum": T * WHOLE, "spectrum_error": WHOLE}).assign(band="whole")])


def hop_series(T):
    times = np.array([0.0, 5.0, 10.0])
    parts = [
        pd.DataFrame({"sample": sample, "role": role, "time": times, "displacement": 0.2 * times, "inherent_displacement": 0.1 * times, "energy": -T})
        for sample in (0, 1)
        for role in ("softest", "diffusive")
    ]
    return pd.concat(parts).assign(flag="")


def hopping_particles(T):
    return particles(T).assign(hop_square=lambda frame: np.where(frame["particle"] == 3, 0.0, T * frame["softness"]), flag="")


def test_motion_of_the_smallest_groups_and_hops_of_single_particles():
    numbers = quantities(hop_energy_softest=3.0, hop_energy_diffusive=2.0, hop_energy_all=1.0, hop_square_softest=1.0)
    tables = (keyed(motion), keyed(group_spectra), keyed(hop_series), keyed(hopping_particles), numbers)
    figure = plot_group_motion(*tables, SETTINGS)
    moved, spectrum, displacement, energy, scatter, hops = figure.axes[:6]
    for group, factor in (("softest", 3.0), ("diffusive", 2.0), ("peak", 0.5), ("all", 1.0)):
        check(one(bars(moved, group)), [1.0, 10.0], 0.26 * factor * np.array([0.1, 0.2]), factor * np.array([0.01, 0.01]), log=True)
        line = one(lines(spectrum, gid=group))
        omega = np.concatenate([LOW, WHOLE[WHOLE > 0.4]])
        np.testing.assert_allclose([line.get_xdata(), line.get_ydata()], [omega, 0.26 * factor * omega], rtol=1e-12)
    for role in ("softest", "diffusive"):
        np.testing.assert_allclose(one(lines(displacement, gid=f"run-{role}")).get_ydata(), np.array([0.0, 1.0, 2.0]) / 0.9, rtol=1e-12)
        np.testing.assert_allclose(one(lines(displacement, gid=f"inherent-{role}")).get_ydata(), np.array([0.0, 0.5, 1.0]) / 0.9, rtol=1e-12)
        np.testing.assert_allclose(one(lines(energy, gid=f"energy-{role}")).get_ydata(), [-0.26] * 3, rtol=1e-12)
    assert levels(moved) == [pytest.approx(0.9**2)]
    hopped = hopping_particles(0.26)
    hopped = hopped[hopped["hop_square"] > 0]
    for species, name in enumerate("AB"):
        line = one(lines(scatter, gid=f"particles-{name}"))
        own = hopped.loc[hopped["species"] == species, ["softness", "hop_square"]]
        np.testing.assert_allclose(np.c_[line.get_xdata(), line.get_ydata()], own, rtol=1e-12)
    for group, number in (("softest", 3.0), ("diffusive", 2.0), ("all", 1.0)):
        found = one(bars(hops, group))
        np.testing.assert_allclose(found.y, number * np.array(sorted(LADDER)), rtol=1e-12)


# --- escapes ------------------------------------------------------------------------------------------------------------------------------------


def escapes(T):
    frame = pd.DataFrame({"softness_low": [0.0, 1.0, 16.0, 64.0], "softness_high": [0.25, 2.0, 32.0, 128.0]})
    frame = frame.assign(probability=[T, 2 * T, 0.5 * T, 0.0])
    return frame.assign(probability_error=[np.nan, 0.02, 0.001, 0.0], binomial_error=[0.01, 0.01, 0.01, 0.1])


def test_escapes_in_bins_with_the_larger_error():
    numbers = quantities(escape_all=0.5, escape_softest=0.7)
    runs = keyed(lambda T: particles(T).assign(runs=10, escapes=np.arange(60) % 11, flag=""))
    figure = plot_escape_probability(runs, keyed(escapes), numbers, SETTINGS)
    near, every, against = figure.axes[:3]
    middle, error = [0.125, np.sqrt(2.0), np.sqrt(512.0), np.sqrt(8192.0)], [0.01, 0.02, 0.01, 0.1]
    np.testing.assert_allclose(one(bars(near, "in bins")).y, [0.26, 0.52, 0.13, 0.0], rtol=1e-12)
    for T, found in zip(sorted(LADDER), bars(every), strict=True):
        np.testing.assert_allclose([found.x, found.y, found.up], [middle, [T, 2 * T, 0.5 * T, 0.0], error], rtol=1e-6)
        np.testing.assert_allclose(found.down, [*error[:3], 0.0], rtol=1e-6, atol=1e-12)  # no probability is below zero
    line = one(lines(near, gid="particles"))
    np.testing.assert_allclose([line.get_xdata(), line.get_ydata()], [particles(0.26)["softness"], (np.arange(60) % 11) / 10], rtol=1e-12)
    assert uprights(near) == [20.0]
    series_of(against, "all", 0.5)
    series_of(against, "softest 2 %", 0.7)
    other = settings_of(STUDY, temperature_unit=T_G, temperature_name="T_g", published=(), options=OPTIONS)
    assert uprights(plot_escape_probability(runs, keyed(escapes), numbers, other).axes[0]) == []


@pytest.mark.parametrize("name", ["velocity_spectra", "softness", "group_motion", "escape_probability"])
def test_captions_name_the_settings(name):
    assert "Fan et al. 2022" in caption(name)
