"""Participation ratio of vector fields."""

from __future__ import annotations

import numpy as np


def participation_ratio(fields: np.ndarray, dimension: int) -> np.ndarray:
    """e = (sum_i |z_i|^2)^2 / (N sum_i |z_i|^4) of fields as columns (N d, k): 1/N on one particle, 1 on all alike (001 eq. 12). Shape (k,)."""
    squares = np.einsum("ijk,ijk->ik", *2 * (fields.reshape(len(fields) // dimension, dimension, fields.shape[-1]),))
    return squares.sum(axis=0) ** 2 / (len(squares) * (squares**2).sum(axis=0))
