"""Numbers of the width that the point has."""

import numpy as np
from vitrine.observables.toy_drawn.model import width
from vitrine.points import Point


def draw_toy(point: Point, rng: np.random.Generator, numbers: int = 100) -> dict[str, dict[str, np.ndarray]]:
    """The table's one row, and the numbers."""
    drawn = width(point) * rng.standard_normal(numbers)
    return {"toy_drawn": {"spread": np.array([np.sqrt(np.mean(drawn**2))])}, "toy_numbers": {"numbers": drawn}}
