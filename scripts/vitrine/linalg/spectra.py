"""Eigenproblems of a periodic solid: H z = omega^2 z, and the pencil (S^T S) D = lambda M D of the bond operator."""

from __future__ import annotations

import numpy as np
import scipy.linalg
import scipy.sparse as sp
import scipy.sparse.linalg as spla

from vitrine.errors import SampleError
from vitrine.linalg.dense import symmetric_eigenvalues
from vitrine.linalg.solve import NOT_A_MINIMUM, Factor, check_pivots, grounded, without_translation

ZERO = 1e-9  # a stiffness below this fraction of the mean one is a zero mode


def _start(size: int) -> np.ndarray:
    """The fixed start vector of every Lanczos run: results must not depend on the moment."""
    return np.random.default_rng(1).standard_normal(size)


def full_spectrum(hessian: sp.csc_array, dimension: int, vectors: bool = False) -> tuple[np.ndarray, np.ndarray | None]:
    """All N d - d stiffnesses omega^2, ascending, and with `vectors` the modes as columns (N d, N d - d); the d translations are left out.

    Raises SampleError where there are not exactly d zero modes or any is negative.
    """
    dense = hessian.toarray(order="F")
    if vectors:
        stiffness, modes = scipy.linalg.eigh(dense, overwrite_a=True, check_finite=False)
    else:
        stiffness, modes = symmetric_eigenvalues(dense), None
    zero = np.abs(stiffness) < ZERO * np.mean(stiffness)
    if np.any(stiffness[~zero] < 0):
        raise SampleError(f"not a minimum: {np.sum(stiffness[~zero] < 0)} negative modes")
    if zero.sum() != dimension:
        raise SampleError(f"not a rigid minimum: {zero.sum()} zero modes, expected the {dimension} translations")
    return stiffness[~zero], None if modes is None else modes[:, ~zero]


def lowest_modes(hessian: sp.csc_array, dimension: int, number: int, factor: Factor | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The `number` softest stiffnesses, ascending, and their modes as columns (N d, number), by Lanczos with H^+.

    Raises SampleError where the state is no minimum, or softer than zero within rounding.
    """
    factor = factor or Factor(hessian, dimension)
    size = hessian.shape[0]
    inverse = spla.LinearOperator((size, size), matvec=lambda f: factor.solve(np.ravel(f)), dtype=float)
    start = without_translation(_start(size), dimension)
    softness, modes = spla.eigsh(inverse, k=number, which="LA", v0=start, tol=0)
    order = np.argsort(-softness)
    stiffness = 1 / softness[order]
    if stiffness[0] < ZERO * hessian.diagonal().mean():
        raise SampleError(f"not a rigid minimum: more than the {dimension} translations are zero modes")
    return stiffness, modes[:, order]


def full_pencil(unit: sp.csc_array, hessian: sp.csc_array, dimension: int, vectors: bool = False) -> tuple[np.ndarray, np.ndarray | None]:
    """All N d - d eigenvalues lambda of (S^T S) D = lambda M D, descending, and with `vectors` the D as columns (N d, N d - d), D.M.D = 1.

    Both forms are blind to translations, so holding the first particle is exact. Raises SampleError where M is not that of a minimum.
    """
    held_hessian = grounded(hessian, dimension)
    try:
        factor = scipy.linalg.cholesky(held_hessian.toarray(order="F"), lower=True, overwrite_a=True, check_finite=False)
    except np.linalg.LinAlgError as error:
        raise SampleError(NOT_A_MINIMUM) from error
    check_pivots(np.diag(factor) ** 2, held_hessian)
    # M = L L^T turns the pencil into C y = lambda y with C = L^-1 (S^T S) L^-T and y = L^T D; only C's lower triangle is filled.
    reduced, _ = scipy.linalg.lapack.dsygst(grounded(unit, dimension).toarray(order="F"), factor, itype=1, lower=1, overwrite_a=1)
    if not vectors:
        return symmetric_eigenvalues(reduced)[::-1], None
    eigenvalues, held = scipy.linalg.eigh(reduced, lower=True, overwrite_a=True, check_finite=False)
    held = scipy.linalg.solve_triangular(factor, held, trans="T", lower=True, overwrite_b=True, check_finite=False)
    modes = np.zeros((hessian.shape[0], held.shape[1]))
    modes[dimension:] = held[:, ::-1]
    return eigenvalues[::-1], without_translation(modes, dimension)


def largest_pencil(
    unit: sp.csc_array, hessian: sp.csc_array, dimension: int, number: int, factor: Factor | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The `number` largest eigenvalues of the pencil, descending, and their D as columns (N d, number), by Lanczos in the metric of M."""
    factor = factor or Factor(hessian, dimension)
    a, b = grounded(unit, dimension), grounded(hessian, dimension)
    inverse = spla.LinearOperator(b.shape, matvec=lambda f: factor.solve_grounded(np.ravel(f)), dtype=float)
    eigenvalues, held = spla.eigsh(a, k=number, M=b, Minv=inverse, which="LA", v0=_start(b.shape[0]), tol=0)
    order = np.argsort(-eigenvalues)
    modes = np.zeros((hessian.shape[0], number))
    modes[dimension:] = held[:, order]
    return eigenvalues[order], without_translation(modes, dimension)
