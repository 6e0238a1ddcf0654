"""Figures of nonlinear modes: what is drawn is what the tables say, and every published line says whose it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from drawn import bars, check, guides, legend, legend_words, levels, lines, note, one, uprights, words
from matplotlib.colors import to_hex
from synthetic_tables import ONSET, UNIT, Study, settings_of
from vitrine.figures.style import value_colours
from vitrine.observables import declarations, function_of
from vitrine.observables import figures as all_figures
from vitrine.observables.nonlinear_modes.drawing import COLOURS
from vitrine.points import Axis
from vitrine.statistics.wells import cubic_barrier

LADDER = (1.3, 0.7, 0.5)
KINDS = ("harmonic", "pseudo_harmonic", "cubic", "quartic")
FIGURES = tuple(figure.name for figure in declarations()["nonlinear_modes"].figures)
HUES = {temperature: to_hex(colour) for temperature, colour in value_colours(LADDER).items()}
NUMBERS = {
    "b3_slope": 1.1,
    "b4_slope": 0.2,
    "double": 0.3,
    "deeper": 0.1,
    "below_bound": 0.02,
    "barrier": 0.01,
    "double_barrier": 0.002,
    "minimal_exponent": 4.8,
}


def keyed(frames: dict[float, pd.DataFrame]) -> pd.DataFrame:
    """Frames of each temperature, with the key in front."""
    return pd.concat([frame.assign(particles=256, parent_temperature=T) for T, frame in frames.items()], ignore_index=True)


def scatter(temperature: float) -> pd.DataFrame:
    rng, frames = np.random.default_rng(int(100 * temperature)), []
    for kind in KINDS:
        omega = rng.uniform(1, 4, 20)
        columns = {"omega": omega, "core_size": rng.uniform(5, 90, 20), "b2": omega**2, "b3": rng.uniform(1, 9, 20), "b4": rng.uniform(20, 200, 20)}
        frames.append(pd.DataFrame({"kind": kind, "sample": np.arange(20), "softest": np.arange(20) % 2 == 0, **columns}))
    return pd.concat(frames, ignore_index=True)


def minimal(temperature: float) -> pd.DataFrame:
    omega, frames = np.linspace(1, 2, 9) / temperature, []
    for place, kind in enumerate(KINDS):
        share = np.linspace(1 / 9, 1, 9)
        frames.append(pd.DataFrame({"kind": kind, "omega": omega + place, "cumulative": share, "cumulative_error": 0.05, "count": np.arange(1, 10)}))
    return pd.concat(frames, ignore_index=True)


def barriers(temperature: float) -> pd.DataFrame:
    low, frames = np.geomspace(1e-3, 1, 6), []
    for kind in ("cubic", "quartic"):
        for expansion, count in (("cubic", [4, 8, 9, 5, 0, 1]), ("quartic", [1, 2, 5, 0, 0, 0])):
            columns = {
                "barrier_low": low,
                "barrier_high": 2 * low,
                "density": temperature * np.array(count) / low,
                "density_error": 0.1 / low,
                "count": count,
            }
            frames.append(pd.DataFrame({"kind": kind, "expansion": expansion, **columns}))
    return pd.concat(frames, ignore_index=True)


def quantities(flag: str = "") -> pd.DataFrame:
    rows = []
    for quantity in declarations()["nonlinear_modes"].quantities:
        value = next((number for name, number in NUMBERS.items() if quantity.name.startswith(name)), 2.0)
        own = flag if quantity.name.startswith("barrier_exponent") else ""
        rows.append(
            {"quantity": quantity.name, "value": value, "error": 0.01 * value, "unit": quantity.unit, "samples": 60, "flagged": 1, "flag": own}
        )
    rows.append({"quantity": "omega_ph", "value": 3.0, "error": 0.1, "unit": "", "samples": 60, "flagged": 1, "flag": ""})
    frame = keyed(dict.fromkeys(LADDER, pd.DataFrame(rows)))
    return frame.assign(value=frame["value"] * (1 + 0.1 * (frame["parent_temperature"] - 0.5)))


@pytest.fixture(scope="module")
def tables():
    study = Study(LADDER)
    made = {"nonlinear_scatter": scatter, "minimal_modes": minimal, "barrier_density": barriers}
    return {
        **{name: keyed({T: make(T) for T in LADDER}) for name, make in made.items()},
        "quantities": quantities("no law"),
        "fits": study.fits,
        "flags": study.flags,
    }


def drawn(name, tables, settings=None):
    figure, module = all_figures()[name]
    return function_of(module, figure.function)(**{table: tables[table] for table in figure.tables}, settings=settings or settings_of(Study(LADDER)))


@pytest.fixture(scope="module")
def every(tables):
    return {name: drawn(name, tables) for name in FIGURES}


def rows_of(tables, name, temperature, kind):
    frame = tables[name]
    return frame[(frame["parent_temperature"] == temperature) & (frame["kind"] == kind)]


def value_of(tables, name, temperature):
    frame = tables["quantities"]
    return frame.loc[(frame["parent_temperature"] == temperature) & (frame["quantity"] == name), "value"].iloc[0]


def test_participation_shows_every_kind_at_the_coldest_and_the_hottest_point(every, tables):
    axes = every["participation_frequency"].axes
    for ax, temperature in zip(axes, (0.5, 1.3), strict=True):
        for kind in KINDS:
            rows, line = rows_of(tables, "nonlinear_scatter", temperature, kind), one(lines(ax, gid=kind))
            np.testing.assert_allclose(line.get_xdata(), rows["omega"] / UNIT)
            np.testing.assert_array_equal(line.get_ydata(), rows["core_size"])
            assert to_hex(line.get_color()) == COLOURS[kind]
        phonon = value_of(tables, "omega_ph", temperature) / UNIT
        np.testing.assert_allclose(uprights(ax), [phonon, np.sqrt(2) * phonon])
        assert ax.get_title(loc="left").endswith(f"{temperature / ONSET:.3g}")
    assert axes[0].get_ylabel() == "$Ne$" and axes[0].get_xlabel() == r"$\omega\,a_0/c_\infty$"
    assert list(legend(every["participation_frequency"]))[:4] == ["harmonic", "pseudo-harmonic", "cubic", "quartic"]


def test_minimal_frequencies_show_each_kind_beside_harmonic_modes(every, tables):
    figure = every["minimal_frequencies"]
    for ax, kind in zip(figure.axes, KINDS[1:], strict=True):
        for found, temperature in zip([points for points in bars(ax) if points.label.startswith("_")], LADDER, strict=True):
            rows = rows_of(tables, "minimal_modes", temperature, kind)
            check(found, rows["omega"] / UNIT, rows["cumulative"], rows["cumulative_error"], log=True)
            assert found.colour == HUES[temperature]
            harmonic, line = rows_of(tables, "minimal_modes", temperature, "harmonic"), one(lines(ax, gid=f"harmonic-{temperature}"))
            np.testing.assert_allclose(line.get_xdata(), harmonic["omega"] / UNIT)
            np.testing.assert_array_equal(line.get_ydata(), harmonic["cumulative"])
        assert guides(ax) == {r"$\omega^5$": pytest.approx(5)}
        expected = [factor * value_of(tables, "omega_ph", T) / UNIT for T in LADDER for factor in (1, np.sqrt(2))]
        np.testing.assert_allclose(sorted(uprights(ax)), sorted(expected))
    assert "exponent of the soft end 4.800 ± 0.048 to 5.184 ± 0.048 5: Lerner and Bouchbinder 2021, Fig. 10a" in words(figure)
    assert list(legend(figure))


def test_coefficients_and_their_lines(every, tables):
    axes = every["coefficients"].axes
    for ax, kind in zip(axes, ("cubic", "quartic", "harmonic"), strict=False):
        for temperature in LADDER:
            rows, line = rows_of(tables, "nonlinear_scatter", temperature, kind), one(lines(ax, gid=str(temperature)))
            np.testing.assert_allclose(line.get_xdata(), rows["b2"] * rows["b4"])
            np.testing.assert_allclose(line.get_ydata(), rows["b3"] ** 2)
        factors = sorted(float(line.get_ydata()[0] / line.get_xdata()[0]) for line in ax.lines if len(line.get_xdata()) == 2)
        np.testing.assert_allclose(factors, [0.4, 8 / 3, 3] if kind == "cubic" else [8 / 3, 3])
        assert ax.get_xlabel() == r"$b_2b_4\;[\varepsilon^{2}/\lambda_\mathrm{min}^{6}]$"
    assert any("Lerner and Bouchbinder 2021, Fig. 11" in text for text in legend_words(axes[0]))
    assert "share below $0.4\\,b_2b_4$: 0.02000 ± 0.00020 to 0.02160 ± 0.00020" in words(every["coefficients"])
    named = {found.label: found for found in bars(axes[3])}
    two = {f"{kind}: {word}" for kind in ("cubic", "quartic") for word in ("two wells", "the other well deeper")}
    assert set(named) == two | {"cubic: below 0.4"}
    for label, name in (("cubic: two wells", "double_cubic"), ("cubic: below 0.4", "below_bound_cubic")):
        expected = np.array([value_of(tables, name, T) for T in sorted(LADDER)])
        check(named[label], np.array(sorted(LADDER)) / ONSET, expected, np.full(3, 0.01 * NUMBERS[name.rsplit("_", 1)[0]]))


def test_coefficients_against_frequency_and_their_slopes(every, tables):
    axes = every["coefficients_frequency"].axes
    for ax, name, slope in zip(axes, ("b3", "b4"), (1, 0), strict=False):
        for temperature in LADDER:
            rows, line = rows_of(tables, "nonlinear_scatter", temperature, "cubic"), one(lines(ax, gid=str(temperature)))
            rows = rows[rows["softest"]]
            np.testing.assert_allclose(line.get_xdata(), rows["omega"])
            np.testing.assert_allclose(line.get_ydata(), rows[name])
        pale = one(lines(ax, gid="all"))
        np.testing.assert_allclose(np.sort(pale.get_xdata()), np.sort(tables["nonlinear_scatter"].query("kind == 'cubic'")["omega"]))
        assert list(guides(ax).values()) == [pytest.approx(slope, abs=1e-12)]
    assert levels(axes[2]) == [1.0, 0.0] and "Lerner and Bouchbinder 2021, eq. 18" in legend_words(axes[2])
    found = {points.label: points for points in bars(axes[2])}
    assert set(found) == {f"${symbol}$, {kind}" for symbol in ("|b_3|", "b_4") for kind in ("cubic", "quartic")}
    expected = [value_of(tables, "b3_slope_cubic", T) for T in sorted(LADDER)]
    check(found["$|b_3|$, cubic"], np.array(sorted(LADDER)) / ONSET, expected, np.full(3, 0.011))


def test_barriers_of_both_expansions_are_told_apart(every, tables):
    left, middle, right = [ax for ax in every["barriers"].axes if ax.get_ylabel()]
    for ax, expansion in ((left, "cubic"), (middle, "quartic")):
        for found, temperature in zip(bars(ax), LADDER, strict=True):
            rows = rows_of(tables, "barrier_density", temperature, "cubic")
            rows = rows[(rows["expansion"] == expansion) & (rows["count"] > 0)]
            check(found, np.sqrt(rows["barrier_low"] * rows["barrier_high"]), rows["density"], rows["density_error"], log=True)
            assert found.hollow == (expansion == "quartic")  # the exponent is flagged
    assert guides(left) == {} and guides(middle) == {"$B^{1/4}$ (Lerner and\nBouchbinder 2021, eq. 20)": pytest.approx(0.25)}
    found = {points.label for points in bars(right)}
    assert found == {f"{kind}: {word}" for kind in ("cubic", "quartic") for word in ("cubic exp.", "quartic exp., two wells")}


def test_barriers_are_full_where_the_law_is_there(tables):
    figure = drawn("barriers", {**tables, "quantities": quantities()})
    middle = [ax for ax in figure.axes if ax.get_ylabel()][1]
    assert [found.hollow for found in bars(middle)] == [False] * 3


def test_units_of_barriers_are_energies(every):
    assert [ax.get_xlabel() for ax in every["barriers"].axes[:2]] == [r"$B\;[\varepsilon]$"] * 2
    assert cubic_barrier(2.0, 1.0) == pytest.approx(16 / 3)


@pytest.mark.parametrize("name", FIGURES)
def test_empty_tables_say_so(tables, name):
    empty = {key: table if key in ("fits", "flags") else table.iloc[:0] for key, table in tables.items()}
    assert "not enough data" in words(drawn(name, empty))


@pytest.mark.parametrize("name", FIGURES)
def test_another_axis_and_words_on_it(tables, name):
    """A study that varies the glass former: the values are words."""
    axis = Axis("model", "model", r"\mathrm{model}", "1", "glass former", "string")
    place = dict(zip(LADDER, ("poly", "binary_ipl", "kob_andersen"), strict=True))
    moved = {
        key: table if key == "fits" else table.assign(model=table["parent_temperature"].map(place), parent_temperature=0.5)
        for key, table in tables.items()
    }
    standard = settings_of(Study(LADDER))
    settings = settings_of(Study(LADDER), axes=(*standard.axes, axis), main=(256, 0.5, "poly"), against="model")
    figure = drawn(name, moved, settings)
    figure.draw_without_rendering()
    assert "poly" in words(figure) and "60 samples" in note(figure)


def test_an_exponent_that_is_no_law_stands_in_brackets(tables):
    frame = tables["quantities"].copy()
    frame.loc[frame["quantity"] == "minimal_exponent_cubic", "flag"] = "no omega^5 range"
    assert "(4.800 ± 0.048) to (5.184 ± 0.048)" in words(drawn("minimal_frequencies", {**tables, "quantities": frame}))
