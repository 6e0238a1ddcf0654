"""Soft spots from modes, elasticity and pinching: N_QLM = A_g omega_g^5, xi_g = 2 pi c_s/omega_g, and the Boltzmann law (002, eqs. 2-4)."""

from __future__ import annotations

import numpy as np

from vitrine.aggregation.results import Results, Rows, combined
from vitrine.schema import NONE
from vitrine.statistics.bootstrap import ratio
from vitrine.statistics.fits import boltzmann_fit


def add_quantities(results: Results) -> None:
    """N_QLM per particle (002, eq. 2) and xi_g in a0 (eq. 4) of every ensemble that has what they take."""
    for key, quantities in results.ensembles.items():
        if "omega_g" not in quantities:
            continue
        omega = quantities["omega_g"]
        for name, prefactor in (("N_qlm", "A_g"), ("N_qlm_ml", "A_g_ml")):
            source = results.ensembles[results.source(key, prefactor)]
            if prefactor in source:
                quantities[name] = combined(lambda a, omega: a * omega**5, NONE, source[prefactor], omega)
        if "c_s" in quantities:
            a0 = quantities["spacing"].values if "spacing" in quantities else results.a0
            quantities["xi_g"] = combined(lambda c, omega, a0=a0: 2 * np.pi * ratio(c, omega) / a0, "a0", quantities["c_s"], omega)


def fit_soft_spots(rows: Rows, results: Results) -> None:
    """ln N_QLM against 1/T_p: below the crossover T_x, where the law is expected to hold, and over all temperatures for comparison."""
    settings = results.settings
    if not settings.thermal:
        return
    crossover = settings.option("soft_spots", "crossover_temperature")
    for name, quantity, highest in (
        ("E_qlm", "N_qlm", crossover),
        ("E_qlm_full", "N_qlm", np.inf),
        ("E_qlm_ml", "N_qlm_ml", crossover),
        ("E_qlm_ml_full", "N_qlm_ml", np.inf),
    ):
        warm, values, samples = results.series(quantity)
        fit = boltzmann_fit(warm, values, settings.temperature_unit, highest)
        used = int(samples[fit.used].sum())
        rows.add(name, fit.slope, f"k_B {settings.temperature_name}", fit.window, used)
        rows.add(f"{name}_intercept", fit.intercept, NONE, fit.window, used)
        rows.add_number(f"{name}_chi_square", fit.chi_square, np.nan, "per degree of freedom", fit.window, used)
