"""Numbers in doubt over a study: flags that follow what is derived, points out of fits, what is not one number, how E_QLM hangs on its window."""

import numpy as np
import pandas as pd
import pytest
from estimated import REPLICATES, SAMPLES, SETTINGS, TEMPERATURES, collect_quantities, estimates, fit_study, fitted, truth, value
from scipy.stats import chi2
from vitrine.aggregation.ensemble import Estimate
from vitrine.aggregation.fits import combine
from vitrine.aggregation.results import combined, joined
from vitrine.aggregation.summary import number, summarise, summary_markdown
from vitrine.statistics.bootstrap import standard_error
from vitrine.tables import FLAGS

REASON = "no omega^4 range: 3 modes below the cutoff, at least 8 are needed"
PLATEAU = "no plateau: it changes by -2 ± 0.1 for each factor e in lambda"
CROSSOVER = 0.65


def doubtful(data, reasons):
    """The estimates with flags: {(quantity, T_p): reason}."""
    flags = [reasons.get(key, "") for key in zip(data["quantity"], data["parent_temperature"], strict=True)]
    return data.assign(flag=flags)


def flags_of(quantities, temperature):
    """{quantity: flag} of what is in doubt at one T_p."""
    rows = quantities[(quantities["parent_temperature"] == temperature) & (quantities["flag"] != "")]
    return dict(zip(rows["quantity"], rows["flag"], strict=True))


def spots(temperature):
    """N_QLM of the made-up estimates."""
    return truth(2000, temperature)["A_g"] * truth(2000, temperature)["omega_g"] ** 5


def plateau_and_law(temperature):
    """A_g of 0.1 soft spots per particle above T_x, exp(-3.3 (T_onset/T_p - T_onset/T_x)) times as many below."""
    return 0.1 * np.exp(-3.3 * 0.9 * max(0, 1 / temperature - 1 / CROSSOVER)) / truth(2000, temperature)["omega_g"] ** 5


def markdown(data, settings=SETTINGS):
    """The summary for readers."""
    quantities, fits = combine(data, settings)
    flags = pd.DataFrame(columns=["particles", "parent_temperature", *FLAGS.names])
    return summary_markdown(summarise(quantities, fits, settings), quantities, flags, settings, "default")


# --- flags --------------------------------------------------------------------------------------------------------------------------------------


def test_a_flag_follows_what_is_derived_and_stays_at_its_point():
    data = doubtful(estimates(), {("A_g", 0.4): REASON})
    found = collect_quantities(data)
    assert flags_of(found, 0.4) == dict.fromkeys(("A_g", "A_g_omega_0", "A_g_reduced", "N_qlm", "R_Ag"), REASON)
    assert not any(flags_of(found, temperature) for temperature in TEMPERATURES if temperature != 0.4)
    assert value(found, "N_qlm", 0.4) == pytest.approx(spots(0.4), rel=1e-12)  # a number all the same
    assert value(found, "R_Ag", 0.4) == pytest.approx(truth(2000, 0.4)["A_g"] / truth(2000, 1.3)["A_g"], rel=1e-12)


def test_flags_of_several_parents_are_joined_and_told_once():
    one, other = (Estimate(np.array([2.0, 2.0]), "1", 5, 0, flag) for flag in ("a", "b; a"))
    assert combined(np.multiply, "1", one, other).flag == "a; b"
    assert combined(np.multiply, "1", one, one).flag == "a" and combined(np.negative, "1", Estimate(np.ones(2), "1", 5, 0)).flag == ""
    assert joined(("", "b", "a; b", "")) == "b; a"
    assert not one.usable and Estimate(np.ones(2), "1", 5, 0).usable and not Estimate(np.full(2, np.nan), "1", 5, 0).usable


