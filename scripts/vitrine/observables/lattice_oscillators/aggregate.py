"""Lattices of oscillators at one point: D(omega), its omega^4 law, and where it crosses over to D ~ omega."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_samples
from vitrine.aggregation.scalars import mean_estimates
from vitrine.observables.lattice_oscillators import LATTICE_DENSITY, LATTICE_MODES, LATTICE_OSCILLATORS
from vitrine.observables.pooled_modes import PooledModes
from vitrine.schema import NONE
from vitrine.statistics.bootstrap import ratio

COARSE = 8  # bins to a decade in which D/omega^2 has its maximum, and D its slopes
LEAST = 20  # modes in such a bin
MEANS = {
    "lattice_square": "square",
    "lattice_softest": "omega_softest",
    "lattice_core": "core_softest",
    "lattice_unstable": "unstable",
}


def aggregate_lattice_oscillators(
    lattice_oscillators: Sequence[str | Path], lattice_modes: Sequence[str | Path], ensemble: Ensemble, softest: float
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, lattice_density, flags) of one point."""
    ledger = Ledger("lattice_oscillators")
    data = read_samples(LATTICE_OSCILLATORS, lattice_oscillators, ensemble, ledger, finite=("omega_softest", "square"))
    pooled = PooledModes.read(LATTICE_MODES, lattice_modes, ensemble, ledger)
    estimates = mean_estimates(LATTICE_OSCILLATORS, data, ensemble.weights(data["sample"].to_numpy()), ledger, MEANS)
    ordered, wanted = np.sort(pooled.omega), int(softest * len(pooled.samples))
    law = pooled.law(float(ordered[wanted]) if len(ordered) > wanted else np.inf)
    numbers = {"lattice_A_g": law.prefactor, "lattice_exponent": law.exponent, "lattice_A_g_end": np.full(ensemble.rows, law.end)}
    numbers |= _crossover(pooled, law.prefactor)
    flags = dict.fromkeys(("lattice_A_g", "lattice_crossover"), law.reason)
    for name, values in numbers.items():
        estimates[name] = Estimate(values, NONE, len(pooled.samples), len(ledger), flags.get(name, ""))
    return estimates_frame(ensemble, estimates), pooled.density(LATTICE_DENSITY), ledger.frame()


def _crossover(pooled: PooledModes, prefactor: np.ndarray) -> dict[str, np.ndarray]:
    """Where D rises least steeply, with its exponent and D/omega = C there, omega_b = (C/A_g)^(1/3), and the maximum of D/omega^2, (R,) each.

    The place is that of the estimate, and is looked for below the maximum of D/omega; replicates take it over.
    """
    found = dict.fromkeys(("exponent_linear", "linear", "linear_at", "crossover", "peak"), np.full(len(pooled.weights), np.nan))
    top = min(pooled.complete, pooled.omega.max(initial=0.0) * (1 + 1e-9))
    if len(pooled.samples) and pooled.softest < top:
        edges = 10 ** np.arange(np.log10(pooled.softest), np.log10(top), 1 / COARSE)
        counts, middle = np.diff(pooled.below(edges), axis=1), np.sqrt(edges[1:] * edges[:-1])
        filled = counts[0] >= LEAST
        counts, middle, width = counts[:, filled], middle[filled], np.diff(edges)[filled]
        if len(middle) >= 3:
            density = ratio(counts, pooled.total[:, None] * width)
            found["peak"] = middle[np.nan_to_num(density / middle**2).argmax(axis=1)]
            with np.errstate(divide="ignore", invalid="ignore"):
                slopes = np.log(density[:, 2:] / density[:, :-2]) / np.log(middle[2:] / middle[:-2])
            lower = slopes[0, : max(int((density[0] / middle).argmax()) - 1, 1)]
            place = int(np.argmin(lower)) + 1
            slope = density[:, place] / middle[place]
            found |= {"exponent_linear": slopes[:, place - 1], "linear": slope, "linear_at": np.full(len(slope), middle[place])}
            found["crossover"] = np.cbrt(ratio(slope, prefactor))
    return {f"lattice_{name}": np.where(np.isfinite(values), values, np.nan) for name, values in found.items()}
