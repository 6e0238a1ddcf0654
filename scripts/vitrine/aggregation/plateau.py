"""The units of the papers: a0 of the glasses, and G_inf and c_inf from the plateau above the onset, or from the hottest glasses there are."""

from __future__ import annotations

import numpy as np

from vitrine.aggregation.ensemble import Estimate
from vitrine.aggregation.results import Key, Results, combined
from vitrine.schema import SPEED


def plateau_keys(results: Results, name: str) -> list[Key]:
    """The main ensembles with T_p at or above the unit of temperature that have `name`, or the hottest alone where there is none."""
    warm = results.along(results.settings.main, name)
    if not results.settings.thermal:
        return warm[-1:]
    return [key for key in warm if results.value(key) >= results.settings.temperature_unit * (1 - 1e-9)] or warm[-1:]


def own_spacing(results: Results) -> float:
    """a0 = (V/N)^(1/d) of the glasses behind G_inf, which at constant pressure is not the model's; its error is left out."""
    settings = results.settings
    spacings = [results.ensembles[key]["spacing"].values[0] for key in plateau_keys(results, "spacing")]
    density = float(np.mean(spacings)) ** -settings.dimension if spacings else settings.density
    return density ** (-1 / settings.dimension)


def plateau_modulus(results: Results) -> tuple[Estimate | None, str]:
    """G_inf: the mean shear modulus over the plateau; and which ensembles that is, in words."""
    settings, keys = results.settings, plateau_keys(results, "shear_modulus")
    if not keys:
        return None, "no shear modulus"
    listed = ", ".join(settings.axis.words(results.value(key)) for key in keys)
    if not settings.thermal:
        window = f"largest {settings.axis.plain} only: {listed}"
    elif results.value(keys[-1]) >= settings.temperature_unit * (1 - 1e-9):
        window = f"T_p >= {settings.temperature_name}: {listed}"
    else:
        window = f"hottest T_p only: {listed}, below {settings.temperature_name}"
    moduli = [results.ensembles[key]["shear_modulus"] for key in keys]
    mean = np.mean([modulus.values for modulus in moduli], axis=0)
    samples, flagged = (sum(getattr(modulus, name) for modulus in moduli) for name in ("samples", "flagged"))
    return Estimate(mean, moduli[0].unit, samples, flagged), window


def plateau_speed(modulus: Estimate, results: Results) -> Estimate:
    """c_inf = sqrt(G_inf/rho), rho = m N/V with the mean mass of a particle in the ensembles behind G_inf; it is one where they do not give it."""
    behind = [results.ensembles[key] for key in plateau_keys(results, "shear_modulus")]
    masses = [quantities["mass"].values if "mass" in quantities else 1.0 for quantities in behind]
    density = results.a0**-results.settings.dimension * (sum(masses) / len(masses))
    return combined(lambda g: np.sqrt(g / density), SPEED, modulus)
