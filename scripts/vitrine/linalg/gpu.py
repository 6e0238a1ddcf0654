"""Dense spectra and the pencil on a GPU, through CuPy: the numbers of the CPU within rounding.

Matrices travel sparse and are filled in there. Samples are not stacked: all that CuPy has for stacks is the Jacobi iteration of cuSOLVER, made for
matrices of 32 x 32. One by one they take the ordinary way, tridiagonal form and divide and conquer, but several samples are under way at once, each
in a thread (observables/batch.py) with a stream of its own: kernels, transfers and the work of the host overlap, a sample that fails is flagged
alone, and no number depends on how many there are.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import scipy.sparse as sp

from vitrine.errors import InputError, SampleError
from vitrine.linalg.solve import NOT_A_MINIMUM, check_pivots

MATRICES = 8  # of doubles (n, n) that a sample takes at most: the pencil's factor, matrix and vectors, their copies, and two of cuSOLVER's workspace


@dataclass(frozen=True)
class Device:
    """A GPU: its name, memory() in bytes (free, total), and the functions of CuPy that are used on it. The tests put NumPy and SciPy in their place.

    session() is the context in which the others are called. Arrays of the device are made by `asarray` and `zeros` and come back by `asnumpy`.
    """

    name: str
    memory: Callable[[], tuple[int, int]]
    session: Callable[[], AbstractContextManager]
    asarray: Callable[..., Any]
    zeros: Callable[..., Any]
    asnumpy: Callable[..., np.ndarray]
    cholesky: Callable[..., Any]
    eigh: Callable[..., Any]
    eigvalsh: Callable[..., Any]
    solve_triangular: Callable[..., Any]

    def spectrum(self, matrix: sp.csc_array, vectors: bool) -> tuple[np.ndarray, np.ndarray | None]:
        """All eigenvalues, ascending, of a symmetric matrix (n, n), and with `vectors` its eigenvectors as columns (n, n)."""
        with self.session():
            if not vectors:
                return self.asnumpy(self.eigvalsh(self._dense(matrix))), None
            eigenvalues, modes = self.eigh(self._dense(matrix))
            return self.asnumpy(eigenvalues), self.asnumpy(modes)

    def pencil(self, unit: sp.csc_array, hessian: sp.csc_array, vectors: bool) -> tuple[np.ndarray, np.ndarray | None]:
        """All eigenvalues, ascending, of (S^T S) D = lambda M D, both (n, n), and with `vectors` the D as columns (n, n), D.M.D = 1.

        As in pencil.py, but in one block: what blocks save is products of matrices, which cost a GPU little. Raises SampleError where M is not that
        of a minimum.
        """
        with self.session():
            try:
                factor = self.cholesky(self._dense(hessian))
            except np.linalg.LinAlgError as error:
                raise SampleError(NOT_A_MINIMUM) from error
            check_pivots(self.asnumpy(factor.diagonal()) ** 2, hessian)
            half = self.solve_triangular(factor, self._dense(unit), lower=True)
            reduced = self.solve_triangular(factor, half.T, lower=True)
            del half
            if not vectors:
                return self.asnumpy(self.eigvalsh(reduced)), None
            eigenvalues, reduced = self.eigh(reduced)
            return self.asnumpy(eigenvalues), self.asnumpy(self.solve_triangular(factor, reduced, trans="T", lower=True))

    def _dense(self, matrix: sp.csc_array) -> Any:
        """The full matrix on the device."""
        entries = matrix.tocoo()
        dense = self.zeros(matrix.shape)
        dense[self.asarray(entries.row), self.asarray(entries.col)] = self.asarray(entries.data)
        return dense


def chosen_device(device: str, unknowns: int) -> Device | None:
    """The GPU behind `device` (cpu, gpu or auto) for samples of so many unknowns; None for the CPU.

    auto is the CPU where there is no GPU, or one too small. Raises InputError where one is asked for that is absent or too small.
    """
    if device == "cpu":
        return None
    found = find_gpu()
    if isinstance(found, Device) and _bytes(unknowns) <= found.memory()[1]:
        return found
    if device == "auto":
        return None
    if isinstance(found, str):
        raise InputError(f"config key linear_algebra.device is gpu and there is none ({found}): allowed here are auto and cpu")
    raise InputError(
        f"config key linear_algebra.device is gpu: a sample of {unknowns} unknowns takes {_bytes(unknowns) / 1e9:.3g} GB, and the {found.name} has "
        f"{found.memory()[1] / 1e9:.3g} GB; allowed are auto and cpu"
    )


def samples_at_once(device: Device | None, unknowns: int, most: int) -> int:
    """How many samples of so many unknowns may be under way: what the free memory of the device holds, one at least; one on the CPU."""
    return 1 if device is None else int(np.clip(device.memory()[0] // _bytes(unknowns), 1, most))


def _bytes(unknowns: int) -> int:
    return MATRICES * 8 * unknowns**2


@cache
def find_gpu() -> Device | str:
    """The GPU of this process, or why there is none. It is tried out: CuPy can be there without the driver or the libraries of CUDA."""
    try:
        import cupy
        import cupyx
        from cupyx.scipy.linalg import solve_triangular

        identity = cupy.eye(2)
        cupy.linalg.eigvalsh(identity)
        solve_triangular(cupy.linalg.cholesky(identity), identity, lower=True)
    except Exception as error:  # of CuPy's many: no package, no driver, no device, no cuSOLVER, an old CUDA
        return f"CuPy says: {' '.join(str(error).split())[:100]}"
    threads = threading.local()

    @contextmanager
    def session() -> Iterator[None]:
        """On the stream of this thread; a failure of cuSOLVER is raised, not passed over."""
        if not hasattr(threads, "stream"):
            threads.stream = cupy.cuda.Stream(non_blocking=True)
        with threads.stream, cupyx.errstate(linalg="raise"):
            yield

    gpu = cupy.cuda.Device()
    name = cupy.cuda.runtime.getDeviceProperties(gpu.id)["name"].decode()
    return Device(
        f"{name}, CuPy {cupy.__version__}", lambda: gpu.mem_info, session, cupy.asarray, cupy.zeros, cupy.asnumpy,
        cupy.linalg.cholesky, cupy.linalg.eigh, cupy.linalg.eigvalsh, solve_triangular,
    )  # fmt: skip
