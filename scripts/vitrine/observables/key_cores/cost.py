"""What finding the key core of one sample takes."""

from __future__ import annotations

from vitrine.costs import Ask, Need, together


def cost(ask: Ask) -> Need:
    """Its bonds; the cycles round the string are few."""
    return together(ask.step("hessian"), Need(2e-6 * ask.particles, 0.0))
