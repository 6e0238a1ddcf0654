"""The minimum of one system of mean-field oscillators and its modes (004 eq. 10)."""

from __future__ import annotations

import numpy as np

from vitrine.observables.mean_field.model import parameters
from vitrine.oscillators.couplings import gaussian_couplings
from vitrine.oscillators.minimum import System, find_minimum, rows_of
from vitrine.points import Point


def minimise_mean_field(
    point: Point, rng: np.random.Generator, modes: int | str = 20, start: str = "zero", control: bool = False, iterations: int = 20_000
) -> dict[str, dict[str, np.ndarray]]:
    """The rows of `mean_field` and `mean_field_modes` of one system.

    The stream gives the stiffnesses, the couplings, and the random start, in this order. Raises SampleError where a start does not come to a minimum.
    """
    model, size = parameters(point), point.particles
    system = System(rng.uniform(model.k_min, model.k_0, size), gaussian_couplings(rng, size, model.J), model.h)
    starts = {"zero": np.zeros(size), "random": np.cbrt(6 * max(model.h, model.J)) * rng.standard_normal(size)}
    minimum = find_minimum(system, starts[start], iterations)
    difference = np.nan
    if control:
        other = find_minimum(system, starts["random" if start == "zero" else "zero"], iterations)
        difference = float(np.abs(other.x - minimum.x).max())
    row, columns = rows_of(system, minimum, modes, difference=difference)
    return {"mean_field": row, "mean_field_modes": columns}
