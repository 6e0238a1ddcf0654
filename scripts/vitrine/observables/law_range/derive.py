"""omega_4 over omega_g, and how A_g depends on the number of particles at each value of the study's axis (004 Fig. 5b: in the plane alone)."""

from __future__ import annotations

import numpy as np

from vitrine.aggregation.results import Key, Results, Rows, combined
from vitrine.schema import NONE
from vitrine.statistics.bootstrap import ratio
from vitrine.statistics.fits import fit_line

SIZED = "A_g_omega_0_ml"  # what is looked at against N: in units of each point's own omega_0


def add_quantities(results: Results) -> None:
    """omega_4/omega_g of every ensemble that has both."""
    for quantities in results.ensembles.values():
        if "law_end" in quantities and "omega_g" in quantities:
            quantities["law_end_g"] = combined(ratio, NONE, quantities["law_end"], quantities["omega_g"])


def fit_law_range(rows: Rows, results: Results) -> None:
    """d ln(A_g omega_0^5)/d ln N at every value of the axis that has two sizes or more; a flagged A_g is in no fit."""
    settings, place = results.settings, results.settings.place_of("particles")
    if place is None or settings.against == "particles":
        return
    for value, keys in _by_value(results).items():
        others = {key[:place] + key[place + 1 :] for key in keys}
        if len(keys) < 2 or len(others) > 1:
            continue
        keys = sorted(keys, key=lambda key: key[place])
        values = np.stack([results.ensembles[key][SIZED].values for key in keys], axis=1)
        fit = fit_line(np.log([key[place] for key in keys]), np.log(np.where(values > 0, values, np.nan)))
        if fit.used.sum() < 2:
            continue
        sizes = ", ".join(str(key[place]) for key in keys)
        samples = sum(results.ensembles[key][SIZED].samples for key in keys)
        window = f"{settings.axis.plain} = {settings.axis.words(value)}, N = {sizes}; {fit.window}"
        rows.add(f"A_g_size_exponent_{settings.axis.text(value)}", fit.slope, NONE, window, samples)


def _by_value(results: Results) -> dict[object, list[Key]]:
    """The points with a usable prefactor, by their value on the study's axis."""
    found: dict[object, list[Key]] = {}
    for key in sorted(results.ensembles, key=str):
        if results.has(key, SIZED):
            found.setdefault(results.value(key), []).append(key)
    return found
