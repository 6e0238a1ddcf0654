"""What finding the modes of one sample takes."""

from __future__ import annotations

from vitrine.costs import Ask, Need


def cost(ask: Ask) -> Need:
    """The full spectrum, or the softest modes alone."""
    return ask.spectrum("modes", "lowest", ask.dimension * ask.particles)
