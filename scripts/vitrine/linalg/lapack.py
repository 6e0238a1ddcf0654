"""Routines of LAPACK and BLAS that scipy does not offer, or not for a part of a matrix: from the library that scipy's wheel brings."""

from __future__ import annotations

import ctypes
import logging
from functools import cache
from pathlib import Path

import numpy as np
import scipy

Routine = ctypes._CFuncPtr
ROUTINES = ("dlarft", "dlarfb", "dsymm", "dsyr2k", "dsytrd_sb2st")


@cache
def lapack_routines() -> dict[str, Routine] | None:
    """ROUTINES by name; None, said once in the log, where they cannot be reached."""
    for path in sorted((Path(scipy.__file__).parents[1] / "scipy.libs").glob("libscipy_openblas*")):
        library = ctypes.CDLL(str(path))
        found = {name: getattr(library, f"scipy_{name}_", None) for name in ROUTINES}
        if None not in found.values():
            for routine in found.values():
                routine.restype = None
            return found
    logging.getLogger("vitrine").info("scipy's LAPACK cannot be reached: full spectra take about twice as long at N = 2000")
    return None


def call(routine: Routine, *arguments: bytes | int | float | np.ndarray) -> None:
    """Call a Fortran routine: everything by reference, then the hidden lengths of its letters.

    Of an array, which may be a part of a larger one, the address goes; its leading dimension is an argument of its own.
    """
    routine(*map(_by_reference, arguments), *[ctypes.c_size_t(1) for argument in arguments if isinstance(argument, bytes)])


def checked(routine: Routine, *arguments: bytes | int | float | np.ndarray) -> None:
    """Call a LAPACK routine whose last argument is INFO. Raises numpy.linalg.LinAlgError where that is not zero."""
    info = np.zeros(1, dtype=np.intc)
    call(routine, *arguments, info)
    if info[0]:
        raise np.linalg.LinAlgError(f"LAPACK's {routine.__name__} ended with {info[0]}")


def _by_reference(argument: bytes | int | float | np.ndarray) -> object:
    if isinstance(argument, bytes):
        return argument
    if isinstance(argument, np.ndarray):
        return ctypes.c_void_p(argument.ctypes.data)
    return ctypes.byref(ctypes.c_double(argument) if isinstance(argument, float) else ctypes.c_int(argument))
