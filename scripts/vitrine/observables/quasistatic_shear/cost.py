"""What the quasistatic shear of one sample takes."""

from __future__ import annotations

from vitrine.costs import Ask, Need, together

LINEAR = 5.0  # of the longest steps: states for each of them, instabilities included, at N = 1024 in the plane
FACTORISATIONS = 4  # of a state: predictor, corrections, the state itself
SOLVES = 0.3  # what Lanczos and the responses of a state take, in factorisations


def cost(ask: Ask) -> Need:
    """Some factorisations at every state; elimination orders are found once."""
    states = LINEAR * ask.settings["strain"] / ask.settings["largest_step"]
    hessian, factorisation = ask.factorised()
    one = FACTORISATIONS * (hessian.seconds + (1 + SOLVES) * factorisation.seconds)
    return together(hessian, factorisation, Need(states * one, 0.0), rows=states)
