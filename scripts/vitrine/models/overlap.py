r"""Spheres that repel where they overlap: phi(r) = C (1 - x)^alpha for x = r/lambda_ij < 1, and nothing beyond.

alpha = 5/2 is Hertz's law of elastic spheres (M14 of the inventory). alpha = 2, harmonic spheres, is a sum of powers (`potential.HARMONIC`).
At contact derivatives of higher order than alpha are infinite; they are given as they are below it.
"""

from __future__ import annotations

from collections import namedtuple
from dataclasses import dataclass

import numpy as np

from vitrine.models.potential import OfDistance

# phi = prefactor (1 - x)^power for the compiled loops.
Overlap = namedtuple("Overlap", "power prefactor cutoff2")


@dataclass(frozen=True)
class OverlapPotential(OfDistance):
    """prefactor (1 - x)^power below x = 1."""

    power: float
    prefactor: float

    cutoff = 1.0

    @property
    def kernel(self) -> Overlap:
        """The numbers for the compiled loops."""
        return Overlap(float(self.power), float(self.prefactor), self.cutoff**2)

    @property
    def highest(self) -> float:
        """The largest phi/eps that two particles reach as they overlap."""
        return self.prefactor

    def energy_and_slope(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """phi/eps and its derivative by x at x (n,) below the cutoff."""
        return self.prefactor * (1 - x) ** self.power, -self.prefactor * self.power * (1 - x) ** (self.power - 1)

    def _by_distance(self, x: np.ndarray) -> np.ndarray:
        """phi and four derivatives by x at x (n,) below the cutoff."""
        out, factor = np.zeros((5, len(x))), self.prefactor
        for order in range(5):
            out[order] = factor * (1 - x) ** (self.power - order)
            factor *= order - self.power
        return out


HERTZIAN = OverlapPotential(2.5, 0.4)
"""Hertzian spheres (2/5) (1 - x)^(5/2): the force is (1 - x)^(3/2)."""
