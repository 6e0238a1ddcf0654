"""Strings that a shear excites in a disc whose key core is pinned (000, Fig. 4): atoms that move far, in clusters of neighbours."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from vitrine.interactions import Interactions
from vitrine.observables.disc_shear.directions import ANGLES
from vitrine.observables.disc_shear.disc import response_at


def excited_at(responses: np.ndarray, threshold: float, angles: np.ndarray = ANGLES) -> np.ndarray:
    """Which atoms move further than `threshold` at every angle, (angles, n), from the responses to X and Z (2, n, 2) with the key core pinned."""
    return np.array([np.linalg.norm(response_at(responses, theta), axis=1) > threshold for theta in angles])


def rms(responses: np.ndarray, moving: np.ndarray) -> float:
    """Root of the mean over all angles and the `moving` atoms of |du|^2 per unit strain: cos^2 and sin^2 are a half on average."""
    return float(np.sqrt(np.mean(np.sum(responses[:, moving] ** 2, axis=(0, 2))) / 8))


def string_lengths(excited: np.ndarray, bonds: Interactions) -> list[np.ndarray]:
    """Numbers of atoms of the strings at every angle: clusters of excited atoms that interact."""
    n = bonds.sample.particles
    lengths = []
    for members in excited:
        joined = members[bonds.i] & members[bonds.j]
        graph = sp.coo_array((np.ones(joined.sum()), (bonds.i[joined], bonds.j[joined])), shape=(n, n))
        labels = connected_components(graph, directed=False)[1][members]
        lengths.append(np.unique(labels, return_counts=True)[1] if len(labels) else np.zeros(0, dtype=int))
    return lengths
