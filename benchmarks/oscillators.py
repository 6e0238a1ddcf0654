"""Models without particles: a minimum of the mean-field oscillators with its lowest modes."""

from __future__ import annotations

import numpy as np
from vitrine.observables.mean_field.measure import minimise_mean_field
from vitrine.points import PARTICLES, Axis, Point

from benchmarks.timing import seconds

SIZE, MODES, MOST_SECONDS = 2000, 20, 3.0
VALUES = {"coupling": 0.2, "uniform_field": 0.01, "k_min": 0.0, "k_0": 1.0}  # in the glassy phase, where L-BFGS takes most steps


def oscillator_rows() -> list[tuple]:
    """Everything that the rule does with one system, its couplings drawn among it."""
    axes = (PARTICLES, *(Axis(name, name, name, "1", name) for name in VALUES))
    point = Point(axes, (SIZE, *VALUES.values()))
    taken = seconds(lambda: minimise_mean_field(point, np.random.default_rng(1), modes=MODES))
    return [(f"mean-field minimum with {MODES} modes, N = {SIZE}", taken, f"{MOST_SECONDS:g} s", MOST_SECONDS)]
