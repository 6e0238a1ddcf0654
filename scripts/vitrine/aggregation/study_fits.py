"""Fits over parent temperatures and sizes, and the study's headline ratios, each with its bootstrap error and its window in words."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Estimate
from vitrine.aggregation.study import (
    Ensembles,
    StudySettings,
    density_source,
    gather,
    plateau_modulus,
    plateau_speed,
    reduced,
    temperatures_with,
    with_own_density,
)
from vitrine.statistics.bootstrap import ratio, standard_error
from vitrine.statistics.fits import boltzmann_fit, fit_line, onset_fit, pooled_mean
from vitrine.tables import FITS, LENGTH, NONE, TEMPERATURE

ENERGY_REDUCED = "k_B T_onset"
UNCENSORED = 0.9


class Rows:
    """Collects the rows of the fits table."""

    def __init__(self) -> None:
        self.rows: list[dict] = []

    def add(self, name: str, values: np.ndarray, unit: str, window: str, samples: int) -> None:
        self.add_number(name, float(values[0]), float(standard_error(values)), unit, window, samples)

    def add_number(self, name: str, value: float, error: float, unit: str, window: str, samples: int) -> None:
        self.rows.append({"name": name, "value": value, "error": error, "unit": unit, "window": window, "samples": samples})

    def frame(self) -> pd.DataFrame:
        return pd.DataFrame(self.rows, columns=[column.name for column in FITS.columns])


def fit_study(estimates: pd.DataFrame, settings: StudySettings) -> pd.DataFrame:
    """The fits table of a study, from the estimates tables of all its ensembles."""
    measured = gather(estimates)
    settings = with_own_density(settings, measured)
    ensembles = reduced(measured, settings)
    rows = Rows()
    rows.add_number("a0", settings.a0, np.nan, LENGTH, "(V/N)^(1/d) of the glasses behind G_inf", 0)
    _plateau(rows, measured, settings)
    _onset(rows, measured, settings)
    _boltzmann(rows, ensembles, settings)
    _annealing(rows, ensembles, settings)
    _universal(rows, ensembles, settings)
    _size_scaling(rows, measured)
    return rows.frame()


def _plateau(rows: Rows, ensembles: Ensembles, settings: StudySettings) -> None:
    modulus, window = plateau_modulus(ensembles, settings)
    if modulus is None:
        return
    rows.add("G_inf", modulus.values, modulus.unit, window, modulus.samples)
    speed = plateau_speed(modulus, settings)
    rows.add("c_inf", speed.values, speed.unit, window, speed.samples)
    unit = settings.a0**settings.dimension / settings.onset_temperature
    rows.add("G_inf_reduced", modulus.values * unit, "k_B T_onset/a0^d", window, modulus.samples)


def _series(ensembles: Ensembles, settings: StudySettings, name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Parent temperatures (T,) of the main ensembles that have `name`, its replicates (R, T) and samples (T,); T = 0 where none has."""
    warm = temperatures_with(ensembles, settings.particles, name)
    found = [ensembles[settings.particles, temperature][name] for temperature in warm]
    values = np.stack([one.values for one in found], axis=1) if found else np.empty((_rows(ensembles), 0))
    return np.array(warm), values, np.array([one.samples for one in found], dtype=int)


def _rows(ensembles: Ensembles) -> int:
    return next((len(one.values) for quantities in ensembles.values() for one in quantities.values()), 1)


def _onset(rows: Rows, ensembles: Ensembles, settings: StudySettings) -> None:
    warm, values, samples = _series(ensembles, settings, "shear_modulus")
    fit = onset_fit(warm, values)
    rows.add("T_onset", fit.onset, TEMPERATURE, fit.window, int(samples.sum()))


def _boltzmann(rows: Rows, ensembles: Ensembles, settings: StudySettings) -> None:
    """ln N against 1/T_p: below the crossover T_x, where the law is expected to hold, and over all temperatures for comparison."""
    for name, quantity, highest in (
        ("E_qlm", "N_qlm", settings.crossover_temperature),
        ("E_qlm_full", "N_qlm", np.inf),
        ("E_qlm_ml", "N_qlm_ml", settings.crossover_temperature),
        ("E_qlm_ml_full", "N_qlm_ml", np.inf),
    ):
        warm, values, samples = _series(ensembles, settings, quantity)
        fit = boltzmann_fit(warm, values, settings.onset_temperature, highest)
        used = int(samples[fit.used].sum())
        rows.add(name, fit.slope, ENERGY_REDUCED, fit.window, used)
        rows.add(f"{name}_intercept", fit.intercept, NONE, fit.window, used)
        rows.add_number(f"{name}_chi_square", fit.chi_square, np.nan, "per degree of freedom", fit.window, used)


