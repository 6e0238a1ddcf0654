"""The figures of glasses of spheres: what is drawn is what the tables say; the exponents are those of made-up power laws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from drawn import bars, check, draw, legend_words, lines, rows, standard, words
from synthetic_tables import A0, FOUR, Study, settings_of
from vitrine.aggregation.ensemble import Estimate
from vitrine.aggregation.results import Results, Rows, StudySettings
from vitrine.observables.contacts.derive import FOLLOWING, add_quantities, fit_contacts
from vitrine.observables.contacts.unjamming import PANELS, plot_unjamming
from vitrine.points import AXES, Axis

PRESSURE = Axis("applied_pressure", "p", "p", "epsilon/lambda_min^d", "pressure of the quench", decimals=6, leaf="quench.pressure")
EXCESS = {0.1: 3.8, 0.01: 1.2, 0.001: 0.4, 0.0001: 0.13}
LAWS = {"p_over_K": (0.02, 2.0), "G_over_K": (0.3, 1.0), "xi_g": (7.0, -0.5), "A_g_omega_0_ml": (4.0, -1.5), "N_e_plateau": (20.0, -1.0)}
REPLICATES = 40


def estimate(value, rng, error=0.02, flag=""):
    return Estimate(value * np.exp(error * np.concatenate([[0.0], rng.standard_normal(REPLICATES)])), "1", 30, 0, flag)


@pytest.fixture(scope="module")
def results():
    """Power laws of delta z with an error of two percent, but for the largest delta z, where they are off by a factor two."""
    rng = np.random.default_rng(1)
    axes = (AXES["particles"], PRESSURE)
    settings = StudySettings(axes, (500, 0.1), "applied_pressure", 3, 0.84, 0.9, observables=("contacts",))
    ensembles = {}
    for pressure, excess in EXCESS.items():
        own = {name: estimate(factor * excess**power * (2 if pressure == 0.1 else 1), rng) for name, (factor, power) in LAWS.items()}
        ensembles[500, pressure] = {**own, "excess_coordination": estimate(excess, rng, 0.003), "rattlers": estimate(0.02 / excess, rng)}
    return Results(settings, ensembles, 1.0)


@pytest.fixture(scope="module")
def fits(results):
    found = Rows()
    fit_contacts(found, results)
    return found.frame()


def test_exponents_of_made_up_laws(fits):
    for name, (factor, power) in LAWS.items():
        exponent = fits[fits["name"] == f"unjamming_{name}"].iloc[0]
        assert exponent["value"] == pytest.approx(power, abs=1e-9) and 0.005 < exponent["error"] < 0.05
        assert fits[fits["name"] == f"unjamming_{name}_intercept"]["value"].iloc[0] == pytest.approx(np.log(factor), abs=1e-9)
        assert exponent["window"].startswith("delta z = 0.13, 0.4, 1.2;")
        everywhere = fits[fits["name"] == f"unjamming_{name}_full"]["value"].iloc[0]
        assert everywhere > power + 0.05  # the factor two at the largest delta z


def test_a_flagged_quantity_is_in_no_fit(results):
    ensembles = {key: dict(own) for key, own in results.ensembles.items()}
    ensembles[500, 0.0001]["xi_g"] = replace(ensembles[500, 0.0001]["xi_g"], flag="no law")
    for key in ensembles:
        del ensembles[key]["N_e_plateau"]
    found = Rows()
    fit_contacts(found, Results(results.settings, ensembles, 1.0))
    table = found.frame().set_index("name")
    assert table.loc["unjamming_xi_g", "window"].startswith("delta z = 0.4, 1.2;") and "unjamming_N_e_plateau" not in table.index


def test_ratios_replicate_by_replicate():
    rng = np.random.default_rng(2)
    own = {
        name: estimate(value, rng) for name, value in (("pressure", 0.1), ("bulk_modulus", 0.5), ("shear_modulus", 0.2), ("excess_coordination", 3.0))
    }
    settings = StudySettings((AXES["particles"], PRESSURE), (500, 0.1), "applied_pressure", 3, 0.84, 0.9, observables=("contacts",))
    results = Results(settings, {(500, 0.1): own}, 1.0)
    add_quantities(results)
    for name, over in (("p_over_K", "pressure"), ("G_over_K", "shear_modulus")):
        assert np.array_equal(results.ensembles[500, 0.1][name].values, own[over].values / own["bulk_modulus"].values)
    assert set(FOLLOWING) == set(LAWS)


def drawn_tables(results) -> tuple[pd.DataFrame, object]:
    """The quantities table of these results, and settings to draw with."""
    lines_of = [
        {"particles": key[0], "applied_pressure": key[1], "quantity": name, "value": one.values[0], "error": np.std(one.values[1:]), "unit": one.unit,
         "samples": one.samples, "flagged": one.flagged, "flag": one.flag}
        for key, own in results.ensembles.items() for name, one in own.items()
    ]  # fmt: skip
    base = settings_of(Study())
    options = {**base.options, "contacts": {"largest_excess": 1.5}}
    settings = replace(base, axes=results.settings.axes, main=results.settings.main, against="applied_pressure", options=options)
    return pd.DataFrame(lines_of), settings


def test_points_and_lines_of_unjamming(results, fits):
    quantities, settings = drawn_tables(results)
    figure = plot_unjamming(quantities, fits, settings)
    for ax, name in zip(figure.axes, PANELS, strict=False):
        (found,) = bars(ax)
        order = np.argsort(list(EXCESS.values()))
        own = [results.ensembles[500, pressure] for pressure in np.array(list(EXCESS))[order]]
        values, excess = ([one[which].values[0] for one in own] for which in (name, "excess_coordination"))
        errors = [np.std(one[name].values[1:]) for one in own]
        check(found, excess, values, errors, log=True)
        assert (ax.get_xscale(), ax.get_yscale(), found.hollow) == ("log", "log", False)
        if name in LAWS:
            factor, power = LAWS[name]
            line = next(one for one in lines(ax) if str(one.get_label()).startswith("exponent"))
            x, y = line.get_data()
            np.testing.assert_allclose(y, factor * np.array(x) ** power, rtol=1e-9)
            np.testing.assert_allclose(x, [0.13, 1.2])
            assert (f"published: {power:g}" in legend_words(ax)) == (name != "G_over_K")  # 004 prints no exponent of G/K


def test_a_panel_without_data_says_so(results, fits):
    quantities, settings = drawn_tables(results)
    figure = plot_unjamming(quantities[quantities["quantity"] != "N_e_plateau"], fits, settings)
    assert "not enough data" in words(figure)


def test_densities_in_units_of_their_own():
    """Each point by c_s/a0: a0 of the study, since the made-up glasses have no spacing of their own."""
    study, figure = Study(), standard("mode_densities")
    speeds = rows(study, "c_s").set_index("parent_temperature")["value"]
    for ax, power in zip(figure.axes[:2], (0, 4), strict=True):
        drawn = bars(ax)
        assert len(drawn) == len(FOUR)
        for found in drawn:
            x, y = found.x, found.y
            matching = 0
            for temperature in FOUR:
                table = study.mode_density[(study.mode_density["parent_temperature"] == temperature) & (study.mode_density["density"] > 0)]
                unit = speeds[temperature] / A0
                middle = np.sqrt(table["omega_low"] * table["omega_high"]).to_numpy() / unit
                if len(middle) == len(x) and np.allclose(middle, x):
                    np.testing.assert_allclose(y, table["density"] * unit / middle**power)
                    matching += 1
            assert matching == 1


def test_a_study_without_a_wave_speed_says_so():
    study = Study()
    study.quantities = study.quantities[study.quantities["quantity"] != "c_s"]
    assert "no shear wave speed" in words(draw("mode_densities", study))
