"""One cut through a periodic solid: two parts that do not touch, and the particles between them."""

from __future__ import annotations

import numpy as np

SMALLER_SIDE = 0.4  # fraction of the particles on one side of the cut: the separator comes out of the other
THICKEST = 0.4  # a separator of more than this fraction of the particles saves nothing


def dissected(positions: np.ndarray, box: np.ndarray, i: np.ndarray, j: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
    """Parts and separator (indices of particles) so that no bond (i, j) joins two parts.

    positions (N, d) in the box (d, d). Planes across each axis are tried; a periodic box is cut by two of them. The separator are the particles on
    the larger side with a bond to the other. No parts, and everyone in the separator, where no cut pays.
    """
    everyone = np.arange(len(positions))
    fractional = np.linalg.solve(box, positions.T).T % 1.0
    parts, separator = [], everyone
    for along in fractional.T:
        for smaller in (along < np.quantile(along, SMALLER_SIDE), along > np.quantile(along, 1 - SMALLER_SIDE)):
            crossing = smaller[i] != smaller[j]
            ends = np.concatenate([i[crossing], j[crossing]])
            between = np.zeros(len(positions), dtype=bool)
            between[ends[~smaller[ends]]] = True
            if between.sum() < len(separator):
                parts, separator = [everyone[smaller], everyone[~smaller & ~between]], everyone[between]
    return (parts, separator) if len(separator) <= THICKEST * len(positions) else ([], everyone)
