"""Decay with distance: bins of the distance, medians in them, and the exponents of what decays, window by window."""

from __future__ import annotations

import numpy as np

from vitrine.compile_cache import njit

SPACINGS = ("logarithmic", "linear")
NEAREST = 0.1  # lower end of logarithmic bins


def radial_edges(spacing: str, number: int, farthest: float) -> np.ndarray:
    """Edges of bins of the distance up to `farthest`, the same for every sample: only how many there are depends on it.

    spacing: `logarithmic`, with `number` bins to a decade from 0.1 on, or `linear`, with `number` bins to a unit of length from 0 on. The last bin
    ends at or before `farthest`.
    """
    if spacing == "logarithmic":
        last = int(np.floor(number * np.log10(farthest / NEAREST) + 1e-9))
        return NEAREST * 10.0 ** (np.arange(max(last, 0) + 1) / number)
    return np.arange(int(np.floor(number * farthest + 1e-9)) + 1) / number


def binned_medians(distances: np.ndarray, values: np.ndarray, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Median of the values (n,) whose distance (n,) lies in edges[k] <= r < edges[k + 1], NaN in an empty bin, and how many they are; (k,) both."""
    places = np.searchsorted(edges, distances, side="right") - 1
    return _medians(places, np.ascontiguousarray(values, dtype=float), len(edges) - 1)


@njit
def _medians(places, values, bins):
    """Values are gathered bin by bin: one pass to count, one to place, and a selection in each."""
    counts = np.zeros(bins, dtype=np.int64)
    for place in places:
        if 0 <= place < bins:
            counts[place] += 1
    first = np.zeros(bins + 1, dtype=np.int64)
    for k in range(bins):
        first[k + 1] = first[k] + counts[k]
    gathered, filled = np.empty(first[bins]), first[:bins].copy()
    for n in range(places.size):
        place = places[n]
        if 0 <= place < bins:
            gathered[filled[place]] = values[n]
            filled[place] += 1
    medians = np.full(bins, np.nan)
    for k in range(bins):
        if counts[k]:
            medians[k] = np.median(gathered[first[k] : first[k + 1]])
    return medians, counts


def local_exponents(distances: np.ndarray, values: np.ndarray, extent: float) -> np.ndarray:
    """Slopes of ln(values) against ln(distance) in a window of `extent` (a factor) about each distance; values (R, n) at r (n,) that rise.

    A line by least squares through the values of the window. NaN where the window is not whole, has fewer than three values, or one that is not
    positive: the outermost windows end at the outermost distances.
    """
    values = np.atleast_2d(values)
    x = np.log(np.asarray(distances, dtype=float))
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.where(values > 0, np.log(values), np.nan)
    slopes, half = np.full(values.shape, np.nan), 0.5 * np.log(extent) * (1 + 1e-9)
    for k, centre in enumerate(x):
        if centre - half < x[0] - _step(x) or centre + half > x[-1] + _step(x):
            continue
        inside = np.flatnonzero(np.abs(x - centre) <= half)
        if len(inside) < 3:
            continue
        moved = x[inside] - x[inside].mean()
        slopes[:, k] = y[:, inside] @ moved / np.sum(moved**2)
    return slopes


def _step(x: np.ndarray) -> float:
    """Half of the last bin's width: a window may end within the outermost bins."""
    return 0.5 * (x[-1] - x[-2]) if len(x) > 1 else 0.0
