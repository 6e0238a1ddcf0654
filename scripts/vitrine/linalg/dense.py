"""Dense symmetric matrices. Eigenvalues without vectors by two-stage tridiagonalisation where the LAPACK at hand has it and it pays.

The first stage (dsytrd_sy2sb) brings the matrix to a narrow band by matrix products, the second (dsytrd_sb2st) chases the band away; the ordinary way
spends half of its work on products of the matrix with vectors, which wait for memory. scipy does not offer it, but the LAPACK that its wheels carry
does. LAPACK's own driver of the two, dsyevd_2stage, takes a band of 16 on one core, which is too narrow.
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

TWO_STAGE_FROM = 2500  # unknowns from which two stages are faster than one
BAND = 32  # diagonals below the main one after the first stage; of 16, 24 and 32 the fastest at n = 6000: 17.4, 14.7 and 14.0 s
ROBUST_FROM = 4500  # unknowns from which relatively robust representations (dsyevr) are faster than divide and conquer (dsyevd)


def symmetric_eigenpairs(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All eigenvalues, ascending, and vectors as columns of a symmetric matrix (n, n) in Fortran order, as `symmetric_eigenvalues` takes it."""
    driver = "evr" if len(matrix) >= ROBUST_FROM else "evd"
    return scipy.linalg.eigh(matrix, lower=True, driver=driver, overwrite_a=True, check_finite=False)


def symmetric_eigenvalues(matrix: np.ndarray) -> np.ndarray:
    """All eigenvalues, ascending, of a symmetric matrix (n, n) in Fortran order of which the lower triangle is read; the matrix is overwritten.

    Raises numpy.linalg.LinAlgError where LAPACK finds no convergence.
    """
    stages = two_stage_routines() if len(matrix) >= max(TWO_STAGE_FROM, 2 * BAND) else None
    if stages is None:
        return scipy.linalg.eigvalsh(matrix, lower=True, overwrite_a=True, check_finite=False)
    values, trouble = lapack.dsterf(*_tridiagonal(np.asfortranarray(matrix, dtype=np.float64), *stages))
    if trouble:
        raise np.linalg.LinAlgError(f"dsterf ended with {trouble}")
    return values


def _tridiagonal(matrix: np.ndarray, to_band: ctypes._CFuncPtr, to_tridiagonal: ctypes._CFuncPtr) -> tuple[np.ndarray, np.ndarray]:
    """Diagonal (n,) and off-diagonal (n - 1,) of the tridiagonal matrix with the same eigenvalues; the matrix is overwritten."""
    n = len(matrix)
    band, tau, diagonal, beside = np.empty((BAND + 1, n), order="F"), np.empty(n), np.empty(n), np.empty(n)

    def first(work: np.ndarray, size: int) -> None:
        _call(to_band, b"L", n, BAND, matrix, n, band, BAND + 1, tau, work, size)

    def second(reflectors: np.ndarray, room: int, work: np.ndarray, size: int) -> None:
        _call(to_tridiagonal, b"Y", b"N", b"L", n, BAND, band, BAND + 1, diagonal, beside, reflectors, room, work, size)

    asked, also = np.empty(1), np.empty(1)
    first(asked, -1)  # a size of -1 asks for the best one
    first(np.empty(int(asked[0])), int(asked[0]))
    second(also, -1, asked, -1)
    second(np.empty(int(also[0])), int(also[0]), np.empty(int(asked[0])), int(asked[0]))
    return diagonal, beside[: n - 1]


def _call(routine: ctypes._CFuncPtr, *arguments: bytes | int | np.ndarray) -> None:
    """Call a Fortran routine: everything by reference, INFO last, then the hidden lengths of its letters."""
    info = ctypes.c_int(0)
    passed = [
        argument if isinstance(argument, bytes) else ctypes.c_void_p(argument.ctypes.data) if isinstance(argument, np.ndarray) else
        ctypes.byref(ctypes.c_int(argument))
        for argument in arguments
    ]  # fmt: skip
    lengths = [ctypes.c_size_t(1) for argument in arguments if isinstance(argument, bytes)]
    routine(*passed, ctypes.byref(info), *lengths)
    if info.value:
        raise np.linalg.LinAlgError(f"the two-stage tridiagonalisation ended with {info.value}")


@cache
def two_stage_routines() -> tuple[ctypes._CFuncPtr, ctypes._CFuncPtr] | None:
    """LAPACK's dsytrd_sy2sb and dsytrd_sb2st from the library that scipy's wheel brings; None, said once in the log, where they are not there."""
    for path in sorted((Path(scipy.__file__).parents[1] / "scipy.libs").glob("libscipy_openblas*")):
        library = ctypes.CDLL(str(path))
        found = [getattr(library, f"scipy_dsytrd_{name}_", None) for name in ("sy2sb", "sb2st")]
        if None not in found:
            for routine in found:
                routine.restype = None
            return found[0], found[1]
    logging.getLogger("vitrine").info("this LAPACK has no two-stage tridiagonalisation: full spectra take about twice as long at N = 2000")
    return None
