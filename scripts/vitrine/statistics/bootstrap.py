"""The Poisson bootstrap over samples: one mechanism for every error bar.

Replicate 0 is the estimate itself: every sample has weight 1. Replicates 1..B give each sample a weight drawn from Poisson(1). The weights of a
sample are drawn from a stream of its own, fixed by (seed, point, sample): they depend neither on the other samples nor on the
batches, and they are the same for every observable of that sample, so that a ratio of two observables of one ensemble keeps their correlation.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vitrine.seeds import BOOTSTRAP, sample_generator


def poisson_weights(
    seed: int, particles: int, parent_temperature: float, samples: int | np.ndarray, replicates: int, further: Sequence[int] = ()
) -> np.ndarray:
    """Bootstrap weights, shape (replicates + 1, S); row 0 is ones.

    `samples` is the array of the S samples' indices, or S itself for the indices 0..S-1. further: words of axes beyond N and T_p.
    """
    indices = np.arange(samples) if np.ndim(samples) == 0 else np.asarray(samples)
    weights = np.ones((replicates + 1, len(indices)))
    for column, sample in enumerate(indices):
        weights[1:, column] = sample_generator(seed, BOOTSTRAP, particles, parent_temperature, sample, further=further).poisson(1.0, replicates)
    return weights


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """numerator/denominator, NaN where the denominator is not positive: an empty replicate has no value."""
    numerator, denominator = np.broadcast_arrays(np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float))
    return np.divide(numerator, denominator, out=np.full(numerator.shape, np.nan), where=denominator > 0)


def weighted_mean(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Mean of `values` (S,) under each row of `weights` (R, S): shape (R,).

    NaN values are left out; a row without weight gives NaN.
    """
    present = np.isfinite(values)
    return ratio(weights[:, present] @ values[present], weights[:, present].sum(axis=1))


def weighted_deviation(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Standard deviation of `values` (S,) under each row of `weights` (R, S), with Bessel's correction: shape (R,).

    NaN values are left out; NaN where the weights of a row sum to 1 or less, and for fewer than two samples.
    """
    present = np.isfinite(values)
    weights, values = weights[:, present], values[present]
    if len(values) < 2:
        return np.full(len(weights), np.nan)
    # Moments about the mean of all: moments about zero would lose digits where the spread is narrow.
    shifted = values - values.mean()
    total = weights.sum(axis=1)
    mean = ratio(weights @ shifted, total)
    squares = weights @ shifted**2 - total * mean**2
    return np.sqrt(np.maximum(ratio(squares, total - 1), 0))


def standard_error(replicates: np.ndarray, axis: int = 0) -> np.ndarray:
    """Standard deviation over replicates 1..B along `axis`; replicate 0, the estimate, is not counted.

    Replicates that are NaN are left out. NaN where fewer than two are left or where more than half are NaN: an estimate that most replicates cannot
    repeat has no honest error bar.
    """
    values = np.moveaxis(np.asarray(replicates, dtype=float), axis, 0)[1:]
    present = np.isfinite(values)
    count = present.sum(axis=0)
    enough = (count >= 2) & (2 * count >= len(values))
    safe = np.where(present, values, 0.0)
    mean = ratio(safe.sum(axis=0), count)
    squares = np.where(present, (safe - mean) ** 2, 0.0).sum(axis=0)
    return np.sqrt(ratio(squares, np.where(enough, count - 1, 0)))
