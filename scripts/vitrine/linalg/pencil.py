r"""The pencil (S^T S) D = lambda M D of the bond operator brought to an ordinary eigenproblem C y = lambda y.

With M = L L^T: C = L^-1 (S^T S) L^-T and y = L^T D. Both matrices are sparse. In the order (part 1, part 2, separator) of a dissected solid neither
joins the parts, and so do neither L nor C:

        | M1      M31^T |        | L1             |        | C1      C31^T |
    M = |     M2  M32^T |,   L = |      L2        |,   C = |     C2  C32^T |
        | M31 M32 M3    |        | L31  L32   L3  |        | C31 C32 C3    |

    L3k = M3k Lk^-T,                            L3 L3^T = M3 - sum_k L3k L3k^T
    Ck = Lk^-1 Ak Lk^-T,   Xk = A3k Lk^-T,      C3k = L3^-1 (Xk - L3k Ck)
    C3 = L3^-1 [A3 - sum_k (Wk L3k^T + L3k Wk^T)] L3^-T,   Wk = Xk - L3k Ck/2

for A = S^T S: less than half of the work of the full matrices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.linalg import blas, cholesky, lapack, solve_triangular

from vitrine.errors import SampleError
from vitrine.linalg.solve import NOT_A_MINIMUM, check_pivots


@dataclass(frozen=True)
class ReducedPencil:
    """C of the pencil, lower triangle, Fortran order; and what brings eigenvectors back: the order of the unknowns and the blocks of L."""

    matrix: np.ndarray
    order: np.ndarray
    ends: list[int]
    diagonal: list[np.ndarray]
    below: list[np.ndarray]

    def displacements(self, vectors: np.ndarray) -> np.ndarray:
        """D = L^-T y, in the order of the pencil's unknowns, of eigenvectors y of C as columns (n, k)."""
        out = np.empty_like(vectors)
        first = self.ends[-1]
        last = solve_triangular(self.diagonal[-1], vectors[first:], trans="T", lower=True, check_finite=False)
        out[self.order[first:]] = last
        for part, (factor, below) in enumerate(zip(self.diagonal[:-1], self.below, strict=True)):
            rows = slice(self.ends[part], self.ends[part + 1])
            out[self.order[rows]] = solve_triangular(factor, vectors[rows] - below.T @ last, trans="T", lower=True, check_finite=False)
        return out


def reduced_pencil(unit: sp.csc_array, hessian: sp.csc_array, parts: list[np.ndarray], separator: np.ndarray) -> ReducedPencil:
    """C of S^T S = `unit` and M = `hessian`, both (n, n); parts and separator are indices of unknowns, each unknown in one of them.

    Raises SampleError where M is not that of a minimum.
    """
    parts = [part for part in parts if len(part)]
    order = np.concatenate([*parts, separator])
    ends = np.cumsum([0, *map(len, parts)]).tolist()
    reduced = np.zeros((len(order), len(order)), order="F")
    schur, core = _block(hessian, separator, separator), _block(unit, separator, separator)
    diagonal, below = [], []
    for part, first in zip(parts, ends[:-1], strict=True):
        factor = _cholesky(_block(hessian, part, part))
        here, under = slice(first, first + len(part)), slice(ends[-1], None)
        own = _similar(_block(unit, part, part), factor)
        lower = _over_transpose(_block(hessian, separator, part), factor)
        across = _over_transpose(_block(unit, separator, part), factor)
        schur = blas.dsyrk(-1.0, lower, 1.0, schur, lower=1, overwrite_c=1)
        half = blas.dsymm(-0.5, own, lower, 1.0, across, side=1, lower=1)  # across - lower own/2
        core = blas.dsyr2k(-1.0, half, lower, 1.0, core, lower=1, overwrite_c=1)
        reduced[here, here], reduced[under, here] = own, 2 * half - across
        diagonal.append(factor)
        below.append(lower)
    last = _cholesky(schur)
    check_pivots(np.concatenate([np.diag(factor) for factor in (*diagonal, last)]) ** 2, hessian)
    if parts:
        reduced[ends[-1] :, : ends[-1]] = solve_triangular(last, reduced[ends[-1] :, : ends[-1]], lower=True, check_finite=False)
    reduced[ends[-1] :, ends[-1] :] = _similar(core, last)
    return ReducedPencil(reduced, order, ends, [*diagonal, last], below)


def _block(matrix: sp.csc_array, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    return matrix[:, columns][rows].toarray(order="F")


def _cholesky(block: np.ndarray) -> np.ndarray:
    try:
        return cholesky(block, lower=True, overwrite_a=True, check_finite=False)
    except np.linalg.LinAlgError as error:
        raise SampleError(NOT_A_MINIMUM) from error


def _over_transpose(block: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """block L^-T."""
    return blas.dtrsm(1.0, factor, block, side=1, lower=1, trans_a=1, overwrite_b=1)


def _similar(block: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """L^-1 block L^-T, its lower triangle."""
    return lapack.dsygst(block, factor, itype=1, lower=1, overwrite_a=1)[0]
