"""Particle sizes: deterministic quantiles or random draws of a power law on [1, ratio]."""

from __future__ import annotations

import numpy as np


def power_law_quantile(u: np.ndarray, exponent: float, ratio: float) -> np.ndarray:
    """Inverse of the cumulative of p(lambda) ~ lambda^-exponent on [1, ratio]."""
    if exponent == 1:
        return ratio ** np.asarray(u)
    power = 1 - exponent
    return (1 - np.asarray(u) * (1 - ratio**power)) ** (1 / power)


def draw_sizes(particles: int, exponent: float, ratio: float, rule: str, rng: np.random.Generator) -> np.ndarray:
    """Sizes of shape (N,) in units of the smallest, in random order.

    `quantiles` takes lambda((i - 1/2)/N), the same set in every sample: it removes the sample-to-sample fluctuation of the fat-tailed draw
    (001 sec. II, 002 App. A). `random` draws every size.
    """
    u = rng.random(particles) if rule == "random" else (np.arange(particles) + 0.5) / particles
    return rng.permutation(power_law_quantile(u, exponent, ratio))


def in_levels(sizes: np.ndarray, levels: int) -> np.ndarray:
    """Sizes (N,) rounded to `levels` values: the range is cut into as many equal parts, and a part's particles all take their mean size.

    The mean size stays what it is, and no size changes by more than one part's width; of an empty part there is no level.
    """
    edges = np.linspace(sizes.min(), sizes.max(), levels + 1)
    part = np.clip(np.searchsorted(edges, sizes, side="right") - 1, 0, levels - 1)
    out = np.empty_like(sizes)
    for level in np.unique(part):
        members = part == level
        out[members] = np.sort(sizes[members]).mean()  # in one order, so that the levels of every sample are the same to the last bit
    return out
