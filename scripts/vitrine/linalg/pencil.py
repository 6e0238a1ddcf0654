r"""The pencil (S^T S) D = lambda M D of the bond operator brought to an ordinary eigenproblem C y = lambda y.

With M = L L^T: C = L^-1 (S^T S) L^-T and y = L^T D. The unknowns are eliminated block by block, in an order of nested dissection. A block k is joined
to few of the later ones, its border B, and only there, and in the columns E of the earlier blocks that lead to it, does its elimination change
anything. With A = S^T S at the start, and what the earlier eliminations have left of A and M:

    L_k = chol(M_kk),               L_B = M_Bk L_k^-T,     M_BB <- M_BB - L_B L_B^T
    C_kk = L_k^-1 A_kk L_k^-T,      X = A_Bk L_k^-T,       A_BB <- A_BB - W L_B^T - L_B W^T,     W = X - L_B C_kk/2
    A_Bk <- X - L_B C_kk,           C_kE = L_k^-1 A_kE,    A_BE <- A_BE - L_B C_kE
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import scipy.sparse as sp
from scipy.linalg import blas, cholesky, lapack, solve_triangular

from vitrine.compile_cache import njit
from vitrine.errors import SampleError
from vitrine.linalg.solve import NOT_A_MINIMUM, check_pivots


@dataclass(frozen=True)
class Block:
    """Unknowns that are eliminated together: their places in the order, those of the border, L_k and L_B."""

    own: slice
    border: np.ndarray
    diagonal: np.ndarray
    below: np.ndarray


@dataclass(frozen=True)
class PencilFactor:
    """L of M, which brings eigenvectors back."""

    order: np.ndarray
    blocks: list[Block]

    def displacements(self, vectors: np.ndarray) -> np.ndarray:
        """D = L^-T y, with the unknowns as they were before they were ordered, of eigenvectors y of C as columns (n, k)."""
        out = np.empty_like(vectors)
        for block in reversed(self.blocks):
            rest = vectors[block.own] - block.below.T @ out[self.order[block.border]]
            out[self.order[block.own]] = solve_triangular(block.diagonal, rest, trans="T", lower=True, check_finite=False)
        return out


def reduced_pencil(unit: sp.csc_array, hessian: sp.csc_array, blocks: list[np.ndarray], vectors: bool) -> tuple[np.ndarray, PencilFactor | None]:
    """C of S^T S = `unit` and M = `hessian`, both (n, n), its lower triangle in Fortran order, and with `vectors` the factor of M.

    blocks: indices of unknowns, each unknown in one of them, in the order of elimination. Raises SampleError where M is not that of a minimum.
    """
    blocks = [block for block in blocks if len(block)]
    order = np.concatenate(blocks)
    ends = np.cumsum([0, *map(len, blocks)])
    both, joined = _assembled(unit, hessian, order, ends)
    first, pivots, eliminated = ends[:-1].copy(), [], []
    for k, (start, end) in enumerate(pairwise(ends)):
        border = np.flatnonzero(joined[k])
        block = _eliminate(both, slice(start, end), border, first[k])
        pivots.append(block.diagonal.diagonal() ** 2)
        if len(border):
            parent = np.searchsorted(ends, border[0], side="right") - 1
            joined[parent, ends[parent + 1] :] |= joined[k, ends[parent + 1] :]
            first[parent] = min(first[parent], first[k])
        if vectors:
            eliminated.append(block)
    check_pivots(np.concatenate(pivots), hessian)
    return _lower_triangles(both)[0], PencilFactor(order, eliminated) if vectors else None


def _assembled(unit: sp.csc_array, hessian: sp.csc_array, order: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Both matrices in one array (n, n + 1), in the order of elimination, and which unknowns of later blocks (blocks, n) each block is joined to."""
    n = len(order)
    place, block = np.empty(n, dtype=np.intp), np.repeat(np.arange(len(ends) - 1), np.diff(ends))
    place[order] = np.arange(n)
    both, joined = np.zeros((n, n + 1), order="F"), np.zeros((len(ends) - 1, n), dtype=bool)
    for matrix, whole in zip((unit, hessian), _lower_triangles(both), strict=True):
        i, j = place[matrix.indices], np.repeat(place, np.diff(matrix.indptr))
        lower = i >= j
        i, j = i[lower], j[lower]
        whole[i, j] = matrix.data[lower]
        later = block[i] > block[j]
        joined[block[j[later]], i[later]] = True
    return both, joined


def _lower_triangles(both: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A and M, which share an array (n, n + 1): A_ij lies at [i, j] and M_ij at [j, i + 1], i >= j. Nothing is to be read above their diagonals."""
    return both[:, :-1], both[:, 1:].T


def _eliminate(both: np.ndarray, own: slice, border: np.ndarray, first: int) -> Block:
    """Eliminate the unknowns `own`, in place; the columns from `first` on are of blocks that lead here."""
    a, m = _lower_triangles(both)
    before = slice(first, own.start)
    diagonal = _cholesky(m[own, own])
    a[own, own] = reduced = lapack.dsygst(a[own, own], diagonal, itype=1, lower=1)[0]
    a[own, before] = across = blas.dtrsm(1.0, diagonal, a[own, before], lower=1)
    below = _over_transpose(m[border, own], diagonal)
    if len(border):
        x = _over_transpose(a[border, own], diagonal)
        w = blas.dsymm(-0.5, reduced, below, 1.0, x, side=1, lower=1)
        a[border, own] = 2 * w - x
        a[border, before] -= below @ across
        _subtract(both, border, blas.dsyrk(1.0, below), blas.dsyr2k(1.0, w, below, lower=1))
    return Block(own, border, diagonal, below)


@njit
def _subtract(both: np.ndarray, border: np.ndarray, from_m: np.ndarray, from_a: np.ndarray) -> None:
    """Bring both matrices up to date on the border, from the upper triangle of L_B L_B^T and the lower one of W L_B^T + L_B W^T."""
    for k, column in enumerate(border):
        for i in range(k + 1):
            both[border[i], column + 1] -= from_m[i, k]
        for i in range(k, len(border)):
            both[border[i], column] -= from_a[i, k]


def _cholesky(block: np.ndarray) -> np.ndarray:
    try:
        return cholesky(block, lower=True, check_finite=False)
    except np.linalg.LinAlgError as error:
        raise SampleError(NOT_A_MINIMUM) from error


def _over_transpose(block: np.ndarray, factor: np.ndarray) -> np.ndarray:
    """block L^-T."""
    return blas.dtrsm(1.0, factor, block, side=1, lower=1, trans_a=1)
