"""What the moduli of one sample take."""

from __future__ import annotations

from vitrine.costs import Ask, Need, together


def cost(ask: Ask) -> Need:
    """A factorisation, and the solves of every strain."""
    return together(*ask.factorised(), ask.step("moduli", sparse=True))
