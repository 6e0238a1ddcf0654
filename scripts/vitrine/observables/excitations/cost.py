"""What four small deformations of one sample take."""

from __future__ import annotations

from vitrine.costs import Ask, Need, together

STEPS = 4  # protocols; a step begins next to its minimum and takes a part of a quench
PART = 0.3


def cost(ask: Ask) -> Need:
    """Two responses by one factorisation, and four short minimisations."""
    quench = ask.step("quench")
    return together(*ask.factorised(), quench._replace(seconds=STEPS * PART * quench.seconds), rows=STEPS)
