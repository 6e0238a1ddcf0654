"""The figures of soft spots and of annealing: what is drawn is what the tables say."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from drawn import (
    GREY,
    INK,
    SECOND,
    bars,
    check,
    check_series,
    draw,
    inner,
    labels,
    legend_words,
    levels,
    lines,
    log_down,
    note,
    one,
    rows,
    standard,
    stars,
    top,
    words,
)
from matplotlib.axes import Axes
from matplotlib.colors import same_color
from matplotlib.markers import CARETDOWNBASE
from synthetic_tables import A0, CROSSOVER, ONSET, Study, settings_of
from vitrine.figures.data import fit_value

HOT, COLD = 1.3 / ONSET, 0.45 / ONSET


@pytest.fixture(scope="module")
def study() -> Study:
    return Study()


@pytest.fixture(scope="module")
def defects() -> list[Axes]:
    return standard("defects").axes


@pytest.fixture(scope="module")
def boltzmann() -> Axes:
    return standard("boltzmann").axes[0]


def hot(study: Study, quantity: str) -> float:
    """Its value at the hottest T_p."""
    return float(rows(study, quantity)["value"].iloc[-1])


def without(study: Study, *quantities: str, temperature: float | None = None) -> Study:
    """Copies of the tables in which quantities have no number, everywhere or at one T_p."""
    table = study.quantities
    lost = table["quantity"].isin(quantities) & ((temperature is None) | (table["parent_temperature"] == temperature))
    poor = Study()
    poor.quantities = table.assign(value=table["value"].mask(lost), error=table["error"].mask(lost))
    return poor


# --- defects -----------------------------------------------------------------------------------------------------------------------------


def test_omega_g_and_its_published_change(study: Study, defects: list[Axes]) -> None:
    ax = defects[0]
    found = check_series(ax, r"$\omega_g$ (weak bonds)", study, "omega_g_reduced")
    assert (found.marker, found.colour) == ("o", INK)
    assert labels(ax) == (r"$T_p/T_\mathrm{onset}$", r"$\omega_g\,a_0/c_\infty$") and top(ax).get_xlabel() == r"$k_BT_p/\varepsilon$"
    ((x, y, label),) = stars(ax)
    assert (x, y) == (pytest.approx(1 / 3), pytest.approx(2 * hot(study, "omega_g_reduced")))
    assert label == "about twice the hottest (Rainone et al. 2020, Fig. 4a)"
    assert levels(ax) == [hot(study, "omega_g_reduced")]
    low, high = ax.get_ylim()
    assert low < found.y.min() and high > y and low == pytest.approx(found.y.min() - 0.30 * (y - found.y.min()))


def test_points_of_a_series_are_joined_by_a_line(study: Study, defects: list[Axes]) -> None:
    table = rows(study, "omega_g_reduced")
    assert any(np.array_equal(line.get_xdata(), table["t"]) and np.array_equal(line.get_ydata(), table["value"]) for line in defects[0].lines)


def test_shear_modulus_in_the_units_of_the_papers(study: Study, defects: list[Axes]) -> None:
    ax = inner(defects[0])
    check_series(ax, "$G$", study, "shear_modulus", scale=A0**3 / ONSET)
    assert labels(ax) == (r"$T_p/T_\mathrm{onset}$", r"$G\,a_0^3/k_BT_\mathrm{onset}$")
    assert levels(ax) == [17.0] and legend_words(ax) == [r"$G_\infty$: 17 (ibid., App. A)"]
    band = one(ax.patches)
    value, error = fit_value(study.fits, "G_inf_reduced")
    assert (band.get_y(), band.get_y() + band.get_height()) == (pytest.approx(value - error), pytest.approx(value + error))
    low, high = ax.get_ylim()
    assert low < min(17.0, bars(ax)[0].y.min()) and high > bars(ax)[0].y.max()


def test_number_of_soft_spots_by_both_estimates(study: Study, defects: list[Axes]) -> None:
    ax = defects[1]
    assert check_series(ax, "$A_g$ from the cumulative", study, "N_qlm", log=True).colour == INK
    second = check_series(ax, r"$A_g$ from $\omega_\mathrm{min}$ (censored likelihood)", study, "N_qlm_ml", shift=0.01, log=True)
    assert (second.colour, second.marker) == (SECOND, "D")
    ((x, y, label),) = stars(ax)
    assert (x, y) == (pytest.approx(1 / 3), pytest.approx(hot(study, "N_qlm") / 100))
    assert label == "slightly less than two decades below the hottest (Rainone et al. 2020, Fig. 4b)"
    assert labels(ax)[1] == r"$N_\mathrm{QLM}=A_g\,\omega_g^5$ (per particle)" and ax.get_yscale() == "log"
    low, high = ax.get_ylim()
    table = pd.concat([rows(study, name) for name in ("N_qlm", "N_qlm_ml")])
    lowest = (table["value"] - log_down(table["value"], table["error"])).min()
    assert low == pytest.approx(min(lowest, y) / 2) and high == pytest.approx(table["value"].max() * 2.5)


def limited(study: Study, flag: str = "") -> tuple[Study, float]:
    """Tables whose coldest N_QLM is a limit alone, a hundredth of what it was, and that limit."""
    poor = without(study, "N_qlm", "N_qlm_ml", temperature=COLD * ONSET)
    number = rows(study, "N_qlm").iloc[:1]
    limit = float(number["value"].iloc[0]) / 100
    told = number.drop(columns="t").assign(quantity="N_qlm_limit", value=limit, error=0.1 * limit, flag=flag)
    poor.quantities = pd.concat([poor.quantities, told], ignore_index=True)
    return poor, limit


@pytest.mark.parametrize(("figure", "panel", "at"), [("defects", 1, COLD), ("boltzmann", 0, 1 / COLD)])
def test_an_arrow_hangs_on_the_limit_where_there_is_no_number(study: Study, figure: str, panel: int, at: float) -> None:
    for flag, faint in (("", 1.0), ("not in equilibrium", 0.45)):
        poor, limit = limited(study, flag)
        ax = draw(figure, poor).axes[panel]
        found = one(bars(ax, "at most (95 %)"))
        assert (found.x.tolist(), found.y.tolist()) == ([pytest.approx(at)], [pytest.approx(limit)])
        assert found.down == pytest.approx(0.4 * limit) and found.up == 0 and found.marker == "_"
        arrow = one([line for line in ax.lines if line.get_marker() == CARETDOWNBASE])
        assert list(arrow.get_ydata()) == [pytest.approx(0.6 * limit)] and arrow.get_alpha() == faint
        assert ax.get_ylim()[0] < 0.6 * limit
        assert (rf"; hollow, {flag}: " in note(ax.figure)) == bool(flag)
    assert not bars(standard(figure).axes[panel], "at most (95 %)")


def test_the_change_hangs_on_the_likelihood_where_the_fit_has_no_value(study: Study) -> None:
    figure = draw("defects", without(study, "N_qlm"))
    ((_, y, _),) = stars(figure.axes[1])
    assert y == pytest.approx(hot(study, "N_qlm_ml") / 100)


def test_what_is_missing_in_defects_is_said(study: Study) -> None:
    text = words(draw("defects", without(study, "omega_g_reduced", "N_qlm", "N_qlm_ml", "shear_modulus")))
    assert "no bond below the force threshold" in text and "no $A_g$ or no $\\omega_g$" in text and "no shear modulus" in text
    assert "no $\\omega_g$, $N_\\mathrm{QLM}$, $N_\\mathrm{QLM}$ (likelihood) at any $T_p$" in text


# --- boltzmann ---------------------------------------------------------------------------------------------------------------------------


def test_number_against_the_inverse_temperature(study: Study, boltzmann: Axes) -> None:
    for label, name, shift in (("$A_g$ from the cumulative", "N_qlm", 0.0), (r"$A_g$ from $\omega_\mathrm{min}$ (likelihood)", "N_qlm_ml", 0.02)):
        table = rows(study, name)
        check(one(bars(boltzmann, label)), 1 / table["t"] + shift, table["value"], table["error"], log=True)
    assert labels(boltzmann) == (r"$T_\mathrm{onset}/T_p$", r"$N_\mathrm{QLM}=A_g\,\omega_g^5$ (per particle)")
    low, high = boltzmann.get_xlim()
    assert low < 1 / HOT < 1 / COLD < high and boltzmann.get_yscale() == "log"


def test_upper_axis_of_inverse_temperatures_has_simulation_units(boltzmann: Axes) -> None:
    upper = top(boltzmann)
    assert [text.get_text() for text in upper.get_xticklabels()] == ["1.3", "0.7", "0.55", "0.45"]
    np.testing.assert_allclose(upper.get_xticks(), [ONSET / value for value in (1.3, 0.7, 0.55, 0.45)])


def test_inverse_temperatures_that_do_not_fit_are_left_out() -> None:
    study = Study((1.3, 0.7, 0.66, 0.55, 0.54, 0.45))
    assert [text.get_text() for text in top(draw("boltzmann", study).axes[0]).get_xticklabels()] == ["1.3", "0.7", "0.55", "0.45"]


def fitted(study: Study, name: str, x: np.ndarray) -> np.ndarray:
    energy, intercept = (fit_value(study.fits, fit)[0] for fit in (name, f"{name}_intercept"))
    return np.exp(intercept - energy * np.asarray(x))


def test_boltzmann_line_is_solid_in_its_window_and_dashed_beyond(study: Study, boltzmann: Axes) -> None:
    inside = one(lines(boltzmann, gid="boltzmann-window"))
    np.testing.assert_allclose(inside.get_xdata(), [ONSET / CROSSOVER, 1 / COLD])
    np.testing.assert_allclose(inside.get_ydata(), fitted(study, "E_qlm", inside.get_xdata()))
    assert inside.get_linestyle() == "-"
    label = r"$E_\mathrm{QLM}$ = 3.30 ± 0.21 $k_BT_\mathrm{onset}$" + "\n" + r"(fit in $T_p\leq0.73\,T_\mathrm{onset}$)"
    assert inside.get_label() == label
    outside = [line for line in boltzmann.lines if line.get_linestyle() == "--" and same_color(line.get_color(), INK)]
    low, high = boltzmann.get_xlim()
    assert [list(line.get_xdata()) for line in outside] == [[low, ONSET / CROSSOVER], [1 / COLD, high]]
    for line in outside:
        np.testing.assert_allclose(line.get_ydata(), fitted(study, "E_qlm", line.get_xdata()))


def test_the_fit_through_all_temperatures(study: Study, boltzmann: Axes) -> None:
    line = one(lines(boltzmann, label="all $T_p$: 2.40 ± 0.10"))
    assert list(line.get_xdata()) == list(boltzmann.get_xlim())
    np.testing.assert_allclose(line.get_ydata(), fitted(study, "E_qlm_full", line.get_xdata()))


def test_published_slope_hangs_below_our_coldest_point(study: Study, boltzmann: Axes) -> None:
    line = one(lines(boltzmann, label=r"slope of 3.3 $k_BT_\mathrm{onset}$ (Rainone et al. 2020, Fig. 5)"))
    x, y = line.get_data()
    assert np.diff(np.log(y))[0] / np.diff(x)[0] == pytest.approx(-3.3)
    assert x[1] == pytest.approx(1 / COLD) and x[0] == pytest.approx(ONSET / CROSSOVER)
    assert y[1] == pytest.approx(0.45 * fitted(study, "E_qlm", [1 / COLD])[0])


def test_without_a_fit_the_slope_hangs_on_the_point_and_the_legend_says_so(study: Study) -> None:
    poor = without(study, temperature=0.0)
    poor.fits = study.fits[~study.fits["name"].str.startswith("E_qlm")]
    ax = draw("boltzmann", poor).axes[0]
    line = one([line for line in ax.lines if str(line.get_label()).startswith("slope")])
    assert line.get_ydata()[1] == pytest.approx(0.45 * rows(study, "N_qlm")["value"].iloc[0])
    assert any(text.startswith("not enough data for the fit") for text in legend_words(ax))
    assert not lines(ax, gid="boltzmann-window")


def test_one_of_the_two_estimates_is_enough(study: Study) -> None:
    for lost, kept in (("N_qlm", r"$A_g$ from $\omega_\mathrm{min}$ (likelihood)"), ("N_qlm_ml", "$A_g$ from the cumulative")):
        assert [found.label for found in bars(draw("boltzmann", without(study, lost)).axes[0])] == [kept]
        assert len(bars(draw("defects", without(study, lost)).axes[1])) == 1
    poor = Study()
    poor.fits = poor.fits[poor.fits["name"] != "E_qlm_full_intercept"]
    assert not any(str(line.get_label()).startswith("all $T_p$") for line in draw("boltzmann", poor).axes[0].lines)


def test_the_option_of_the_crossover_moves_the_window(study: Study) -> None:
    settings = settings_of(study, options={"soft_spots": {"crossover_temperature": 0.5}})
    line = one(lines(draw("boltzmann", study, settings).axes[0], gid="boltzmann-window"))
    assert line.get_xdata()[0] == pytest.approx(ONSET / 0.5) and r"T_p\leq0.56\," in line.get_label()


# --- lengths and ratios ------------------------------------------------------------------------------------------------------------------


def test_glassy_length_and_its_published_decrease(study: Study) -> None:
    ax = one(standard("lengths").axes)
    check_series(ax, r"$\xi_g$", study, "xi_g")
    assert labels(ax) == (r"$T_p/T_\mathrm{onset}$", r"$\xi_g/a_0=2\pi c_s/(\omega_g a_0)$")
    ((x, y, label),) = stars(ax)
    assert (x, y) == (pytest.approx(7 / 18), pytest.approx(0.6 * hot(study, "xi_g")))
    assert label == "40 % below the hottest (Rainone et al. 2020, Fig. 6)" and levels(ax) == [hot(study, "xi_g")]


def test_annealing_ratios_of_both_operators(study: Study) -> None:
    left, right = standard("annealing_ratios").axes
    check_series(left, r"from $D(\omega)\sim\omega^4$", study, "R_Ag", log=True)
    check_series(left, r"from $P(\lambda)\sim\lambda^{-7/2}$", study, "R_Ag_tail", shift=0.01, log=True)
    check_series(right, r"$\xi_g=2\pi c_s/\omega_g$", study, "R_xi_g")
    second = check_series(right, r"$\xi$ of the bond operator", study, "R_xi_bond", shift=0.01)
    assert (second.colour, second.marker) == (SECOND, "D")
    assert labels(left)[1] == r"$R_{A_g}=A_g/A_g$(hottest $T_p$)" and labels(right)[1] == r"$R_\xi=\xi/\xi$(hottest $T_p$)"
    assert levels(left) == [1.0] == levels(right)
    assert stars(left) == [(pytest.approx(0.32 / 0.9), pytest.approx(1e-3), "three decades at the coldest (Giannini et al. 2021, Sec. IV D)")]
    label = "0.6 at the coldest, read off the figure (Giannini et al. 2021, Fig. 5)"
    assert stars(right) == [(pytest.approx(0.32 / 0.9), pytest.approx(0.6), label)]
    assert left.get_yscale() == "log" and right.get_yscale() == "linear" and left.get_ylim()[0] < 1e-3


def test_a_ratio_without_reference_is_said(study: Study) -> None:
    text = words(draw("annealing_ratios", without(study, "R_Ag", "R_Ag_tail", "R_xi_g", "R_xi_bond")))
    assert "no $A_g$ at the hottest $T_p$, or at no other" in text and "no $\\xi$ at the hottest $T_p$, or at no other" in text


# --- points that are not sound -----------------------------------------------------------------------------------------------------------


def test_a_point_without_error_or_with_most_samples_lost_is_hollow_and_the_note_says_why(study: Study) -> None:
    poor = without(study)
    at = {temperature: poor.quantities["parent_temperature"] == temperature for temperature in (0.45, 0.55)}
    poor.quantities.loc[at[0.45], "error"] = np.nan
    poor.quantities.loc[at[0.55], ["samples", "flagged"]] = [10, 38]
    figure = draw("lengths", poor)
    sound, hollow = bars(figure.axes[0])
    table = rows(study, "xi_g")
    assert not sound.hollow and hollow.hollow and sound.label == r"$\xi_g$" and hollow.label.startswith("_")
    check(sound, table["t"].iloc[2:], table["value"].iloc[2:], table["error"].iloc[2:])
    np.testing.assert_allclose(hollow.x, table["t"].iloc[:2])
    np.testing.assert_allclose(hollow.y, table["value"].iloc[:2])
    np.testing.assert_allclose(hollow.up, [0.0, table["error"].iloc[1]], atol=1e-12)
    assert note(figure).endswith("hollow: no error bar, or most samples left out")


def test_a_gap_at_the_hottest_temperature_is_named_and_the_next_is_the_reference(study: Study) -> None:
    poor = without(study, "xi_g", temperature=1.3)
    figure = draw("lengths", poor)
    assert r"no $\xi_g$ at $T_p/T_\mathrm{onset}$ = 1.44" in note(figure) and "hollow" not in note(figure)
    table = rows(study, "xi_g").iloc[:-1]
    check(one(bars(figure.axes[0])), table["t"], table["value"], table["error"])
    assert levels(figure.axes[0]) == [table["value"].iloc[-1]] and stars(figure.axes[0])[0][1] == pytest.approx(0.6 * table["value"].iloc[-1])


def test_all_hollow_points_keep_their_label(study: Study) -> None:
    poor = without(study)
    poor.quantities["error"] = np.nan
    hollow = one(bars(draw("lengths", poor).axes[0]))
    assert hollow.hollow and hollow.label == r"$\xi_g$" and len(hollow.x) == 4


def test_other_glass_formers_have_no_published_marks(study: Study) -> None:
    for name in ("defects", "lengths", "annealing_ratios", "boltzmann"):
        figure = draw(name, study, settings_of(study, published=("kob_andersen",)))
        assert not any(stars(ax) for ax in figure.axes) and "et al." not in words(figure) and "ibid" not in words(figure)
    assert same_color(GREY, one(lines(standard("lengths").axes[0], marker="*")).get_color())
