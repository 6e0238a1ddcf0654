"""Linear equations H u = f of a periodic solid, whose only zero modes are the d translations.

Translations are removed exactly, without a shift: the first particle is held (its d rows and columns are struck out), which leaves a positive
definite matrix if and only if the state is a minimum; the mean of the solution is then taken away. For a balanced f, that is u = H^+ f.
"""

from __future__ import annotations

import numpy as np
import scipy.linalg
import scipy.sparse as sp
import scipy.sparse.linalg as spla

from vitrine.errors import SampleError

DENSE_LIMIT = 1500  # unknowns below which dense Cholesky is faster than the sparse factorisation
NOT_A_MINIMUM = "not a minimum: its Hessian has a negative mode"
NOT_RIGID = "not a rigid minimum: more than the translations are zero modes"
SMALLEST_PIVOT = 1e-12  # a pivot below this fraction of the mean stiffness is a zero mode within rounding


def grounded(matrix: sp.csc_array, dimension: int) -> sp.csc_array:
    """The matrix with the rows and columns of the first particle struck out."""
    return matrix[dimension:, dimension:]


def without_translation(vectors: np.ndarray, dimension: int) -> np.ndarray:
    """Vectors of shape (N d,) or (N d, k) with the mean displacement taken away: the projector on the complement of the translations."""
    blocks = vectors.reshape(-1, dimension, *vectors.shape[1:])
    return (blocks - blocks.mean(axis=0)).reshape(vectors.shape)


def check_pivots(pivots: np.ndarray, matrix: sp.csc_array) -> None:
    """Raise SampleError where a factorisation's pivots (those of L D L^T) show a negative mode, or a zero mode such as a rattler's."""
    if np.any(pivots < SMALLEST_PIVOT * matrix.diagonal().mean()):
        raise SampleError(NOT_A_MINIMUM if np.any(pivots < -SMALLEST_PIVOT * matrix.diagonal().mean()) else NOT_RIGID)


class Factor:
    """A factorisation of a Hessian (N d, N d). Raises SampleError where the Hessian is not that of a minimum with d zero modes."""

    def __init__(self, hessian: sp.csc_array, dimension: int) -> None:
        self.dimension = dimension
        held = grounded(hessian, dimension)
        self.solver = "dense Cholesky (LAPACK)" if held.shape[0] <= DENSE_LIMIT else "sparse LU (SuperLU)"
        if held.shape[0] <= DENSE_LIMIT:
            try:
                factor = scipy.linalg.cho_factor(held.toarray(), lower=True, check_finite=False)
            except np.linalg.LinAlgError as error:
                raise SampleError(NOT_A_MINIMUM) from error
            check_pivots(np.diag(factor[0]) ** 2, held)
            self._solve = lambda f: scipy.linalg.cho_solve(factor, f, check_finite=False)
        else:
            # Without pivoting the LU of a symmetric matrix is L D L^T: as many negative entries of D as negative eigenvalues (Sylvester).
            try:
                factor = spla.splu(held, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
            except RuntimeError as error:
                raise SampleError(NOT_A_MINIMUM) from error
            check_pivots(factor.U.diagonal(), held)
            self._solve = factor.solve

    def solve(self, forces: np.ndarray) -> np.ndarray:
        """u = H^+ f for forces of shape (N d,) or (N d, k); any net force is taken away first."""
        balanced = without_translation(forces, self.dimension)
        held = np.zeros_like(balanced)
        held[self.dimension :] = self._solve(np.ascontiguousarray(balanced[self.dimension :]))
        return without_translation(held, self.dimension)

    def solve_grounded(self, forces: np.ndarray) -> np.ndarray:
        """The inverse of the grounded matrix, for forces of shape (N d - d,) or (N d - d, k)."""
        return self._solve(np.ascontiguousarray(forces))
