"""Linear equations H u = f of a periodic solid, whose only zero modes are the d translations.

Translations are removed exactly, without a shift: the first particle is held (its d rows and columns are struck out), which leaves a positive
definite matrix if and only if the state is a minimum; the mean of the solution is then taken away. For a balanced f, that is u = H^+ f.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import scipy.linalg
import scipy.sparse as sp

from vitrine.errors import SampleError
from vitrine.linalg.dissection import elimination_order
from vitrine.linalg.solvers import Cvxopt, Dense, Indefinite, Solver, SuperLU, chosen_solver

if TYPE_CHECKING:
    from vitrine.interactions import Interactions

NOT_A_MINIMUM = "not a minimum: its Hessian has a negative mode"
NOT_RIGID = "not a rigid minimum: more than the translations are zero modes"
SMALLEST_PIVOT = 1e-12  # a pivot below this fraction of the mean stiffness is a zero mode within rounding


def grounded(matrix: sp.csc_array, dimension: int) -> sp.csc_array:
    """The matrix with the rows and columns of the first particle struck out."""
    return matrix[dimension:, dimension:]


def without_translation(vectors: np.ndarray, dimension: int, masses: np.ndarray | None = None) -> np.ndarray:
    """Vectors of shape (N d,) or (N d, k) with the mean displacement taken away: the projector on the complement of the translations.

    masses (N,): the vectors are mass-weighted, m^(1/2) u; there the translations are sqrt(m_i) times a unit vector along an axis.
    """
    blocks = vectors.reshape(-1, dimension, *vectors.shape[1:])
    if masses is None:
        return (blocks - blocks.mean(axis=0)).reshape(vectors.shape)
    roots = np.sqrt(masses)
    return (blocks - np.multiply.outer(roots, np.tensordot(roots, blocks, 1) / masses.sum())).reshape(vectors.shape)


def check_pivots(pivots: np.ndarray, matrix: sp.csc_array) -> None:
    """Raise SampleError where a factorisation's pivots (those of L D L^T) show a negative mode, or a zero mode such as a rattler's."""
    if np.any(pivots < SMALLEST_PIVOT * matrix.diagonal().mean()):
        raise SampleError(NOT_A_MINIMUM if np.any(pivots < -SMALLEST_PIVOT * matrix.diagonal().mean()) else NOT_RIGID)


def held_unknowns(particles: np.ndarray, dimension: int) -> np.ndarray:
    """The unknowns of particles when the first one is held."""
    return ((particles[particles > 0] - 1)[:, None] * dimension + np.arange(dimension)).ravel()


def positive_definite(held: sp.csc_array, solver: type, order: Callable[[], np.ndarray] | None = None) -> Solver:
    """The factorised matrix. A Cholesky library that fails does not say why: the pivots of SuperLU do. order: of the unknowns, where one is taken."""
    try:
        factor = solver(held, order()) if order and solver in (Cvxopt, SuperLU) else solver(held)
    except Indefinite as error:
        if solver in (Dense, SuperLU):
            raise SampleError(NOT_A_MINIMUM) from error
        return positive_definite(held, SuperLU, order)
    if factor.pivots is not None:
        check_pivots(factor.pivots, held)
    elif _softest(factor, held.shape[0]) < SMALLEST_PIVOT * held.diagonal().mean():
        raise SampleError(NOT_RIGID)
    return factor


def _softest(factor: Solver, unknowns: int) -> float:
    """The least eigenvalue by two steps of inverse iteration: not exact, but a zero mode shows."""
    vector = factor.solve(np.random.default_rng(1).standard_normal(unknowns))
    return float(np.linalg.norm(vector) / np.linalg.norm(factor.solve(vector)))


def order_of(bonds: Interactions) -> Callable[[], np.ndarray]:
    """A function that gives a sample's particles (N,) in an order of elimination, found once, when a solver first asks for it.

    To find it takes longer than to factorise, and it stays good while particles move little.
    """
    sample = bonds.sample
    return cache(lambda: elimination_order(sample.positions, sample.box, *bonds.couplings))


class Factor:
    """A factorisation of a Hessian (N d, N d) by a solver of `solvers`, by default the fastest that is present.

    order() gives the particles (N,) in the order of elimination, where the solver does not find a better one by itself. Raises SampleError where the
    Hessian is not that of a minimum with d zero modes, InputError where the solver asked for is absent.
    """

    def __init__(self, hessian: sp.csc_array, dimension: int, solver: str = "auto", order: Callable[[], np.ndarray] | None = None) -> None:
        self.dimension = dimension
        held = grounded(hessian, dimension)
        of_unknowns = (lambda: held_unknowns(order(), dimension)) if order else None
        self._solver = positive_definite(held, chosen_solver(solver, held.shape[0]), of_unknowns)
        self.solver = self._solver.name

    @classmethod
    def of(cls, bonds: Interactions, solver: str = "auto", order: Callable[[], np.ndarray] | None = None) -> Factor:
        """The factorisation of a sample's Hessian, by default in an order that follows from where its particles lie."""
        return cls(bonds.hessian, bonds.sample.dimension, solver, order or order_of(bonds))

    def solve(self, forces: np.ndarray) -> np.ndarray:
        """u = H^+ f for forces of shape (N d,) or (N d, k); any net force is taken away first."""
        balanced = without_translation(forces, self.dimension)
        held = np.zeros_like(balanced)
        held[self.dimension :] = self._solver.solve(np.ascontiguousarray(balanced[self.dimension :]))
        return without_translation(held, self.dimension)

    def solve_grounded(self, forces: np.ndarray) -> np.ndarray:
        """The inverse of the grounded matrix, for forces of shape (N d - d,) or (N d - d, k)."""
        return self._solver.solve(np.ascontiguousarray(forces))


def pseudo_inverse(hessian: sp.csc_array, dimension: int) -> np.ndarray:
    """H^+ as a full matrix (N d, N d). Raises SampleError where the Hessian is not that of a minimum with d zero modes."""
    held = grounded(hessian, dimension)
    factor = positive_definite(held, Dense).factor
    lower, _ = scipy.linalg.lapack.dpotri(factor, lower=1, overwrite_c=1)
    whole = np.zeros(hessian.shape)
    whole[dimension:, dimension:] = np.tril(lower)
    whole[dimension:, dimension:] += np.tril(lower, -1).T
    particles = len(whole) // dimension
    blocks = whole.reshape(particles, dimension, particles, dimension)
    blocks -= blocks.mean(axis=0)
    blocks -= blocks.mean(axis=2)[:, :, None]
    return whole
