"""What the transverse density of states of one sample takes."""

from __future__ import annotations

import math

from vitrine.costs import Ask, Need, together

CELL = 4e-5  # seconds for each particle's cell and its share of the factorised A A^T
SHARE = 1 / 120  # modes below omega = 1 for each particle, as 70 below 1.2 at N = 8192
PIVOTS = 2  # factorisations that count modes


def cost(ask: Ask) -> Need:
    """The modes below the window's upper end, as many as sound has there, and the cells."""
    high = ask.settings["frequency"] + ask.settings["width"]
    number = max(1, math.ceil(SHARE * 0.7 * high**2 * ask.particles))
    hessian, factorisation = ask.factorised()
    counted = factorisation._replace(seconds=(1 + PIVOTS) * factorisation.seconds)
    lowest = ask.step("modes_lowest", number, sparse=True)
    return together(hessian, counted, lowest, Need(CELL * ask.particles, 2e-5 * ask.particles * number))
