"""Where D(omega) leaves omega^4: spectra drawn from known densities, the law of windows in closed form, and the marks of the figure."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from aggregated import ENSEMBLE, SAMPLES, many_rows, sample_rows, schema
from drawn import bars, check, lines, words
from scipy.optimize import brentq
from synthetic_tables import A0, Study, settings_of
from vitrine.aggregation.ensemble import Estimate
from vitrine.aggregation.results import Results, Rows, StudySettings
from vitrine.observables.law_range.aggregate import BOUND, NO_LAW, aggregate_law_range, law_ends
from vitrine.observables.law_range.derive import SIZED, add_quantities, fit_law_range
from vitrine.observables.law_range.law_range import plot_law_range
from vitrine.parquet import Key, write_table
from vitrine.points import AXES, DIMENSION
from vitrine.statistics.laws import Windows

PHONON = 1.8  # 0.9 of it is below the highest mode


def measured(tmp_path, omega):
    """What is aggregated from frequencies (SAMPLES, modes) with one first phonon."""
    modes = many_rows("modes", omega.shape[1], mode=np.tile(np.arange(omega.shape[1]), SAMPLES), omega=np.sort(omega, axis=1).ravel())
    for name, frame in (("modes", modes), ("elasticity", sample_rows("elasticity", omega_ph=np.full(SAMPLES, PHONON)))):
        write_table(schema(name), frame, tmp_path / f"{name}.parquet", {}, Key.of(ENSEMBLE.point))
    estimates, table, flags = aggregate_law_range([tmp_path / "modes.parquet"], [tmp_path / "elasticity.parquet"], ENSEMBLE)
    assert not len(flags)
    first = estimates[estimates["replicate"] == 0].set_index("quantity")
    errors = estimates[estimates["replicate"] > 0].groupby("quantity")["value"].std()
    return first, errors, table


def test_a_spectrum_that_leaves_the_law_at_one(tmp_path):
    """D = 5 omega^4 below one and 5 omega above: the cumulative and the windows' exponent C(e)/int C/omega are known."""

    def exponent(end):
        cumulative = 1 + 2.5 * (end**2 - 1)
        return cumulative / (0.2 + 1.25 * (end**2 - 1) - 1.5 * np.log(end))

    wanted = brentq(lambda end: exponent(end) - 4.5, 1.0, 3.0)
    top = np.sqrt(1 + (ENSEMBLE.modes / 20 - 1) / 2.5)  # twenty modes of a sample below one
    share = np.random.default_rng(1).random((SAMPLES, ENSEMBLE.modes)) * (1 + 2.5 * (top**2 - 1))
    omega = np.where(share < 1, share**0.2, np.sqrt(1 + (np.maximum(share, 1) - 1) / 2.5))
    first, errors, table = measured(tmp_path, omega)
    assert first.loc["law_end", "flag"] == "" and 0 < errors["law_end"] < 0.1
    assert first.loc["law_end", "value"] == pytest.approx(wanted, abs=4 * errors["law_end"])
    assert first.loc["law_end_phonon", "value"] == pytest.approx(first.loc["law_end", "value"] / PHONON, rel=1e-12)
    assert first.loc["law_exponent", "value"] == pytest.approx(exponent(0.9 * PHONON), abs=4 * errors["law_exponent"])
    kept = omega[omega < 0.9 * PHONON]
    row = table.iloc[0]
    assert (row["end"], row["count"]) == (pytest.approx(0.9 * PHONON), len(kept))
    assert row["exponent"] == pytest.approx(len(kept) / np.log(0.9 * PHONON / kept).sum(), rel=1e-10)


def test_a_law_up_to_the_phonons_is_a_lower_bound(tmp_path):
    omega = 2.5 * np.random.default_rng(2).random((SAMPLES, ENSEMBLE.modes)) ** 0.2
    first, _, _ = measured(tmp_path, omega)
    assert first.loc["law_end", "flag"] == BOUND and first.loc["law_end", "value"] == pytest.approx(0.9 * PHONON)


def test_no_law_has_no_end(tmp_path):
    omega = 2.5 * np.random.default_rng(3).random((SAMPLES, ENSEMBLE.modes)) ** 0.5
    first, _, _ = measured(tmp_path, omega)
    assert np.isnan(first.loc["law_end", "value"]) and first.loc["law_end", "flag"].startswith(f"{NO_LAW}: the exponent of the cumulative is ")


