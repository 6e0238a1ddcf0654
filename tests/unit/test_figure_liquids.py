"""The figure of equilibration: what is drawn is what the tables say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from drawn import bars, check, draw, labels, legend, legend_words, levels, note, one, rows, standard, top, uprights, words
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from synthetic_tables import FOUR, ONSET, Study, settings_of
from vitrine.figures.style import value_colours, value_markers
from vitrine.observables.reheating.derive import OPEN

COLOURS = {temperature: to_hex(colour) for temperature, colour in value_colours(FOUR).items()}
DRIFT, BRACKET = "second half against second quarter", "came down against heated up"
REASON = "not in equilibrium: its mean energy drifts, by as much as 2.1 % of T_p would change it"


@pytest.fixture(scope="module")
def study() -> Study:
    return Study()


@pytest.fixture(scope="module")
def figure() -> Figure:
    return standard("equilibration")


@pytest.fixture(scope="module")
def panels(figure: Figure) -> list[Axes]:
    return figure.axes


def test_overlap_of_each_temperature(study: Study, panels: list[Axes]) -> None:
    for temperature, found in zip(sorted(FOUR), bars(panels[0]), strict=True):
        table = study.relaxation_curves[study.relaxation_curves["parent_temperature"] == temperature]
        check(found, table["time"], table["overlap"], table["overlap_error"])
        assert (found.colour, found.marker) == (COLOURS[temperature], value_markers(FOUR)[temperature])
    assert labels(panels[0]) == ("time [sweeps]", "self-overlap $Q(t)$") and panels[0].get_xscale() == "log"
    assert levels(panels[0]) == [pytest.approx(1 / np.e)] and legend_words(panels[0]) == [r"$1/\mathrm{e}$: the relaxation time"]


def test_overlap_is_drawn_as_far_as_half_of_the_samples_reach() -> None:
    study = Study()
    table = study.relaxation_curves
    mine = table.index[table["parent_temperature"] == 0.7]
    table.loc[mine[-2:], "samples"] = [24, 23]
    table.loc[mine[0], "time"] = 0
    found = bars(draw("equilibration", study).axes[0])[sorted(FOUR).index(0.7)]
    np.testing.assert_allclose(found.x, table.loc[mine[1:-1], "time"])


def test_relaxation_time_against_the_inverse_temperature(study: Study, panels: list[Axes]) -> None:
    table = rows(study, "relaxation_time")
    check(one(bars(panels[1], "mean over samples")), 1 / table["t"], table["value"], table["error"], log=True)
    assert labels(panels[1]) == (r"$T_\mathrm{onset}/T_p$", r"relaxation time $\tau$ [sweeps]") and panels[1].get_yscale() == "log"
    low, high = panels[1].get_xlim()
    assert low < 1 / table["t"].max() and high > 1 / table["t"].min()
    assert [text.get_text() for text in top(panels[1]).get_xticklabels()] == ["1.3", "0.7", "0.55", "0.45"]


def bands(ax: Axes) -> list[tuple[float, float]]:
    """Lower and upper ends of the bands across the panel."""
    return [(band.get_y(), band.get_y() + band.get_height()) for band in ax.patches if (band.get_x(), band.get_width()) == (0, 1)]


def relative(study: Study, quantity: str) -> pd.DataFrame:
    """The rows of a difference of temperatures, over T_p."""
    table = rows(study, quantity)
    return table.assign(value=table["value"] / table["parent_temperature"], error=table["error"] / table["parent_temperature"])


def test_energy_along_the_run_as_a_temperature(study: Study, panels: list[Axes]) -> None:
    """The first eighth is not drawn; series stand side by side, cold to hot."""
    capacity = rows(study, "heat_capacity_liquid").set_index("parent_temperature")["value"]
    for rank, (temperature, found) in enumerate(zip(sorted(FOUR), bars(panels[2]), strict=True)):
        table = study.energy_windows[study.energy_windows["parent_temperature"] == temperature].iloc[1:]
        scale = capacity[temperature] * temperature
        check(found, table["share"] + 0.006 * rank, table["change"] / scale, table["change_error"] / scale)
        assert (found.colour, found.marker, len(found.x)) == (COLOURS[temperature], value_markers(FOUR)[temperature], 7)
    assert labels(panels[2]) == ("share of the run", r"energy against the second half, $\Delta T/T_p$") and uprights(panels[2]) == [0.5]
    assert bands(panels[2]) == [(-0.005, 0.005)]
    assert set(legend_words(panels[2])) == {r"$\pm$ 0.005, what is tolerated", "end of the approach"}


def test_a_temperature_without_heat_capacity_has_no_energies_along_the_run() -> None:
    study = Study()
    mine = (study.quantities["quantity"] == "heat_capacity_liquid") & (study.quantities["parent_temperature"] == 0.7)
    study.quantities = study.quantities[~mine]
    assert [found.colour for found in bars(draw("equilibration", study).axes[2])] == [COLOURS[one] for one in sorted(FOUR) if one != 0.7]


def test_drift_and_bracket_over_the_temperature(study: Study, panels: list[Axes]) -> None:
    drift, bracket = relative(study, "temperature_drift"), relative(study, "temperature_bracket")
    found, beside = one(bars(panels[3], DRIFT)), one(bars(panels[3], BRACKET))
    check(found, drift["t"], drift["value"], drift["error"])
    check(beside, bracket["t"] + 0.01, bracket["value"], bracket["error"])
    assert len(found.x) == len(FOUR) and len(beside.x) == len(FOUR) - 1  # nothing is heated up to the coldest rung
    assert not found.hollow and not beside.hollow and (found.marker, beside.marker) == ("o", "D") and found.colour != beside.colour
    assert labels(panels[3]) == (r"$T_p/T_\mathrm{onset}$", r"$\Delta T/T_p$") and levels(panels[3]) == [0.0]
    assert legend_words(panels[3]) == [DRIFT, BRACKET]


@pytest.mark.parametrize("tolerance", [0.005, 0.2])
def test_the_band_is_what_is_tolerated_and_is_inside_the_panel(study: Study, tolerance: float) -> None:
    ax = draw("equilibration", study, settings_of(study, options={"liquids": {"tolerance": tolerance}})).axes[3]
    assert bands(ax) == [(-tolerance, tolerance)]
    low, high = ax.get_ylim()
    assert low < -tolerance and high > tolerance
    for found in bars(ax):
        assert low < (found.y - found.down).min() and high > (found.y + found.up).max()


def test_a_point_that_is_not_in_equilibrium_is_hollow_and_named() -> None:
    study = Study()
    mine = study.quantities["parent_temperature"] == 0.55
    study.quantities.loc[mine, "flag"] = REASON
    study.quantities.loc[mine & (study.quantities["quantity"] == "temperature_drift"), "value"] = 0.0115
    figure = draw("equilibration", study)
    times = rows(study, "relaxation_time")
    for ax, label, table, x, log in (
        (figure.axes[1], "mean over samples", times, 1 / times["t"], True),
        (figure.axes[3], DRIFT, relative(study, "temperature_drift"), rows(study, "temperature_drift")["t"], False),
        (figure.axes[3], BRACKET, relative(study, "temperature_bracket"), rows(study, "temperature_bracket")["t"] + 0.01, False),
    ):
        flagged = table["parent_temperature"] == 0.55
        filled = one(bars(ax, label))
        check(filled, x[~flagged], table["value"][~flagged], table["error"][~flagged], log)
        (hollow,) = [found for found in bars(ax) if found.hollow and found.marker == filled.marker and found.colour == filled.colour]
        np.testing.assert_allclose((hollow.x, hollow.y, hollow.up), np.array([x, table["value"], table["error"]])[:, flagged], rtol=1e-6)
        assert not filled.hollow
    assert figure.axes[3].get_ylim()[1] > 0.0115 / 0.55
    assert r"hollow, not in equilibrium: $T_p/T_\mathrm{onset}$ = 0.611" in note(figure) and "drifts" not in note(figure)
    assert "hollow" not in note(standard("equilibration"))


def test_a_bracket_whose_liquids_still_rise_is_hollow_alone_and_named() -> None:
    study = Study()
    mine = (study.quantities["parent_temperature"] == 0.55) & (study.quantities["quantity"] == "temperature_bracket")
    study.quantities.loc[mine, ["flag", "samples"]] = [OPEN, 3]
    figure = draw("equilibration", study)
    bracket = relative(study, "temperature_bracket")
    flagged = bracket["parent_temperature"] == 0.55
    filled = one(bars(figure.axes[3], BRACKET))
    check(filled, bracket["t"][~flagged] + 0.01, bracket["value"][~flagged], bracket["error"][~flagged])
    (hollow,) = [found for ax in figure.axes for found in bars(ax) if found.hollow]
    np.testing.assert_allclose((hollow.x, hollow.y), np.array([bracket["t"] + 0.01, bracket["value"]])[:, flagged], rtol=1e-6)
    assert note(figure) == note(standard("equilibration")) + r"; hollow, no bracket: $T_p/T_\mathrm{onset}$ = 0.611"


def test_flagged_liquids_are_counted_by_reason(study: Study, figure: Figure) -> None:
    for flag, found in study.liquids[study.liquids["flag"] != ""].groupby("flag"):
        assert f"{flag} ({len(found)})" in note(figure)


def test_reasons_with_details_are_one_reason() -> None:
    study = Study((0.45,))
    flags = [f"blew up at step {step} with time step 0.005: far" for step in (3, 4)] + ["overlapping particles at the start: 7"] * 2
    rows_of = [
        {"particles": 256, "parent_temperature": 0.45, "step": "liquids", "flag": flag, "samples": 2, "examples": "1, 2"} for flag in flags[:3]
    ]
    study.flags = pd.DataFrame([*rows_of, {**rows_of[-1], "flag": "overlapping particles at the start: 8"}])
    assert "overlapping particles at the start (4)" in note(draw("equilibration", study))


def test_the_legend_names_the_temperatures(figure: Figure) -> None:
    assert legend(figure) == {f"{t / ONSET:.2f} ({t:g})": (COLOURS[t], value_markers(FOUR)[t]) for t in sorted(FOUR)}


def test_liquids_that_never_relaxed_or_ran_are_said() -> None:
    study = Study()
    study.quantities = study.quantities[study.quantities["quantity"] != "relaxation_time"]
    study.relaxation_curves, study.energy_windows = study.relaxation_curves.iloc[:0], study.energy_windows.iloc[:0]
    text = words(draw("equilibration", study))
    assert all(part in text for part in ("no liquid relaxed within its budget", "no overlap was measured", "no energy along a run"))


def test_a_cooled_study_has_no_verdict() -> None:
    """No length was asked for: neither a drift nor a bracket is there, and the panel says so."""
    study = Study()
    study.quantities = study.quantities[~study.quantities["quantity"].isin(["temperature_drift", "temperature_bracket"])]
    figure = draw("equilibration", study, settings_of(study, relaxation_times=0.0))
    assert "no length of a run was asked for" in words(figure) and bars(figure.axes[3]) == []
    assert len(bars(figure.axes[2])) == len(FOUR)
