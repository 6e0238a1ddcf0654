"""Order in space of numbers that particles have: correlation with distance, and Moran's I."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

ALL = -1  # in the place of a species: all particles


def groups(types: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """(species, indices of its particles): all of them as -1, and each type where there are several."""
    yield ALL, np.arange(len(types))
    species = np.unique(types)
    if len(species) > 1:
        for one in species:
            yield int(one), np.flatnonzero(types == one)


def against_groups(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Values (N,) less the mean of their group, over its standard deviation; zero in a group that does not vary."""
    scores = np.zeros(len(values))
    for group in np.unique(groups):
        members = groups == group
        spread = values[members].std()
        if spread > 0:
            scores[members] = (values[members] - values[members].mean()) / spread
    return scores


def pair_distances(positions: np.ndarray, box: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distances (P,) of all pairs i < j of positions (N, d) in a rectangular box up to half of its shortest edge, and i and j (P,)."""
    edges, half = np.diag(box), 0.5 * np.diag(box).min()
    firsts, seconds, distances = [], [], []
    for i in range(len(positions) - 1):
        vectors = positions[i + 1 :] - positions[i]
        vectors -= np.rint(vectors / edges) * edges
        r = np.sqrt(np.einsum("nk,nk->n", vectors, vectors))
        near = np.flatnonzero(r < half)
        firsts.append(np.full(len(near), i))
        seconds.append(near + i + 1)
        distances.append(r[near])
    if not distances:
        return np.zeros(0), np.zeros(0, dtype=int), np.zeros(0, dtype=int)
    return np.concatenate(distances), np.concatenate(firsts), np.concatenate(seconds)


def space_correlation(scores: np.ndarray, pairs: tuple[np.ndarray, np.ndarray, np.ndarray], edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean of z_i z_j over pairs whose distance lies in edges[k] <= r < edges[k + 1], NaN in an empty bin, and their number; (K,) each."""
    r, i, j = pairs
    place = np.searchsorted(edges, r, side="right") - 1
    inside = (place >= 0) & (place < len(edges) - 1)
    counts = np.bincount(place[inside], minlength=len(edges) - 1)
    sums = np.bincount(place[inside], weights=scores[i[inside]] * scores[j[inside]], minlength=len(edges) - 1)
    return np.divide(sums, counts, out=np.full(len(counts), np.nan), where=counts > 0), counts


def moran(scores: np.ndarray, pairs: tuple[np.ndarray, np.ndarray, np.ndarray], reach: float) -> float:
    """Moran's I (Biometrika 37, 17) of scores of mean zero, with equal weights for pairs within `reach`: one for equal neighbours, -1/(N-1) for none.

    (N/W) sum_ij w_ij z_i z_j/sum_i z_i^2. NaN where nothing varies or nobody has a neighbour.
    """
    r, i, j = pairs
    near, square = r < reach, np.mean(scores**2)
    return float(np.mean(scores[i[near]] * scores[j[near]]) / square) if near.any() and square > 0 else np.nan
