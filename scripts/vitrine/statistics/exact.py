"""Sums under integer bootstrap weights that have the same bits in any order: neither batches nor cores can change the last digit of a number.

A sum of multiples of 2^-g is exact in floating point while it stays below 2^(53 - g). A value is split into a coarse and a fine multiple: the
coarse sum is exact up to 3e10, the fine one for up to 6e7 values, and what is rounded away is below 1e-14 for each value.
"""

from __future__ import annotations

import numpy as np

COARSE, FINE = 2.0**-18, 2.0**-46


def exact_product(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Coarse and fine part of `weights` (R, S) @ `values` (S, ...), shape (2, R, ...); to be added up over batches, then added to each other."""
    coarse = np.round(values / COARSE) * COARSE
    fine = np.round((values - coarse) / FINE) * FINE
    return np.stack([weights @ coarse, weights @ fine])
