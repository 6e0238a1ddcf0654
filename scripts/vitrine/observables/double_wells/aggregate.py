"""Double wells of an ensemble: how often there is one, how far away, and how much it lies along the mode (004 Fig. 14)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_samples
from vitrine.observables.double_wells import DOUBLE_WELL_DENSITY, DOUBLE_WELL_PAIRS, DOUBLE_WELLS
from vitrine.schema import NONE
from vitrine.statistics.bootstrap import ratio, standard_error, weighted_mean
from vitrine.statistics.quantiles import weighted_quantiles

ALIGNED = 0.8  # overlap above which the published ones predominantly lie
ENOUGH = 5  # values to a bin on average, or the widest bins
WIDER = (1, 2, 4, 5, 10)  # narrow bins that are taken together
BINS = {"overlap": np.linspace(0, 1, 21), "displacement": np.linspace(0, 5, 101), "predicted_displacement": np.linspace(0, 5, 101)}


def aggregate_double_wells(double_wells: Sequence[str | Path], ensemble: Ensemble) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, double_well_density, double_well_pairs, flags) from the batches of the table.

    Numbers of the minima that were found are over those glasses alone, and count them as their samples.
    """
    ledger = Ledger("double_wells")
    data = read_samples(DOUBLE_WELLS, double_wells, ensemble, ledger, finite=("omega",))
    weights = ensemble.weights(data["sample"].to_numpy(dtype=int))
    found, predicted = data["found"].to_numpy(dtype=bool), data["predicted"].to_numpy(dtype=bool)
    overlap, energy = (np.where(found, data[name].to_numpy(dtype=float), np.nan) for name in ("overlap", "energy"))
    numbers = {
        "double_well_share": (weighted_mean(weights, found.astype(float)), NONE, len(data)),
        "double_well_displacement": (weighted_mean(weights, data["displacement"].to_numpy(dtype=float)), "a0", found.sum()),
        "double_well_overlap": (weighted_quantiles(weights, overlap, (0.5,))[:, 0], NONE, found.sum()),
        "double_well_aligned": (weighted_mean(weights, np.where(found, overlap > ALIGNED, np.nan)), NONE, found.sum()),
        "double_well_deeper": (weighted_mean(weights, np.where(found, energy < 0, np.nan)), NONE, found.sum()),
        "double_well_predicted": (weighted_mean(weights, predicted.astype(float)), NONE, len(data)),
        "double_well_confirmed": (weighted_mean(weights, np.where(predicted, found, np.nan)), NONE, predicted.sum()),
    }
    estimates = {name: Estimate(values, unit, int(samples), len(ledger)) for name, (values, unit, samples) in numbers.items()}
    density = pd.concat([_density(name, bin_edges(edges, data[name]), data, weights) for name, edges in BINS.items()], ignore_index=True)
    pairs = data.loc[predicted, DOUBLE_WELL_PAIRS.names].reset_index(drop=True)
    return estimates_frame(ensemble, estimates), density, pairs, ledger.frame()


def bin_edges(narrow: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Edges of bins as narrow as the number of values allows: the narrow ones themselves, or several of them together."""
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values)]
    ways = [narrow[::step] for step in WIDER if (len(narrow) - 1) % step == 0]
    end = values.max() if len(values) else narrow[-1]
    return next((edges for edges in ways if len(values) >= ENOUGH * np.count_nonzero(edges < end)), ways[-1])


def _density(name: str, edges: np.ndarray, data: pd.DataFrame, weights: np.ndarray) -> pd.DataFrame:
    """The distribution of a column up to its last filled bin; what lies beyond the last edge is counted in the last bin's normalisation alone."""
    values = data[name].to_numpy(dtype=float)
    present = np.isfinite(values)
    place = np.searchsorted(edges, values[present], side="right") - 1
    place[values[present] == edges[-1]] -= 1  # the last edge belongs to its bin
    inside = place < len(edges) - 1
    one = np.zeros((present.sum(), len(edges) - 1))
    one[np.flatnonzero(inside), place[inside]] = 1
    density = ratio(weights[:, present] @ one, weights[:, present].sum(axis=1)[:, None] * np.diff(edges))
    counts = one.sum(axis=0).astype(np.int64)
    shown = slice(0, np.flatnonzero(counts)[-1] + 1 if counts.any() else 0)
    columns = {"quantity": name, "value_low": edges[:-1][shown], "value_high": edges[1:][shown], "density": density[0, shown]}
    return pd.DataFrame({**columns, "density_error": standard_error(density)[shown], "count": counts[shown]})[DOUBLE_WELL_DENSITY.names]
