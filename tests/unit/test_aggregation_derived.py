"""What is derived over ensembles where they are not alike: gaps, own densities, own numbers of samples, units, and what counts for the largest."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from estimated import SETTINGS, TEMPERATURES, UNITS, collect_quantities, estimates, fit_study, fitted, truth, value
from vitrine.aggregation.summary import summarise, summary_markdown
from vitrine.observables import declarations
from vitrine.tables import FLAGS, SUMMARY


def without(data, name, *temperatures):
    """The estimates of one quantity are not there at some temperatures: NaN, as where no sample was good."""
    lost = (data["quantity"] == name) & data["parent_temperature"].isin(temperatures)
    return data.assign(value=data["value"].where(~lost))


def at(data, name, column, numbers):
    """The samples, or those left out, of one quantity by temperature."""
    chosen = data["quantity"] == name
    return data.assign(**{column: data[column].where(~chosen, data["parent_temperature"].map(numbers).fillna(data[column]).astype(int))})


# --- gaps ---------------------------------------------------------------------------------------------------------------------------------------


def test_a_gap_at_the_hottest_temperature_moves_the_reference_to_the_next():
    """Ratios are relative to the hottest point that has the quantity, for each quantity its own; the gap itself has none."""
    gappy = without(estimates(), "A_g", 1.3)
    found, fits = collect_quantities(gappy), fit_study(gappy)
    prefactor = {temperature: truth(2000, temperature)["A_g"] for temperature in TEMPERATURES}
    assert value(found, "R_Ag", 0.9) == 1 and value(found, "R_Ag", 0.3) == pytest.approx(prefactor[0.3] / prefactor[0.9], rel=1e-12)
    assert 1.3 not in set(found[found["quantity"] == "R_Ag"]["parent_temperature"])
    assert value(found, "R_Ag_tail", 1.3) == 1 and value(found, "R_xi_g", 1.3) == 1
    assert fitted(fits, "A_g_decades") == pytest.approx(np.log10(prefactor[0.9] / prefactor[0.3]), rel=1e-12)
    assert fitted(fits, "A_g_decades", "window") == "T_p = 0.3 against 0.9"
    assert fitted(fits, "A_g_ml_decades", "window") == "T_p = 0.3 against 1.3"


def test_a_gap_on_the_plateau_leaves_the_rest_of_it():
    fits = fit_study(without(estimates(shear_modulus=lambda temperature: 8.9 + temperature), "shear_modulus", 1.3))
    assert fitted(fits, "G_inf") == pytest.approx(8.9 + 0.9) and fitted(fits, "G_inf", "window") == "T_p >= T_onset: 0.9"


def test_a_quantity_that_one_point_alone_has_changes_nothing():
    lonely = without(estimates(), "omega_g", *TEMPERATURES[1:])
    fits = fit_study(lonely)
    assert "omega_g_ratio" not in set(fits["name"]) and "xi_g_decrease" not in set(fits["name"])


# --- the plateau --------------------------------------------------------------------------------------------------------------------------------


def test_the_plateau_is_the_mean_of_its_moduli_replicate_by_replicate():
    data = estimates(shear_modulus=lambda temperature: 8.0 + temperature)
    fits = fit_study(data)
    replicates = np.mean(
        [data[(data["quantity"] == "shear_modulus") & (data["parent_temperature"] == one)]["value"].to_numpy() for one in (0.9, 1.3)], axis=0
    )
    assert fitted(fits, "G_inf") == pytest.approx(9.1, rel=1e-12)
    assert fitted(fits, "G_inf", "error") == pytest.approx(replicates[1:].std(ddof=1), rel=1e-12)
    assert fitted(fits, "c_inf") == pytest.approx(np.sqrt(9.1 / 0.58), rel=1e-12)
    assert fitted(fits, "c_inf", "error") == pytest.approx(np.sqrt(replicates / 0.58)[1:].std(ddof=1), rel=1e-12)


def test_the_unit_of_temperature_itself_belongs_to_the_plateau():
    data = estimates(shear_modulus=lambda temperature: 8.0 + temperature)
    assert fitted(fit_study(data, replace(SETTINGS, temperature_unit=0.7)), "G_inf", "window") == "T_p >= T_onset: 0.7, 0.9, 1.3"
    named = replace(SETTINGS, temperature_unit=2.0, temperature_name="T_g")
    assert fitted(fit_study(data, named), "G_inf", "window") == "hottest T_p only: 1.3, below T_g"
    assert fitted(fit_study(data, named), "G_inf_reduced", "unit") == "k_B T_g/a0^d"
    assert fitted(fit_study(data, named), "G_inf_reduced") == pytest.approx(9.3 / 0.58 / 2.0, rel=1e-12)


@pytest.mark.parametrize("dimension", [2, 3])
def test_the_reduced_modulus_has_the_dimension_of_space(dimension):
    fits = fit_study(estimates(spacing=1.3), replace(SETTINGS, dimension=dimension))
    assert fitted(fits, "G_inf_reduced") == pytest.approx(8.9 * 1.3**dimension / 0.9, rel=1e-12)
    assert fitted(fits, "c_inf") == pytest.approx(np.sqrt(8.9 * 1.3**dimension), rel=1e-12)


# --- own boxes ----------------------------------------------------------------------------------------------------------------------------------


def test_at_constant_pressure_every_point_has_the_length_of_its_own_boxes():
    """a0 of the fits is that of the plateau; lengths in a0 take that of their own point."""
    data = estimates(spacing=lambda temperature: 1.0 + 0.1 * temperature)
    found, fits = collect_quantities(data), fit_study(data)
    assert fitted(fits, "a0") == pytest.approx(np.mean([1.09, 1.13]), rel=1e-12)
    for temperature in (0.4, 1.3):
        own, one = 1.0 + 0.1 * temperature, truth(2000, temperature)
        assert value(found, "xi_bond_reduced", temperature) == pytest.approx(one["xi_bond"] / own, rel=1e-12)
        assert value(found, "xi_g", temperature) == pytest.approx(2 * np.pi * one["c_s"] / one["omega_g"] / own, rel=1e-12)
        a0, c = fitted(fits, "a0"), fitted(fits, "c_inf")
        assert value(found, "omega_g_reduced", temperature) == pytest.approx(one["omega_g"] * a0 / c, rel=1e-12)
        assert value(found, "A_g_reduced", temperature) == pytest.approx(one["A_g"] * (c / a0) ** 5, rel=1e-12)


# --- samples and samples left out -----------------------------------------------------------------------------------------------------------------


def test_what_is_derived_has_the_samples_of_the_poorest_and_the_losses_of_the_worst():
    data = at(at(estimates(), "A_g", "samples", {0.5: 17}), "A_g", "flagged", {0.5: 9})
    found = collect_quantities(data)
    assert [value(found, "N_qlm", 0.5, column=column) for column in ("samples", "flagged")] == [17, 9]
    assert [value(found, "N_qlm", 0.6, column=column) for column in ("samples", "flagged")] == [40, 2]
    data = at(at(estimates(), "omega_g", "samples", {0.5: 13}), "omega_g", "flagged", {0.5: 7})
    assert [value(collect_quantities(data), "N_qlm", 0.5, column=column) for column in ("samples", "flagged")] == [13, 7]


def test_a_reduced_number_has_its_own_samples_and_the_losses_of_the_plateau_too():
    """Its size and spread are those of its own samples; what was lost on the way to c_inf is told."""
    data = at(estimates(), "shear_modulus", "flagged", {0.9: 5, 1.3: 6})
    found = collect_quantities(at(data, "omega_g", "samples", {0.4: 11}))
    assert value(found, "omega_g_reduced", 0.4, column="samples") == 11
    assert value(found, "omega_g_reduced", 0.4, column="flagged") == 11  # five and six
    assert value(found, "omega_g", 0.4, column="flagged") == 2


@pytest.mark.parametrize(("poor", "told"), [(0.3, "40 | 40 | 40 | 40 | 40 | 40 | 11"), (0.5, "40 | 40 | 40 | 40 | 11 | 11 | 40")])
def test_the_summary_names_the_fewest_samples_of_a_point(poor, told):
    """The local slope of the next colder point takes them too."""
    data = at(estimates(), "omega_g", "samples", {poor: 11})
    found, fits = collect_quantities(data), fit_study(data)
    flags = pd.DataFrame(columns=["particles", "parent_temperature", *FLAGS.names])
    text = summary_markdown(summarise(found, fits, SETTINGS), found, flags, SETTINGS, "default")
    assert f"| samples used, at least |  | {told} |" in text


def test_fits_count_the_samples_that_they_use():
    """Of a change the fewer of the two ends; of a mean and a law those of the points that enter, and of no other."""
    data = at(estimates(), "omega_g", "samples", {0.3: 11, 1.3: 23})
    assert fitted(fit_study(data), "omega_g_ratio", "samples") == 11
    assert fitted(fit_study(at(estimates(), "omega_g", "samples", {1.3: 5})), "omega_g_ratio", "samples") == 5
    data = at(estimates(), "A_g_exponent", "samples", {0.4: 7})
    assert fitted(fit_study(data), "A_g_exponent", "samples") == 6 * 40 + 7
    certain = (data["quantity"] == "A_g_exponent") & (data["parent_temperature"] == 0.4)
    assert fitted(fit_study(data.assign(value=data["value"].where(~certain, 5.0))), "A_g_exponent", "samples") == 6 * 40  # no error, not pooled
    data = at(estimates(), "A_g", "samples", {0.3: 10, 0.7: 1000})
    assert fitted(fit_study(data), "E_qlm", "samples") == 3 * 40 + 10
    assert fitted(fit_study(data), "E_qlm_full", "samples") == 5 * 40 + 10 + 40  # N_QLM has the poorest of A_g and omega_g


def test_the_onset_counts_all_and_laws_are_in_the_studys_unit_of_temperature():
    data = at(estimates(), "shear_modulus", "samples", {0.5: 3})
    assert fitted(fit_study(data), "T_onset", "samples") == 6 * 40 + 3
    assert fitted(fit_study(data, replace(SETTINGS, temperature_name="T_g")), "E_qlm", "unit") == "k_B T_g"
    assert fitted(fit_study(data, replace(SETTINGS, temperature_unit=0.45)), "E_qlm_full") == pytest.approx(6.6, rel=1e-9)


def test_the_law_from_minimal_frequencies_has_the_same_window():
    """Below the crossover both; over all temperatures both."""
    bent = estimates(A_g_ml=lambda temperature: truth(2000, temperature)["A_g"] * (2.0 if temperature > 0.66 else 1.0))
    fits = fit_study(bent)
    assert fitted(fits, "E_qlm_ml") == pytest.approx(3.3, rel=1e-9) and fitted(fits, "E_qlm_ml_full") > 3.4
    assert fitted(fits, "E_qlm_ml", "window") == fitted(fits, "E_qlm", "window")
    assert fitted(fits, "E_qlm_ml_full", "window").startswith("all T_p: 0.3, ")
    lower = replace(SETTINGS, options={"soft_spots": {"crossover_temperature": 0.5}})
    assert fitted(fit_study(bent, lower), "E_qlm", "window") == "T_p <= 0.5: 0.3, 0.4, 0.5; 3 points"


# --- the largest ensemble -------------------------------------------------------------------------------------------------------------------------


def test_at_the_temperature_itself_the_main_ensemble_counts():
    """`above` is above."""
    large = [estimates(size, (0.9, 1.3), names=("A_g",), seed=size, A_g=float(size)) for size in (4000, 16000, 8000)]
    settings = replace(SETTINGS, options={"modes": {"large_above": 0.9}})
    found = collect_quantities(pd.concat([estimates(), *large]), settings)
    assert value(found, "N_qlm", 1.3) == pytest.approx(16000 * 2.0**5, rel=1e-12)
    assert value(found, "N_qlm", 0.9) == pytest.approx(0.1 * np.exp(-3.3), rel=1e-12)


def test_the_size_exponent_is_that_of_the_temperature_with_the_most_sizes():
    small = [estimates(size, temperatures, names=("omega_min",), seed=size) for size, temperatures in ((500, (0.5, 0.6)), (8000, (0.5,)))]
    fits = fit_study(pd.concat([estimates(), *small]))
    assert fitted(fits, "omega_min_size_exponent") == pytest.approx(-0.2, rel=1e-9)
    assert fitted(fits, "omega_min_size_exponent", "window").startswith("T_p = 0.5, N = 500, 2000, 8000")
    assert fitted(fits, "omega_min_size_exponent", "samples") == 3 * 40


# --- units ----------------------------------------------------------------------------------------------------------------------------------------


def test_units_of_what_is_derived_are_those_declared():
    found, fits = collect_quantities(estimates(spacing=1.2)), fit_study(estimates(spacing=1.2))
    reduced = {f"{name}_reduced": "c_inf/a0" for name in ("omega_g", "omega_g_unfiltered", "omega_ph", "omega_min")}
    reduced |= {f"{name}_reduced": "(c_inf/a0)^-5" for name in ("A_g", "A_g_ml", "A_g_tail")}
    given = dict(zip(found["quantity"], found["unit"], strict=True))
    assert given == {name: UNITS.get(name) or reduced[name] for name in given} and set(reduced) <= set(given)
    units = dict(zip(fits["name"], fits["unit"], strict=True))
    expected = {"G_inf": "epsilon/lambda_min^d", "c_inf": "sqrt(epsilon/m)", "G_inf_reduced": "k_B T_onset/a0^d", "T_onset": "epsilon/k_B"}
    expected |= {"a0": "lambda_min", "E_qlm": "k_B T_onset", "E_qlm_intercept": "1", "A_g_decades": "1", "A_g_exponent": "1"}
    assert {name: units[name] for name in expected} == expected


def test_every_headline_is_a_number_that_the_study_has():
    """The name of its fit is one that comes out where everything is measured, at two sizes; a crossover where there is a plateau above the law."""

    def bent(temperature):
        return truth(2000, min(temperature, 0.7))["A_g"] * (truth(2000, min(temperature, 0.7))["omega_g"] / truth(2000, temperature)["omega_g"]) ** 5

    data = pd.concat([estimates(A_g=bent), estimates(500, (0.5, 0.6), names=("omega_min",), seed=3)])
    names = set(fit_study(data)["name"])
    missing = {one.fit for name in SETTINGS.observables for one in declarations()[name].headlines} - names
    assert missing == set()
    rows = summarise(collect_quantities(data), fit_study(data), SETTINGS)
    assert list(rows.columns) == SUMMARY.names and rows["value"].notna().all()
