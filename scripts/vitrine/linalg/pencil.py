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
from itertools import pairwise

import numpy as np
import scipy.sparse as sp
from scipy.linalg import blas, cholesky, lapack, solve_triangular

from vitrine.errors import SampleError
from vitrine.linalg.solve import NOT_A_MINIMUM, check_pivots


@dataclass(frozen=True)
class PencilFactor:
    """L of M, which brings eigenvectors back: the order of the unknowns, where each part ends in it, the blocks L_1, L_2, L_3 and L_31, L_32."""

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


def reduced_pencil(
    unit: sp.csc_array, hessian: sp.csc_array, parts: list[np.ndarray], separator: np.ndarray, vectors: bool
) -> tuple[np.ndarray, PencilFactor | None]:
    """C of S^T S = `unit` and M = `hessian`, both (n, n), its lower triangle in Fortran order, and with `vectors` the factor of M.

    parts and separator are indices of unknowns, each unknown in one of them.
    Raises SampleError where M is not that of a minimum.
    """
    parts = [part for part in parts if len(part)]
    order = np.concatenate([*parts, separator])
    ends = np.cumsum([0, *map(len, parts)]).tolist()
    hessian, unit = hessian[order][:, order], unit[order][:, order]
    here, under = [slice(*pair) for pair in pairwise(ends)], slice(ends[-1], len(order))
    schur, core = _dense(hessian[under, under]), _dense(unit[under, under])
    reduced = np.empty((len(order), len(order)), order="F")
    diagonal, below, pivots = [], [], []
    for part in here:
        m, a = hessian[:, part], unit[:, part]
        factor = _cholesky(_dense(m[part]))
        own = _similar(_dense(a[part]), factor)
        lower = _over_transpose(_dense(m[under]), factor)
        across = _over_transpose(_dense(a[under]), factor)  # X_k
        half = blas.dsymm(-0.5, own, lower, 1.0, across, side=1, lower=1)  # W_k
        schur = blas.dsyrk(-1.0, lower, 1.0, schur, lower=1, overwrite_c=1)
        core = blas.dsyr2k(-1.0, half, lower, 1.0, core, lower=1, overwrite_c=1)
        np.subtract(half, across, out=across)
        reduced[part, : part.start], reduced[part, part] = 0.0, own
        np.add(across, half, out=reduced[under, part])  # X_k - L_3k C_k
        pivots.append(factor.diagonal().copy())
        if vectors:
            diagonal.append(factor)
            below.append(lower)
    last = _cholesky(schur)
    check_pivots(np.concatenate([*pivots, last.diagonal()]) ** 2, hessian)
    for part in here:
        reduced[under, part] = blas.dtrsm(1.0, last, reduced[under, part], lower=1)
    reduced[under, under] = _similar(core, last)
    return reduced, PencilFactor(order, ends, [*diagonal, last], below) if vectors else None


def _dense(block: sp.csc_array) -> np.ndarray:
    return block.toarray(order="F")


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
