"""The plateau of the shear modulus over parent temperatures: G_inf, c_inf and the onset (002 App. A). Poisson's ratio."""

from __future__ import annotations

from vitrine.aggregation.plateau import plateau_modulus, plateau_speed
from vitrine.aggregation.results import Results, Rows, combined
from vitrine.schema import NONE, TEMPERATURE
from vitrine.statistics.bootstrap import ratio
from vitrine.statistics.fits import onset_fit


def add_quantities(results: Results) -> None:
    """Poisson's ratio of every ensemble, from its mean moduli (004 sec. IV C)."""
    for key, quantities in results.ensembles.items():
        if "shear_modulus" in quantities and "bulk_modulus" in quantities:
            d = _dimension(results, key)
            quantities["poisson_ratio"] = combined(
                lambda k, g, d=d: ratio(d * k - 2 * g, d * (d - 1) * k + 2 * g), NONE, quantities["bulk_modulus"], quantities["shear_modulus"]
            )


def _dimension(results: Results, key: tuple) -> int:
    """d of a point: of the axis that sets it, where there is one."""
    axes = results.settings.axes
    return next((value for axis, value in zip(axes, key, strict=True) if axis.leaf == "model.dimension" and value > 0), results.settings.dimension)


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
