"""Quartiles and mean of the dilatant-to-shear ratio over the modes of an ensemble (004 Fig. 7d)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_rows
from vitrine.observables.dilatancy import DILATANCY
from vitrine.schema import NONE
from vitrine.statistics.bootstrap import weighted_mean
from vitrine.statistics.quantiles import weighted_quantiles

LEVELS = {"lower": 0.25, "median": 0.5, "upper": 0.75}


def aggregate_dilatancy(dilatancy: Sequence[str | Path], ensemble: Ensemble) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(estimates, flags) from the batches of the table; all modes of a sample have its weight.

    A mode without a sign is left out of the signed numbers alone, and of `dilatancy_signed_share` it is the rest.
    """
    ledger = Ledger("dilatancy")
    data = read_rows(DILATANCY, dilatancy, ensemble, ledger, finite=("ratio",))
    data = data.sort_values(["sample", "mode"], ignore_index=True)
    samples, owner = np.unique(data["sample"].to_numpy(dtype=int), return_inverse=True)
    weights = ensemble.weights(samples)[:, owner]
    numbers = {}
    for prefix, column in (("dilatancy", "ratio"), ("dilatancy_signed", "signed_ratio")):
        values = data[column].to_numpy(dtype=float)
        quantiles = weighted_quantiles(weights, values, tuple(LEVELS.values()))
        used = len(np.unique(owner[np.isfinite(values)]))
        numbers |= {f"{prefix}_{name}": (quantiles[:, place], used) for place, name in enumerate(LEVELS)}
        numbers[f"{prefix}_mean"] = (weighted_mean(weights, values), used)
    told = np.isfinite(data["signed_ratio"].to_numpy(dtype=float)).astype(float)
    numbers["dilatancy_signed_share"] = (weighted_mean(weights, told), len(samples))
    estimates = {name: Estimate(values, NONE, used, len(ledger) + len(samples) - used) for name, (values, used) in numbers.items()}
    return estimates_frame(ensemble, estimates), ledger.frame()
