"""What the quasistatic shear of one sample takes."""

from __future__ import annotations

from vitrine.costs import Ask, Need, together

STATES = 4.5  # for each of the longest steps, instabilities included, at N = 1024 in the plane
FACTORISATIONS = 4  # of a state: predictor, corrections, the state itself
ORDERED = 0.25  # what a factorisation takes whose order of elimination is known
SOLVES = 0.3  # what Lanczos and the responses of a state take, in such factorisations


def cost(ask: Ask) -> Need:
    """Some factorisations at every state; the order of elimination is found once."""
    states = STATES * ask.settings["strain"] / ask.settings["largest_step"]
    hessian, factorisation = ask.factorised()
    one = FACTORISATIONS * (hessian.seconds + ORDERED * (1 + SOLVES) * factorisation.seconds)
    return together(hessian, factorisation, Need(states * one, 0.0), rows=states)
