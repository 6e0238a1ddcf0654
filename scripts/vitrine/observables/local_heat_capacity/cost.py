"""What the local heat capacities of one sample take."""

from __future__ import annotations

from vitrine.costs import Ask, Need, together

FACTORISATIONS = 5  # two Newton steps, and the selected inverse, which takes three of them


def cost(ask: Ask) -> Need:
    """Bonds, their Hessian and its selected inverse."""
    hessian, factorisation = ask.factorised()
    return together(hessian, factorisation._replace(seconds=FACTORISATIONS * factorisation.seconds), rows=ask.bonds)
