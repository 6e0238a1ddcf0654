"""The minimum of one lattice of interacting oscillators, from a random start, and its modes (004 eq. 2)."""

from __future__ import annotations

import numpy as np

from vitrine.errors import InputError
from vitrine.linalg.dense import symmetric_eigenvalues
from vitrine.observables.lattice_oscillators import AXES
from vitrine.oscillators.couplings import lattice_couplings
from vitrine.oscillators.minimum import System, find_minimum, rows_of
from vitrine.points import Point


def edge_of(point: Point) -> int:
    """Sites along an edge of the cube. Raises InputError for an axis that is missing, or a value that is not allowed."""
    for name in AXES:
        if name not in point.key:
            raise InputError(f"the ensemble at {point.words} has no axis {name}: lattice_oscillators needs {', '.join(AXES)}")
    edge = round(point.particles ** (1 / 3))
    if edge**3 != point.particles:
        raise InputError(f"the ensemble at {point.words}: particles is {point.particles}, allowed are cubes such as {edge**3}")
    if not point.key["coupling"] > 0 or not point.key["beta"] > -1:
        raise InputError(f"the ensemble at {point.words}: allowed are coupling > 0 and beta > -1")
    return edge


def minimise_lattice_oscillators(
    point: Point, rng: np.random.Generator, modes: int | str = "all", iterations: int = 20_000
) -> dict[str, dict[str, np.ndarray]]:
    """The rows of `lattice_oscillators` and `lattice_modes` of one system.

    The stream gives the stiffnesses, the couplings and the start, in this order. Raises SampleError where the start does not come to a minimum.
    """
    edge, coupling, beta = edge_of(point), point.key["coupling"], point.key["beta"]
    stiffnesses = rng.random(edge**3) ** (1 / (beta + 1))
    system = System(stiffnesses, lattice_couplings(rng, edge, coupling))
    bare = symmetric_eigenvalues(system.hessian(np.zeros(system.size)))
    minimum = find_minimum(system, np.sqrt(6 * coupling) * rng.standard_normal(system.size), iterations)
    row, columns = rows_of(system, minimum, modes, unstable=np.mean(bare < 0))
    return {"lattice_oscillators": row, "lattice_modes": columns}