def _annealing(rows: Rows, ensembles: Ensembles, settings: StudySettings) -> None:
    """What annealing does, coldest against hottest parent temperature of the main ensemble."""

    def decades(cold: np.ndarray, hot: np.ndarray) -> np.ndarray:
        change = ratio(hot, cold)
        return np.log10(np.where(change > 0, change, np.nan))

    headlines: tuple[tuple[str, str, Callable], ...] = (
        ("shear_modulus_ratio", "shear_modulus", ratio),
        ("omega_g_ratio", "omega_g", ratio),
        ("xi_g_decrease", "xi_g", lambda cold, hot: 1 - ratio(cold, hot)),
        ("xi_bond_ratio", "xi_bond", ratio),
        ("A_g_decades", "A_g", decades),
        ("A_g_ml_decades", "A_g_ml", decades),
        ("A_g_tail_decades", "A_g_tail", decades),
        ("N_qlm_decades", "N_qlm", decades),
        ("N_qlm_ml_decades", "N_qlm_ml", decades),
    )
    for name, quantity, function in headlines:
        warm = temperatures_with(ensembles, settings.particles, quantity)
        if len(warm) < 2:
            continue
        ends = [(settings.particles, temperature) for temperature in (warm[0], warm[-1])]
        if quantity in ("A_g", "A_g_ml"):
            ends = [density_source(ensembles, key, quantity, settings) for key in ends]
        cold, hot = (ensembles[key][quantity] for key in ends)
        rows.add(name, function(cold.values, hot.values), NONE, f"T_p = {warm[0]:g} against {warm[-1]:g}", min(cold.samples, hot.samples))


def _universal(rows: Rows, ensembles: Ensembles, settings: StudySettings) -> None:
    """Numbers that should not depend on the parent temperature: their mean over it, weighted by the errors."""
    for name in ("omega_g_filter_ratio", "A_g_exponent", "weibull_exponent", "omega_min_ratio", "lambda_exponent"):
        warm, values, samples = _series(ensembles, settings, name)
        kept = np.ones(len(warm), bool)
        if name == "omega_min_ratio":
            kept = np.array([_uncensored(ensembles[settings.particles, temperature]) for temperature in warm], dtype=bool)
        mean, used = pooled_mean(values[:, kept])
        listed = ", ".join(f"{temperature:g}" for temperature in warm[kept][used])
        window = f"mean over T_p = {listed}" if listed else "no T_p at which it has an error"
        if not kept.all():
            window += f"; left out: {int((~kept).sum())} T_p at which more than {1 - UNCENSORED:.0%} of omega_min lie above the cutoff"
        rows.add(name, mean, NONE, window, int(samples[kept][used].sum()))


def _uncensored(quantities: dict[str, Estimate]) -> bool:
    """Whether almost every softest mode lies below the phonons, so that the raw spread of omega_min is that of the law."""
    return "omega_min_below" in quantities and bool(quantities["omega_min_below"].values[0] >= UNCENSORED)


def _size_scaling(rows: Rows, ensembles: Ensembles) -> None:
    """Exponent of <omega_min> ~ N^x at the parent temperature that has the most sizes; -1/5 expected (Rainone et al. 2020, section IV)."""
    sizes: dict[float, list[int]] = {}
    for (particles, temperature), quantities in sorted(ensembles.items()):
        if "omega_min" in quantities:
            sizes.setdefault(temperature, []).append(particles)
    if not sizes:
        return
    temperature = max(sizes, key=lambda one: (len(sizes[one]), one))
    if len(sizes[temperature]) < 2:
        return
    found = [ensembles[particles, temperature]["omega_min"] for particles in sizes[temperature]]
    fit = fit_line(np.log(sizes[temperature]), np.log(np.stack([one.values for one in found], axis=1)))
    window = f"T_p = {temperature:g}, N = {', '.join(map(str, sizes[temperature]))}; {fit.window}"
    rows.add("omega_min_size_exponent", fit.slope, NONE, window, sum(one.samples for one in found))