def test_a_flagged_point_is_out_of_the_boltzmann_law_and_of_changes():
    """However far off its number is."""
    reasons = {("A_g", 0.3): REASON, ("A_g", 0.5): REASON}
    data = doubtful(estimates(A_g=lambda one: truth(2000, one)["A_g"] * (50 if one in (0.3, 0.5) else 1)), reasons)
    fits = fit_study(data)
    assert fitted(fits, "E_qlm", "window") == "T_p <= 0.66: 0.4, 0.6; 2 points: no check of linearity"
    assert fitted(fits, "E_qlm") == pytest.approx(3.3, rel=1e-9) == fitted(fits, "E_qlm_full")
    assert fitted(fits, "E_qlm", "samples") == 2 * SAMPLES and fitted(fits, "E_qlm_full", "samples") == 5 * SAMPLES
    assert fitted(fits, "E_qlm_ml", "window").startswith("T_p <= 0.66: 0.3, 0.4, 0.5, 0.6;")
    for name in ("A_g_decades", "N_qlm_decades"):
        assert fitted(fits, name, "window") == "T_p = 0.4 against 1.3", name
    unflagged = fit_study(data.assign(flag=""))
    assert abs(fitted(unflagged, "E_qlm") - 3.3) > 0.5


def test_a_flagged_hottest_point_is_not_the_reference_of_ratios():
    found = collect_quantities(doubtful(estimates(), {("A_g", 1.3): REASON}))
    prefactor = {temperature: truth(2000, temperature)["A_g"] for temperature in TEMPERATURES}
    for temperature in TEMPERATURES:
        assert value(found, "R_Ag", temperature) == pytest.approx(prefactor[temperature] / prefactor[0.9], rel=1e-12)
        assert value(found, "R_Ag", temperature, column="flag") == (REASON if temperature == 1.3 else "")
    assert value(found, "R_Ag", 0.9, column="error") == 0
    assert value(found, "R_Ag_tail", 1.3) == 1 and value(found, "R_Ag_tail", 1.3, column="flag") == ""


def test_a_flagged_plateau_flags_the_length_and_its_ratio():
    found = collect_quantities(doubtful(estimates(), {("xi_bond", 0.4): PLATEAU}))
    assert flags_of(found, 0.4) == dict.fromkeys(("xi_bond", "xi_bond_reduced", "R_xi_bond"), PLATEAU)
    fits = fit_study(doubtful(estimates(), {("xi_bond", 0.3): PLATEAU}))
    assert fitted(fits, "xi_bond_ratio", "window") == "T_p = 0.4 against 1.3" and fitted(fits, "xi_bond_ratio") == pytest.approx(1, rel=1e-12)


def test_where_every_point_is_flagged_there_is_no_ratio_and_no_fit():
    data = doubtful(estimates(), {("A_g", temperature): REASON for temperature in TEMPERATURES})
    quantities, fits = combine(data, SETTINGS)
    assert "R_Ag" not in set(quantities["quantity"]) and "A_g_decades" not in set(fits["name"])
    assert np.isnan(fitted(fits, "E_qlm")) and fitted(fits, "E_qlm_ml") == pytest.approx(3.3, rel=1e-9)
    assert "E_qlm_local" not in set(quantities["quantity"]) and not fits["name"].str.startswith("E_qlm_below").any()


# --- one number? --------------------------------------------------------------------------------------------------------------------------------


def exponents(temperature):
    """Not one number: the two coldest have another."""
    return 5.0 if temperature > 0.45 else 8.0


def pool_by_hand(data, name, origin):
    """T_p, estimates and errors of a quantity, which grow from an origin; their mean weighted by the errors' shares, and chi^2 about it."""
    rows = data[data["quantity"] == name].pivot(index="replicate", columns="parent_temperature", values="value")
    found, errors = rows.loc[0].to_numpy(), rows.iloc[1:].std(ddof=1).to_numpy()
    share = errors / (found - origin)
    mean = np.sum(found / share**2) / np.sum(share**-2)
    return list(rows.columns), found, errors, mean, np.sum(((found - mean) / (share * (mean - origin))) ** 2)


