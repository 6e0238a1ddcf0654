r"""The key-core square (000 Methods, "Quantitative characterisation of the key-core square"): four particles that vibrate two in, two out.

In the network of pairs whose force is not weak, f_ij/<f_ab> >= weak_pair with the mean over pairs of the same two types, candidates are the convex
cycles of four particles that have a particle of the string. Of them are taken, one after the other: those whose radial motion alternates round the
cycle, if there are any; those with most particles of the string; the one with the largest cancellation | |sum_i mu_i| - sum_i |mu_i| |.

NOTE: the paper's text prints two identical terms in the cancellation; the second one must be the sum of the magnitudes. It does not say how weak a
pair is left out: the distribution of f/<f_ab> has a flat minimum between 0.05 and 0.3, and `stability` says over which part of it the answer stays
the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from vitrine.interactions import Interactions, minimum_images

FLAT_MINIMUM = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3)  # thresholds over which the answer is compared


@dataclass(frozen=True)
class Square:
    """A candidate: particles (4,) round the cycle, corners (4, 2) about their centroid, mu (4, 2) displacements, overlap: of them in the string."""

    particles: tuple[int, int, int, int]
    corners: np.ndarray
    mu: np.ndarray
    overlap: int

    @property
    def radial(self) -> np.ndarray:
        """Radial parts of mu - <mu> about the centroid, (4,)."""
        directions = self.corners / np.linalg.norm(self.corners, axis=1)[:, None]
        return np.einsum("ka,ka->k", self.mu - self.mu.mean(axis=0), directions)

    @property
    def alternates(self) -> bool:
        """Two in, two out: the radial parts change sign from each particle to the next."""
        signs = np.sign(self.radial)
        return bool(np.all(signs * np.roll(signs, 1) < 0))

    @property
    def cancellation(self) -> float:
        """| |sum mu| - sum |mu| |."""
        return float(abs(np.linalg.norm(self.mu.sum(axis=0)) - np.linalg.norm(self.mu, axis=1).sum()))

    @property
    def sides(self) -> np.ndarray:
        """Lengths of the four sides, (4,)."""
        return np.linalg.norm(np.roll(self.corners, -1, axis=0) - self.corners, axis=1)

    @property
    def diagonals(self) -> np.ndarray:
        """Lengths of the two diagonals, (2,)."""
        return np.linalg.norm(self.corners[2:] - self.corners[:2], axis=1)


def force_network(bonds: Interactions, weak_pair: float) -> dict[int, set[int]]:
    """{particle: its neighbours by pairs with |f|/<|f|> >= weak_pair}, the mean over pairs of the same two types."""
    forces, types = np.abs(bonds.pair_forces), bonds.sample.types
    kind = np.minimum(types[bonds.i], types[bonds.j]) * (types.max() + 1) + np.maximum(types[bonds.i], types[bonds.j])
    mean = np.bincount(kind, weights=forces) / np.maximum(np.bincount(kind), 1)
    strong = forces >= weak_pair * mean[kind]
    network: dict[int, set[int]] = {}
    for i, j in zip(bonds.i[strong].tolist(), bonds.j[strong].tolist(), strict=True):
        network.setdefault(i, set()).add(j)
        network.setdefault(j, set()).add(i)
    return network


def candidates(bonds: Interactions, string: np.ndarray, field: np.ndarray, weak_pair: float) -> list[Square]:
    """The convex 4-cycles of the network that have a particle of the string (indices); field (N, 2): displacements mu."""
    network, members, found = force_network(bonds, weak_pair), set(string.tolist()), {}
    for start in string.tolist():
        for a, b in combinations(sorted(network.get(start, ())), 2):
            for opposite in sorted((network[a] & network[b]) - {start}):
                cycle = (start, a, opposite, b)
                # A cycle is known by its two diagonals, whichever particle it was entered from.
                name = frozenset((frozenset(cycle[::2]), frozenset(cycle[1::2])))
                if name not in found:
                    found[name] = _square(bonds, cycle, field, members)
    return [one for one in found.values() if one is not None]


def _square(bonds: Interactions, cycle: tuple[int, int, int, int], field: np.ndarray, members: set[int]) -> Square | None:
    """The square of a cycle; None where it is not convex."""
    sample, order = bonds.sample, list(cycle)
    corners = minimum_images(sample.positions[order] - sample.positions[order[0]], sample.box)
    edges = np.roll(corners, -1, axis=0) - corners
    following = np.roll(edges, -1, axis=0)
    turns = edges[:, 0] * following[:, 1] - edges[:, 1] * following[:, 0]
    if not (np.all(turns > 0) or np.all(turns < 0)):
        return None
    return Square(cycle, corners - corners.mean(axis=0), field[order], len(members & set(cycle)))


def key_core_square(bonds: Interactions, string: np.ndarray, field: np.ndarray, weak_pair: float) -> tuple[Square | None, int]:
    """The square, None where there is no candidate, and the number of candidates."""
    every = candidates(bonds, string, field, weak_pair)
    if not every:
        return None, 0
    return max(every, key=lambda one: (one.alternates, one.overlap, one.cancellation)), len(every)


def stability(bonds: Interactions, string: np.ndarray, field: np.ndarray, chosen: Square | None) -> float:
    """Share of the thresholds in the flat minimum that give the same four particles."""
    wanted = set(chosen.particles) if chosen else set()
    answers = [key_core_square(bonds, string, field, weak_pair)[0] for weak_pair in FLAT_MINIMUM]
    return float(np.mean([set(one.particles if one else ()) == wanted for one in answers]))
