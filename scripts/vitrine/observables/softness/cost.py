"""What the softness of one sample takes: sums that are there already, and all pairs for the correlation in space."""

from __future__ import annotations

from vitrine.costs import Ask, Need

PAIR = 6e-8  # seconds for each pair of particles
NUMBERS = 600.0  # numbers of each particle in memory: the low bins of three directions, twice, and the paths


def cost(ask: Ask) -> Need:
    """Quadratic in the particles through the pairs, linear otherwise."""
    return Need(1e-4 * ask.particles + PAIR * ask.particles**2, 8e-6 * NUMBERS * ask.dimension * ask.particles, ask.particles)
