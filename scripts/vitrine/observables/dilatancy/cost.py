"""What the dilatancy of one sample takes: a sum over its bonds for each mode."""

from __future__ import annotations

from vitrine.costs import Ask, Need, together


def cost(ask: Ask) -> Need:
    """As much as finding the bonds and their Hessian."""
    return together(ask.step("hessian"), rows=ask.settings["modes"])
