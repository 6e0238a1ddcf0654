"""The figure of equilibration: what is drawn is what the tables say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from drawn import bars, check, draw, labels, legend, legend_words, levels, note, one, rows, standard, top, words
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from synthetic_tables import FOUR, ONSET, TWELVE, Study, settings_of
from vitrine.figures.style import value_colours, value_markers

COLOURS = {temperature: to_hex(colour) for temperature, colour in value_colours(FOUR).items()}
HOT_TO_COLD = sorted(FOUR, reverse=True)


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


def placed(study: Study) -> pd.DataFrame:
    """All samples with their place `x`: the column of their T_p, hot to cold, and in it 0.7 wide by the index; cold to hot, as they are drawn."""
    table = study.liquids.sort_values(["parent_temperature", "sample"], ignore_index=True)
    column = table["parent_temperature"].map(HOT_TO_COLD.index)
    return table.assign(x=column + 0.7 * ((table["sample"] + 0.5) / study.samples - 0.5))


def points(ax: Axes) -> list[tuple[np.ndarray, list, str]]:
    """Offsets, face colours and label of every scatter."""
    return [(np.asarray(one.get_offsets(), float), one.get_facecolors(), str(one.get_label())) for one in ax.collections if len(one.get_offsets())]


@pytest.mark.parametrize(("panel", "column"), [(2, "relaxations"), (3, "energy_drift")])
def test_every_sample_is_at_its_number(study: Study, panels: list[Axes], panel: int, column: str) -> None:
    table = placed(study)
    x, good, flags = table["x"], (table["flag"] == "").to_numpy(), table["flag"].to_numpy()
    value = table[column].where(table["relaxations"] >= 0).to_numpy(float)
    drawn = [entry for entry in points(panels[panel]) if len(entry[0]) > 1 or entry[2] != "_nolegend_"]
    offsets, faces, _ = drawn[0]
    np.testing.assert_allclose(offsets, np.column_stack([x, value])[good])
    assert [to_hex(face) for face in faces] == [COLOURS[temperature] for temperature in table.loc[good, "parent_temperature"]]
    for (offsets, faces, label), flag in zip(drawn[1:], sorted(set(flags) - {""}), strict=True):
        mine = np.column_stack([x, value])[flags == flag]
        assert label.replace("\n", " ").startswith(f"{flag}: {len(mine)} left out") and to_hex(faces[0]) == "#ffffff"
        known = np.isfinite(mine[:, 1])
        np.testing.assert_allclose(offsets[:, 0], mine[:, 0])
        np.testing.assert_allclose(offsets[known, 1], mine[known, 1])
        np.testing.assert_allclose(offsets[~known, 1], 0.025)
        assert label.endswith("(on the axis)") == (not known.any())
    assert [text.get_text() for text in panels[panel].get_xticklabels()] == [f"{temperature / ONSET:.2f}" for temperature in HOT_TO_COLD]
    assert list(panels[panel].get_xticks()) == [0, 1, 2, 3] and panels[panel].get_xlabel() == r"$T_p/T_\mathrm{onset}$"


def test_run_length_that_is_asked_for(study: Study, panels: list[Axes]) -> None:
    assert levels(panels[2]) == [10.0] and "asked for: 10" in legend_words(panels[2])
    assert panels[2].get_ylabel() == r"run length [relaxation times $\tau$]"
    assert panels[2].get_ylim()[1] > study.liquids["relaxations"].max()
    cooled = draw("equilibration", study, settings_of(study, relaxation_times=0.0)).axes[2]
    assert not levels(cooled) and not any("asked for" in text for text in legend_words(cooled))


def test_mean_drift_with_its_standard_error_and_the_bands(study: Study, panels: list[Axes]) -> None:
    ax, good = panels[3], study.liquids[study.liquids["flag"] == ""]
    drift = [good.loc[good["parent_temperature"] == temperature, "energy_drift"] for temperature in HOT_TO_COLD]
    found = one(bars(ax, "mean and its standard error"))
    order = np.argsort(found.x)
    np.testing.assert_array_equal(found.x[order], [0, 1, 2, 3])
    np.testing.assert_allclose(found.y[order], [one.mean() for one in drift])
    np.testing.assert_allclose(found.up[order], [one.std(ddof=1) / np.sqrt(len(one)) for one in drift])
    assert sorted((band.get_y(), band.get_y() + band.get_height()) for band in ax.patches) == [(-2, 2), (-1, 1)]
    assert ax.get_ylabel() == "energy drift [standard errors]"
    low, high = ax.get_ylim()
    assert low < study.liquids["energy_drift"].min() and high > study.liquids["energy_drift"].max()


def test_flagged_liquids_are_counted_by_reason(study: Study, figure: Figure) -> None:
    for flag, found in study.liquids[study.liquids["flag"] != ""].groupby("flag"):
        assert f"{flag}: {len(found)} left out" in words(figure) and f"{flag} ({len(found)})" in note(figure)


def test_flagged_liquids_are_all_drawn_when_good_ones_are_thinned() -> None:
    study = Study((0.45,), samples=900)
    figure = draw("equilibration", study)
    drawn = [len(offsets) for offsets, _, label in points(figure.axes[2])]
    assert sum(drawn[1:]) == (study.liquids["flag"] != "").sum() and 150 < drawn[0] <= 200
    assert f"{sum(drawn)} of 900 samples drawn, all flagged ones among them" in words(figure)


def test_many_temperatures_stand_upright_below_their_columns() -> None:
    ax = draw("equilibration", Study(TWELVE, samples=3)).axes[2]
    assert len(ax.get_xticklabels()) == 12 and ax.get_xticklabels()[0].get_rotation() == 0 and ax.get_xlim() == (-0.6, 11.6)


def test_reasons_with_details_are_one_reason() -> None:
    study = Study((0.45,))
    study.liquids.loc[:2, "flag"] = [f"not equilibrated: {done} of 10 relaxation times" for done in (3, 4, 5)]
    count = int(study.liquids["flag"].str.startswith("not equilibrated").sum())
    assert f"not equilibrated: {count} left out" in words(draw("equilibration", study))


def test_the_legend_names_the_temperatures(figure: Figure) -> None:
    assert legend(figure) == {f"{t / ONSET:.2f} ({t:g})": (COLOURS[t], value_markers(FOUR)[t]) for t in sorted(FOUR)}


def test_liquids_that_never_relaxed_or_ran_are_said() -> None:
    study = Study()
    study.quantities = study.quantities[study.quantities["quantity"] != "relaxation_time"]
    study.relaxation_curves, study.liquids = study.relaxation_curves.iloc[:0], study.liquids.iloc[:0]
    text = words(draw("equilibration", study))
    assert all(part in text for part in ("no liquid relaxed within its budget", "no overlap was measured", "no liquid was run"))
