"""What the moduli of all shears of one sample take."""

from __future__ import annotations

from vitrine.costs import Ask, Need, together


def cost(ask: Ask) -> Need:
    """A factorisation, and the solves of every shear, as for the moduli of dilation and simple shear."""
    return together(*ask.factorised(), ask.step("moduli", sparse=True))
