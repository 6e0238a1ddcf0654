"""The minima of many random potentials, counted by their frequency."""

from __future__ import annotations

import numpy as np

from vitrine.observables.soft_potentials.model import parameters
from vitrine.oscillators.soft_potentials import minima, random_potentials
from vitrine.points import Point

EDGES = 10.0 ** (np.arange(-40, 11) / 20)  # of omega
AT_ONCE = 250_000


def draw_soft_potentials(point: Point, rng: np.random.Generator, potentials: int = 1_000_000) -> dict[str, np.ndarray]:
    """The rows of one sample: minima in each bin of omega = b_2^(1/2), of any kind and the lowest."""
    distribution = parameters(point)
    lowest = other = np.zeros(len(EDGES) - 1, dtype=np.int64)
    for first in range(0, potentials, AT_ONCE):
        _, stiffness = minima(random_potentials(rng, min(AT_ONCE, potentials - first), distribution))
        counts = [np.histogram(np.sqrt(one[one > 0]), EDGES)[0] for one in stiffness]
        lowest, other = lowest + counts[0], other + counts[1]
    return {
        "minimum": np.repeat(["any", "lowest"], len(lowest)),
        "omega_low": np.tile(EDGES[:-1], 2),
        "omega_high": np.tile(EDGES[1:], 2),
        "count": np.concatenate([lowest + other, lowest]),
        "potentials": np.full(2 * len(lowest), potentials),
    }