def test_the_crossing_lies_between_two_windows():
    ends, counts = np.array([2.0, 1.5, 1.0, 0.7]), np.array([[900.0, 500.0, 200.0, 90.0]])
    found, flag = law_ends(Windows(ends, counts, np.array([[3.5, 4.0, 5.0, 7.0]]), ends), 0.5)
    assert found == pytest.approx([np.exp(0.5 * np.log(1.5))]) and flag == ""
    found, _ = law_ends(Windows(ends, counts, np.array([[7.0, 6.0, 5.0, 1.0]]), ends), 0.5)
    assert found == pytest.approx([np.exp(0.5 * np.log(1.5))])
    found, flag = law_ends(Windows(ends, counts / 100, np.full((1, 4), 5.0), ends), 0.5)
    assert np.isnan(found).all() and flag == f"{NO_LAW}: 9 modes below the phonons, 100 are needed to tell 5 within 0.5"


def of(value, flag=""):
    return Estimate(np.full(5, value) * (1 + 0.01 * np.array([0.0, 1.0, -1.0, 0.5, -0.5])), "1", 30, 0, flag)


def test_size_exponents_and_ratio():
    axes = (AXES["particles"], AXES["parent_temperature"], DIMENSION)
    settings = StudySettings(axes, (256, 2.0, 2), "dimension", 2, 0.86, 1.0, observables=("law_range",))
    ensembles = {(n, 2.0, d): {SIZED: of(0.1 * n**power)} for d, power in ((2, 0.3), (3, 0.0)) for n in (64, 256, 1024)}
    ensembles[256, 2.0, 4] = {SIZED: of(1.0), "law_end": of(0.6), "omega_g": of(1.2)}
    ensembles[4096, 2.0, 2] = {SIZED: of(100.0, "no omega^4 range")}
    results = Results(settings, ensembles, 1.0)
    add_quantities(results)
    assert ensembles[256, 2.0, 4]["law_end_g"].values == pytest.approx([0.5] * 5)
    rows = Rows()
    fit_law_range(rows, results)
    found = rows.frame().set_index("name")
    assert set(found.index) == {"A_g_size_exponent_2", "A_g_size_exponent_3"}
    assert found.loc["A_g_size_exponent_2", "value"] == pytest.approx(0.3, abs=1e-9)
    assert found.loc["A_g_size_exponent_3", "value"] == pytest.approx(0.0, abs=1e-9)
    assert "N = 64, 256, 1024" in found.loc["A_g_size_exponent_2", "window"]


def test_what_is_drawn_is_what_the_tables_say():
    study = Study()
    key, quantities = ["particles", "parent_temperature"], study.quantities
    hottest = quantities[quantities["quantity"] == "c_s"].sort_values("parent_temperature")
    further = [(256, t, "law_end", 0.5 * t, 0.02, "") for t in hottest["parent_temperature"]]
    further += [(256, t, "spacing", A0, 0.0, "") for t in hottest["parent_temperature"]]
    further += [(n, t, SIZED, 0.01 * n * t, 0.1 * t, "no omega^4 range" if n == 1024 else "") for n in (64, 1024) for t in (0.45, 1.3)]
    rows = pd.DataFrame(further, columns=[*key, "quantity", "value", "error", "flag"]).assign(unit="1", samples=30, flagged=0)
    quantities = pd.concat([quantities, rows], ignore_index=True)
    base = settings_of(study)
    settings = replace(base, options={**base.options, "law_range": {"departure": 0.5, "phonon_fraction": 0.9}})
    figure = plot_law_range(study.mode_density, pd.DataFrame(), quantities, settings)
    temperatures = sorted(hottest["parent_temperature"])
    assert len(figure.axes) == len(temperatures) + 1
    for ax, temperature in zip(figure.axes, temperatures, strict=False):
        own = quantities[quantities["parent_temperature"] == temperature].set_index("quantity")["value"]
        unit = own["c_s"] / A0
        table = study.mode_density[(study.mode_density["parent_temperature"] == temperature) & (study.mode_density["density"] > 0)]
        x = np.sqrt(table["omega_low"] * table["omega_high"]).to_numpy() / unit
        (found,) = bars(ax)
        check(found, x, table["density"] * unit / x**4, table["density_error"] * unit / x**4, log=True)
        places = {str(line.get_label()): float(line.get_xdata()[0]) for line in lines(ax)}
        assert places[r"first phonon $2\pi c_s/L$"] == pytest.approx(own["omega_ph"] / unit)
        assert places[r"$\omega_4$"] == pytest.approx(0.5 * temperature / unit)
    sized = bars(figure.axes[-1])
    assert sorted((one.x[0], round(one.y[0], 9), one.hollow) for one in sized) == sorted(
        (float(n), round(0.01 * n * t, 9), n == 1024) for n in (64, 1024) for t in (0.45, 1.3)
    )


def test_a_study_without_several_sizes_says_so():
    study = Study()
    settings = replace(settings_of(study), options={"law_range": {"departure": 0.5, "phonon_fraction": 0.9}})
    assert "not enough data" in words(plot_law_range(study.mode_density, pd.DataFrame(), study.quantities, settings))
