"""The figure of pinched bonds: what is drawn is what the tables say."""

from __future__ import annotations

import numpy as np
import pytest
from drawn import (
    GREY,
    INK,
    SECOND,
    bars,
    check,
    check_series,
    draw,
    labels,
    legend,
    legend_words,
    levels,
    lines,
    note,
    one,
    rows,
    top,
    uprights,
    words,
)
from matplotlib.axes import Axes
from matplotlib.colors import same_color, to_hex
from matplotlib.figure import Figure
from synthetic_tables import ONSET, UNIT, Study, against, settings_of
from vitrine.figures.style import value_colours
from vitrine.points import Axis

LADDER = (1.3, 0.7, 0.5, 0.45)
COLOURS = {temperature: to_hex(colour) for temperature, colour in value_colours(LADDER).items()}
SHOWN = 0.5  # the T_p nearest to 5/9 T_onset


@pytest.fixture(scope="module")
def study() -> Study:
    return Study(LADDER)


@pytest.fixture(scope="module")
def figure(study: Study) -> Figure:
    return draw("pinching_force", study)


@pytest.fixture(scope="module")
def panels(figure: Figure) -> list[Axes]:
    return figure.axes


def test_single_bonds_of_the_published_temperature(study: Study, panels: list[Axes]) -> None:
    table = study.pinching_scatter[study.pinching_scatter["parent_temperature"] == SHOWN]
    line = one(lines(panels[0], label=r"2000 bonds at $T_p/T_\mathrm{onset}$ = 0.56"))
    np.testing.assert_array_equal(line.get_xdata(), table["force_reduced"])
    np.testing.assert_allclose(line.get_ydata(), table["omega"] / UNIT)
    assert to_hex(line.get_color()) == COLOURS[SHOWN]
    assert labels(panels[0]) == (r"$f/(p\,a_0^2)$", r"$\omega_{ij}\,a_0/c_\infty$")
    assert (panels[0].get_xscale(), panels[0].get_yscale()) == ("log", "log")


def test_bonds_without_force_or_frequency_are_not_drawn_on_logarithmic_axes() -> None:
    study = Study(LADDER)
    study.pinching_scatter.loc[study.pinching_scatter.index[::7], "force_reduced"] = -0.1
    table = study.pinching_scatter[(study.pinching_scatter["parent_temperature"] == SHOWN) & (study.pinching_scatter["force_reduced"] > 0)]
    assert one(lines(draw("pinching_force", study).axes[0], label=rf"{len(table)} bonds at $T_p/T_\mathrm{{onset}}$ = 0.56"))


def test_means_in_bins_of_force(study: Study, panels: list[Axes]) -> None:
    for temperature, found in zip(sorted(LADDER), bars(panels[0]), strict=True):
        table = study.pinching_force[study.pinching_force["parent_temperature"] == temperature]
        check(found, np.sqrt(table["force_low"] * table["force_high"]), table["omega"] / UNIT, table["omega_error"] / UNIT)
        main = temperature == SHOWN
        assert found.colour == (INK if main else COLOURS[temperature])
        assert (found.label == "mean in bins of force", found.marker) == (main, "o" if main else "None")


def test_a_bin_that_begins_at_zero_and_an_empty_one() -> None:
    study = Study(LADDER)
    first = study.pinching_force.index[study.pinching_force["parent_temperature"] == SHOWN]
    study.pinching_force.loc[first[0], "force_low"] = 0.0
    study.pinching_force.loc[first[1], "count"] = 0
    found = one(bars(draw("pinching_force", study).axes[0], "mean in bins of force"))
    assert found.x[0] == pytest.approx(study.pinching_force.loc[first[0], "force_high"] / np.sqrt(10)) and len(found.x) == len(first) - 1


