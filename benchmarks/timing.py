"""How a time is taken: processor time of one core, the shortest of several calls."""

from __future__ import annotations

import time
from collections.abc import Callable

SLOW = 5.0  # a call that takes longer is timed once [s]
REFERENCE_SIZE = 6000  # unknowns of the eigenproblem by which machines are compared


def seconds(action: Callable[[], object], least: float = 1.0) -> float:
    """Processor time of one call: the shortest of those that fit into `least` seconds, two or more; the first, which compiles, is not counted.

    A first call of more than SLOW seconds is the only one: what it compiles is nothing to that.
    """
    start = time.process_time()
    action()
    first = time.process_time() - start
    if first > SLOW:
        return first
    times: list[float] = []
    while len(times) < 2 or sum(times) < least:
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return min(times)


def dsyevd_seconds(size: int = REFERENCE_SIZE) -> float:
    """Processor time of LAPACK's dsyevd for the eigenvalues of a full symmetric matrix of so many rows: the machine's speed."""
    import numpy as np
    import scipy.linalg

    matrix = np.random.default_rng(0).standard_normal((size, size))
    matrix += matrix.T
    return seconds(lambda: scipy.linalg.eigh(matrix, eigvals_only=True, driver="evd", check_finite=False))
