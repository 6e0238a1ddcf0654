"""A dense symmetric matrix brought to a band by matrix products, and the band to three diagonals: for large matrices.

The reflectors of BAND columns, H = 1 - V T V^T (compact WY; Schreiber and Van Loan, SIAM J. Sci. Stat. Comput. 10, 53, 1989), act from both sides as

    H^T M H = M - V W^T - W V^T,   W = Z - V (Y^T Z)/2,   Z = M Y,   Y = V T.

LAPACK's dsytrd_sy2sb brings M up to date after every band; here it waits for TOGETHER columns, since products with few columns wait for memory. Z is
corrected for what M does not have yet. LAPACK's dsytrd_sb2st chases the band away.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.linalg import lapack

from vitrine.linalg.lapack import Routine, call, checked

BAND = 48  # diagonals below the main one; wider bands are faster to come to and slower to chase away; 32 and 64 are no better at n = 6000
TOGETHER = 192  # columns that M waits for; 128 to 256 are alike
WHILE_SPARSE = 8  # a sparse M waits for this fraction of its columns: so long products with it cost nothing, and then the corrections cost more


def tridiagonal_by_band(matrix: np.ndarray, routines: dict[str, Routine], sparse: sp.csc_array | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Diagonal (n,) and off-diagonal (n - 1,) of a tridiagonal matrix with the same eigenvalues as a symmetric one.

    matrix (n, n): in Fortran order; its lower triangle is read, and overwritten. sparse: the same matrix, if most of its elements are 0.
    """
    n = len(matrix)
    band = _band(matrix, routines, sparse)
    diagonal, beside, size, also = np.empty(n), np.empty(n), np.empty(1), np.empty(1)
    arguments = (b"Y", b"N", b"L", n, BAND, band, BAND + 1, diagonal, beside)
    checked(routines["dsytrd_sb2st"], *arguments, size, -1, also, -1)  # a size of -1 asks for the best one
    reflectors, work = np.empty(int(size[0])), np.empty(int(also[0]))
    checked(routines["dsytrd_sb2st"], *arguments, reflectors, len(reflectors), work, len(work))
    return diagonal, beside[: n - 1]


def _band(matrix: np.ndarray, routines: dict[str, Routine], sparse: sp.csc_array | None) -> np.ndarray:
    """The lower half of the band (BAND + 1, n): [k, i] is the element of row i + k and column i."""
    n = len(matrix)
    room = TOGETHER if sparse is None else max(TOGETHER, n // WHILE_SPARSE)
    band = np.zeros((BAND + 1, n), order="F")
    v, w = np.zeros((room, n)), np.zeros((room, n))  # transposed: a row for each reflector
    gathered = 0
    for first in range(0, n, BAND):
        last = min(first + BAND, n)
        old = slice(gathered)
        columns = matrix.T[first:last, first:] - w[old, first:last].T @ v[old, first:] - v[old, first:last].T @ w[old, first:]
        if last < n:
            triangular, tau, _, _ = lapack.dgeqrf(columns[:, last - first :].T, lwork=32 * BAND)
            columns[:, last - first :] = triangular.T
        for k in range(last - first):
            column = columns[k, k : k + BAND + 1]
            band[: len(column), first + k] = column
        if last == n:
            break
        number = len(tau)
        new = slice(gathered, gathered + number)
        v[new, last:] = np.triu(triangular[:, :number].T, 1)
        v[range(new.start, new.stop), range(last, last + number)] = 1.0
        y = _transformed(v[new, last:], tau, routines)
        z = _product(matrix, last, y, routines) if sparse is None else np.ascontiguousarray((sparse[last:, last:] @ y.T).T)
        z -= (y @ w[old, last:].T) @ v[old, last:] + (y @ v[old, last:].T) @ w[old, last:]
        w[new, last:] = z - (y @ z.T / 2).T @ v[new, last:]
        gathered = new.stop
        if gathered + BAND > room:
            rest = matrix[last:, last:]
            call(routines["dsyr2k"], b"L", b"N", n - last, gathered, -1.0, v[:, last:], n, w[:, last:], n, 1.0, rest, n)
            gathered, sparse, room = 0, None, TOGETHER
    return band


def _transformed(v: np.ndarray, tau: np.ndarray, routines: dict[str, Routine]) -> np.ndarray:
    """Y^T = T^T V^T (number, rows) of reflectors V^T, each a row."""
    number, rows = v.shape
    t = np.zeros((number, number), order="F")
    call(routines["dlarft"], b"F", b"C", rows, number, v, v.strides[0] // v.itemsize, tau, t, number)
    return t.T @ v


def _product(matrix: np.ndarray, first: int, y: np.ndarray, routines: dict[str, Routine]) -> np.ndarray:
    """Z^T = (M Y)^T (number, rows) with the rows and columns of M from `first` on."""
    number, rows = y.shape
    z = np.empty_like(y)
    call(routines["dsymm"], b"L", b"L", rows, number, 1.0, matrix[first:, first:], len(matrix), y, rows, 0.0, z, rows)
    return z
