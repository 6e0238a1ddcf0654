"""What finding the nonlinear modes of one sample takes."""

from __future__ import annotations

from vitrine.costs import Ask, Need, together
from vitrine.nonlinear.stability import STEPS

SOLVES = {"pseudo_harmonic": 10, "cubic": 18, "quartic": 10}  # of a start, means at N = 2000
STEP = 1.5  # a step with its contractions and products of H takes so many solves alone: 3.8 ms and 2.6 ms at N = 2000 in space
WEAK = 0.18  # share of bonds that are weak
DISTINCT = 0.2  # modes for each start


def cost(ask: Ask) -> Need:
    """Starts, of which pinches are solves and the lowest modes come from Lanczos; then the steps of every start, and the look for saddles."""
    settings, solve = ask.settings, ask.step("pinched_bond", sparse=True)
    weak = WEAK * ask.bonds
    tried = weak if settings["pinches_tried"] == "all" else min(int(settings["pinches_tried"]), weak)
    pinches = tried if settings["pinches"] == "all" else min(int(settings["pinches"]), tried)
    shears = ask.dimension * (ask.dimension - 1) if settings["shear"] else 0
    starts = pinches + shears + settings["harmonic"] + settings["bond_operator"]
    steps = starts * sum(SOLVES[kind] + DISTINCT * STEPS for kind in settings["kinds"])
    solves = (tried if pinches else 0) + shears + STEP * steps
    needs = [*ask.factorised(), solve._replace(seconds=solves * solve.seconds, megabytes=solve.megabytes + fields(ask, starts))]
    for name, number in (("modes_lowest", settings["harmonic"]), ("bond_operator_largest", settings["bond_operator"])):
        if number:
            needs.append(ask.step(name, number, sparse=True))
    return together(*needs, rows=settings["harmonic"] + DISTINCT * starts * len(settings["kinds"]))


def fields(ask: Ask, starts: float) -> float:
    """Megabytes of the fields that a step holds at once."""
    return 20 * 8e-6 * ask.dimension * ask.particles * starts
