"""Eigenvalues and eigenvectors of dense symmetric matrices: LAPACK's routines, put together so that little of the work waits for memory.

Eigenvalues alone: the ordinary way to a tridiagonal matrix (dsytrd) spends half of its work on products of the matrix with vectors, which a matrix
that fits in no cache makes slow. A large one is first brought to a band. With eigenvectors: in one stage, and the reflectors are applied many at a
time; LAPACK's own dormtr takes 32 of them. Where the routines cannot be reached, the ordinary way and scipy's eigh do the work.
"""

from __future__ import annotations

import numpy as np
import scipy.linalg
import scipy.sparse as sp
from scipy.linalg import lapack

from vitrine.linalg import band
from vitrine.linalg.lapack import Routine, call, lapack_routines
from vitrine.linalg.tridiagonal import tridiagonal_eigenvalues

BAND_FROM = 2200  # unknowns from which the way by a band is faster: at 2000, 2400 and 3200 it takes 1.1, 0.9 and 0.7 of the time
ROBUST_FROM = 4500  # unknowns from which relatively robust representations (dstemr) are faster than divide and conquer (dstevd)
TOGETHER = 128  # reflectors applied at once; at n = 6000 32, 64, 128 and 192 of them take 16.8, 14.7, 12.9 and 12.7 s, dormtr 18.9 s


def symmetric_eigenpairs(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All eigenvalues, ascending, and vectors as columns of a symmetric matrix (n, n) in Fortran order, as `symmetric_eigenvalues` takes it."""
    routines = lapack_routines()
    if routines is None or len(matrix) < 2:
        return scipy.linalg.eigh(matrix, lower=True, overwrite_a=True, check_finite=False)
    reflectors, diagonal, beside, tau, _ = lapack.dsytrd(matrix, lower=1, lwork=32 * len(matrix), overwrite_a=1)
    values, vectors = _tridiagonal_eigenpairs(diagonal, beside)
    _reflect(vectors, reflectors, tau, routines)
    return values, vectors


def _tridiagonal_eigenpairs(diagonal: np.ndarray, beside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eigenvalues, ascending, and vectors as columns of a symmetric tridiagonal matrix."""
    if len(diagonal) >= ROBUST_FROM:
        _, values, vectors, trouble = lapack.dstemr(diagonal, np.append(beside, 0.0), 0, 0.0, 0.0, 0, 0, compute_v=1)
        if not trouble:
            return values, vectors
    values, vectors, trouble = lapack.dstevd(diagonal, beside)
    if trouble:
        raise np.linalg.LinAlgError(f"dstevd ended with {trouble}")
    return values, vectors


def _reflect(vectors: np.ndarray, reflectors: np.ndarray, tau: np.ndarray, routines: dict[str, Routine]) -> None:
    """Q z in place of the vectors z (n, k) of the tridiagonal matrix: Q are the reflectors that dsytrd left below the diagonal."""
    n, columns = vectors.shape
    factor, work = np.empty((TOGETHER, TOGETHER), order="F"), np.empty((columns, TOGETHER), order="F")
    for first in reversed(range(0, n - 1, TOGETHER)):
        number, rows = min(TOGETHER, n - 1 - first), n - 1 - first
        block = reflectors[first + 1 :, first:]
        call(routines["dlarft"], b"F", b"C", rows, number, block, n, tau[first:], factor, TOGETHER)
        below = vectors[first + 1 :]
        call(routines["dlarfb"], b"L", b"N", b"F", b"C", rows, columns, number, block, n, factor, TOGETHER, below, n, work, columns)


def symmetric_eigenvalues(matrix: np.ndarray, sparse: sp.csc_array | None = None) -> np.ndarray:
    """All eigenvalues, ascending, of a symmetric matrix (n, n) in Fortran order of which the lower triangle is read; the matrix is overwritten.

    sparse: the same matrix, if most of its elements are 0; this saves a tenth of the work of a large one.
    Raises numpy.linalg.LinAlgError where they do not converge.
    """
    routines, matrix = lapack_routines(), np.asfortranarray(matrix, dtype=np.float64)
    if routines is not None and len(matrix) >= max(BAND_FROM, 2 * band.BAND):
        return tridiagonal_eigenvalues(*band.tridiagonal_by_band(matrix, routines, sparse))
    _, diagonal, beside, _, _ = lapack.dsytrd(matrix, lower=1, lwork=32 * len(matrix), overwrite_a=1)
    return tridiagonal_eigenvalues(diagonal, beside)


def negative_modes(matrix: np.ndarray) -> int:
    """How many eigenvalues of a symmetric matrix (n, n) are negative: as many as those of D in L D L^T, whose blocks of two have one each.

    The matrix is in Fortran order, its lower triangle is read, and it is overwritten.
    """
    factor, pivots, _ = lapack.dsytrf(matrix, lower=1, lwork=64 * len(matrix), overwrite_a=1)
    single = pivots > 0
    return int(np.sum(np.diag(factor)[single] < 0) + np.sum(~single) // 2)
