"""The mean-field model at a point of a study."""

from __future__ import annotations

from vitrine.errors import InputError
from vitrine.observables.mean_field import AXES
from vitrine.oscillators.parameters import Oscillators
from vitrine.points import Point


def parameters(point: Point) -> Oscillators:
    """The model at a point. Raises InputError for an axis that is missing, and for parameters that are not allowed."""
    for name in AXES:
        if name not in point.key:
            raise InputError(f"the ensemble at {point.words} has no axis {name}: mean_field needs {', '.join(AXES)}")
    key = point.key
    try:
        return Oscillators(key["coupling"], key["uniform_field"], key["k_min"], key["k_0"])
    except InputError as error:
        raise InputError(f"the ensemble at {point.words}: {error}") from error
