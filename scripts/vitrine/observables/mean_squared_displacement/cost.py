"""What the displacements of one sample take: little beside the trajectory, which preparation records."""

from __future__ import annotations

from vitrine.costs import Ask, Need

PARTICLE = 1.5e-3  # seconds for each particle of a trajectory of 2000 frames in space, lags summed directly


def cost(ask: Ask) -> Need:
    """Linear in the particles."""
    return Need(PARTICLE * ask.particles, 0.1 * ask.particles, 25)