def test_threshold_of_weak_bonds(study: Study, panels: list[Axes]) -> None:
    assert uprights(panels[0]) == [0.01] and "weak: below 0.01 (Rainone et al. 2020, eq. S5)" in legend_words(panels[0])
    other = draw("pinching_force", study, settings_of(study, options={"pinching": {"weak_force": 0.05}})).axes[0]
    assert uprights(other) == [0.05] and any(text.startswith("weak: below 0.05") for text in legend_words(other))


def test_the_force_has_its_unit_in_the_plane(study: Study) -> None:
    assert draw("pinching_force", study, settings_of(study, dimension=2)).axes[0].get_xlabel() == r"$f/(p\,a_0)$"


def test_averages_over_weak_and_over_all_bonds(study: Study, panels: list[Axes]) -> None:
    weak = check_series(panels[1], r"weak bonds ($\omega_g$)", study, "omega_g_reduced")
    every = check_series(panels[1], "all bonds", study, "omega_g_unfiltered_reduced")
    assert (weak.colour, every.colour, every.marker) == (INK, SECOND, "s")
    assert labels(panels[1]) == (r"$T_p/T_\mathrm{onset}$", r"mean $\omega_{ij}\,a_0/c_\infty$") and top(panels[1]) is not None


def test_their_ratio_and_the_published_one(study: Study, panels: list[Axes]) -> None:
    check_series(panels[2], "ratio of the averages", study, "omega_g_filter_ratio")
    assert labels(panels[2]) == (r"$T_p/T_\mathrm{onset}$", "all bonds / weak bonds")
    assert levels(panels[2]) == [1.4] and legend_words(panels[2])[0] == "differ by 40 % (Rainone et al. 2020, Fig. S1c)"
    line = one([line for line in panels[2].lines if list(line.get_ydata()) == [1.4, 1.4]])
    assert same_color(line.get_color(), GREY) and line.get_linestyle() == "--"
    low, high = panels[2].get_ylim()
    assert low < 1.0 and high > 1.4


def test_without_the_ratio_the_quotient_is_drawn() -> None:
    study = Study(LADDER)
    study.quantities = study.quantities[study.quantities["quantity"] != "omega_g_filter_ratio"]
    weak, every = rows(study, "omega_g_reduced"), rows(study, "omega_g_unfiltered_reduced")
    quotient = every["value"].to_numpy() / weak["value"].to_numpy()
    error = quotient * np.hypot(every["error"].to_numpy() / every["value"].to_numpy(), weak["error"].to_numpy() / weak["value"].to_numpy())
    check(one(bars(draw("pinching_force", study).axes[2])), weak["t"], quotient, error)


def test_what_is_missing_is_said() -> None:
    study = Study(LADDER)
    study.quantities = study.quantities[~study.quantities["quantity"].str.startswith("omega_g")]
    study.pinching_scatter, study.pinching_force = study.pinching_scatter.iloc[:0], study.pinching_force.iloc[:0]
    figure = draw("pinching_force", study)
    text = words(figure)
    assert "no bond was pinched" in text and "or no $c_\\infty$" in text and "one of the two averages is missing" in text
    assert not figure.legends and "average over all bonds at any $T_p$" in note(figure)


def test_the_legend_names_the_temperatures(figure: Figure) -> None:
    expected = {f"{temperature / ONSET:.2f} ({temperature:g})": (COLOURS[temperature], "none") for temperature in sorted(LADDER)}
    assert {name: (colour, str(marker).lower()) for name, (colour, marker) in legend(figure).items()} == expected


def test_against_another_axis_the_main_point_is_shown(study: Study) -> None:
    moved, settings = against(study, Axis("pressure", "p", "p", "1", "pressure"), (1.0, 2.0, 3.0, 4.0))
    table = study.pinching_scatter[study.pinching_scatter["parent_temperature"] == 1.3]
    line = one(lines(draw("pinching_force", moved, settings).axes[0], label="2000 bonds at $p$ = 1"))
    np.testing.assert_allclose(line.get_ydata(), table["omega"] / UNIT)
