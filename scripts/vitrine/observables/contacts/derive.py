"""p/K and G/K, and the exponents with which the numbers of a glass follow delta z towards unjamming (004 sec. IV D)."""

from __future__ import annotations

import numpy as np

from vitrine.aggregation.results import Results, Rows, combined
from vitrine.schema import NONE
from vitrine.statistics.bootstrap import ratio
from vitrine.statistics.fits import fit_line

FOLLOWING = ("p_over_K", "G_over_K", "xi_g", "A_g_omega_0_ml", "N_e_plateau")


def add_quantities(results: Results) -> None:
    """p/K and G/K of every ensemble whose moduli are measured."""
    for quantities in results.ensembles.values():
        if "excess_coordination" in quantities and "bulk_modulus" in quantities:
            for name, over in (("p_over_K", "pressure"), ("G_over_K", "shear_modulus")):
                quantities[name] = combined(ratio, NONE, quantities[over], quantities["bulk_modulus"])


def fit_contacts(rows: Rows, results: Results) -> None:
    """ln Y against ln delta z along the axis: the exponent and ln Y at delta z = 1, below the largest delta z of the settings and over all points.

    A quantity with a flag is left out, and so is a point without a positive delta z. Fewer than two points give no row.
    """
    largest = results.settings.option("contacts", "largest_excess")
    for name in FOLLOWING:
        keys = results.along(results.settings.main, "excess_coordination", name)
        keys = [key for key in keys if results.ensembles[key]["excess_coordination"].values[0] > 0]
        if not keys:
            continue
        excess = np.array([results.ensembles[key]["excess_coordination"].values[0] for key in keys])
        values = np.stack([results.ensembles[key][name].values for key in keys], axis=1)
        samples = np.array([results.ensembles[key][name].samples for key in keys])
        for ending, inside in (("", excess <= largest), ("_full", np.isfinite(excess))):
            fit = fit_line(np.log(excess[inside]), np.log(np.where(values[:, inside] > 0, values[:, inside], np.nan)))
            if fit.used.sum() < 2:
                continue
            own = ", ".join(f"{value:.3g}" for value in sorted(excess[inside][fit.used]))
            window, used = f"delta z = {own}; {fit.window}", int(samples[inside][fit.used].sum())
            rows.add(f"unjamming_{name}{ending}", fit.slope, NONE, window, used)
            rows.add(f"unjamming_{name}{ending}_intercept", fit.intercept, NONE, window, used)
            rows.add_number(f"unjamming_{name}{ending}_chi_square", fit.chi_square, np.nan, "per degree of freedom", window, used)
