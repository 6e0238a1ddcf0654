"""Quantiles under the integer weights of the bootstrap."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def weighted_quantiles(weights: np.ndarray, values: np.ndarray, levels: Sequence[float]) -> np.ndarray:
    """Quantiles (R, Q) of `values` (S,), each of them there as often as its integer weight says, under every row of `weights` (R, S).

    Between two neighbours linearly, as numpy does it. NaN values are left out; a row without weight gives NaN.
    """
    values = np.asarray(values, dtype=float)
    present = np.flatnonzero(np.isfinite(values))
    order = present[np.argsort(values[present], kind="stable")]
    ordered, reached = values[order], np.cumsum(np.rint(weights[:, order]).astype(np.int64), axis=1)
    out = np.full((len(weights), len(levels)), np.nan)
    for row, up_to in enumerate(reached):
        if not len(up_to) or up_to[-1] == 0:
            continue
        place = np.asarray(levels, dtype=float) * (up_to[-1] - 1)
        low = np.floor(place).astype(np.int64)
        first, second = (ordered[np.searchsorted(up_to, rank, side="right")] for rank in (low, np.minimum(low + 1, up_to[-1] - 1)))
        out[row] = first + (place - low) * (second - first)
    return out
