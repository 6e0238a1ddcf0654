"""Energies, relaxation times and overlap decays of an ensemble's liquids."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Ledger, estimates_frame, read_batches, read_samples
from vitrine.aggregation.scalars import joined_flags, mean_estimates, missing_numbers
from vitrine.observables.liquids import RELAXATION_CURVES
from vitrine.statistics.bootstrap import ratio, standard_error
from vitrine.tables import LIQUIDS, RELAXATION

QUANTITIES = {
    "energy_liquid": "energy",
    "pressure_liquid": "pressure",
    "configurational_temperature": "configurational_temperature",
    "relaxation_time": "relaxation_time",
    "energy_relaxation_time": "energy_relaxation_time",
    "displacement_acceptance": "displacement_acceptance",
    "swap_acceptance": "swap_acceptance",
}
OPTIONAL = ("relaxation_time", "displacement_acceptance", "swap_acceptance")


def aggregate_liquids(
    liquids: Sequence[str | Path], relaxation: Sequence[str | Path], ensemble: Ensemble
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, relaxation_curves, flags) from the batches of the liquids and relaxation tables.

    The curve at a time is the mean over the samples that have a value at that very time. A liquid that did not equilibrate is in neither. What a
    sampler does not have is left out: dynamics accepts no displacements.
    """
    ledger = Ledger("liquids")
    data = read_samples(LIQUIDS, liquids, ensemble, ledger)
    quantities = {name: column for name, column in QUANTITIES.items() if name not in OPTIONAL or data[column].notna().any()}
    weights = ensemble.weights(data["sample"].to_numpy())
    estimates = mean_estimates(LIQUIDS, data, weights, ledger, quantities)
    flags = joined_flags(ledger, missing_numbers(data, "liquids", quantities))
    return estimates_frame(ensemble, estimates), _curve(relaxation, ensemble, ledger), flags


def _curve(paths: Sequence[str | Path], ensemble: Ensemble, liquids: Ledger) -> pd.DataFrame:
    frames = []
    for batch in read_batches(RELAXATION, paths, ensemble, Ledger("relaxation")):
        overlap = batch[(batch["series"] == "overlap") & np.isfinite(batch["value"]) & ~batch["sample"].isin(liquids.reasons.keys())]
        frames.append(overlap[["sample", "time", "value"]])
    data = pd.concat(frames, ignore_index=True).sort_values(["sample", "time"]) if frames else pd.DataFrame(columns=["sample", "time", "value"])
    samples, owner = np.unique(data["sample"].to_numpy(dtype=int), return_inverse=True)
    times, column = np.unique(data["time"].to_numpy(dtype=float), return_inverse=True)
    values, present = np.zeros((len(samples), len(times))), np.zeros((len(samples), len(times)))
    values[owner, column], present[owner, column] = data["value"], 1
    weights = ensemble.weights(samples)
    overlap = ratio(weights @ values, weights @ present)
    curve = pd.DataFrame({"time": times, "overlap": overlap[0], "overlap_error": standard_error(overlap)})
    curve["samples"] = present.sum(axis=0).astype(np.int32)
    return curve[RELAXATION_CURVES.names]
