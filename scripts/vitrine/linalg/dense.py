"""Dense symmetric matrices. Eigenvalues without vectors by two-stage tridiagonalisation where the LAPACK at hand has it and it pays.

The first stage brings the matrix to a narrow band by matrix products, the second chases the band away; the ordinary way spends half of its work on
products of the matrix with vectors, which wait for memory. scipy does not offer it, but the LAPACK that its wheels carry does.
"""

from __future__ import annotations

import ctypes
import logging
from functools import cache
from pathlib import Path

import numpy as np
import scipy
import scipy.linalg

TWO_STAGE_FROM = 2500  # unknowns from which two stages are faster than one
ROBUST_FROM = 4500  # unknowns from which relatively robust representations (dsyevr) are faster than divide and conquer (dsyevd)
COLUMN_MAJOR = 102  # LAPACKE's name for Fortran order


def symmetric_eigenpairs(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All eigenvalues, ascending, and vectors as columns of a symmetric matrix (n, n) in Fortran order, as `symmetric_eigenvalues` takes it."""
    driver = "evr" if len(matrix) >= ROBUST_FROM else "evd"
    return scipy.linalg.eigh(matrix, lower=True, driver=driver, overwrite_a=True, check_finite=False)


def symmetric_eigenvalues(matrix: np.ndarray) -> np.ndarray:
    """All eigenvalues, ascending, of a symmetric matrix (n, n) in Fortran order of which the lower triangle is read; the matrix is overwritten.

    Raises numpy.linalg.LinAlgError where LAPACK finds no convergence.
    """
    routine = two_stage_routine() if len(matrix) >= TWO_STAGE_FROM else None
    if routine is None:
        return scipy.linalg.eigvalsh(matrix, lower=True, overwrite_a=True, check_finite=False)
    matrix = np.asfortranarray(matrix, dtype=np.float64)
    n, values = len(matrix), np.empty(len(matrix))
    trouble = routine(COLUMN_MAJOR, b"N", b"L", n, matrix.ctypes.data, n, values.ctypes.data)
    if trouble:
        raise np.linalg.LinAlgError(f"dsyevd_2stage ended with {trouble}")
    return values


@cache
def two_stage_routine() -> ctypes._CFuncPtr | None:
    """LAPACKE's dsyevd_2stage from the library that scipy's wheel brings; None, said once in the log, where there is none."""
    for path in sorted((Path(scipy.__file__).parents[1] / "scipy.libs").glob("libscipy_openblas*")):
        routine = getattr(ctypes.CDLL(str(path)), "scipy_LAPACKE_dsyevd_2stage", None)
        if routine is not None:
            routine.argtypes = [
                ctypes.c_int, ctypes.c_char, ctypes.c_char, ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p,
            ]  # fmt: skip
            routine.restype = ctypes.c_int
            return routine
    logging.getLogger("vitrine").info("this LAPACK has no dsyevd_2stage: full spectra take the ordinary way, about twice as long at N = 2000")
    return None
