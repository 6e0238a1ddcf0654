"""The minimum of one lattice of interacting oscillators, from a random start, and its modes (004 eq. 2)."""

from __future__ import annotations

import numpy as np

from vitrine.linalg.dense import negative_modes
from vitrine.observables.lattice_oscillators.model import parameters
from vitrine.oscillators.couplings import lattice_couplings
from vitrine.oscillators.minimum import System, find_minimum, rows_of
from vitrine.points import Point


def minimise_lattice_oscillators(
    point: Point, rng: np.random.Generator, modes: int | str = "all", iterations: int = 20_000
) -> dict[str, dict[str, np.ndarray]]:
    """The rows of `lattice_oscillators` and `lattice_modes` of one system.

    The stream gives the stiffnesses, the couplings and the start, in this order. Raises SampleError where the start does not come to a minimum.
    """
    edge, coupling, beta = parameters(point)
    stiffnesses = rng.random(edge**3) ** (1 / (beta + 1))
    system = System(stiffnesses, lattice_couplings(rng, edge, coupling))
    unstable = negative_modes(system.hessian(np.zeros(system.size))) / system.size
    minimum = find_minimum(system, np.sqrt(6 * coupling) * rng.standard_normal(system.size), iterations)
    row, columns = rows_of(system, minimum, modes, unstable=unstable)
    return {"lattice_oscillators": row, "lattice_modes": columns}
