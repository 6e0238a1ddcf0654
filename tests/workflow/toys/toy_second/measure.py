"""The largest of the nearest distances over their moment."""

import numpy as np
import pandas as pd
from vitrine.points import Point


def measure_toy_second(point: Point, toy: pd.DataFrame, toy_field: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The table's one row; `point` stands in the place of a sample."""
    assert len(toy_field["nearest"]) == point.particles
    return {"largest": toy_field["nearest"].max() / toy["moment"].to_numpy()}
