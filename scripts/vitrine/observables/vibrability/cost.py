"""What the vibrability of one sample takes."""

from __future__ import annotations

from vitrine.costs import Ask, Need, together

FACTORISATIONS = 3  # the selected inverse takes so many of CHOLMOD's factorisations: 0.57 s and 0.17 s at N = 2000 in space


def cost(ask: Ask) -> Need:
    """Bonds, their Hessian and its selected inverse."""
    hessian, factorisation = ask.factorised()
    return together(hessian, factorisation._replace(seconds=FACTORISATIONS * factorisation.seconds))
