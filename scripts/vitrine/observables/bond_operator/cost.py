"""What diagonalising the bond operator of one sample takes."""

from __future__ import annotations

from vitrine.costs import Ask, Need


def cost(ask: Ask) -> Need:
    """The full spectrum, or the largest eigenvalues alone."""
    return ask.spectrum("bond_operator", "largest", ask.dimension * (ask.particles - 1))
