"""All eigenvalues of a symmetric tridiagonal matrix, by the root-free QL iteration with several shifts on their way at once.

A step of the iteration (Parlett, The Symmetric Eigenvalue Problem, section 8.15: the variant of Pal, Walker and Kahan) waits for the division of the
step before it. Here SHIFTS sweeps follow each other through the matrix, two rows apart, so that their divisions overlap; their shifts are the
eigenvalues of the corner that they run to. LAPACK's dsterf, one sweep at a time, takes three times as long and is as exact; it takes over where an
eigenvalue does not come.
"""

from __future__ import annotations

import numpy as np
from scipy.linalg import lapack

from vitrine.compile_cache import njit

SHIFTS = 6  # sweeps at once; of 2, 3, 4, 6 and 8 the fastest at n = 1500 and 6000
SINGLY = 24  # rows of a block that is finished one sweep at a time
PATIENCE = 60  # times that sweeps may run before the next eigenvalue has come
NEGLIGIBLE = (np.finfo(float).eps / 2) ** 2  # square of an off-diagonal element, relative to the diagonal ones that it joins
UNDERFLOW = 1e-290  # below it a product of squares is not inverted


def tridiagonal_eigenvalues(diagonal: np.ndarray, beside: np.ndarray) -> np.ndarray:
    """All eigenvalues, ascending, of the matrix with this diagonal (n,) and off-diagonal (n - 1,).

    Raises numpy.linalg.LinAlgError where a number is not finite or the iteration does not converge.
    """
    scale = max(np.max(np.abs(diagonal), initial=0.0), np.max(np.abs(beside), initial=0.0))
    if scale == 0:
        return np.zeros(len(diagonal))
    if not np.isfinite(scale):
        raise np.linalg.LinAlgError("a tridiagonal matrix is not finite")
    values, squares = diagonal / scale, np.append(beside / scale, 0.0) ** 2
    if not _converge(values, squares):
        values, trouble = lapack.dsterf(diagonal / scale, beside / scale)
        if trouble:
            raise np.linalg.LinAlgError(f"dsterf ended with {trouble}")
    return np.sort(values) * scale


@njit(fastmath={"contract"}, error_model="numpy")
def _converge(d, squares):
    """Turn the diagonal d (n,) into the eigenvalues; squares (n,) of the off-diagonal elements, the last one 0. False where they do not come."""
    first, turns = 0, 0
    sweeps = np.empty((4, SHIFTS))
    while first < len(d):
        last = _end_of_block(d, squares, first)
        if last - first < SINGLY:
            if not _converge_singly(d[first : last + 1], squares[first : last + 1]):
                return False
            first, turns = last + 1, 0
            continue
        shifts, corner = d[first : first + SHIFTS].copy(), squares[first : first + SHIFTS].copy()
        if turns == PATIENCE or not _converge_singly(shifts, corner):
            return False
        _sweep(d, squares, first, last, shifts, sweeps)
        turns += 1
    return True


@njit(fastmath={"contract"}, error_model="numpy")
def _converge_singly(d, squares):
    """The same with Wilkinson's shift, which is the eigenvalue of the 2 x 2 corner that is nearer to its end."""
    first, turns = 0, 0
    sweeps, shift = np.empty((4, 1)), np.empty(1)
    while first < len(d):
        last = _end_of_block(d, squares, first)
        if last == first:
            first, turns = first + 1, 0
            continue
        if turns == PATIENCE:
            return False
        beside = np.sqrt(squares[first])
        half = (d[first + 1] - d[first]) / (2 * beside)
        shift[0] = d[first] - beside / (half + np.copysign(np.hypot(half, 1.0), half))
        _sweep(d, squares, first, last, shift, sweeps)
        turns += 1
    return True


@njit
def _end_of_block(d, squares, first):
    """The last row of the block that begins at `first`: the next off-diagonal element is negligible, and made 0."""
    last = first
    while last + 1 < len(d) and not squares[last] <= NEGLIGIBLE * abs(d[last] * d[last + 1]):
        last += 1
    squares[last] = 0.0
    return last


@njit(fastmath={"contract"}, error_model="numpy")
def _sweep(d, squares, first, last, shifts, sweeps):
    """A sweep of QL with each of the shifts, from row `last` of a block up to `first`, each two rows behind the one before it.

    sweeps (4, shifts): room for what each carries from row to row, in Parlett's letters c, s (squares of cosine and sine), gamma and p.
    """
    c, s, gamma, p = sweeps[0], sweeps[1], sweeps[2], sweeps[3]
    begun, ended = 0, 0
    row = last - 1
    while ended < len(shifts):
        if begun == SHIFTS and ended == 0:  # all are on their way: a loop of fixed length, which the compiler unrolls
            for i in range(row, first - 1, -1):
                for k in range(SHIFTS):
                    _turn(d, squares, i + 2 * k, shifts[k], k, c, s, gamma, p)
            row = first - 1
        if begun < len(shifts) and row + 2 * begun == last - 1:
            c[begun], s[begun], gamma[begun] = 1.0, 0.0, d[last] - shifts[begun]
            p[begun] = gamma[begun] * gamma[begun]
            begun += 1
        if row + 2 * ended < first:
            d[first] = shifts[ended] + gamma[ended]
            squares[first] = s[ended] * p[ended]
            ended += 1
        for k in range(ended, begun):
            _turn(d, squares, row + 2 * k, shifts[k], k, c, s, gamma, p)
        row -= 1


@njit(fastmath={"contract"}, error_model="numpy", forceinline=True)
def _turn(d, squares, row, shift, k, c, s, gamma, p):
    """Take sweep k over one row: one division, 1/(p r), serves c = p/r, s = b/r and p' = gamma^2/c."""
    b, above, p_before, gamma_before = squares[row], d[row], p[k], gamma[k]
    r = p_before + b
    squares[row + 1] = s[k] * r
    product = p_before * r
    if product > UNDERFLOW:
        inverse = 1.0 / product
        cosine, sine = p_before * (p_before * inverse), b * (p_before * inverse)
        new = cosine * (above - shift) - sine * gamma_before
        p[k] = new * new * (r * (r * inverse))
    else:
        cosine, sine = p_before / r, b / r
        new = cosine * (above - shift) - sine * gamma_before
        p[k] = new * new / cosine if cosine != 0.0 else c[k] * b
    d[row + 1] = gamma_before + (above - new)
    c[k], s[k], gamma[k] = cosine, sine, new
