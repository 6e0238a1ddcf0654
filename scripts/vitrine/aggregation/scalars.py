"""Means over samples of the columns of a table with one row per sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, read_samples
from vitrine.schema import Table
from vitrine.statistics.bootstrap import weighted_mean
from vitrine.tables import GLASSES


def mean_estimates(table: Table, data: pd.DataFrame, weights: np.ndarray, ledger: Ledger, quantities: Mapping[str, str]) -> dict[str, Estimate]:
    """Mean over samples for each of `quantities` {name: column}; a sample whose number is NaN is left out of that quantity and counted as such."""
    estimates = {}
    for name, column in quantities.items():
        values = data[column].to_numpy(dtype=float)
        missing = int((~np.isfinite(values)).sum())
        estimates[name] = Estimate(weighted_mean(weights, values), table.unit_of(column), len(values) - missing, len(ledger) + missing)
    return estimates


def missing_numbers(data: pd.DataFrame, step: str, columns: Mapping[str, str]) -> list[pd.DataFrame]:
    """Flags frames for good samples that lack one of the columns: they are left out of that quantity alone."""
    frames = []
    for column in columns.values():
        ledger = Ledger(step)
        missing = data.loc[~np.isfinite(data[column].astype(float)), "sample"]
        ledger.leave_out(missing, f"{column} is not a finite number (left out of this mean alone)")
        if len(ledger):
            frames.append(ledger.frame())
    return frames


def joined_flags(ledger: Ledger, others: list[pd.DataFrame]) -> pd.DataFrame:
    """The ledger's frame with further flags below it."""
    frame = ledger.frame()
    return pd.concat([frame, *others], ignore_index=True) if others else frame


def own_spacing(glasses: Sequence[str | Path], ensemble: Ensemble, ledger: Ledger) -> tuple[np.ndarray, list[pd.DataFrame]]:
    """Mean a0 = (V/N)^(1/d) (R,) of the boxes of the samples that `ledger` takes: at constant pressure it is not the model's.

    Also flags frames for samples that have no a0 though `ledger` takes them: they are left out of this mean alone.
    """
    without = Ledger("glasses")
    data = read_samples(GLASSES, glasses, ensemble, without, finite=("spacing",))
    data = data[~data["sample"].isin(ledger.reasons.keys())]
    said = Ledger(ledger.step)
    for sample, reason in without.reasons.items():
        if sample not in ledger.reasons:
            said.leave_out([sample], f"no a0: {reason} (left out of this mean alone)")
    return weighted_mean(ensemble.weights(data["sample"].to_numpy()), data["spacing"].to_numpy(dtype=float)), [said.frame()] if len(said) else []
