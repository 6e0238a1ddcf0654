"""Lattices of oscillators at one point: D(omega), its omega^4 law, and where it crosses over to D ~ omega."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_samples
from vitrine.aggregation.oscillators import PooledModes
from vitrine.aggregation.scalars import mean_estimates
from vitrine.observables.lattice_oscillators import LATTICE_DENSITY, LATTICE_MODES, LATTICE_OSCILLATORS
from vitrine.schema import NONE
from vitrine.statistics.bootstrap import ratio

ABOVE = (1.5, 3.0)  # of omega_b: where the exponent above the crossover is told
COARSE = 8  # bins to a decade in which D/omega and D/omega^2 have their maxima
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
    flags = dict.fromkeys(("lattice_A_g", "lattice_crossover", "lattice_exponent_above"), law.reason)
    for name, values in numbers.items():
        estimates[name] = Estimate(values, NONE, len(pooled.samples), len(ledger), flags.get(name, ""))
    return estimates_frame(ensemble, estimates), pooled.density(LATTICE_DENSITY), ledger.frame()


def _crossover(pooled: PooledModes, prefactor: np.ndarray) -> dict[str, np.ndarray]:
    """The maxima of D/omega and D/omega^2, omega_b = (C/A_g)^(1/3), and the exponent above it, (R,) each."""
    rows, blank = len(pooled.weights), np.full(len(pooled.weights), np.nan)
    top = min(pooled.complete, pooled.omega.max(initial=0.0) * (1 + 1e-9))
    if not len(pooled.samples) or not pooled.softest < top:
        return dict.fromkeys(("lattice_linear", "lattice_linear_at", "lattice_crossover", "lattice_peak", "lattice_exponent_above"), blank)
    edges = 10 ** np.arange(np.log10(pooled.softest), np.log10(top), 1 / COARSE)
    counts, middle = np.diff(pooled.below(edges), axis=1), np.sqrt(edges[1:] * edges[:-1])
    density = np.where(counts[0] >= LEAST, ratio(counts, pooled.total[:, None] * np.diff(edges)), 0.0)
    slope, place = (density / middle).max(axis=1, initial=np.nan), (density / middle).argmax(axis=1)
    crossover = np.cbrt(ratio(slope, prefactor))
    found = {"lattice_linear": slope, "lattice_linear_at": middle[place], "lattice_crossover": crossover}
    found["lattice_peak"] = middle[(density / middle**2).argmax(axis=1)]
    ends = crossover[0] * np.array([ABOVE[0], np.sqrt(np.prod(ABOVE)), ABOVE[1]])
    if not np.isfinite(ends).all() or ends[-1] > top:
        return found | {"lattice_exponent_above": np.full(rows, np.nan)}
    halves = np.diff(pooled.below(ends), axis=1)  # two halves of equal ratio: their numbers differ by its power delta + 1
    with np.errstate(divide="ignore", invalid="ignore"):
        exponent = np.log(halves[:, 1] / halves[:, 0]) / np.log(ends[1] / ends[0]) - 1
    return found | {"lattice_exponent_above": np.where(np.isfinite(exponent), exponent, np.nan)}
