"""Glasses of the plane in the energy landscape: quasistatic shear, the way to an instability and back, local heat capacities."""

from __future__ import annotations

from vitrine.observables.local_heat_capacity.measure import measure_heat_capacities
from vitrine.observables.quasistatic_shear.measure import shear_quasistatically
from vitrine.observables.shear_softening.measure import follow_softening

from benchmarks.glasses import load, stored
from benchmarks.timing import seconds

PARTICLES, STRAIN = 1024, 0.01
MOST_SECONDS = {"shear": 60.0, "softening": 60.0, "heat": 2.0}


def landscape_rows() -> list[tuple]:
    """Everything that the rules do with one glass, with their default settings but for the strain."""
    _, glass, _ = load(stored(PARTICLES, 2), 2)
    measured = {
        "shear": (f"quasistatic shear to {100 * STRAIN:g} %", lambda: shear_quasistatically(glass, strain=STRAIN)),
        "softening": ("to an instability and back", lambda: follow_softening(glass)),
        "heat": ("local heat capacities", lambda: measure_heat_capacities(glass)),
    }
    return [
        (f"{words}, N = {PARTICLES}", seconds(action), f"{MOST_SECONDS[name]:g} s", MOST_SECONDS[name]) for name, (words, action) in measured.items()
    ]
