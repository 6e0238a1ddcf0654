"""Soft spots from modes, elasticity and pinching: N_QLM = A_g omega_g^5, xi_g = 2 pi c_s/omega_g, and the Boltzmann law (002, eqs. 2-4)."""

from __future__ import annotations

import numpy as np

from vitrine.aggregation.results import Results, Rows, combined
from vitrine.schema import NONE, TEMPERATURE
from vitrine.statistics.bootstrap import ratio, standard_error
from vitrine.statistics.fits import boltzmann_fit, onset_fit


def add_quantities(results: Results) -> None:
    """N_QLM per particle (002, eq. 2), xi_g in a0 (eq. 4) and A_g in omega_0 (004 IV) of every ensemble that has what they take."""
    for key, quantities in results.ensembles.items():
        if "omega_g" not in quantities:
            continue
        omega = quantities["omega_g"]
        for name, prefactor in (("N_qlm", "A_g"), ("N_qlm_ml", "A_g_ml")):
            source = results.ensembles[results.source(key, prefactor)]
            if prefactor in source:
                quantities[name] = combined(_number, NONE, source[prefactor], omega)
        if "A_g_limit" in quantities and not results.has(key, "N_qlm"):
            quantities["N_qlm_limit"] = combined(_number, NONE, quantities["A_g_limit"], omega)
        if "c_s" in quantities:
            a0 = quantities["spacing"].values if "spacing" in quantities else results.a0
            for name, prefactor in (("A_g_omega_0", "A_g"), ("A_g_omega_0_ml", "A_g_ml")):
                if prefactor in quantities:
                    quantities[name] = combined(lambda a, c, a0=a0: a * (c / a0) ** 5, NONE, quantities[prefactor], quantities["c_s"])
            quantities["xi_g"] = combined(lambda c, omega, a0=a0: 2 * np.pi * ratio(c, omega) / a0, "a0", quantities["c_s"], omega)
    if results.settings.thermal:
        _add_local_slopes(results)


def _number(prefactor: np.ndarray, omega: np.ndarray) -> np.ndarray:
    """N_QLM = A_g omega_g^5 (002, eq. 2)."""
    return prefactor * omega**5


def _add_local_slopes(results: Results) -> None:
    """E_qlm_local of every ensemble: the slope of ln N_QLM against 1/T_p between it and the next hotter sound one. Where it has no N_QLM but a limit
    of it, E_qlm_least: from that limit.
    """
    unit = results.settings.temperature_unit
    for key, quantities in results.ensembles.items():
        hotter = next((other for other in results.along(key, "N_qlm") if results.value(other) > results.value(key)), None)
        number, slope = ("N_qlm", "E_qlm_local") if results.has(key, "N_qlm") else ("N_qlm_limit", "E_qlm_least")
        if hotter is None or number not in quantities:
            continue
        step = unit / results.value(key) - unit / results.value(hotter)
        quantities[slope] = combined(
            lambda cold, hot, step=step: np.log(np.where(ratio(hot, cold) > 0, ratio(hot, cold), np.nan)) / step,
            f"k_B {results.settings.temperature_name}",
            quantities[number],
            results.ensembles[hotter]["N_qlm"],
        )


def fit_soft_spots(rows: Rows, results: Results) -> None:
    """ln N_QLM against 1/T_p: below the crossover T_x, over all temperatures, with T_x as a parameter, and how the slope hangs on the window."""
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
    _fit_crossover(rows, results)
    _fit_windows(rows, results)


def _fit_crossover(rows: Rows, results: Results) -> None:
    """A plateau of N_QLM above T_x and the law below it, with T_x as a parameter: ln N = ln N_0 - E max(0, 1/T_p - 1/T_x)."""
    settings = results.settings
    warm, values, samples = results.series("N_qlm")
    logs = np.log(np.where(values > 0, values, np.nan))
    fit = onset_fit(-settings.temperature_unit / warm, -logs)
    errors = standard_error(logs)
    taken = np.isfinite(logs[0]) & np.isfinite(errors) & (errors > 0)
    remark = fit.window.partition(":")[2] if taken.sum() < 4 or not np.isfinite(fit.onset[0]) else fit.window.partition(";")[2]
    window = f"all T_p: {', '.join(f'{temperature:g}' for temperature in warm[taken]) or 'none'}" + (f";{remark}" if remark else "")
    used = int(samples[taken].sum())
    rows.add("E_qlm_crossover", fit.steepness, f"k_B {settings.temperature_name}", window, used)
    rows.add("T_x", -settings.temperature_unit / fit.onset, TEMPERATURE, window, used)
    rows.add("N_qlm_plateau", np.exp(-fit.plateau), NONE, window, used)


def _fit_windows(rows: Rows, results: Results) -> None:
    """E_QLM from the coldest T_p up to each other one, and from the hottest down to each: `E_qlm_below:T_p` and `E_qlm_above:T_p`."""
    unit = results.settings.temperature_unit
    warm, values, samples = results.series("N_qlm")
    for place, temperature in enumerate(warm):
        for name, inside in (("below", slice(None, place + 1)), ("above", slice(place, None))):
            if len(warm[inside]) < 2:
                continue
            fit = boltzmann_fit(warm[inside], values[:, inside], unit)
            used = int(samples[inside][fit.used].sum())
            window = fit.window.replace("all T_p", f"T_p {'<=' if name == 'below' else '>='} {temperature:g}")
            rows.add(f"E_qlm_{name}:{temperature:g}", fit.slope, f"k_B {results.settings.temperature_name}", window, used)
