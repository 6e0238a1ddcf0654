"""Interactions J_ij x_i x_j of every oscillator with every other: drawn as float32 numbers by the seed, multiplied in float64, row by row.

Only i < j is kept, row after row: 4 N (N - 1)/2 bytes, half a gigabyte for 16,000 oscillators. No file has them: the same stream draws them anew.
A Cholesky factor of the Hessian is packed, 4 N (N + 1) bytes: a gigabyte for as many.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vitrine.compile_cache import njit


@dataclass(frozen=True)
class Couplings:
    """Symmetric J_ij = scale * upper_ij without a diagonal; upper (N (N - 1)/2,) are the float32 numbers of i < j, row by row."""

    size: int
    upper: np.ndarray
    scale: float

    def product(self, x: np.ndarray) -> np.ndarray:
        """sum_j J_ij x_j, (N,)."""
        out = np.zeros(self.size)
        _add_product(self.upper, np.ascontiguousarray(x, dtype=np.float64), out)
        return self.scale * out

    def matrix(self, diagonal: np.ndarray) -> np.ndarray:
        """The dense matrix (N, N) in Fortran order with that diagonal (N,); the triangle above it is left 0: LAPACK is to read the lower one."""
        dense = np.zeros((self.size, self.size), order="F")
        _fill_lower(self.upper, self.scale, dense.T)
        np.fill_diagonal(dense, diagonal)
        return dense

    def packed(self, diagonal: np.ndarray) -> np.ndarray:
        """The lower triangle of the same matrix in LAPACK's rectangular full packed format (transr N, uplo L): N (N + 1)/2 numbers, not N^2."""
        out = np.empty(self.size * (self.size + 1) // 2)
        _pack_lower(self.upper, self.scale, np.ascontiguousarray(diagonal, dtype=np.float64), out)
        return out


def gaussian_couplings(rng: np.random.Generator, size: int, strength: float) -> Couplings:
    """Independent normal J_ij of variance strength^2/N: the mean-field model (004 eq. 10)."""
    return Couplings(size, rng.standard_normal(size * (size - 1) // 2, dtype=np.float32), strength / np.sqrt(size))


def lattice_couplings(rng: np.random.Generator, edge: int, strength: float) -> Couplings:
    """J_ij = strength g_ij/r_ij^3 between the sites of a periodic cubic lattice of edge^3 sites, g_ij uniform on [-1/2, 1/2] (004 eq. 2).

    r_ij is the distance to the nearest image, in units of the lattice's spacing.
    """
    size = edge**3
    upper = rng.random(size * (size - 1) // 2, dtype=np.float32)
    upper -= np.float32(0.5)
    steps = np.minimum(np.arange(edge), edge - np.arange(edge)).astype(np.float64)
    _weaken(upper, edge, steps**2)
    return Couplings(size, upper, strength)


@njit(fastmath={"reassoc", "contract", "nsz"})
def _add_product(upper, x, out):
    """Add to `out` the product of the symmetric matrix with x."""
    size, first = len(x), 0
    for i in range(size - 1):
        own, total, rest = x[i], 0.0, size - 1 - i
        row = upper[first : first + rest]
        others, result = x[i + 1 :], out[i + 1 :]
        for k in range(rest):
            value = np.float64(row[k])
            total += value * others[k]
            result[k] += value * own
        out[i] += total
        first += rest


@njit
def _fill_lower(upper, scale, rows):
    """rows[i, j] = scale upper_ij for i < j: the transposed view of a matrix in Fortran order."""
    size, first = len(rows), 0
    for i in range(size - 1):
        rest = size - 1 - i
        for k in range(rest):
            rows[i, i + 1 + k] = scale * np.float64(upper[first + k])
        first += rest


@njit
def _pack_lower(upper, scale, diagonal, out):
    """The rectangle of N + 1 rows (N for an odd N) and half as many columns, column by column: the left half of the triangle as it stands, and the
    right half, transposed, in the corner that this leaves free."""
    size, first = len(diagonal), 0
    half, even = (size + 1) // 2, 1 - size % 2
    rows = size + even
    for i in range(size):
        place, stride = (i * rows + i + even, 1) if i < half else ((i - half + 1 - even) * rows + i - half, rows)
        out[place] = diagonal[i]
        for k in range(size - 1 - i):
            out[place + (k + 1) * stride] = scale * np.float64(upper[first + k])
        first += size - 1 - i


@njit
def _weaken(upper, edge, squares):
    """Divide by r^3; site i lies at (i // edge^2, i // edge % edge, i % edge)."""
    size, first = edge**3, 0
    for i in range(size - 1):
        a, b, c = i // edge**2, i // edge % edge, i % edge
        for j in range(i + 1, size):
            square = squares[abs(j // edge**2 - a)] + squares[abs(j // edge % edge - b)] + squares[abs(j % edge - c)]
            upper[first + j - i - 1] = np.float32(upper[first + j - i - 1] / square**1.5)
        first += size - 1 - i
