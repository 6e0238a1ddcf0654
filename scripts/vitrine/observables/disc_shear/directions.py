r"""G(theta) = g0 + c2 cos 2theta + s2 sin 2theta + c4 cos 4theta + s4 sin 4theta: its harmonics, and its values."""

from __future__ import annotations

import numpy as np

ANGLES = np.radians(np.arange(360))


def harmonics(moduli: np.ndarray) -> np.ndarray:
    """g0, c2, s2, c4, s4 of G(theta), (5,), from C (3, 3)."""
    c = moduli
    return np.array([c[0, 0] / 4 + (c[1, 1] + c[2, 2]) / 8, c[0, 1] / 2, -c[0, 2] / 2, (c[1, 1] - c[2, 2]) / 8, -c[1, 2] / 4])


def modulus_at(parts: np.ndarray, theta: np.ndarray = ANGLES) -> np.ndarray:
    """G(theta) from its harmonics (5,)."""
    return parts @ np.array([np.ones_like(theta), np.cos(2 * theta), np.sin(2 * theta), np.cos(4 * theta), np.sin(4 * theta)])
