"""What it takes to follow one sample to its first instability and back."""

from __future__ import annotations

from vitrine.costs import Ask, Need, together

STATES = 70  # on the way there, at N = 1024 in the plane, and kept of them on the way back
KEPT = 45
FACTORISATIONS = 4  # of a state on the way there
SOLVES = 3.0  # of a state on the way back, in factorisations: some ten steps of descent with their contractions


def cost(ask: Ask) -> Need:
    """Factorisations and solves at every state."""
    hessian, factorisation = ask.factorised()
    there = STATES * FACTORISATIONS * (hessian.seconds + factorisation.seconds)
    back = KEPT * (hessian.seconds + SOLVES * factorisation.seconds)
    return together(hessian, factorisation, Need(there + back, 0.0), rows=KEPT)
