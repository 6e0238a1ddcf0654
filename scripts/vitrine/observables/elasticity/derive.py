"""The plateau of the shear modulus over parent temperatures: G_inf, c_inf and the onset (002 App. A)."""

from __future__ import annotations

from vitrine.aggregation.plateau import plateau_modulus, plateau_speed
from vitrine.aggregation.results import Results, Rows
from vitrine.schema import TEMPERATURE
from vitrine.statistics.fits import onset_fit


def fit_elasticity(rows: Rows, results: Results) -> None:
    """G_inf, c_inf and G_inf a0^d/(k_B T_onset) of the hottest glasses; T_onset from a plateau and a slope."""
    settings = results.settings
    modulus, window = plateau_modulus(results)
    if modulus is None:
        return
    rows.add("G_inf", modulus.values, modulus.unit, window, modulus.samples)
    speed = plateau_speed(modulus, results)
    rows.add("c_inf", speed.values, speed.unit, window, speed.samples)
    unit = results.a0**settings.dimension / settings.temperature_unit
    rows.add("G_inf_reduced", modulus.values * unit, f"k_B {settings.temperature_name}/a0^d", window, modulus.samples)
    if settings.thermal:
        warm, values, samples = results.series("shear_modulus")
        fit = onset_fit(warm, values)
        rows.add("T_onset", fit.onset, TEMPERATURE, fit.window, int(samples.sum()))