def test_what_is_not_one_number_has_none_and_every_one_is_told():
    data = estimates(A_g_exponent=exponents, lambda_exponent=lambda one: 3.5 + 0.1 * np.cos(20 * one))
    fits, (places, found, errors, _, chi_square) = fit_study(data), pool_by_hand(data, "A_g_exponent", 0)
    assert np.isnan(fitted(fits, "A_g_exponent")) and np.isnan(fitted(fits, "A_g_exponent", "error"))
    each = ", ".join(f"{one:.3g} ± {error:.2g} at {at:g}" for at, one, error in zip(places, found, errors, strict=True))
    assert fitted(fits, "A_g_exponent", "window") == f"not one number, chi^2 = {chi_square:.3g} for 6: {each} (T_p)"
    assert fitted(fits, "A_g_exponent", "samples") == 7 * SAMPLES and chi_square > 100
    _, _, _, mean, chi_square = pool_by_hand(data, "lambda_exponent", 1)
    assert 1 < chi_square < chi2.isf(0.01, 6) and fitted(fits, "lambda_exponent") == pytest.approx(mean, rel=1e-12)
    assert fitted(fits, "lambda_exponent", "window") == f"mean over T_p = 0.3, 0.4, 0.5, 0.6, 0.7, 0.9, 1.3, chi^2 = {chi_square:.3g} for 6"


def test_a_flagged_exponent_is_not_pooled():
    data = doubtful(estimates(A_g_exponent=exponents), dict.fromkeys((("A_g_exponent", 0.3), ("A_g_exponent", 0.4)), "not in equilibrium: drift"))
    fits = fit_study(data)
    assert fitted(fits, "A_g_exponent") == pytest.approx(5, rel=1e-12) and fitted(fits, "A_g_exponent", "samples") == 5 * SAMPLES


def test_the_remark_of_those_left_out_is_told_also_where_there_is_no_one_number():
    """Of omega_min only points whose softest modes lie below the phonons; those that are kept differ."""
    fits = fit_study(estimates(omega_min_ratio=lambda one: 0.229 if one > 0.55 else 0.35))
    window = fitted(fits, "omega_min_ratio", "window")
    assert np.isnan(fitted(fits, "omega_min_ratio")) and window.startswith("not one number, chi^2 = ") and "for 4: 0.35 ± " in window
    assert window.endswith("(T_p); left out: 2 T_p at which more than 10% of omega_min lie above the cutoff")


def test_the_summary_shows_no_number_and_no_deviation_where_it_is_not_one():
    data = estimates(A_g_exponent=exponents)
    quantities, fits = combine(data, SETTINGS)
    row = summarise(quantities, fits, SETTINGS).set_index("quantity").loc["exponent of the cumulative D(omega)"]
    assert np.isnan(row["value"]) and np.isnan(row["deviation"]) and row["published"] == 5
    assert row["comment"].startswith("ours: not one number, chi^2 = ") and row["comment"].endswith("no deviation: no value of ours")
    line = next(line for line in markdown(data).splitlines() if line.startswith("| exponent of the cumulative D(omega) |"))
    assert line.split(" | ")[1] == "-" and f"{8:.3g} ± " in line and " at 0.3, " in line


# --- how E_QLM hangs on the range of T_p --------------------------------------------------------------------------------------------------------


def local_slope(data, cold, hot):
    """E_QLM between two T_p, by hand, for every replicate: omega_g is the same in both."""
    rows = data.pivot(index="replicate", columns=["quantity", "parent_temperature"], values="value")
    logs = {one: np.log(rows["A_g"][one] * rows["omega_g"][one] ** 5) for one in (cold, hot)}
    return ((logs[hot] - logs[cold]) / (0.9 / cold - 0.9 / hot)).to_numpy()


