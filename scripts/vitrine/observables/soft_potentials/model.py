"""The distribution of soft potentials at a point of a study."""

from __future__ import annotations

from vitrine.errors import InputError
from vitrine.oscillators.parameters import DISTRIBUTIONS
from vitrine.points import Point


def parameters(point: Point) -> str:
    """The distribution of the coefficients: of the axis `distribution`, the first of `DISTRIBUTIONS` without one. Raises InputError for another."""
    distribution = point.key.get("distribution", DISTRIBUTIONS[0])
    if distribution not in DISTRIBUTIONS:
        raise InputError(f"the ensemble at {point.words}: distribution is {distribution}, allowed are {', '.join(DISTRIBUTIONS)}")
    return distribution
