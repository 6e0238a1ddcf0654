"""Cuts through a periodic solid: two halves that do not touch, and the particles between them; and again through each half."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse import csgraph

# So many particles are not cut any more.
UNDIVIDED = 60  # for full blocks: the pencil of N = 500 takes no less time with 30, and cutting them takes more
UNDIVIDED_SPARSE = 30  # for a sparse factorisation: 60 fill in 3 % more at N = 2000


def dissected(positions: np.ndarray, box: np.ndarray, i: np.ndarray, j: np.ndarray, undivided: int = UNDIVIDED) -> list[np.ndarray]:
    """Nested dissection: blocks of particles (indices) in an order of elimination: those of one half, those of the other, those between them.

    No bond (i, j) joins the halves, and each of more than `undivided` particles is itself cut so. positions (N, d) in the box (d, d).
    """
    return _nested(np.linalg.solve(box, positions.T).T % 1.0, i, j, undivided)


def elimination_order(positions: np.ndarray, box: np.ndarray, i: np.ndarray, j: np.ndarray) -> np.ndarray:
    """All particles (N,) in an order in which a sparse factorisation fills in little. Arguments as of `dissected`."""
    return np.concatenate(dissected(positions, box, i, j, UNDIVIDED_SPARSE))


def _nested(places: np.ndarray, i: np.ndarray, j: np.ndarray, undivided: int) -> list[np.ndarray]:
    everyone = np.arange(len(places))
    if len(places) <= undivided:
        return [everyone]
    halves, between = _halves(places, i, j)
    if not all(map(len, halves)):
        return [everyone]
    blocks = []
    for half in halves:
        number = np.full(len(places), -1)
        number[half] = np.arange(len(half))
        inside = (number[i] >= 0) & (number[j] >= 0)
        blocks += [half[block] for block in _nested(places[half], number[i[inside]], number[j[inside]], undivided)]
    return [*blocks, between]


def _halves(places: np.ndarray, i: np.ndarray, j: np.ndarray) -> tuple[list[np.ndarray], np.ndarray]:
    """The two halves of particles at fractional coordinates (n, d), without those between, and those between, as few as can be.

    Planes across each axis are tried; a periodic box is cut in half by two of them. Those between are the smallest set of particles that all bonds
    between the halves end at.
    """
    everyone = np.arange(len(places))
    parts, separator = [everyone[:0], everyone[:0]], everyone
    for along in places.T:
        half = along < np.median(along)
        crossing = half[i] != half[j]
        between = smallest_cover(np.where(half[i], i, j)[crossing], np.where(half[i], j, i)[crossing], len(places))
        if between.sum() < len(separator):
            parts, separator = [everyone[half & ~between], everyone[~half & ~between]], everyone[between]
    return parts, separator


def smallest_cover(left: np.ndarray, right: np.ndarray, particles: int) -> np.ndarray:
    """Which of so many particles (a mask) to take, as few as can be, so that each bond from one of `left` to one of `right` ends at one taken.

    No particle is in both. By König's theorem these are as many as bonds can be matched without sharing a particle: with Z what alternating paths
    from unmatched particles of the left reach, those of the left outside Z and those of the right in Z.
    """
    bonds = sp.csr_array((np.ones(len(left)), (left, right)), shape=(particles, particles))
    partner = csgraph.maximum_bipartite_matching(bonds, perm_type="column")
    matched = np.flatnonzero(partner >= 0)
    on_left = np.zeros(particles, dtype=bool)
    on_left[left] = True
    alone = np.flatnonzero(on_left & (partner < 0))
    start = particles  # a node of its own, from which all paths begin
    tails, heads = np.concatenate([left, partner[matched], np.full(len(alone), start)]), np.concatenate([right, matched, alone])
    paths = sp.csr_array((np.ones(len(tails)), (tails, heads)), shape=(particles + 1, particles + 1))
    reached = np.zeros(particles + 1, dtype=bool)
    reached[csgraph.breadth_first_order(paths, start, return_predecessors=False)] = True
    taken = np.zeros(particles, dtype=bool)
    taken[left], taken[right] = ~reached[left], reached[right]
    return taken
