"""The width of the numbers at a point."""

from vitrine.errors import InputError
from vitrine.points import Point


def width(point: Point) -> float:
    """Of the axis `disorder`. Raises InputError for a point that has none."""
    if "disorder" not in point.key:
        raise InputError(f"the ensemble at {point.words} has no axis disorder")
    return point.key["disorder"]
