"""Weibull statistics of minimal frequencies: P(omega_min > omega) = exp[-(omega/scale)^shape].

The minimum of many frequencies drawn from D(omega) ~ omega^4 has shape 5, standard deviation over mean 0.22905 and mean 0.91817 scale
(recipes section 5, item 8).
"""

from __future__ import annotations

from math import gamma

import numpy as np

from vitrine.statistics.bootstrap import ratio, weighted_deviation, weighted_mean

ITERATIONS = 100


def relative_deviation(shape: float) -> float:
    """Standard deviation over mean of a Weibull variable; 0.22905 for shape 5."""
    return float(np.sqrt(gamma(1 + 2 / shape) / gamma(1 + 1 / shape) ** 2 - 1))


def measured_relative_deviation(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Standard deviation over mean (R,) of uncensored values (S,) under weights (R, S); NaN for fewer than two samples."""
    return ratio(weighted_deviation(weights, values), weighted_mean(weights, values))


def censored_fit(weights: np.ndarray, values: np.ndarray, cutoff: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Maximum-likelihood shape and scale, (R,) each, of values (S,) censored at `cutoff` (S,), under weights (R, S).

    A value at or above its cutoff counts only as larger than the cutoff; one whose cutoff is zero (a sample unstable to shear, without phonons) says
    nothing. The shape solves
    1/k + <ln x>_below = sum w x^k ln x / sum w x^k with x = min(value, cutoff), whose left minus right side falls with k: Newton's steps, kept inside
    a bracket. NaN where fewer than two different values lie below their cutoffs: the shape is then unbounded.
    """
    telling = np.minimum(values, cutoff) > 0
    weights, values, cutoff = weights[:, telling], values[telling], cutoff[telling]
    below = values < cutoff
    largest = np.minimum(values, cutoff).max(initial=0.0)
    if below.sum() < 2:
        return np.full(len(weights), np.nan), np.full(len(weights), np.nan)
    logs = np.log(np.minimum(values, cutoff) / largest)
    count = weights @ below
    mean_log = ratio(weights @ np.where(below, logs, 0.0), count)
    # As k grows the right side tends to the largest log that has weight; without a spread below it there is no finite solution.
    top = np.where(weights > 0, logs, -np.inf).max(axis=1)
    solvable = (count >= 2) & (top - mean_log > 1e-12)
    shape = np.full(len(weights), np.nan)
    if solvable.any():
        shape[solvable] = _solve_shape(weights[solvable], logs, mean_log[solvable], top[solvable])
    moments = np.sum(weights * np.exp(np.where(solvable, shape, 0.0)[:, None] * logs), axis=1)
    scale = np.where(solvable, largest * ratio(moments, count) ** (1 / shape), np.nan)
    return shape, scale


def _solve_shape(weights: np.ndarray, logs: np.ndarray, mean_log: np.ndarray, top: np.ndarray) -> np.ndarray:
    """The root k of the likelihood equation in each row, by Newton's steps on a shrinking bracket (in ln k where a step would leave it)."""
    low, high = np.full(len(weights), 1e-3), np.full(len(weights), 1e6)
    shape = np.clip(1 / np.maximum(top - mean_log, 1e-6), 1e-2, 1e5)
    for _ in range(ITERATIONS):
        powers = weights * np.exp(shape[:, None] * (logs - top[:, None]))
        total = powers.sum(axis=1)
        first = (powers @ logs) / total
        second = (powers @ logs**2) / total
        excess = 1 / shape + mean_log - first
        low, high = np.where(excess > 0, shape, low), np.where(excess > 0, high, shape)
        step = shape + excess / (1 / shape**2 + second - first**2)
        step = np.where((step > low) & (step < high), step, np.sqrt(low * high))
        if np.all(np.abs(step - shape) <= 1e-10 * shape):
            return step
        shape = step
    return shape
