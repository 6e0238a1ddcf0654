"""Decay of responses: c(r) of two hundred pinches and of the softest quartic mode of a large glass."""

from __future__ import annotations

import numpy as np
from vitrine.observables.response_decay.measure import measure_response_decay

from benchmarks.glasses import load, stored
from benchmarks.timing import seconds

PARTICLES, PINCHES, MOST_SECONDS = 8000, 200, 60.0


def decay_rows() -> list[tuple]:
    """Everything that the rule does with one glass, its Hessian's factorisation and the quartic modes from shear among it."""
    _, glass, _ = load(stored(PARTICLES), 3)
    taken = seconds(lambda: measure_response_decay(glass, np.random.default_rng(1), pinches=PINCHES))
    return [(f"c(r) of {PINCHES} pinches, N = {PARTICLES}", taken, f"{MOST_SECONDS:g} s", MOST_SECONDS)]
