"""What the discs of one sample take."""

from __future__ import annotations

from vitrine.costs import Ask, Need, together

PINNINGS = 8  # factorisations of the disc
FREE = 2e-5  # seconds for each particle of a factorised disc: 0.09 s at N = 6000
STRINGS = 1e-4  # seconds for each particle of the responses of all strings: 0.8 s at N = 8192
ANGLE = 1e-5  # seconds for each particle and degree of the strings, over 360


def cost(ask: Ask) -> Need:
    """A factorisation for each pinning, and the response at every degree."""
    seconds = (PINNINGS * FREE + 360 * ANGLE / 10 + STRINGS) * ask.particles
    return together(ask.step("hessian"), Need(seconds, 0.01 * ask.particles), rows=360)
