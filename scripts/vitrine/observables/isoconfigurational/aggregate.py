"""Probability to leave the cage against softness, over the particles of an ensemble; errors over samples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_batches
from vitrine.observables.isoconfigurational import ESCAPE_CURVES, PROPENSITY
from vitrine.schema import NONE
from vitrine.statistics.bootstrap import ratio, standard_error, weighted_mean
from vitrine.statistics.correlation import pearson

EDGES = np.concatenate([[0.0], 2.0 ** np.arange(-2, 8)])  # bins of S: below 1/4, then by factors of two up to 128
SOFTEST = 0.02  # of each sample
LEAST = 8  # particles in a bin whose P may be the largest


def aggregate_isoconfigurational(propensity: Sequence[str | Path], ensemble: Ensemble) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, escape_curves, flags) from the batches of the table."""
    ledger = Ledger("isoconfigurational")
    frames = [batch for batch in read_batches(PROPENSITY, propensity, ensemble, ledger, finite=("softness", "propensity")) if len(batch)]
    data = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=PROPENSITY.names)
    samples, owner = np.unique(data["sample"].to_numpy(dtype=int), return_inverse=True)
    weights = ensemble.weights(samples)
    share = data["escapes"].to_numpy(dtype=float) / data["runs"].to_numpy(dtype=float)
    numbers = {"probability": share, "propensity": data["propensity"].to_numpy(dtype=float)}
    place = np.searchsorted(EDGES, data["softness"].to_numpy(dtype=float), side="right") - 1
    place = np.minimum(place, len(EDGES) - 2)
    counts = _summed(np.ones(len(data)), owner, place, len(samples))
    means = {name: ratio(weights @ _summed(values, owner, place, len(samples)), weights @ counts) for name, values in numbers.items()}
    curve = _curve(means, counts.sum(axis=0), data)
    per_sample = [data[owner == one] for one in range(len(samples))]
    values = {
        "escape_all": [np.mean(one["escapes"] / one["runs"]) for one in per_sample],
        "escape_softest": [_of_softest(one) for one in per_sample],
        "propensity_correlation": [pearson(one["softness"].to_numpy(dtype=float), one["propensity"].to_numpy(dtype=float)) for one in per_sample],
    }
    estimates = {name: Estimate(weighted_mean(weights, np.array(one, dtype=float)), NONE, len(samples), len(ledger)) for name, one in values.items()}
    estimates["escape_peak_softness"] = Estimate(_softness_of_largest(means["probability"], counts, weights), NONE, len(samples), len(ledger))
    return estimates_frame(ensemble, estimates), curve[ESCAPE_CURVES.names], ledger.frame()


def _summed(values: np.ndarray, owner: np.ndarray, place: np.ndarray, samples: int) -> np.ndarray:
    """Sums (S, bins) of values (n,) over the particles of a sample in a bin."""
    sums = np.zeros((samples, len(EDGES) - 1))
    np.add.at(sums, (owner, place), values)
    return sums


def _curve(means: dict[str, np.ndarray], counts: np.ndarray, data: pd.DataFrame) -> pd.DataFrame:
    filled = np.flatnonzero(counts)
    runs = data["runs"].to_numpy(dtype=float).mean() if len(data) else np.nan
    frame = pd.DataFrame({"softness_low": EDGES[:-1][filled], "softness_high": EDGES[1:][filled]})
    for name, values in means.items():
        frame[name], frame[f"{name}_error"] = values[0, filled], standard_error(values)[filled]
    probability = frame["probability"].to_numpy(dtype=float)
    trials = counts[filled] * runs
    likely = (probability * trials + 1) / (trials + 2)  # Laplace's rule: none of n is not zero for sure
    frame["binomial_error"] = np.sqrt(likely * (1 - likely) / trials)
    frame["particles_in"] = counts[filled].astype(np.int64)
    return frame


def _of_softest(one: pd.DataFrame) -> float:
    """P of the softest particles of one sample."""
    order = np.argsort(-one["softness"].to_numpy(dtype=float), kind="stable")
    chosen = one.iloc[order[: max(1, round(SOFTEST * len(one)))]]
    return float(np.mean(chosen["escapes"] / chosen["runs"]))


def _softness_of_largest(probability: np.ndarray, counts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Middle, on a logarithmic scale, of the bin of S with the largest P (R,), among bins with LEAST particles; NaN where nobody leaves."""
    middles = np.concatenate([[EDGES[1] / 2], np.sqrt(EDGES[1:-1] * EDGES[2:])])
    known = np.where(np.isfinite(probability) & (weights @ counts >= LEAST), probability, -1.0)
    best = np.argmax(known, axis=1)
    return np.where(known.max(axis=1) > 0, middles[best], np.nan)
