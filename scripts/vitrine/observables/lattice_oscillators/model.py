"""The lattice of oscillators at a point of a study."""

from __future__ import annotations

from typing import NamedTuple

from vitrine.errors import InputError
from vitrine.observables.lattice_oscillators import AXES
from vitrine.points import Point


class Lattice(NamedTuple):
    """Sites along an edge of the cube, coupling J > 0, and the exponent beta > -1 of the density of bare stiffnesses."""

    edge: int
    coupling: float
    beta: float


def parameters(point: Point) -> Lattice:
    """The lattice at a point. Raises InputError for an axis that is missing, a number of particles that is no cube, and values out of range."""
    for name in AXES:
        if name not in point.key:
            raise InputError(f"the ensemble at {point.words} has no axis {name}: lattice_oscillators needs {', '.join(AXES)}")
    edge = round(point.particles ** (1 / 3))
    if edge**3 != point.particles:
        raise InputError(f"the ensemble at {point.words}: particles is {point.particles}, allowed are cubes such as {edge**3}")
    if not point.key["coupling"] > 0 or not point.key["beta"] > -1:
        raise InputError(f"the ensemble at {point.words}: allowed are coupling > 0 and beta > -1")
    return Lattice(edge, point.key["coupling"], point.key["beta"])
