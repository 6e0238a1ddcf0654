"""What the parts of the softest modes of one sample take."""

from __future__ import annotations

from vitrine.costs import Ask, Need, together

CELL = 4e-5  # seconds for each particle's cell, its gradients and its share of the factorised A A^T: 0.35 s at N = 8192


def cost(ask: Ask) -> Need:
    """The softest modes, and the cells."""
    number = ask.settings["modes"]
    lowest = ask.step("modes_lowest", number, sparse=True)
    return together(*ask.factorised(), lowest, Need(CELL * ask.particles, 0.002 * ask.particles), rows=number)
