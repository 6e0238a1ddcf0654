"""Figures of the decay of responses and of the lengths from it: what is drawn is what the tables say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from drawn import bars, check, guides, legend_words, levels, lines, note, one, words
from matplotlib.colors import to_hex
from synthetic_tables import ONSET, Study, settings_of
from vitrine.figures.style import value_colours
from vitrine.observables import declarations
from vitrine.observables.crossover_lengths.collapse import plot_collapse
from vitrine.observables.crossover_lengths.lengths_compared import plot_lengths_compared
from vitrine.observables.response_decay.decay import plot_decay

LADDER = (1.3, 0.7, 0.5)
COLOURS = {temperature: to_hex(colour) for temperature, colour in value_colours(LADDER).items()}
LOW, HIGH = np.geomspace(1, 8, 13)[:-1], np.geomspace(1, 8, 13)[1:]
LARGE = 4096


@pytest.fixture(scope="module")
def study() -> Study:
    return Study(LADDER)


def shown(study: Study, **more):
    options = {name: declarations()[name].defaults for name in ("response_decay", "crossover_lengths")}
    return settings_of(study, options=options, **more)


def keyed(frames: list[tuple[int, float, pd.DataFrame]]) -> pd.DataFrame:
    return pd.concat([frame.assign(particles=size, parent_temperature=T) for size, T, frame in frames], ignore_index=True)


def points_of(study: Study) -> list[tuple[int, float]]:
    """The main series, and one larger glass at the hottest."""
    return [*((study.particles, T) for T in LADDER), (LARGE, 1.3)]


@pytest.fixture(scope="module")
def curves(study) -> pd.DataFrame:
    frames = []
    for size, T in points_of(study):
        for kind, power in (("pinch", -4.0), ("quartic", -5.0)):
            r = np.sqrt(LOW * HIGH)
            numbers = {
                "projection": T * r**power,
                "projection_exponent": power + 0.1 * r / T,
                "amplitude": r**-1.5 / T,
                "amplitude_exponent": -1.5 + 0.01 * r,
            }
            frame = pd.DataFrame({"kind": kind, "distance_low": LOW, "distance_high": HIGH, "fields": 9, **numbers})
            frame = frame.assign(**{f"{name}_error": 0.1 * np.abs(values) for name, values in numbers.items()})
            frame = frame.assign(projection_continuum=-6 + 0.02 * r * size / LARGE, amplitude_continuum=-2 - 0.01 * r)
            frame.loc[[0, 11], ["projection_exponent", "amplitude_exponent", "projection_continuum", "amplitude_continuum"]] = np.nan
            frames.append((size, T, frame))
    return keyed(frames)


def quantities(study: Study, flag: str = "", **values) -> pd.DataFrame:
    """Quantities at every point: a number over T_p each, or a function of N and T_p."""
    rows = []
    for size, T in points_of(study):
        for name, value in values.items():
            row = {"quantity": name, "value": value * T, "error": 0.05 * value, "unit": "1", "samples": 7, "flagged": 0, "flag": flag}
            rows.append((size, T, pd.DataFrame([row])))
    return keyed(rows)


# --- decay --------------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def decay(study, curves):
    return plot_decay(curves, quantities(study, pinch_exponent=-4, quartic_exponent=-5), shown(study))


def of_colour(ax, temperature, dashed=False):
    """Points of one T_p in a panel, of the main size or of the larger one."""
    found = [points for points in bars(ax) if points.colour == COLOURS[temperature]]
    return found[1] if dashed else found[0]


@pytest.mark.parametrize(("panel", "kind", "column"), [(0, "pinch", "projection"), (1, "quartic", "projection"), (2, "quartic", "amplitude")])
@pytest.mark.parametrize(("size", "temperature"), [(256, 1.3), (256, 0.7), (256, 0.5), (LARGE, 1.3)])
def test_curves_and_exponents_are_those_of_the_table(decay, curves, panel, kind, column, size, temperature):
    rows = curves[(curves["particles"] == size) & (curves["parent_temperature"] == temperature) & (curves["kind"] == kind)]
    x = np.sqrt(rows["distance_low"] * rows["distance_high"])
    check(of_colour(decay.axes[panel], temperature, size == LARGE), x, rows[column], rows[f"{column}_error"], log=True)
    inner = rows[f"{column}_exponent"].notna()
    exponent = rows.loc[inner, f"{column}_exponent"]
    check(of_colour(decay.axes[3 + panel], temperature, size == LARGE), x[inner], exponent, rows.loc[inner, f"{column}_exponent_error"])


def test_the_laws_of_a_continuum_stand_beside_them_with_their_source(decay):
    above, below = decay.axes[:3], decay.axes[3:]
    assert [one(list(guides(ax).items()))[0] for ax in above] == ["$r^{-6}$", "$r^{-6}$", "$r^{-2}$"]
    assert [pytest.approx(one(list(guides(ax).values()))) for ax in above] == [-6, -6, -2]
    assert [levels(ax) for ax in below] == [[-6], [-6], [-2]]
    sources = ["Rainone et al. 2020, Fig. S2", "Rainone et al. 2020, Fig. S4", "Lerner and Bouchbinder 2021, Fig. 1b"]
    assert all(source in legend_words(ax)[0] for source, ax in zip(sources, below, strict=True))
    assert all(ax.get_xscale() == ax.get_yscale() == "log" for ax in above) and all(ax.get_yscale() == "linear" for ax in below)
    assert "7 samples" in note(decay) and f"$N$ = {LARGE}" in words(decay)


def test_what_images_make_of_the_laws_is_drawn_for_each_size(decay, study, curves):
    for ax, column in zip(decay.axes[3:], ("projection_continuum", "projection_continuum", "amplitude_continuum"), strict=True):
        for size in (study.particles, LARGE):
            line = one([line for line in ax.lines if line.get_gid() == f"images-{size}"])
            rows = curves[(curves["particles"] == size) & (curves["parent_temperature"] == 1.3) & (curves["kind"] == "quartic")].dropna(subset=column)
            np.testing.assert_allclose(line.get_xdata(), np.sqrt(rows["distance_low"] * rows["distance_high"]))
            np.testing.assert_allclose(line.get_ydata(), rows[column])
        assert "the continuum in the periodic box" in legend_words(ax)


def test_guides_lie_above_the_curves(decay):
    for ax in decay.axes[:3]:
        guide = one([line for line in ax.lines if line.get_linestyle() == "--" and len(line.get_xdata()) == 2])
        for points in bars(ax):
            inside = points.x >= guide.get_xdata()[0]
            assert np.all(np.interp(np.log(points.x[inside]), np.log(guide.get_xdata()), np.log(guide.get_ydata())) > np.log(points.y[inside]))


def test_in_the_plane_the_laws_are_those_of_the_plane(study, curves):
    figure = plot_decay(curves, quantities(study, pinch_exponent=-4, quartic_exponent=-5), shown(study, dimension=2))
    assert [levels(ax) for ax in figure.axes[3:]] == [[-4], [-4], [-1]]


def test_a_kind_that_was_not_measured_is_said(study, curves):
    figure = plot_decay(curves[curves["kind"] == "pinch"], quantities(study, pinch_exponent=-4), shown(study))
    assert words(figure).count("no softest quartic modes") == 4 and len(bars(figure.axes[0])) == 4


# --- collapse -----------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def collapsed(study) -> pd.DataFrame:
    frames = []
    for size, T in points_of(study):
        for kind in ("pinch", "quartic"):
            r = np.sqrt(LOW * HIGH)
            decayed = r**3 / (1 + r**2) ** 1.5
            numbers = {"scaled_distance": r / T, "scaled_decay": decayed, "scaled_error": 0.05 * decayed, "taken": (r > 2) & (r < 6)}
            frames.append((size, T, pd.DataFrame({"kind": kind, "distance": r, **numbers})))
    return keyed(frames)


@pytest.mark.parametrize("panel", [0, 1])
def test_the_collapse_is_that_of_the_table(study, collapsed, panel):
    values = quantities(study, A_1=1.0, A_2=2.0, xi_co=1.0, xi_qlm=1.0)
    figure = plot_collapse(collapsed, values, shown(study))
    ax, kind = figure.axes[panel], ("pinch", "quartic")[panel]
    for size, T in points_of(study):
        rows = collapsed[(collapsed["particles"] == size) & (collapsed["parent_temperature"] == T) & (collapsed["kind"] == kind)]
        inside, outside = rows[rows["taken"]], rows[~rows["taken"]]
        check(of_colour(ax, T, size == LARGE), inside["scaled_distance"], inside["scaled_decay"], inside["scaled_error"], log=True)
        faint = [line for line in ax.lines if line.get_alpha() == 0.25 and to_hex(line.get_color()) == COLOURS[T]]
        np.testing.assert_allclose(faint[size == LARGE].get_data(), [outside["scaled_distance"], outside["scaled_decay"]])
    taken = collapsed[(collapsed["kind"] == kind) & collapsed["taken"]]
    assert levels(ax) == [taken["scaled_decay"].max()]
    symbol = (r"\xi_\mathrm{co}", r"\xi_\mathrm{QLM}")[panel]
    assert symbol in ax.get_xlabel() and f"A_{panel + 1}" in ax.get_ylabel() and "^{6}" in ax.get_ylabel()
    main = values[values["particles"] == study.particles].sort_values("parent_temperature")
    for name, label, shift in (("A_1", "$A_1$ (pinches)", 0.0), ("A_2", "$A_2$ (quartic modes)", 0.01)):
        rows = main[main["quantity"] == name]
        check(one(bars(figure.axes[2], label)), rows["parent_temperature"] / ONSET + shift, rows["value"], rows["error"], log=True)


def test_a_factor_of_which_nothing_is_known_does_not_stretch_the_axis(study, collapsed):
    values = quantities(study, A_1=1.0, A_2=1.0, xi_co=1.0)
    values.loc[(values["quantity"] == "A_2") & (values["parent_temperature"] == 0.7), "error"] = 13.0
    low, high = plot_collapse(collapsed, values, shown(study)).axes[2].get_ylim()
    assert 0.05 < low < 0.5 and 1.3 < high < 5


def test_nothing_to_collapse_is_said(study, collapsed):
    blank = quantities(study, A_1=np.nan, A_2=np.nan)
    assert words(plot_collapse(collapsed.assign(taken=False), blank, shown(study))).count("no two curves to collapse") == 3


# --- lengths ------------------------------------------------------------------------------------------------------------------------------------

LABELS = {"xi_g": r"$\xi_g=2\pi c_s/\omega_g$", "xi_co": r"$\xi_\mathrm{co}$ (pinches)", "xi_qlm": r"$\xi_\mathrm{QLM}$ (quartic modes)"}


def test_lengths_are_drawn_over_their_hottest_values(study):
    values = quantities(study, xi_g=9.0, xi_co=1.0, xi_qlm=2.0)
    (ax,) = plot_lengths_compared(values, shown(study)).axes
    main = values[values["particles"] == study.particles].sort_values("parent_temperature")
    for name, label in LABELS.items():
        rows, found = main[main["quantity"] == name], one(bars(ax, label))
        last = rows["value"].iloc[-1]
        np.testing.assert_allclose(found.y, rows["value"] / last)
        np.testing.assert_allclose(found.up, rows["error"] / last, rtol=1e-6)
        np.testing.assert_allclose(found.x, rows["parent_temperature"] / ONSET, atol=0.02)
        assert not found.hollow
    assert levels(ax) == [1.0, 0.6] and any("40 % below the hottest" in text and "Rainone et al. 2020, Fig. 6" in text for text in legend_words(ax))


def test_lengths_without_a_far_field_are_hollow_and_one_that_was_not_measured_is_absent(study):
    values = quantities(study, "the far field is not reached: the outermost exponent of c(r) is -3.8, not -6", xi_co=1.0)
    figure = plot_lengths_compared(values, shown(study))
    (ax,) = figure.axes
    assert one(bars(ax)).hollow and "hollow, the far field is not reached" in note(figure)
    assert not lines(ax, label=LABELS["xi_g"])


def test_without_any_length_it_says_so(study):
    assert "no length" in words(plot_lengths_compared(quantities(study, xi_co=np.nan), shown(study)))


def test_the_published_decrease_belongs_to_the_published_glass_former(study):
    (ax,) = plot_lengths_compared(quantities(study, xi_co=1.0), shown(study, published=())).axes
    assert levels(ax) == [1.0]
