"""The figures of spectra, of the Hessian and of the bond operator: what is drawn is what the tables say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from drawn import (
    GREY,
    SECOND,
    bars,
    check,
    draw,
    guides,
    inner,
    labels,
    legend,
    legend_words,
    lines,
    log_down,
    note,
    one,
    rows,
    standard,
    top,
    uprights,
    words,
)
from matplotlib.axes import Axes
from matplotlib.colors import same_color, to_hex
from matplotlib.figure import Figure
from synthetic_tables import A0, FOUR, TWELVE, UNIT, Study, against, beside, settings_of
from vitrine.figures.spectra import tail_anchor
from vitrine.figures.style import value_colours, value_markers
from vitrine.points import Axis

COLOURS = {temperature: to_hex(colour) for temperature, colour in value_colours(FOUR).items()}
COLD_TO_HOT = sorted(FOUR)


@pytest.fixture(scope="module")
def study() -> Study:
    return Study()


@pytest.fixture(scope="module")
def cumulative() -> Figure:
    return standard("cumulative_modes")


@pytest.fixture(scope="module")
def spectra() -> list[Axes]:
    return standard("spectra").axes


@pytest.fixture(scope="module")
def bonds() -> Figure:
    return standard("bond_operator")


def value(study: Study, quantity: str, temperature: float) -> float:
    table = rows(study, quantity).set_index("parent_temperature")
    return float(table["value"][temperature])


def curve(frame: pd.DataFrame, temperature: float, column: str) -> pd.DataFrame:
    """The rows of one T_p in which a column is positive."""
    return frame[(frame["parent_temperature"] == temperature) & (frame[column] > 0)]


# --- cumulative --------------------------------------------------------------------------------------------------------------------------


def test_cumulative_points_of_each_temperature(study: Study, cumulative: Figure) -> None:
    ax = cumulative.axes[0]
    drawn = bars(ax)
    assert len(drawn) == 4
    for temperature, found in zip(COLD_TO_HOT, drawn, strict=True):
        table = curve(study.mode_density, temperature, "cumulative")
        check(found, table["omega_high"] / UNIT, table["cumulative"], table["cumulative_error"], log=True)
        assert (found.colour, found.marker) == (COLOURS[temperature], value_markers(FOUR)[temperature])
    assert labels(ax) == (r"$\omega\,a_0/c_\infty$", "modes per particle below $\\omega$")
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    phonons = [value(study, "omega_ph", temperature) for temperature in FOUR]
    assert ax.get_xlim()[1] == pytest.approx(1.5 * max(phonons) / UNIT)


def test_fit_of_the_cumulative_in_its_window(study: Study, cumulative: Figure) -> None:
    for temperature in FOUR:
        drawn = lines(cumulative.axes[0], gid=f"fit-{temperature:.4f}")
        lowest, end = curve(study.mode_density, temperature, "cumulative")["omega_high"].min(), value(study, "omega_cutoff", temperature)
        assert len(drawn) == (end > lowest)
        for line in drawn:
            x, y = line.get_data()
            np.testing.assert_allclose(y, value(study, "A_g", temperature) * (x * UNIT) ** 5 / 5)
            np.testing.assert_allclose([x[0], x[-1]], [lowest / UNIT, end / UNIT])
            assert to_hex(line.get_color()) == COLOURS[temperature]
    assert lines(cumulative.axes[0], gid="fit-1.3000") and lines(cumulative.axes[0], gid="fit-0.5500")


def test_without_a_cutoff_the_window_ends_below_the_first_phonon() -> None:
    study = Study()
    study.quantities = study.quantities[study.quantities["quantity"] != "omega_cutoff"]
    for share, settings in ((0.8, settings_of(study)), (0.6, settings_of(study, options={"modes": {"phonon_fraction": 0.6, "large_above": None}}))):
        line = one(lines(draw("cumulative_modes", study, settings).axes[0], gid="fit-0.7000"))
        assert line.get_xdata()[-1] == pytest.approx(share * value(study, "omega_ph", 0.7) / UNIT)


def test_no_fit_is_drawn_where_there_is_none() -> None:
    study = Study()
    lost = (study.quantities["quantity"] == "A_g") & (study.quantities["parent_temperature"] == 1.3)
    study.quantities.loc[lost, ["value", "error"]] = np.nan
    figure = draw("cumulative_modes", study)
    assert not lines(figure.axes[0], gid="fit-1.3000") and r"no $A_g$ at $T_p/T_\mathrm{onset}$ = 1.44" in note(figure)


def test_first_phonons_are_ticks_on_the_lower_axis(study: Study, cumulative: Figure) -> None:
    ax = cumulative.axes[0]
    ticks = [line for line in ax.lines if list(line.get_ydata()) == [0.0, 0.07]]
    assert len(ticks) == 4
    for temperature, line in zip(COLD_TO_HOT, ticks, strict=True):
        np.testing.assert_allclose(line.get_xdata(), value(study, "omega_ph", temperature) / UNIT)
        assert to_hex(line.get_color()) == COLOURS[temperature]
    assert legend_words(ax) == [r"fit $A_g\omega^5/5$", r"first phonon $2\pi c_s/L$"]


def test_the_guide_has_slope_five_and_lies_left_of_all_curves(study: Study, cumulative: Figure) -> None:
    ax = cumulative.axes[0]
    assert guides(ax) == {r"$\omega^5$": pytest.approx(5.0)}
    line = one([line for line in ax.lines if line.get_linestyle() == "--" and same_color(line.get_color(), GREY)])
    modes = study.mode_density[study.mode_density["cumulative"] > 0]
    x, y = line.get_data()
    ours = modes["omega_high"].min() / UNIT
    height = modes.loc[modes["omega_high"] == modes["omega_high"].min(), "cumulative"].max()
    assert height < y[0] * (ours / x[0]) ** 5 < 2.1 * height


def test_inset_of_the_prefactor(study: Study, cumulative: Figure) -> None:
    ax = inner(cumulative.axes[0])
    assert labels(ax) == (r"$T_p/T_\mathrm{onset}$", r"$A_g\,(c_\infty/a_0)^5$") and ax.get_yscale() == "log"
    table = rows(study, "A_g_reduced")
    for found, temperature, row in zip(bars(ax), COLD_TO_HOT, table.itertuples(), strict=True):
        check(found, [row.t], [row.value], [row.error], log=True)
        assert found.colour == COLOURS[temperature] and not found.hollow


def test_inset_of_the_prefactor_has_hollow_points() -> None:
    study = Study()
    study.quantities.loc[study.quantities["parent_temperature"] == 0.45, "error"] = np.nan
    assert [found.hollow for found in bars(inner(draw("cumulative_modes", study).axes[0]))] == [True, False, False, False]


def test_hot_glasses_of_the_largest_size_replace_the_main_ones() -> None:
    small, large = Study(), Study(FOUR, 1000, seed=5)
    both = beside(small, large)
    ax = draw("cumulative_modes", both, settings_of(small, options={"modes": {"large_above": 0.6, "phonon_fraction": 0.9}})).axes[0]
    phonons = [line.get_xdata()[0] * UNIT for line in ax.lines if list(line.get_ydata()) == [0.0, 0.07]]
    for temperature, found, inset, phonon in zip(COLD_TO_HOT, bars(ax), bars(inner(ax)), phonons, strict=True):
        mine = large if temperature > 0.6 else small
        table = curve(mine.mode_density, temperature, "cumulative")
        check(found, table["omega_high"] / UNIT, table["cumulative"], table["cumulative_error"], log=True)
        assert inset.y[0] == value(mine, "A_g_reduced", temperature) and phonon == pytest.approx(value(mine, "omega_ph", temperature))
        for line in lines(ax, gid=f"fit-{temperature:.4f}"):
            x, y = line.get_data()
            np.testing.assert_allclose(y / (x * UNIT) ** 5, value(mine, "A_g", temperature) / 5)
            assert x[-1] == pytest.approx(value(mine, "omega_cutoff", temperature) / UNIT)
    assert note(ax.figure).startswith("$N$ = 256, 1000, ") and lines(ax, gid="fit-1.3000")


def test_legend_below_the_panels_names_the_temperatures(cumulative: Figure) -> None:
    expected = {f"{temperature / 0.9:.2f} ({temperature:g})": (COLOURS[temperature], value_markers(FOUR)[temperature]) for temperature in COLD_TO_HOT}
    assert legend(cumulative) == expected and list(legend(cumulative)) == list(expected)
    assert cumulative.legends[0].get_title().get_text() == r"$T_p/T_\mathrm{onset}$ ($k_BT_p/\varepsilon$)"


def test_legend_in_several_rows_is_read_along_them() -> None:
    box = draw("cumulative_modes", Study(TWELVE)).legends[0]
    texts = [text.get_text() for text in box.get_texts()]
    cold_to_hot = [f"{temperature / 0.9:.2f} ({temperature:g})" for temperature in sorted(TWELVE)]
    assert [texts[column * 2 + row] for row in range(2) for column in range(6)] == cold_to_hot


def test_frequencies_stay_in_simulation_units_without_c_inf(study: Study) -> None:
    poor = Study()
    poor.fits = poor.fits[poor.fits["name"] != "c_inf"]
    ax = draw("cumulative_modes", poor).axes[0]
    assert ax.get_xlabel() == r"$\omega\,\lambda_\mathrm{min}\,(m/\varepsilon)^{1/2}$"
    np.testing.assert_allclose(bars(ax)[0].x, curve(study.mode_density, 0.45, "cumulative")["omega_high"])
    named = draw("cumulative_modes", poor, settings_of(poor, length="sigma_AA")).axes[0]
    assert named.get_xlabel() == r"$\omega\,\sigma_\mathrm{AA}\,(m/\varepsilon)^{1/2}$"


# --- both spectra ------------------------------------------------------------------------------------------------------------------------


def test_density_of_modes_in_units_of_the_shear_wave(study: Study, spectra: list[Axes]) -> None:
    ax, omega_0 = spectra[0], value(study, "c_s", 1.3) / A0
    table = curve(study.mode_density, 1.3, "density")
    middle = np.sqrt(table["omega_low"] * table["omega_high"])
    found = one(bars(ax, "vibrational modes"))
    check(found, middle / omega_0, table["density"] * omega_0, table["density_error"] * omega_0, log=True)
    assert found.colour == COLOURS[1.3] and (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert labels(ax) == (r"$\omega/\omega_0$,  $\omega_0=c_s/a_0$", r"$D(\omega)\,\omega_0$ (per particle)")
    phonon = value(study, "omega_ph", 1.3) / omega_0
    assert uprights(ax) == [pytest.approx(phonon)]
    assert set(legend_words(ax)) == {"vibrational modes", r"first phonon $\omega_\mathrm{ph}=2\pi c_s/L$"}
    assert guides(ax) == {r"$\omega^4$": pytest.approx(4.0)}
    line = one([line for line in ax.lines if line.get_linestyle() == "--" and same_color(line.get_color(), GREY)])
    x, y = line.get_data()
    below = found.x < 0.8 * phonon
    half = below.sum() // 2
    prefactor = 1.8 * np.max(found.y[below][half:] / found.x[below][half:] ** 4)
    np.testing.assert_allclose(y / x**4, prefactor)
    lowest = max(found.x[0], (found.y[below].min() / prefactor) ** 0.25)
    np.testing.assert_allclose(x, [lowest / 1.1, 1.1 * found.x[below][-1]])


def test_distribution_of_the_bond_operator_in_the_same_units(study: Study, spectra: list[Axes]) -> None:
    ax, omega_0 = spectra[1], value(study, "c_s", 1.3) / A0
    table = curve(study.bond_operator_density, 1.3, "density")
    middle = np.sqrt(table["lambda_low"] * table["lambda_high"])
    found = one(bars(ax, "eigenvalues of the bond operator"))
    check(found, middle * omega_0**2, table["density"] / omega_0**2, table["density_error"] / omega_0**2, log=True)
    assert labels(ax) == (r"$\lambda/\lambda_0$,  $\lambda_0=\omega_0^{-2}$", r"$P(\lambda)\,\lambda_0$")
    assert guides(ax) == {r"$\lambda^{-7/2}$": pytest.approx(-3.5)} and found.colour == COLOURS[1.3]


def test_spectra_say_where_they_are(study: Study) -> None:
    assert note(standard("spectra")).startswith(r"$T_p/T_\mathrm{onset}$ = 1.44 (1.3), $N$ = 256, 48 samples")
    figure = draw("spectra", study, at=0.45)
    count = int(study.flags[(study.flags["step"] == "modes") & (study.flags["parent_temperature"] == 0.45)]["samples"].sum())
    assert note(figure).startswith(rf"$T_p/T_\mathrm{{onset}}$ = 0.50 (0.45), $N$ = 256, {48 - count} samples, {count} left out: ")
    omega_0 = value(study, "c_s", 0.45) / A0
    table = curve(study.mode_density, 0.45, "density")
    np.testing.assert_allclose(bars(figure.axes[0])[0].x, np.sqrt(table["omega_low"] * table["omega_high"]) / omega_0)
    assert bars(figure.axes[0])[0].colour == COLOURS[0.45]


def test_spectra_are_those_of_the_hottest_glasses_or_of_the_main_point_on_another_axis(study: Study) -> None:
    assert note(draw("spectra", study, settings_of(study, main=(256, 0.55)))).startswith(r"$T_p/T_\mathrm{onset}$ = 1.44 (1.3)")
    moved, settings = against(study, Axis("pressure", "p", "p", "1", "pressure"), (1.0, 2.0, 3.0, 4.0))
    figure = draw("spectra", moved, replace(settings, main=(256, 0.5, 3.0)))
    omega_0 = value(study, "c_s", 0.55) / A0
    assert note(figure).startswith("$p$ = 3, $N$ = 256") and uprights(figure.axes[0]) == [pytest.approx(value(study, "omega_ph", 0.55) / omega_0)]


def test_spectra_without_a_wave_speed_or_modes_say_so() -> None:
    study = Study()
    study.quantities = study.quantities[study.quantities["quantity"] != "c_s"]
    assert "no shear wave speed" in words(draw("spectra", study))
    study = Study()
    study.mode_density, study.bond_operator_density = study.mode_density.iloc[:0], study.bond_operator_density.iloc[:0]
    text = words(draw("spectra", study))
    assert "no mode was measured" in text and "the bond operator was not diagonalised" in text


def test_the_guide_of_the_soft_modes_does_not_follow_a_single_one_down() -> None:
    study = Study()
    hot = (study.mode_density["parent_temperature"] == 1.3) & (study.mode_density["count"] == 0)
    lone = study.mode_density.index[hot][0]
    study.mode_density.loc[lone, ["density", "density_error"]] = [3e-3, 1e-3]
    ax = draw("spectra", study).axes[0]
    line = one([line for line in ax.lines if line.get_linestyle() == "--" and same_color(line.get_color(), GREY)])
    found = one(bars(ax, "vibrational modes"))
    assert line.get_xdata()[0] > found.x[0] and line.get_ydata()[0] * 1.1**4 == pytest.approx(found.y[found.x < 0.8].min())


def test_the_tail_begins_where_three_in_a_thousand_eigenvalues_lie_above() -> None:
    x, y = np.arange(1.0, 7.0), np.arange(6.0, 0.0, -1.0)
    count = np.array([9000, 900, 80, 18, 1, 1])
    anchor, ends = tail_anchor(x, y, count)
    assert anchor == (4.0, 2.5 * 3.0) and ends == (4.0 / 1.5, 6.0 * 1.2)


# --- bond operator -----------------------------------------------------------------------------------------------------------------------


def test_distribution_of_each_temperature(study: Study, bonds: Figure) -> None:
    ax = bonds.axes[0]
    assert labels(ax) == (r"$\lambda\;[\lambda_\mathrm{min}^2/\varepsilon]$", r"$P(\lambda)\;[\varepsilon/\lambda_\mathrm{min}^2]$")
    for temperature, found in zip(COLD_TO_HOT, bars(ax), strict=True):
        table = curve(study.bond_operator_density, temperature, "density")
        check(found, np.sqrt(table["lambda_low"] * table["lambda_high"]), table["density"], table["density_error"], log=True)
        assert (found.colour, found.marker) == (COLOURS[temperature], value_markers(FOUR)[temperature])
    assert guides(ax) == {r"$\lambda^{-7/2}$": pytest.approx(-3.5), r"$\lambda^{-2}$": pytest.approx(-2.0)}
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    density = curve(study.bond_operator_density, 1.3, "density")["density"]
    assert ax.get_ylim()[0] < study.bond_operator_density["density"].replace(0, np.nan).min() and ax.get_ylim()[1] > density.max()


def test_the_guides_hang_on_the_warmest_curve(study: Study, bonds: Figure) -> None:
    table = curve(study.bond_operator_density, 1.3, "density")
    x = np.sqrt(table["lambda_low"] * table["lambda_high"]).to_numpy()
    (place, height), ends = tail_anchor(x, table["density"].to_numpy(), table["count"].to_numpy())
    dashed = [line for line in bonds.axes[0].lines if line.get_linestyle() == "--" and same_color(line.get_color(), GREY)]
    tail, middle = dashed
    np.testing.assert_allclose(tail.get_xdata(), ends)
    np.testing.assert_allclose(tail.get_ydata(), height * (np.array(ends) / place) ** -3.5)
    start = min(2 * x[np.argmax(table["density"])], place / 3)
    np.testing.assert_allclose(middle.get_xdata(), [start, 0.9 * ends[0]])
    assert middle.get_ydata()[0] == pytest.approx(2.5 * np.exp(np.interp(np.log(start), np.log(x), np.log(table["density"]))))


def test_participation_and_its_plateau(study: Study, bonds: Figure) -> None:
    ax = bonds.axes[1]
    assert labels(ax) == (r"$\lambda\;[\lambda_\mathrm{min}^2/\varepsilon]$", r"$N e(\lambda)$ (particles)")
    for temperature, found in zip(COLD_TO_HOT, bars(ax), strict=True):
        table = curve(study.bond_operator_density, temperature, "N_e")
        middle = np.sqrt(table["lambda_low"] * table["lambda_high"])
        check(found, middle, table["N_e"], table["N_e_error"], log=True)
        line = one(lines(ax, gid=f"plateau-{temperature:.4f}"))
        np.testing.assert_allclose(line.get_ydata(), value(study, "N_e_plateau", temperature))
        np.testing.assert_allclose(line.get_xdata(), [value(study, "plateau_onset", temperature), 1.3 * middle.max()])
        assert to_hex(line.get_color()) == COLOURS[temperature] == found.colour
        moved = one(lines(ax, gid=f"displacement-{temperature:.4f}"))
        np.testing.assert_allclose(moved.get_xdata(), middle)
        np.testing.assert_allclose(moved.get_ydata(), table["N_e_displacement"])
        assert to_hex(moved.get_color()) == COLOURS[temperature] and moved.get_linestyle() == ":"
        assert ax.get_ylim()[0] < table["N_e"].min() and ax.get_ylim()[1] > table["N_e_displacement"].max()
    words = [r"plateau; $\xi$ is read 15 % above it (Giannini et al. 2021, eq. 13)", "displacement modes D (Giannini et al. 2021, Fig. 6)"]
    assert legend_words(ax) == words


def test_bond_operator_of_another_glass_former_and_excess() -> None:
    study = Study()
    settings = settings_of(study, length="sigma_AA", options={"bond_operator": {"plateau_excess": 0.2}})
    left, right, *lower = draw("bond_operator", study, settings).axes
    assert labels(left) == (r"$\lambda\;[\sigma_\mathrm{AA}^2/\varepsilon]$", r"$P(\lambda)\;[\varepsilon/\sigma_\mathrm{AA}^2]$")
    assert right.get_xlabel() == left.get_xlabel() and "is read 20 % above it" in legend_words(right)[0]
    assert [ax.get_xlabel() for ax in lower] == [r"onset, $\lambda\;[\sigma_\mathrm{AA}^2/\varepsilon]$"] * 2


def test_a_plateau_that_is_not_known_is_not_drawn_and_named() -> None:
    study = Study()
    lost = (study.quantities["quantity"] == "N_e_plateau") & (study.quantities["parent_temperature"] == 0.55)
    study.quantities.loc[lost, ["value", "error"]] = np.nan
    figure = draw("bond_operator", study)
    assert not lines(figure.axes[1], gid="plateau-0.5500") and lines(figure.axes[1], gid="plateau-0.7000")
    assert r"no plateau at $T_p/T_\mathrm{onset}$ = 0.611" in note(figure)


def test_a_plateau_without_an_onset_is_not_drawn() -> None:
    study = Study()
    lost = (study.quantities["quantity"] == "plateau_onset") & (study.quantities["parent_temperature"] == 0.7)
    study.quantities = study.quantities[~lost]
    ax = draw("bond_operator", study).axes[1]
    assert not lines(ax, gid="plateau-0.7000") and lines(ax, gid="plateau-0.5500")


def test_bars_do_not_reach_zero_on_logarithmic_axes(bonds: Figure) -> None:
    found = bars(bonds.axes[0])[0]
    assert np.all(found.down < found.y) and np.any(found.down < found.up)
    np.testing.assert_allclose(found.down, log_down(found.y, found.up), rtol=1e-6)
    assert top(bonds.axes[0]) is None and SECOND != GREY