def test_local_slopes_are_those_between_neighbours():
    data = estimates(A_g=lambda one: truth(2000, one)["A_g"] * (1 + one))  # a bend
    found = collect_quantities(data)
    for cold, hot in zip(TEMPERATURES[:-1], TEMPERATURES[1:], strict=True):
        expected = local_slope(data, cold, hot)
        assert value(found, "E_qlm_local", cold) == pytest.approx(expected[0], rel=1e-9) != pytest.approx(3.3, abs=0.02)
        assert value(found, "E_qlm_local", cold, column="error") == pytest.approx(standard_error(expected), rel=1e-9)
        by_hand = 3.3 + np.log((1 + hot) / (1 + cold)) / (0.9 / cold - 0.9 / hot)
        assert value(found, "E_qlm_local", cold) == pytest.approx(by_hand, rel=1e-9)
    assert 1.3 not in set(found[found["quantity"] == "E_qlm_local"]["parent_temperature"])
    assert value(found, "E_qlm_local", 0.3, column="unit") == "k_B T_onset" and len(local_slope(data, 0.3, 0.4)) == REPLICATES + 1


def test_a_local_slope_passes_over_a_point_in_doubt():
    data = doubtful(estimates(), {("A_g", 0.5): REASON})
    found = collect_quantities(data)
    assert value(found, "E_qlm_local", 0.4) == pytest.approx(local_slope(data, 0.4, 0.6)[0], rel=1e-9)
    assert 0.5 not in set(found[found["quantity"] == "E_qlm_local"]["parent_temperature"])
    assert value(found, "E_qlm_local", 0.4, column="flag") == ""


def test_fits_from_each_end_to_every_point():
    """Of a plateau and a law: the slope is the law's from below as far as T_x, nothing from above as far as T_x, and something between beyond."""
    fits = fit_study(estimates(A_g=plateau_and_law))
    names = set(fits.loc[fits["name"].str.contains(":"), "name"])
    assert names == {f"E_qlm_below:{one:g}" for one in TEMPERATURES[1:]} | {f"E_qlm_above:{one:g}" for one in TEMPERATURES[:-1]}
    for temperature in (0.4, 0.5, 0.6):
        assert fitted(fits, f"E_qlm_below:{temperature:g}") == pytest.approx(3.3, rel=1e-9)
    for temperature in (0.7, 0.9):
        assert fitted(fits, f"E_qlm_above:{temperature:g}") == pytest.approx(0, abs=1e-9)
    assert fitted(fits, "E_qlm_below:0.6") == pytest.approx(fitted(fits, "E_qlm"), rel=1e-12)
    assert fitted(fits, "E_qlm_below:1.3") == fitted(fits, "E_qlm_above:0.3") == pytest.approx(fitted(fits, "E_qlm_full"), rel=1e-12)
    below = [fitted(fits, f"E_qlm_below:{one:g}") for one in (0.6, 0.7, 0.9, 1.3)]
    assert below == sorted(below, reverse=True) and below[-1] < 3
    assert fitted(fits, "E_qlm_below:0.5", "samples") == 3 * SAMPLES and fitted(fits, "E_qlm_above:0.5", "samples") == 5 * SAMPLES
    assert fitted(fits, "E_qlm_above:0.5", "error") > 0


def test_the_crossover_of_a_plateau_and_a_law_is_found():
    """Its grid has 600 trial T_x between the second coldest and the hottest point, equally spaced in 1/T_p."""
    fits = fit_study(estimates(A_g=plateau_and_law))
    step = 0.9 * (1 / 0.4 - 1 / 1.3) / 600
    assert 0.9 / fitted(fits, "T_x") == pytest.approx(0.9 / CROSSOVER, abs=step)
    assert fitted(fits, "E_qlm_crossover") == pytest.approx(3.3, abs=3.3 * step)
    assert np.log(fitted(fits, "N_qlm_plateau")) == pytest.approx(np.log(0.1), abs=3.3 * step)
    assert 0 < fitted(fits, "T_x", "error") < 0.05 and 0 < fitted(fits, "E_qlm_crossover", "error") < 0.3
    assert [fitted(fits, name, "unit") for name in ("E_qlm_crossover", "T_x", "N_qlm_plateau")] == ["k_B T_onset", "epsilon/k_B", "1"]
    assert fitted(fits, "T_x", "window") == "all T_p: 0.3, 0.4, 0.5, 0.6, 0.7, 0.9, 1.3" and fitted(fits, "T_x", "samples") == 7 * SAMPLES


