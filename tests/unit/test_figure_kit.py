"""What all figures share: the main series, units and words, the study's axis, marks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from drawn import bars, lines, log_down, note, one, rows, top
from matplotlib.axes import Axes
from synthetic_tables import FOUR, ONSET, TWELVE, UNIT, Study, against, beside, settings_of
from vitrine.figures import data, marks, style
from vitrine.figures.settings import Settings
from vitrine.points import DIMENSION, MODEL, PARTICLES, Axis

PRESSURE = Axis("pressure", "p", "p", "epsilon/lambda_min^d", "pressure")
RATE = Axis("rate", "r", r"\dot\gamma", "1", "strain rate", decimals=6)


@pytest.fixture(scope="module")
def study() -> Study:
    return Study()


@pytest.fixture(scope="module")
def settings(study: Study) -> Settings:
    return settings_of(study)


def large_above(settings: Settings, value: float | None) -> Settings:
    return replace(settings, options={"modes": {"large_above": value, "phonon_fraction": 0.9}})


# --- the main series ---------------------------------------------------------------------------------------------------------------------


def test_series_is_ordered_and_in_the_unit_of_temperature(study: Study, settings: Settings) -> None:
    table = data.series(study.quantities, "xi_g", settings)
    np.testing.assert_allclose(table["x"] * ONSET, sorted(FOUR))
    assert table["at"].tolist() == sorted(FOUR) and table["sound"].all()
    np.testing.assert_array_equal(table["value"], rows(study, "xi_g")["value"])
    np.testing.assert_array_equal(table["error"], rows(study, "xi_g")["error"])
    np.testing.assert_array_equal(table["flagged"], rows(study, "xi_g")["flagged"])


def test_only_the_main_size_is_taken(settings: Settings) -> None:
    both = beside(Study(FOUR, 512, seed=2), Study())
    assert data.series(both.quantities, "A_g", settings)["particles"].tolist() == [256] * 4
    assert set(data.select(both.liquids, settings)["particles"]) == {256}
    assert data.reasons(both.flags, settings, "modes") == data.reasons(Study().flags, settings, "modes")


def test_large_ensembles_replace_small_ones_above_their_temperature(settings: Settings) -> None:
    small, large = Study(FOUR, 256), Study((1.3, 0.7, 0.45), 512)
    quantities, chosen = beside(small, large).quantities, large_above(settings, 0.7)
    table = data.series(quantities, "A_g", chosen, large=True)
    assert table["particles"].tolist() == [256, 256, 256, 512] and table["at"].tolist() == sorted(FOUR)
    assert table["value"].iloc[-1] == rows(large, "A_g")["value"].iloc[-1]
    assert data.series(quantities, "A_g", chosen)["particles"].tolist() == [256] * 4
    assert data.series(quantities, "A_g", settings, large=True)["particles"].tolist() == [256] * 4
    assert set(data.select(quantities, chosen, large=True).query("parent_temperature == 1.3")["particles"]) == {512}


def test_a_large_ensemble_without_the_quantity_leaves_it_to_the_small_one(settings: Settings) -> None:
    small, large = Study(FOUR, 256), Study((1.3,), 512)
    large.quantities = large.quantities[large.quantities["quantity"] != "A_g"]
    table = data.series(beside(small, large).quantities, "A_g", large_above(settings, 0.7), large=True)
    assert table["value"].iloc[-1] == rows(small, "A_g")["value"].iloc[-1] and len(table) == 4


def test_points_that_differ_on_another_axis_are_not_on_the_main_series(study: Study) -> None:
    first, settings = against(study, PRESSURE, (1.0, 2.0, 3.0, 4.0))
    other = against(Study(seed=3), PRESSURE, (1.0, 2.0, 3.0, 4.0))[0]
    other.quantities["parent_temperature"] = 0.7
    table = data.series(beside(first, other).quantities, "xi_g", settings)
    assert table["at"].tolist() == [1.0, 2.0, 3.0, 4.0] == table["x"].tolist()
    np.testing.assert_array_equal(table["value"], rows(study, "xi_g")["value"].iloc[::-1])


def test_a_point_without_a_value_on_the_axis_is_on_no_series(study: Study) -> None:
    for axis, values, blank in ((PRESSURE, (1.0, 2.0, 3.0, 4.0), np.nan), (DIMENSION, (2, 3, 4, 5), -1), (MODEL, tuple("abcd"), "")):
        moved, settings = against(study, axis, values)
        moved.quantities[axis.name] = moved.quantities[axis.name].replace({values[2]: blank})
        assert data.series(moved.quantities, "xi_g", settings)["at"].tolist() == [values[0], values[1], values[3]]
        assert "no " not in data.sample_note({"x": data.series(moved.quantities, "xi_g", settings)}, settings)


def test_words_are_placed_in_order_of_appearance(study: Study) -> None:
    moved, settings = against(study, MODEL, ("poly", "binary_ipl", "kob_andersen", "ipl_crystal"))
    table = data.series(moved.quantities, "xi_g", settings)
    assert table["at"].tolist() == ["poly", "binary_ipl", "kob_andersen", "ipl_crystal"] and table["x"].tolist() == [0, 1, 2, 3]
    assert data.values_of(moved.quantities, settings) == table["at"].tolist()


def test_a_quantity_that_is_missing_somewhere_has_no_value_there(settings: Settings) -> None:
    study = Study()
    lost = (study.quantities["quantity"] == "xi_g") & (study.quantities["parent_temperature"] == 0.7)
    study.quantities = study.quantities[~lost]
    table = data.series(study.quantities, "xi_g", settings)
    assert table["at"].tolist() == sorted(FOUR) and np.isnan(table["value"]).tolist() == [False, False, True, False]
    assert table["samples"].iloc[2] == 0 and not table["sound"].iloc[2]
    assert np.isnan(data.at_value(table, 0.7)) and data.at_value(table, 0.55) == table["value"].iloc[1] and np.isnan(data.at_value(table, 9.9))


def test_a_rung_whose_glasses_are_not_measured_is_no_gap(settings: Settings) -> None:
    study = Study()
    rung = study.quantities["parent_temperature"] == 1.3
    study.quantities = study.quantities[~rung | (study.quantities["quantity"] == "relaxation_time")]
    assert data.series(study.quantities, "xi_g", settings)["at"].tolist() == [0.45, 0.55, 0.7]
    assert data.series(study.quantities, "relaxation_time", settings)["at"].tolist() == sorted(FOUR)
    assert "no " not in data.sample_note({"x": data.series(study.quantities, "xi_g", settings)}, settings)


@pytest.mark.parametrize(("samples", "flagged", "error", "sound"), [(10, 10, 0.1, True), (10, 11, 0.1, False), (48, 0, np.nan, False)])
def test_what_makes_a_point_sound(study: Study, settings: Settings, samples: int, flagged: int, error: float, sound: bool) -> None:
    table = study.quantities.assign(samples=samples, flagged=flagged, error=error)
    assert (data.series(table, "xi_g", settings)["sound"] == sound).all()


def test_the_last_value_is_that_of_the_highest_point_that_has_one() -> None:
    table = pd.DataFrame({"at": [1.0, 2.0, 3.0], "value": [4.0, 5.0, np.nan]})
    assert data.last_value(table) == 5.0 and np.isnan(data.last_value(table.assign(value=np.nan)))
    assert data.has_values(table) and not data.has_values(table.assign(value=np.nan)) and not data.has_values(table.assign(value=-1.0), positive=True)


def test_values_of_a_table_are_hot_to_cold(study: Study, settings: Settings) -> None:
    assert data.values_of(study.mode_density, settings) == sorted(FOUR, reverse=True)


def test_units_of_the_papers(study: Study, settings: Settings) -> None:
    units = data.Units.of(study.fits, settings)
    assert units.frequency == pytest.approx(UNIT) and units.frequency_label == r"a_0/c_\infty"
    assert data.Units.of(study.fits[study.fits["name"] != "c_inf"], settings).frequency == 1.0
    assert data.fit_value(study.fits, "E_qlm") == (3.3, 0.21) and np.isnan(data.fit_value(study.fits, "nothing")).all()


def test_a_second_series_stands_a_little_to_the_right(settings: Settings) -> None:
    table = pd.DataFrame({"x": [1.0, 3.0], "at": [1.0, 3.0]})
    assert data.beside(table, settings)["x"].tolist() == [1.01, 3.01]
    pressure = replace(settings, axes=(PARTICLES, PRESSURE), main=(256, 1.0), against="pressure")
    assert data.beside(table, pressure)["x"].tolist() == pytest.approx([1.02, 3.02])
    assert data.beside(table.assign(x=[1.0, 100.0]), pressure)["x"].tolist() == pytest.approx([1.03, 103.0])
    words = replace(settings, axes=(PARTICLES, MODEL), main=(256, "poly"), against="model")
    assert data.beside(table.assign(x=[0.0, 1.0]), words)["x"].tolist() == pytest.approx([0.1, 1.1])


# --- marks -------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def panel() -> Axes:
    return style.new_figure(3.0, 3.0)[1][0]


def test_logarithmic_bars_are_the_error_to_first_order_and_never_reach_zero() -> None:
    low, high = marks.bars(np.array([1.0, 1.0, 1.0, -2.0]), np.array([1e-4, 1.0, np.nan, 0.5]))
    assert low[0] == pytest.approx(1e-4, rel=1e-3) and high[0] == 1e-4
    assert 0 < low[1] < 1.0 and high[1] == 1.0
    assert low[2] == high[2] == 0.0 and low[3] == high[3] == 0.5
    assert low[1] == pytest.approx(log_down(np.array([1.0]), np.array([1.0]))[0])


def test_the_upper_axis_is_in_simulation_units(study: Study, settings: Settings, panel: Axes) -> None:
    marks.value_axis(panel, settings, data.series(study.quantities, "xi_g", settings))
    panel.set_xlim(0.4, 1.5)
    panel.figure.draw_without_rendering()
    assert top(panel).get_xlim() == pytest.approx((0.4 * ONSET, 1.5 * ONSET)) and top(panel).get_xlabel() == r"$k_BT_p/\varepsilon$"


def test_values_over_decades_are_drawn_logarithmically(study: Study, panel: Axes) -> None:
    moved, settings = against(study, RATE, (1e-2, 1e-3, 1e-4, 1e-5))
    marks.value_axis(panel, settings, data.series(moved.quantities, "xi_g", settings))
    assert panel.get_xscale() == "log" and panel.get_xlim() == pytest.approx((1e-5 / 1.3, 1e-2 * 1.3)) and top(panel) is None
    near = against(study, RATE, (8.0, 4.0, 2.0, 1.0))
    other = style.new_figure(3.0, 3.0)[1][0]
    marks.value_axis(other, near[1], data.series(near[0].quantities, "xi_g", near[1]))
    assert other.get_xscale() == "linear"


def test_a_temperature_is_never_logarithmic() -> None:
    study = Study((3.0, 0.7, 0.45, 0.1))
    table = data.series(study.quantities, "xi_g", settings_of(study))
    assert not data.spans_decades(table, settings_of(study))


def test_long_words_are_turned_and_short_ones_are_not(study: Study) -> None:
    for names, angle in ((("poly", "binary_ipl", "kob_andersen", "ipl_crystal"), 25), (("a", "b", "c", "d"), 0)):
        moved, settings = against(study, MODEL, names)
        ax = style.new_figure(3.0, 3.0)[1][0]
        marks.value_axis(ax, settings, data.series(moved.quantities, "xi_g", settings))
        assert [text.get_text() for text in ax.get_xticklabels()] == list(names) and ax.get_xticklabels()[0].get_rotation() == angle
        marks.name_axis(ax, settings, data.series(moved.quantities, "xi_g", settings), small=True)
        assert [text.get_text() for text in ax.get_xticklabels()] == [""] * 4


def test_sizes_that_lie_close_are_ticked_and_not_all_named(study: Study) -> None:
    for sizes, names in (((64000, 8000, 4000, 1000), ["1000", "4000", "", "64000"]), ((25600, 6400, 1600, 400), ["400", "1600", "6400", "25600"])):
        moved, settings = against(study, PARTICLES, sizes)
        ax = style.new_figure(3.0, 3.0)[1][0]
        marks.value_axis(ax, settings, data.series(moved.quantities, "xi_g", settings))
        assert list(ax.get_xticks()) == sorted(sizes) and [text.get_text() for text in ax.get_xticklabels()] == names


def test_a_guide_is_a_power_law_through_its_anchor(panel: Axes) -> None:
    marks.guide(panel, (2.0, 3.0), (1.0, 4.0), 2.0, "slope", at=0.25)
    x, y = one(panel.lines).get_data()
    np.testing.assert_allclose(y, 3.0 * (x / 2.0) ** 2)
    assert one(panel.texts).xy == pytest.approx((4.0**0.25, 3.0 * (4.0**0.25 / 2.0) ** 2))
    marks.guide(panel, (np.nan, 3.0), (1.0, 4.0), 2.0, "slope")
    marks.guide(panel, (2.0, 3.0), (0.0, 4.0), 2.0, "slope")
    assert len(panel.lines) == 1


@pytest.mark.parametrize(
    ("values", "usual", "corner"),
    [
        ([1.0, 2.0], "lower right", "lower right"),
        ([2.0, 1.0], "lower right", "lower left"),
        ([1.0, 2.0], "upper right", "upper left"),
        ([2.0, 1.0], "upper left", "upper right"),
        ([1.0, 1.0], "upper left", "upper left"),
        ([np.nan, np.nan], "lower right", "lower right"),
    ],
)
def test_legends_stand_where_a_series_is_not(values: list[float], usual: str, corner: str) -> None:
    assert marks.free_corner(pd.DataFrame({"value": values}), usual) == corner


def test_published_numbers_belong_to_their_glass_former_along_temperature(study: Study, settings: Settings) -> None:
    assert marks.published_value("E_qlm", settings) == 3.3 and marks.published_value("weibull_exponent", replace(settings, published=())) == 5.0
    assert marks.published_end("xi_g_decrease") == pytest.approx(7 / 18)
    for other in (replace(settings, published=()), replace(settings, temperature_name="T_g"), against(study, PRESSURE, (1.0, 2.0, 3.0, 4.0))[1]):
        assert np.isnan(marks.published_value("E_qlm", other))


def test_a_star_needs_a_place_and_a_value(panel: Axes) -> None:
    marks.published(panel, 0.5, np.nan, "none")
    marks.published(panel, 0.5, 2.0, "a star")
    assert one(lines(panel, marker="*")).get_label() == "a star"


def test_limits_hold_values_and_bars(panel: Axes) -> None:
    marks.positive_limits(panel, pd.DataFrame({"value": [1.0, 8.0, -1.0], "error": [1.0, np.nan, 0.1]}), also=(0.2,))
    assert panel.get_ylim() == pytest.approx((0.1, 16.0)) and panel.get_yscale() == "log"
    marks.positive_limits(panel, pd.DataFrame({"value": [1.0, 8.0], "error": [1.0, np.nan]}), below=4.0, above=3.0)
    assert panel.get_ylim() == pytest.approx((np.exp(-1) / 4, 24.0))
    panel.set_yscale("linear")
    marks.linear_limits(panel, 1.0, 3.0, 0.5, 0.25)
    assert panel.get_ylim() == (0.0, 3.5)
    marks.linear_limits(panel, 2.0, 2.0, 0.5, 0.5)
    assert panel.get_ylim() == (1.0, 3.0)


@pytest.mark.parametrize(
    ("limits", "ticks"), [((1.0, 30.0), ["1", "2", "5", "10", "20"]), ((1.0, 4.0), ["1", "1.5", "2", "3", "4"]), ((1.0, 1e4), None)]
)
def test_short_logarithmic_axes_have_plain_numbers(panel: Axes, limits: tuple[float, float], ticks: list[str] | None) -> None:
    panel.set_yscale("log")
    panel.set_ylim(*limits)
    marks.plain_log_ticks(panel, "y")
    panel.figure.draw_without_rendering()
    shown = [tick.label1.get_text() for tick in panel.yaxis.get_major_ticks() if limits[0] <= tick.get_loc() <= limits[1]]
    assert shown == ticks if ticks else all("10^" in text for text in shown)


def test_an_empty_panel_says_why_and_has_no_ticks(panel: Axes) -> None:
    marks.not_enough(panel, "because")
    assert one(panel.texts).get_text() == "not enough data:\nbecause" and not len(panel.get_xticks()) and not len(panel.get_yticks())


def test_points_on_a_linear_axis_have_equal_bars(panel: Axes) -> None:
    table = pd.DataFrame({"at": [1.0, 2.0, 3.0], "x": [1.0, 2.0, np.nan], "value": [1.0, 2.0, 3.0], "error": [0.5, 0.25, 0.1], "sound": True})
    marks.points(panel, table, "name", line=False)
    found = one(bars(panel, "name"))
    assert found.down.tolist() == found.up.tolist() == [0.5, 0.25] and found.x.tolist() == [1.0, 2.0]
    assert not [line for line in panel.lines if line.get_linestyle() == "-"]


# --- style -------------------------------------------------------------------------------------------------------------------------------


def test_colours_get_lighter_from_cold_to_warm() -> None:
    colours = style.value_colours(TWELVE)
    light = [np.dot(colours[t][:3], (0.2126, 0.7152, 0.0722)) for t in sorted(TWELVE)]
    assert np.all(np.diff(light) > 0) and list(colours) == sorted(TWELVE)
    assert style.value_colours([]) == {} and list(style.value_colours(["b", "a", "b"])) == ["b", "a"]


def test_neighbours_have_different_markers() -> None:
    markers = list(style.value_markers(TWELVE).values())
    assert all(a != b for a, b in zip(markers[:-1], markers[1:], strict=True)) and len(set(markers)) == 5


def test_panels_are_named_beyond_the_eighth() -> None:
    figure, axes = style.new_figure(7.0, 7.0, 3, 4)
    style.name_panels(axes)
    assert [one(ax.texts).get_text() for ax in axes] == [f"({letter})" for letter in "abcdefghijkl"]
    marks.note(figure, "a\nb")
    assert note(figure) == "a b"
