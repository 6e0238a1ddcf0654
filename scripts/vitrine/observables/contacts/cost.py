"""What counting the contacts of one sample takes."""

from __future__ import annotations

from vitrine.costs import Ask, Need


def cost(ask: Ask) -> Need:
    """Its bonds and their derivatives, which the Hessian is made of."""
    return ask.step("hessian")
