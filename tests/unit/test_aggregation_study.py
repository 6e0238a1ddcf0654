"""Over all parent temperatures: derived quantities, fits, the summary, on made-up estimates whose answers are known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from estimated import (
    A0,
    AXES,
    HEADLINES,
    SAMPLES,
    SETTINGS,
    TEMPERATURES,
    collect_quantities,
    estimates,
    fit_study,
    fitted,
    truth,
    value,
)
from vitrine import tables
from vitrine.aggregation.results import collect_flags
from vitrine.aggregation.summary import number, summarise, summary_markdown
from vitrine.errors import InputError
from vitrine.parquet import Key, read_table, write_table


@pytest.fixture(scope="module")
def data():
    return estimates()


@pytest.fixture(scope="module")
def quantities(data):
    return collect_quantities(data, SETTINGS)


@pytest.fixture(scope="module")
def fits(data):
    return fit_study(data, SETTINGS)


def test_estimates_keep_value_error_and_counts(quantities, data):
    chosen = data[(data["quantity"] == "omega_g") & (data["parent_temperature"] == 0.4)]["value"].to_numpy()
    assert value(quantities, "omega_g", 0.4) == chosen[0]
    assert value(quantities, "omega_g", 0.4, column="error") == pytest.approx(chosen[1:].std(ddof=1), rel=1e-12)
    assert value(quantities, "omega_g", 0.4, column="samples") == SAMPLES
    assert value(quantities, "omega_g", 0.4, column="flagged") == 2


def test_reduced_units_are_those_of_the_papers(quantities, fits):
    c_inf = np.sqrt(8.9 / 0.58)
    assert fitted(fits, "c_inf") == pytest.approx(c_inf, rel=1e-12)
    assert fitted(fits, "a0") == pytest.approx(A0, rel=1e-12)
    assert fitted(fits, "G_inf_reduced") == pytest.approx(8.9 / 0.58 / 0.9, rel=1e-12)
    assert value(quantities, "omega_g_reduced", 1.3) == pytest.approx(2.0 * A0 / c_inf, rel=1e-12)
    assert value(quantities, "A_g_reduced", 1.3) == pytest.approx(truth(2000, 1.3)["A_g"] * (c_inf / A0) ** 5, rel=1e-12)
    assert value(quantities, "xi_g", 1.3) == pytest.approx(2 * np.pi * c_inf / 2.0 / A0, rel=1e-12)
    assert value(quantities, "xi_bond_reduced", 1.3) == pytest.approx(4.0, rel=1e-12)


def test_number_of_soft_spots_does_not_depend_on_units(quantities):
    for temperature in (0.3, 1.3):
        expected = 0.1 * np.exp(-3.3 * 0.9 / temperature)
        assert value(quantities, "N_qlm", temperature) == pytest.approx(expected, rel=1e-12)
        in_units = value(quantities, "A_g_reduced", temperature) * value(quantities, "omega_g_reduced", temperature) ** 5
        assert in_units == pytest.approx(expected, rel=1e-12)


def test_errors_follow_the_replicates_through_a_product(quantities, data):
    chosen = data[data["parent_temperature"] == 0.5].pivot(index="replicate", columns="quantity", values="value")
    product = (chosen["A_g"] * chosen["omega_g"] ** 5).to_numpy()
    assert value(quantities, "N_qlm", 0.5, column="error") == pytest.approx(product[1:].std(ddof=1), rel=1e-12)


def test_ratios_are_one_at_the_hottest(quantities):
    for name in ("R_Ag", "R_Ag_tail", "R_xi_g", "R_xi_bond"):
        assert value(quantities, name, 1.3) == 1
        assert value(quantities, name, 1.3, column="error") == 0
    assert value(quantities, "R_Ag", 0.3) == pytest.approx(truth(2000, 0.3)["A_g"] / truth(2000, 1.3)["A_g"], rel=1e-12)
    assert value(quantities, "R_xi_bond", 0.3) == pytest.approx(0.6, rel=1e-12)


def test_above_a_temperature_the_prefactor_comes_from_the_largest_ensemble(data):
    large = estimates(16000, (0.9, 1.3), names=("A_g", "omega_min"), seed=2, A_g=7.0)
    settings = replace(SETTINGS, options={"modes": {"large_above": 0.8}})
    found = collect_quantities(pd.concat([data, large]), settings)
    assert value(found, "N_qlm", 1.3) == pytest.approx(7.0 * 2.0**5, rel=1e-12)
    assert value(found, "N_qlm", 0.7) == pytest.approx(0.1 * np.exp(-3.3 * 0.9 / 0.7), rel=1e-12)
    assert value(found, "R_Ag", 0.3) == pytest.approx(truth(2000, 0.3)["A_g"] / 7.0, rel=1e-12)
    assert value(found, "A_g_reduced", 1.3) == pytest.approx(value(collect_quantities(data, settings), "A_g_reduced", 1.3), rel=1e-12)
    assert fitted(fit_study(pd.concat([data, large]), settings), "A_g_decades") == pytest.approx(np.log10(7.0 / truth(2000, 0.3)["A_g"]), rel=1e-12)


def test_the_plateau_is_the_mean_above_the_onset_or_the_hottest(data, fits):
    assert fitted(fits, "G_inf", "window") == "T_p >= T_onset: 0.9, 1.3"
    assert fitted(fits, "G_inf", "samples") == 2 * SAMPLES
    cold = fit_study(data[data["parent_temperature"] < 0.8], SETTINGS)
    assert fitted(cold, "G_inf", "window") == "hottest T_p only: 0.7, below T_onset"
    assert fitted(cold, "G_inf") == pytest.approx(8.9 * 1.05, rel=1e-12)


def test_fits_give_back_energy_and_onset(fits):
    for name in ("E_qlm", "E_qlm_full", "E_qlm_ml"):
        assert fitted(fits, name) == pytest.approx(3.3, rel=1e-9)
        assert 0 < fitted(fits, name, "error") < 0.5
    assert fitted(fits, "E_qlm_intercept") == pytest.approx(np.log(0.1), rel=1e-6)
    assert fitted(fits, "E_qlm", "window") == "T_p <= 0.66: 0.3, 0.4, 0.5, 0.6; 4 points"
    assert fitted(fits, "E_qlm", "samples") == 4 * SAMPLES
    assert fitted(fits, "T_onset") == pytest.approx(0.75, abs=0.003)
    assert 0 < fitted(fits, "T_onset", "error") < 0.1


def test_headline_ratios(fits):
    assert fitted(fits, "omega_g_ratio") == pytest.approx(2.0, rel=1e-9)
    assert fitted(fits, "xi_g_decrease") == pytest.approx(1 - np.sqrt(1.45) / 2, rel=1e-9)
    assert fitted(fits, "N_qlm_decades") == pytest.approx(3.3 * 0.9 * (1 / 0.3 - 1 / 1.3) / np.log(10), rel=1e-9)
    assert fitted(fits, "A_g_decades") == pytest.approx(fitted(fits, "N_qlm_decades") + 5 * np.log10(2), rel=1e-9)
    assert fitted(fits, "A_g_exponent") == pytest.approx(5, rel=1e-9)
    assert fitted(fits, "A_g_exponent", "error") == pytest.approx(0.02 * 5 / np.sqrt(7), rel=0.25)


def test_raw_spread_of_minima_is_pooled_only_where_phonons_do_not_cut_it(fits):
    assert fitted(fits, "omega_min_ratio") == pytest.approx(0.229, rel=1e-9)
    assert fitted(fits, "omega_min_ratio", "samples") == 5 * SAMPLES
    assert "left out: 2 T_p" in fitted(fits, "omega_min_ratio", "window")


def test_size_scaling_of_the_softest_mode(data):
    assert "omega_min_size_exponent" not in set(fit_study(data, SETTINGS)["name"])
    small = estimates(500, (0.5, 0.6), names=("omega_min",), seed=3)
    fits = fit_study(pd.concat([data, small]), SETTINGS)
    assert fitted(fits, "omega_min_size_exponent") == pytest.approx(-0.2, rel=1e-9)
    assert "T_p = 0.6, N = 500, 2000" in fitted(fits, "omega_min_size_exponent", "window")


def test_one_sample_has_no_error_and_enters_no_weighted_fit():
    lonely = estimates(samples=1)
    found = collect_quantities(lonely, SETTINGS)
    assert found["error"].isna().all() and value(found, "omega_g", 0.4) == truth(2000, 0.4)["omega_g"]
    fits = fit_study(lonely, SETTINGS)
    assert np.isnan(fitted(fits, "E_qlm")) and "no fit" in fitted(fits, "E_qlm", "window")
    assert fits["error"].isna().all()


def test_nan_at_one_temperature_stays_there(data):
    spoilt = data.assign(value=data["value"].where((data["parent_temperature"] != 0.4) | (data["quantity"] != "A_g")))
    fits = fit_study(spoilt, SETTINGS)
    assert fitted(fits, "E_qlm") == pytest.approx(3.3, rel=1e-9)
    assert fitted(fits, "E_qlm", "window") == "T_p <= 0.66: 0.3, 0.5, 0.6; 3 points"
    found = collect_quantities(spoilt, SETTINGS)
    missing = found[found["value"].isna()]
    assert set(missing["parent_temperature"]) == {0.4}
    assert set(missing["quantity"]) == {"A_g", "A_g_omega_0", "A_g_reduced", "N_qlm"}


def test_a_study_with_elasticity_alone_still_has_its_plateau():
    alone = estimates(names=("shear_modulus", "c_s"))
    assert set(collect_quantities(alone, SETTINGS)["quantity"]) == {"shear_modulus", "c_s"}
    assert fitted(fit_study(alone, SETTINGS), "G_inf") == pytest.approx(8.9)
    without = estimates(names=("omega_g",))
    assert set(collect_quantities(without, SETTINGS)["quantity"]) == {"omega_g"}


def test_estimates_given_twice_or_of_other_length_are_refused(data):
    with pytest.raises(InputError, match="replicates 0 to B once each"):
        collect_quantities(pd.concat([data, data]), SETTINGS)
    shorter = estimates(500, names=("omega_min",))
    with pytest.raises(InputError, match="different numbers of replicates"):
        collect_quantities(pd.concat([data, shorter[shorter["replicate"] < 50]]), SETTINGS)


def summary_of(data):
    return summarise(collect_quantities(data, SETTINGS), fit_study(data, SETTINGS), SETTINGS)


def line(summary, start):
    return summary[summary["quantity"].str.startswith(start)].iloc[0]


def test_every_published_number_has_a_source_and_a_row(data):
    summary = summary_of(data)
    assert all("doi:" in published.source or "arXiv:" in published.source for published in HEADLINES)
    assert summary["quantity"].tolist()[: len(HEADLINES)] == [published.label for published in HEADLINES]
    chi = summary[summary["quantity"].str.startswith("chi")]
    assert len(chi) == len(TEMPERATURES) and chi["published"].isna().all() and chi["value"].eq(2.0).all()


def test_deviation_only_where_the_two_are_the_same_quantity(data):
    summary = summary_of(data)
    plateau = line(summary, "G_inf")
    assert plateau["published"] == 17 and plateau["deviation"] == pytest.approx((plateau["value"] - 17) / plateau["error"])
    energy = line(summary, "E_QLM")
    assert np.isnan(energy["deviation"]) and "factor 735" in energy["comment"] and "0.3, 0.4, 0.5, 0.6" in energy["comment"]
    ratio = line(summary, "omega_g, coldest")
    assert ratio["deviation"] == pytest.approx(0, abs=1e-9)
    narrow = line(summary_of(data[data["parent_temperature"] > 0.35]), "omega_g, coldest")
    assert np.isnan(narrow["deviation"]) and "published for T_p = 0.3 to 1.3" in narrow["comment"]
    cooler = line(summary_of(data[data["parent_temperature"] < 1.0]), "omega_g, coldest")
    assert np.isnan(cooler["deviation"]) and "published for T_p = 0.3 to 1.3" in cooler["comment"]
    doubtful = data.assign(flag=np.where(data["parent_temperature"] < 0.35, "not in equilibrium: it drifts", ""))
    dropped = line(summary_of(doubtful), "omega_g, coldest")
    assert np.isfinite(dropped["value"]) and "ours: T_p = 0.4 against" in dropped["comment"]
    assert np.isnan(dropped["deviation"]) and "published for T_p = 0.3 to 1.3" in dropped["comment"]
    below = line(summary_of(data[data["parent_temperature"] < 0.85]), "G_inf")
    assert np.isfinite(below["value"]) and np.isnan(below["deviation"]) and "no deviation: published for T_p >= 0.9" in below["comment"]
    certain = line(summary_of(estimates(spread=0.0)), "omega_g, coldest")
    assert np.isnan(certain["deviation"]) and "no deviation: no error of ours" in certain["comment"]
    absent = line(summary, "exponent x of")
    assert np.isnan(absent["value"]) and absent["samples"] == 0 and "not measured" in absent["comment"]


def test_tables_fit_their_schemas(data, quantities, fits, tmp_path):
    for table, frame, key in ((tables.QUANTITIES, quantities, Key(AXES)), (tables.FITS, fits, Key()), (tables.SUMMARY, summary_of(data), Key())):
        write_table(table, frame, tmp_path / "table.parquet", {}, key)
        assert len(read_table(table, tmp_path / "table.parquet")) == len(frame)


def flags_frame(*rows):
    return pd.DataFrame([(2000, 0.4, *row) for row in rows], columns=[*(axis.name for axis in AXES), *tables.FLAGS.names])


def test_flags_of_all_steps_are_collected():
    late, early = flags_frame(("modes", "not a minimum", 3, "1, 2, 3")), flags_frame(("glasses", "x", 1, "5")).assign(parent_temperature=0.3)
    flags = collect_flags([late, flags_frame(), early], AXES)
    assert flags["step"].tolist() == ["glasses", "modes"]
    assert len(collect_flags([], AXES)) == 0


def test_markdown_names_every_sample_left_out_once(data, quantities):
    flags = flags_frame(("modes", "not equilibrated", 3, "1, 2, 3"), ("liquids", "not equilibrated", 3, "1, 2, 3"), ("modes", "a|b", 1, "7"))
    text = summary_markdown(summary_of(data), quantities, flags, SETTINGS, "default")
    assert "| 2000 | 0.4 | liquids, modes | not equilibrated | 3 | 1, 2, 3 |" in text
    assert "a\\|b" in text
    assert "## N = 2000" in text and "| G_inf a0^3/(k_B T_onset) |" in text
    assert "nan" not in text.lower()
    header = next(row for row in text.splitlines() if row.startswith("| quantity | unit | T_p"))
    assert header == "| quantity | unit | " + " | ".join(f"T_p = {one:g}" for one in sorted(TEMPERATURES, reverse=True)) + " |"
    reduced = " | ".join(f"{one / 0.9:.3g}" for one in sorted(TEMPERATURES, reverse=True))
    assert f"| T_p/T_onset | 1 | {reduced} |" in text
    assert "None: every sample is in every average." in summary_markdown(summary_of(data), quantities, flags_frame(), SETTINGS, "default")


def test_a_reason_that_several_steps_name_has_the_samples_of_the_one_that_lost_most(data, quantities):
    flags = flags_frame(("modes", "unstable", 2, "1, 2"), ("liquids", "unstable", 4, "1, 2, 3, 4"), ("pinching", "unstable", 3, "1, 2, 3"))
    text = summary_markdown(summary_of(data), quantities, flags, SETTINGS, "default")
    assert "| 2000 | 0.4 | liquids, modes, pinching | unstable | 4 | 1, 2, 3, 4 |" in text


def test_markdown_of_a_study_without_values_shows_dashes():
    text = summary_markdown(summary_of(estimates(samples=1)), collect_quantities(estimates(samples=1), SETTINGS), flags_frame(), SETTINGS, "one")
    assert "nan" not in text.lower() and "| - |" in text


@pytest.mark.parametrize(
    "given, expected",
    [
        ((3.3141, 0.1234), "3.31 ± 0.12"),
        ((17.02, 0.5), "17.02 ± 0.50"),
        ((1234.0, 56.0), "1234 ± 56"),
        ((1.2345e-7, 3.4e-9), "1.235e-7 ± 0.034e-7"),
        ((2.5, np.nan), "2.5"),
        ((1.0, 0.0), "1"),
        ((1.199, 2e-16), "1.199"),
        ((1.0, 3e-9), "1 ± 3e-09"),
        ((0.0, 1e-20), "0.0e-20 ± 1.0e-20"),
        ((np.nan, 1.0), "-"),
    ],
)
def test_numbers_are_written_to_two_digits_of_their_error(given, expected):
    assert number(*given) == expected


@pytest.mark.parametrize("dimension", [3, 2])
def test_only_universal_numbers_are_compared_with_another_glass_former(dimension):
    data = estimates()
    for settings in (SETTINGS, replace(SETTINGS, published=(), dimension=dimension)):
        rows = summarise(collect_quantities(data, settings), fit_study(data, settings), settings).set_index("quantity")
        compared = {entry.fit for entry in HEADLINES if np.isfinite(rows.loc[entry.label, "deviation"])}
        universal = {entry.fit for entry in HEADLINES if not entry.model}
        assert universal & compared
        assert ("G_inf_reduced" in compared) == (settings is SETTINGS)
        assert settings is SETTINGS or compared <= universal
    assert "published for the glass former poly" in rows.loc["G_inf a0^3/(k_B T_onset)", "comment"]


def test_glasses_of_another_density_have_their_own_length():
    """At constant pressure a0 is that of the boxes: of the glasses behind G_inf for the units, of each T_p for its own xi_g."""
    wide = pd.concat([estimates(spacing=1.3), estimates(names=["nothing"])])
    ours, fits = collect_quantities(wide, SETTINGS), fit_study(wide, SETTINGS).set_index("name")["value"]
    assert fits["a0"] == pytest.approx(1.3, rel=1e-12)
    assert fits["c_inf"] == pytest.approx(np.sqrt(8.9 * 1.3**3), rel=1e-3)
    assert value(ours, "xi_g", 0.5) == pytest.approx(value(collect_quantities(estimates(), SETTINGS), "xi_g", 0.5) * A0 / 1.3, rel=1e-12)
