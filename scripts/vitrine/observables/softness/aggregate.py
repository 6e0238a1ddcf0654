"""Softness of an ensemble: correlations and shares as means over samples, never over particles of several glasses at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_samples
from vitrine.aggregation.scalars import mean_estimates
from vitrine.observables.softness import (
    SOFTNESS_CURVES,
    SOFTNESS_CUTOFFS,
    SOFTNESS_NUMBERS,
    SOFTNESS_SPACE,
    SOFTNESS_SPACE_CURVES,
)
from vitrine.observables.velocity_spectrum.aggregate import mean_curves
from vitrine.schema import NONE
from vitrine.statistics.neighbourhoods import ALL

NUMBERS = {
    "softness_species_ratio": "species_ratio",
    "softness_largest": "largest",
    "softness_above": "above",
    "moran_softness": "moran_softness",
    "moran_peak": "moran_peak",
    "moran_ldwf": "moran_ldwf",
    "softness_without_phonons": "without_phonons",
}
COLUMNS = ("correlation", "correlation_one_origin", "reliability", "reliability_ldwf", "alike", "share", "share_harmonic")
# Of the curves at the main cutoff: (species, column) of each quantity.
AT_CUTOFF = {
    "softness_correlation": (ALL, "correlation"),
    "softness_correlation_a": (0, "correlation"),
    "softness_correlation_b": (1, "correlation"),
    "softness_reliability": (ALL, "reliability"),
    "softness_alike": (ALL, "alike"),
    "softness_share": (ALL, "share"),
    "softness_share_harmonic": (ALL, "share_harmonic"),
}


def aggregate_softness(
    softness_cutoffs: Sequence[str | Path],
    softness_space: Sequence[str | Path],
    softness_numbers: Sequence[str | Path],
    ensemble: Ensemble,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, softness_curves, softness_space_curves, flags) from the batches."""
    ledger = Ledger("softness")
    numbers = read_samples(SOFTNESS_NUMBERS, softness_numbers, ensemble, ledger, finite=("largest",))
    weights = ensemble.weights(numbers["sample"].to_numpy(dtype=int))
    estimates = mean_estimates(SOFTNESS_NUMBERS, numbers, weights, ledger, NUMBERS)
    curves, replicates = mean_curves(SOFTNESS_CUTOFFS, softness_cutoffs, ensemble, ledger, ("cutoff", "main", "species"), COLUMNS)
    for name, (species, column) in AT_CUTOFF.items():
        row = np.flatnonzero((curves["species"] == species) & curves["main"].astype(bool))
        values = replicates[column][:, row[0]] if len(row) else np.full(ensemble.rows, np.nan)
        estimates[name] = Estimate(values, NONE, len(numbers), len(ledger))
    space, _ = mean_curves(SOFTNESS_SPACE, softness_space, ensemble, ledger, ("kind", "distance"), ("correlation",))
    return estimates_frame(ensemble, estimates), curves[SOFTNESS_CURVES.names], space[SOFTNESS_SPACE_CURVES.names], ledger.frame()