def test_a_law_alone_has_no_crossover_and_neither_has_one_of_three_points():
    for data, told in ((estimates(), "no plateau and slope to tell apart"), (estimates(temperatures=(0.4, 0.6, 1.3)), "need 4")):
        fits = fit_study(data)
        for name in ("E_qlm_crossover", "T_x", "N_qlm_plateau"):
            assert np.isnan(fitted(fits, name)) and fitted(fits, name, "window").endswith(told)


# --- for readers --------------------------------------------------------------------------------------------------------------------------------


def rows_below(text, title):
    """Cells of the table below a heading."""
    part = text.split(f"\n{title}\n")[1].split("\n## ")[0]
    return [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("|")]


def test_numbers_in_doubt_are_in_parentheses_and_their_reasons_are_listed():
    data = doubtful(estimates(), {("A_g", 0.3): REASON, ("A_g", 0.4): REASON, ("xi_bond", 0.3): PLATEAU})
    text, found = markdown(data), collect_quantities(data)
    rows = {row[0]: row for row in rows_below(text, "## N = 2000")}
    header = rows["quantity"]
    for name, label in (("N_qlm", "N_QLM"), ("A_g", "A_g"), ("R_Ag", "R_Ag")):
        for temperature in TEMPERATURES:
            plain = number(value(found, name, temperature), value(found, name, temperature, column="error"))
            cell = rows[label][header.index(f"T_p = {temperature:g}")]
            assert cell == (f"({plain})" if temperature in (0.3, 0.4) else plain), (name, temperature)
    assert rows["xi of the bond operator"][-1].startswith("(") and not rows["xi of the bond operator"][-2].startswith("(")
    assert rows["xi_g"][-1] == number(value(found, "xi_g", 0.3), value(found, "xi_g", 0.3, column="error"))
    doubts = rows_below(text, "## In doubt")
    assert doubts[0] == ["N", "T_p", "what", "why"]
    told = {(row[1], row[3]): set(row[2].split(", ")) for row in doubts[2:]}
    assert told == {
        ("0.3", REASON): {"A_g", "N_QLM", "R_Ag"},
        ("0.3", PLATEAU): {"xi of the bond operator", "R_xi (bond operator)"},
        ("0.4", REASON): {"A_g", "N_QLM", "R_Ag"},
    }


def test_an_ensemble_out_of_equilibrium_is_in_doubt_as_a_whole():
    data = estimates(run_share=lambda temperature: 0.5 if temperature == 0.3 else 1.0)
    text = markdown(doubtful(data, {("A_g", 0.3): REASON}))
    reason = "not in equilibrium: maximum_sweeps ends its runs at 0.5 of the length asked for"
    told = [(row[1], row[2], row[3]) for row in rows_below(text, "## In doubt")[2:]]
    assert ("0.3", "all", reason) in told and len(told) == 2
    assert next(what for _, what, why in told if why == REASON).split(", ")[0] == "A_g"
    fits = fit_study(data)
    assert fitted(fits, "E_qlm", "window").startswith("T_p <= 0.66: 0.4, 0.5, 0.6;")
    assert fitted(fits, "shear_modulus_ratio", "window") == "T_p = 0.4 against 1.3"


def test_a_study_without_doubts_says_so():
    text = markdown(estimates())
    assert "None: every ensemble is in equilibrium as far as was asked, and shows the laws that are fitted to it." in text
    cells = [cell for row in rows_below(text, "## N = 2000")[2:] for cell in row[2:]]
    assert cells and not any(cell.startswith("(") and cell.endswith(")") for cell in cells)
