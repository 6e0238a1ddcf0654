r"""The energy along a mode, and its barriers (004, eqs. 11-20).

    U(s) = b2 s^2/2 - b3 s^3/6 + b4 s^4/24,    b2 > 0, b3 >= 0, s > 0 the side to which it softens

Without b4 there is a barrier (2/3) b2^3/b3^2 at s = 2 b2/b3 (eq. 14). With b4 > 0 there is another well where b3^2 > (8/3) b2 b4, which is the deeper
one where b3^2 > 3 b2 b4; the barrier before it lies at the smaller root of b2 - b3 s/2 + b4 s^2/6.
"""

from __future__ import annotations

import numpy as np

TWO_WELLS, DEEPER = 8 / 3, 3.0  # of b3^2/(b2 b4): there is another well; it is the deeper one (SPM, 004 sec. II A and eq. 19)
LOWER_BOUND = 0.4  # of the same, below which no cubic mode was seen (004, Fig. 11)


def cubic_barrier(b2: np.ndarray, b3: np.ndarray) -> np.ndarray:
    """(2/3) b2^3/b3^2 [epsilon]; infinite where b3 vanishes."""
    with np.errstate(divide="ignore"):
        return 2 / 3 * np.asarray(b2, dtype=float) ** 3 / np.square(np.asarray(b3, dtype=float))


def beyond(b2: np.ndarray, b3: np.ndarray, b4: np.ndarray, line: float) -> np.ndarray:
    """Whether b3^2 > line b2 b4, which says something of wells where b4 > 0 alone; False elsewhere."""
    return (b4 > 0) & (np.square(b3) > line * np.asarray(b2) * b4)


def quartic_barrier(b2: np.ndarray, b3: np.ndarray, b4: np.ndarray) -> np.ndarray:
    """The barrier [epsilon] between the two wells of the quartic; NaN where it has one well, or none (b4 <= 0)."""
    b2, b3, b4 = (np.asarray(value, dtype=float) for value in (b2, b3, b4))
    root = b3**2 / 4 - 2 / 3 * b2 * b4
    there = beyond(b2, b3, b4, TWO_WELLS)
    with np.errstate(divide="ignore", invalid="ignore"):
        s = 2 * b2 / (b3 / 2 + np.sqrt(np.where(there, root, np.nan)))
        return s**2 * (b2 / 2 - s * (b3 / 6 - s * b4 / 24))
