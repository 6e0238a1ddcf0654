"""Eigenvalues and eigenvectors of dense symmetric matrices: LAPACK's routines, put together so that little of the work waits for memory.

Eigenvalues alone: in two stages. The first (dsytrd_sy2sb) brings the matrix to a narrow band by matrix products, the second (dsytrd_sb2st) chases
the band away; the ordinary way spends half of its work on products of the matrix with vectors. LAPACK's own driver of the two, dsyevd_2stage, takes a
band of 16 on one core, which is too narrow. With eigenvectors: in one stage, and the reflectors are applied many at a time; LAPACK's own dormtr takes
32 of them. scipy does not offer these routines, but the LAPACK that its wheels carry has them; where it has not, scipy's eigh does the work.
"""

from __future__ import annotations

import ctypes
import logging
from functools import cache
from pathlib import Path

import numpy as np
import scipy
import scipy.linalg
from scipy.linalg import lapack

ROUTINES = ("dsytrd_sy2sb", "dsytrd_sb2st", "dlarft", "dlarfb")
TWO_STAGE_FROM = 2500  # unknowns from which two stages are faster than one
BAND = 32  # diagonals below the main one after the first stage; of 16, 24 and 32 the fastest at n = 6000: 17.4, 14.7 and 14.0 s
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


def _reflect(vectors: np.ndarray, reflectors: np.ndarray, tau: np.ndarray, routines: dict[str, ctypes._CFuncPtr]) -> None:
    """Q z in place of the vectors z (n, k) of the tridiagonal matrix: Q are the reflectors that dsytrd left below the diagonal."""
    n, columns = vectors.shape
    factor, work = np.empty((TOGETHER, TOGETHER), order="F"), np.empty((columns, TOGETHER), order="F")
    for first in reversed(range(0, n - 1, TOGETHER)):
        number, rows = min(TOGETHER, n - 1 - first), n - 1 - first
        block = reflectors[first + 1 :, first:]
        _call(routines["dlarft"], b"F", b"C", rows, number, block, n, tau[first:], factor, TOGETHER)
        below = vectors[first + 1 :]
        _call(routines["dlarfb"], b"L", b"N", b"F", b"C", rows, columns, number, block, n, factor, TOGETHER, below, n, work, columns)


def symmetric_eigenvalues(matrix: np.ndarray) -> np.ndarray:
    """All eigenvalues, ascending, of a symmetric matrix (n, n) in Fortran order of which the lower triangle is read; the matrix is overwritten.

    Raises numpy.linalg.LinAlgError where LAPACK finds no convergence.
    """
    routines = lapack_routines() if len(matrix) >= max(TWO_STAGE_FROM, 2 * BAND) else None
    if routines is None:
        return scipy.linalg.eigvalsh(matrix, lower=True, overwrite_a=True, check_finite=False)
    values, trouble = lapack.dsterf(*_tridiagonal(np.asfortranarray(matrix, dtype=np.float64), routines))
    if trouble:
        raise np.linalg.LinAlgError(f"dsterf ended with {trouble}")
    return values


def _tridiagonal(matrix: np.ndarray, routines: dict[str, ctypes._CFuncPtr]) -> tuple[np.ndarray, np.ndarray]:
    """Diagonal (n,) and off-diagonal (n - 1,) of the tridiagonal matrix with the same eigenvalues; the matrix is overwritten."""
    n = len(matrix)
    band, tau, diagonal, beside = np.empty((BAND + 1, n), order="F"), np.empty(n), np.empty(n), np.empty(n)

    def first(work: np.ndarray, size: int) -> None:
        _checked(routines["dsytrd_sy2sb"], b"L", n, BAND, matrix, n, band, BAND + 1, tau, work, size)

    def second(reflectors: np.ndarray, room: int, work: np.ndarray, size: int) -> None:
        _checked(routines["dsytrd_sb2st"], b"Y", b"N", b"L", n, BAND, band, BAND + 1, diagonal, beside, reflectors, room, work, size)

    asked, also = np.empty(1), np.empty(1)
    first(asked, -1)  # a size of -1 asks for the best one
    first(np.empty(int(asked[0])), int(asked[0]))
    second(also, -1, asked, -1)
    second(np.empty(int(also[0])), int(also[0]), np.empty(int(asked[0])), int(asked[0]))
    return diagonal, beside[: n - 1]


def _call(routine: ctypes._CFuncPtr, *arguments: bytes | int | np.ndarray | ctypes.c_int) -> None:
    """Call a Fortran routine: everything by reference, then the hidden lengths of its letters."""
    routine(*map(_by_reference, arguments), *[ctypes.c_size_t(1) for argument in arguments if isinstance(argument, bytes)])


def _by_reference(argument: bytes | int | np.ndarray | ctypes.c_int) -> object:
    if isinstance(argument, bytes):
        return argument
    if isinstance(argument, np.ndarray):
        return ctypes.c_void_p(argument.ctypes.data)
    return ctypes.byref(ctypes.c_int(argument) if isinstance(argument, int) else argument)


def _checked(routine: ctypes._CFuncPtr, *arguments: bytes | int | np.ndarray) -> None:
    """Call a LAPACK routine whose last argument is INFO. Raises numpy.linalg.LinAlgError where that is not zero."""
    info = ctypes.c_int(0)
    _call(routine, *arguments, info)
    if info.value:
        raise np.linalg.LinAlgError(f"LAPACK's {routine.__name__} ended with {info.value}")


@cache
def lapack_routines() -> dict[str, ctypes._CFuncPtr] | None:
    """LAPACK's ROUTINES from the library that scipy's wheel brings, by name; None, said once in the log, where they are not there."""
    for path in sorted((Path(scipy.__file__).parents[1] / "scipy.libs").glob("libscipy_openblas*")):
        library = ctypes.CDLL(str(path))
        found = {name: getattr(library, f"scipy_{name}_", None) for name in ROUTINES}
        if None not in found.values():
            for routine in found.values():
                routine.restype = None
            return found
    logging.getLogger("vitrine").info("scipy's LAPACK cannot be reached: full spectra take about twice as long at N = 2000")
    return None
