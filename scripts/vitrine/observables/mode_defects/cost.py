"""What the defects of the softest mode of one sample take."""

from __future__ import annotations

from vitrine.costs import Ask, Need, together

CELL = 3e-5  # seconds for each particle's cell, its plaquettes and its share of the grid: 0.2 s at N = 8192


def cost(ask: Ask) -> Need:
    """Cells, plaquettes, and the grid."""
    return together(Need(CELL * ask.particles, 0.02 * ask.particles), rows=6)
