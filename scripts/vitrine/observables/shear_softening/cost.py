"""What it takes to follow one sample to its first instability and back."""

from __future__ import annotations

from vitrine.costs import Ask, Need, together

STATES, KEPT = 100, 45  # on the way there, and of them on the way back; more in small glasses, whose first instability is further away
FACTORISATIONS = 4  # of a state on the way there
ORDERED = 0.25  # what a factorisation takes whose order of elimination is known
SOLVES = 2.0  # of a state on the way back, in such factorisations: some ten steps of descent with their contractions


def cost(ask: Ask) -> Need:
    """Factorisations and solves at every state."""
    hessian, factorisation = ask.factorised()
    there = STATES * FACTORISATIONS * (hessian.seconds + ORDERED * factorisation.seconds)
    back = KEPT * (hessian.seconds + ORDERED * (1 + SOLVES) * factorisation.seconds)
    return together(hessian, factorisation, Need(there + back, 0.0), rows=KEPT)
