"""Panels that show whether a law is there: exponents and slopes in nested windows, E_QLM against its window; what is hollow or not drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from drawn import GREY, INK, SECOND, bars, check, draw, labels, legend_words, levels, lines, note, one, rows, standard, top, words
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from synthetic_tables import FOUR, ONSET, UNIT, Study, beside, settings_of
from vitrine.figures.style import value_colours, value_markers

COLOURS = {temperature: to_hex(colour) for temperature, colour in value_colours(FOUR).items()}
MARKERS = value_markers(FOUR)
COLD_TO_HOT = sorted(FOUR)
LAW = "no omega^4 range: the exponent of the cumulative is 8.0 ± 0.4 over a factor 2.50, not 5"
TAIL = "no lambda^-7/2 range: 4 modes in the tail, at least 8 are needed"
LEVEL = "no plateau: it changes by -2 ± 0.1 for each factor e in lambda"
COLD = r"$T_p/T_\mathrm{onset}$ = 0.5"


@pytest.fixture(scope="module")
def study() -> Study:
    return Study()


def doubtful(reason: str, *quantities: str, at: tuple[float, ...] = (0.45,)) -> Study:
    """The made-up study with a flag at some T_p."""
    study = Study()
    found = study.quantities["quantity"].isin(quantities) & study.quantities["parent_temperature"].isin(at)
    assert found.sum() == len(quantities) * len(at)
    study.quantities.loc[found, "flag"] = reason
    return study


def hollow_points(ax: Axes, label: str | None = None) -> dict[bool, np.ndarray]:
    """{whether they are hollow: x of the points}, of a label and of the unnamed ones that go with it."""
    found = [drawn for drawn in bars(ax) if label is None or drawn.label == label or drawn.label.startswith("_")]
    return {hollow: np.concatenate([np.empty(0), *(drawn.x for drawn in found if drawn.hollow == hollow)]) for hollow in (False, True)}


def windows(frame: pd.DataFrame, temperature: float) -> pd.DataFrame:
    found = frame[frame["parent_temperature"] == temperature]
    assert len(found) > 3
    return found


def check_windows(ax: Axes, frame: pd.DataFrame, x: str, value: str, error: str, unit: float = 1.0, hollow: tuple[float, ...] = ()) -> None:
    """A panel has the windows of every T_p, with their errors, in its colour and marker; hollow at those T_p."""
    for temperature, found in zip(COLD_TO_HOT, bars(ax), strict=True):
        table = windows(frame, temperature)
        check(found, table[x] / unit, table[value], table[error])
        assert (found.colour, found.marker, found.hollow) == (COLOURS[temperature], MARKERS[temperature], temperature in hollow)


# --- D(omega) ----------------------------------------------------------------------------------------------------------------------------


def test_exponents_of_the_cumulative_against_the_end_of_their_window(study: Study) -> None:
    ax = standard("cumulative_modes").axes[1]
    check_windows(ax, study.mode_windows, "end", "exponent", "error", UNIT)
    assert levels(ax) == [5.0] and legend_words(ax) == [r"5: $D(\omega)\sim\omega^4$"]
    assert labels(ax) == (r"end of the window, $\omega\,a_0/c_\infty$", "exponent of the cumulative in the window")
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "linear") and len(standard("cumulative_modes").axes) == 2
    low, high = ax.get_ylim()
    assert low == 0 and high > 5 and all(found.y.max() + found.up[np.argmax(found.y)] < high for found in bars(ax))


def test_ends_that_lie_close_together_have_an_axis_with_room_for_its_ticks() -> None:
    poor = Study()
    ends = poor.mode_windows["end"]
    poor.mode_windows["end"] = ends.median() * (ends / ends.median()) ** 1e-3
    ax = draw("cumulative_modes", poor).axes[1]
    check_windows(ax, poor.mode_windows, "end", "exponent", "error", UNIT)
    low, high = ax.get_xlim()
    assert high / low == pytest.approx(2) and low < poor.mode_windows["end"].min() / UNIT < poor.mode_windows["end"].max() / UNIT < high
    assert 1 <= len([text for text in ax.get_xticklabels() if text.get_text() and low <= text.get_position()[0] <= high]) <= 4


def test_exponents_have_the_units_of_the_cumulative_beside_them() -> None:
    poor = Study()
    poor.fits = poor.fits[poor.fits["name"] != "c_inf"]
    left, right = draw("cumulative_modes", poor).axes
    assert right.get_xlabel() == f"end of the window, {left.get_xlabel()}" and "a_0" not in right.get_xlabel()
    check_windows(right, poor.mode_windows, "end", "exponent", "error")


def test_a_point_without_the_law_has_no_fit_and_is_hollow(study: Study) -> None:
    poor = doubtful(LAW, "A_g", "A_g_reduced", at=(0.7,))
    figure = draw("cumulative_modes", poor)
    left, right = figure.axes
    assert lines(draw("cumulative_modes", study).axes[0], gid="fit-0.7000") and not lines(left, gid="fit-0.7000")
    assert lines(left, gid="fit-1.3000") and len(bars(left)) == 4  # its modes are drawn all the same
    check_windows(right, study.mode_windows, "end", "exponent", "error", UNIT, hollow=(0.7,))
    inset = one([child for child in left.child_axes if type(child).__name__ == "Axes"])
    assert [found.hollow for found in bars(inset)] == [False, False, True, False]
    assert note(figure).endswith(r"; hollow, no omega^4 range: $T_p/T_\mathrm{onset}$ = 0.778")


def test_exponents_of_the_largest_size_replace_the_main_ones() -> None:
    small, large = Study(), Study(FOUR, 1000, seed=5)
    both = beside(small, large)
    ax = draw("cumulative_modes", both, settings_of(small, options={"modes": {"large_above": 0.6, "phonon_fraction": 0.9}})).axes[1]
    for temperature, found in zip(COLD_TO_HOT, bars(ax), strict=True):
        table = windows((large if temperature > 0.6 else small).mode_windows, temperature)
        check(found, table["end"] / UNIT, table["exponent"], table["error"])


def test_without_windows_the_panel_says_why() -> None:
    poor = Study()
    poor.mode_windows = poor.mode_windows.iloc[:0]
    left, right = draw("cumulative_modes", poor).axes
    assert [text.get_text() for text in right.texts if "not enough" in text.get_text()] == ["not enough data:\nfewer than 8 modes below the phonons"]
    assert not bars(right) and not levels(right) and len(bars(left)) == 4


def test_exponents_far_off_do_not_hide_the_others() -> None:
    """The panel reaches twice the middle exponent and five more; a lone one above is cut."""
    odd = Study()
    odd.mode_windows.loc[odd.mode_windows.index[0], "exponent"] = 500.0
    high = draw("cumulative_modes", odd).axes[1].get_ylim()[1]
    assert high == pytest.approx(1.25 * (2 * odd.mode_windows["exponent"].median() + 5))


# --- P(lambda) and N e -------------------------------------------------------------------------------------------------------------------


def test_exponents_of_the_tail_against_their_onset(study: Study) -> None:
    ax = standard("bond_operator").axes[2]
    check_windows(ax, study.tail_windows, "onset", "exponent", "error")
    assert levels(ax) == [3.5] and legend_words(ax) == [r"7/2: $D(\omega)\sim\omega^4$"]
    assert labels(ax) == (r"onset, $\lambda\;[\lambda_\mathrm{min}^2/\varepsilon]$", r"exponent of $P(\lambda)$ above the onset")
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "linear") and len(standard("bond_operator").axes) == 4
    low, high = ax.get_ylim()
    assert low == 1 and high > max((found.y + found.up).max() for found in bars(ax))


def test_slopes_of_the_profile_over_its_mean_against_their_onset(study: Study) -> None:
    ax = standard("bond_operator").axes[3]
    table = study.tail_windows
    relative = table.assign(slope=table["slope"] / table["N_e"], slope_error=table["slope_error"] / table["N_e"])
    check_windows(ax, relative, "onset", "slope", "slope_error")
    assert levels(ax) == [0.0] and legend_words(ax) == ["0: a plateau"] and ax.get_xscale() == "log"
    assert labels(ax)[1] == r"slope of $N e$ against $\ln\lambda$, over $N e$"


def test_a_flagged_prefactor_is_hollow_among_the_exponents_alone(study: Study) -> None:
    figure = draw("bond_operator", doubtful(TAIL, "A_g_tail"))
    _, right, exponents, slopes = figure.axes
    check_windows(exponents, study.tail_windows, "onset", "exponent", "error", hollow=(0.45,))
    assert not any(found.hollow for found in bars(slopes)) and lines(right, gid="plateau-0.4500")
    assert note(figure).endswith(f"; hollow, no lambda^-7/2 range: {COLD}")


def test_a_flagged_plateau_is_not_drawn_and_hollow_among_the_slopes_alone(study: Study) -> None:
    figure = draw("bond_operator", doubtful(LEVEL, "N_e_plateau", at=(0.45, 0.7)))
    _, right, exponents, slopes = figure.axes
    drawn = {temperature: bool(lines(right, gid=f"plateau-{temperature:.4f}")) for temperature in FOUR}
    assert drawn == {1.3: True, 0.7: False, 0.55: True, 0.45: False}
    assert [found.hollow for found in bars(slopes)] == [True, False, True, False] and not any(found.hollow for found in bars(exponents))
    assert note(figure).endswith(r"; hollow, no plateau: $T_p/T_\mathrm{onset}$ = 0.778, 0.5")


def test_windows_without_vectors_or_modes_say_so() -> None:
    poor = Study()
    poor.tail_windows[["N_e", "slope", "slope_error"]] = np.nan
    *_, exponents, slopes = draw("bond_operator", poor).axes
    assert len(bars(exponents)) == 4 and not bars(slopes) and "no vector of the tail was computed" in one(slopes.texts[:1]).get_text()
    poor.tail_windows = poor.tail_windows.iloc[:0]
    figure = draw("bond_operator", poor)
    assert "fewer than 8 eigenvalues in the tail" in words(figure) and not bars(figure.axes[2]) and len(bars(figure.axes[0])) == 4


# --- E_QLM against its window ------------------------------------------------------------------------------------------------------------

LOCAL = "between this $T_p$ and the next hotter"
SIDES = {"below": "fit of this $T_p$ and all colder", "above": "fit of this $T_p$ and all hotter"}


def of_fits(study: Study, side: str) -> pd.DataFrame:
    """The fits from one end to each T_p, cold to hot, with T_p/T_onset as `t`."""
    table = study.fits[study.fits["name"].str.startswith(f"E_qlm_{side}:")]
    t = table["name"].str.split(":").str[1].astype(float) / ONSET
    return table.assign(t=t).sort_values("t")


def test_energies_against_the_range_of_temperatures_that_they_are_read_from(study: Study) -> None:
    ax = standard("boltzmann").axes[1]
    local = rows(study, "E_qlm_local")
    assert local["parent_temperature"].tolist() == [0.45, 0.55, 0.7]
    found = one(bars(ax, LOCAL))
    check(found, local["t"], local["value"], local["error"])
    assert (found.marker, found.colour) == ("s", GREY)
    for side, at, look in (("below", [0.55, 0.7, 1.3], ("o", INK)), ("above", [0.45, 0.55, 0.7], ("D", SECOND))):
        table, found = of_fits(study, side), one(bars(ax, SIDES[side]))
        np.testing.assert_allclose(table["t"] * ONSET, at)
        check(found, table["t"], table["value"], table["error"])
        assert (found.marker, found.colour) == look and not found.hollow
    assert labels(ax) == (r"$T_p/T_\mathrm{onset}$", r"$E_\mathrm{QLM}/k_BT_\mathrm{onset}$") and top(ax).get_xlabel() == r"$k_BT_p/\varepsilon$"
    assert levels(ax) == [3.3] and "3.3 (Rainone et al. 2020, Fig. 5)" in legend_words(ax)
    low, high = ax.get_ylim()
    assert all(low < (found.y - found.down).min() and (found.y + found.up).max() < high for found in bars(ax)) and low < 0


def test_a_point_in_doubt_has_no_local_slope_and_is_hollow_beside_it() -> None:
    """The tables have no fit and no slope at a point that is flagged: the panel leaves a gap."""
    poor = doubtful(LAW, "N_qlm", at=(0.55,))
    gone = (poor.quantities["quantity"] == "E_qlm_local") & (poor.quantities["parent_temperature"] == 0.55)
    poor.quantities, poor.fits = poor.quantities[~gone], poor.fits[~poor.fits["name"].str.endswith(":0.55")]
    figure = draw("boltzmann", poor)
    left, right = figure.axes
    label, table = "$A_g$ from the cumulative", rows(poor, "N_qlm")
    found = hollow_points(left, label)
    assert found[True] == pytest.approx([ONSET / 0.55]) and sorted(found[False]) == pytest.approx([ONSET / 1.3, ONSET / 0.7, ONSET / 0.45])
    sound = one(bars(left, label))
    kept = table[table["parent_temperature"] != 0.55]
    check(sound, 1 / kept["t"], kept["value"], kept["error"], log=True)
    assert all(not np.isclose(found.x, 0.55 / ONSET).any() for found in bars(right)) and len(bars(right)) == 3
    assert r"; hollow, no omega^4 range: $T_p/T_\mathrm{onset}$ = 0.611" in note(figure)


def test_energies_without_error_are_hollow() -> None:
    poor = Study()
    poor.fits.loc[poor.fits["name"] == "E_qlm_below:0.55", "error"] = np.nan
    poor.quantities.loc[(poor.quantities["quantity"] == "E_qlm_local") & (poor.quantities["parent_temperature"] == 0.7), "error"] = np.nan
    hollow = [found for found in bars(draw("boltzmann", poor).axes[1]) if found.hollow]
    assert sorted((found.marker, *found.x) for found in hollow) == [("o", pytest.approx(0.55 / ONSET)), ("s", pytest.approx(0.7 / ONSET))]


def test_energies_that_are_not_there_leave_the_others_and_nothing_is_said() -> None:
    poor = Study()
    poor.fits = poor.fits[~poor.fits["name"].str.contains(":")]
    assert [found.label for found in bars(draw("boltzmann", poor).axes[1])] == [LOCAL]
    poor.quantities = poor.quantities[poor.quantities["quantity"] != "E_qlm_local"]
    right = draw("boltzmann", poor).axes[1]
    assert not bars(right) and not levels(right)
    assert "not enough data:\n" + r"fewer than two $T_p$ with $N_\mathrm{QLM}$" in [text.get_text() for text in right.texts]


def test_another_glass_former_has_no_published_energy(study: Study) -> None:
    ax = draw("boltzmann", study, settings_of(study, published=("kob_andersen",))).axes[1]
    assert levels(ax) == [] and len(bars(ax)) == 3


# --- points in doubt elsewhere -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "quantity", "panel", "label"),
    [
        ("defects", "N_qlm", 1, "$A_g$ from the cumulative"),
        ("annealing_ratios", "R_Ag", 0, r"from $D(\omega)\sim\omega^4$"),
        ("lengths", "xi_g", 0, r"$\xi_g$"),
    ],
)
def test_a_flagged_point_is_hollow_and_the_note_gives_its_reason(name: str, quantity: str, panel: int, label: str) -> None:
    figure = draw(name, doubtful(f"not in equilibrium: its mean energy drifts; {LAW}", quantity))
    found = hollow_points(figure.axes[panel], label)
    assert found[True] == pytest.approx([0.5]) and len(found[False]) >= 3 and not np.isclose(found[False], 0.5).any()
    text = note(figure)
    assert f"; hollow, not in equilibrium: {COLD}; hollow, no omega^4 range: {COLD}" in text and "no error bar" not in text
