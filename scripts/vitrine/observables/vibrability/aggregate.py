"""Vibrability of an ensemble: its means, its distribution over particles, and one glass to look at (000 Figs. 1d, 3c)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Ledger, estimates_frame, read_samples
from vitrine.aggregation.fields import read_field_batches
from vitrine.aggregation.scalars import mean_estimates
from vitrine.observables.vibrability import VIBRABILITY, VIBRABILITY_MAP
from vitrine.statistics.bootstrap import ratio, standard_error
from vitrine.statistics.histograms import BinnedSums, LogBins, filled_range

BINS = LogBins(-6, 4, per_decade=20)
COLUMNS = {"vibrability_mean": "mean", "vibrability_largest": "largest", "core_particles": "core", "key_core_particles": "key_core"}


def aggregate_vibrability(
    vibrability: Sequence[str | Path], vibrability_field: Sequence[str | Path], ensemble: Ensemble
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, vibrability_density, vibrability_map, flags) from the batches of the table and of the field."""
    ledger = Ledger("vibrability")
    data = read_samples(VIBRABILITY, vibrability, ensemble, ledger, finite=("mean", "largest"))
    sums, shown, present = BinnedSums(BINS, ensemble.rows), None, set()
    for index, field in read_field_batches(vibrability_field, ensemble, ledger):
        psi = field.arrays["vibrability"]
        present.add(index)
        sums.add(ensemble.weights(np.array([index])), np.zeros(len(psi), dtype=int), psi)
        if shown is None and ensemble.dimension == 2:
            shown = (index, field)
    ledger.leave_out(set(data["sample"]) - present, "not in vibrability_field.gsd")
    data = data[~data["sample"].isin(ledger.reasons.keys())]
    estimates = mean_estimates(VIBRABILITY, data, ensemble.weights(data["sample"].to_numpy()), ledger, COLUMNS)
    return estimates_frame(ensemble, estimates), _density(sums), _map(shown), ledger.frame()


def _density(sums: BinnedSums) -> pd.DataFrame:
    """P(Psi) from the first to the last filled bin."""
    edges, counts = sums.displayed_edges, sums.displayed()
    density = ratio(counts, counts.sum(axis=1)[:, None] * np.diff(edges))
    shown = filled_range(counts[0])
    return pd.DataFrame(
        {
            "psi_low": edges[:-1][shown],
            "psi_high": edges[1:][shown],
            "density": density[0, shown],
            "density_error": standard_error(density)[shown],
            "count": counts[0, shown].astype(np.int64),
        }
    )


def _map(shown: tuple | None) -> pd.DataFrame:
    """The particles of the glass that is shown."""
    if shown is None:
        return pd.DataFrame({name: [] for name in VIBRABILITY_MAP.names})
    index, field = shown
    glass = field.sample
    x, y = glass.positions.T
    diameters = glass.diameters
    return pd.DataFrame({"sample": np.full(len(x), index), "x": x, "y": y, "size": diameters, "psi": field.arrays["vibrability"]})
