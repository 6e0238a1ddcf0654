r"""What a many-body potential sum_i F_i(rho_i), rho_i = sum_j f_ji(r_ij), adds to the bonds of a sample.

With W_ib = f' at i of bond b where i is an end of it, and S the compatibility matrix, W S = d rho/dx:

    U = sum_b phi + sum_i F_i,    slope of a bond phi' + F_i' f_ji' + F_j' f_ij', its curvature likewise,    H = H_bonds + (W S)^T diag(F'') W S
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse as sp

if TYPE_CHECKING:
    from vitrine.models.eam import EmbeddedAtoms


@dataclass(frozen=True)
class ManyBody:
    """energies: F_i (N,); densities: rho (N,); slopes (2, n): what bonds have of F' in slope and curvature; curvatures: F'' (N,); weights: W."""

    energies: np.ndarray
    densities: np.ndarray
    slopes: np.ndarray
    curvatures: np.ndarray
    weights: sp.csr_array

    @property
    def energy(self) -> float:
        """sum_i F_i."""
        return float(self.energies.sum())

    @classmethod
    def of(cls, atoms: EmbeddedAtoms, types: np.ndarray, i: np.ndarray, j: np.ndarray, distances: np.ndarray) -> ManyBody:
        """Of particles (N,) by type, and bonds (i, j) (n,) at `distances`, all below the cutoff."""
        at_first, at_second = np.empty((3, len(i))), np.empty((3, len(i)))
        for a in range(len(atoms.order)):
            for b in range(len(atoms.order)):
                of = (types[i] == a) & (types[j] == b)
                at_first[:, of], at_second[:, of] = atoms.density(b, a, distances[of]), atoms.density(a, b, distances[of])
        n = len(types)
        rho = np.bincount(i, at_first[0], n) + np.bincount(j, at_second[0], n)
        embedding = np.empty((3, n))
        for a in range(len(atoms.order)):
            embedding[:, types == a] = atoms.embedding(a, rho[types == a])
        slopes = embedding[1, i] * at_first[1:] + embedding[1, j] * at_second[1:]
        bond = np.arange(len(i))
        entries = np.concatenate([at_first[1], at_second[1]]), (np.concatenate([i, j]), np.concatenate([bond, bond]))
        return cls(embedding[0], rho, slopes, embedding[2], sp.csr_array(entries, shape=(n, len(i))))

    def added_to(self, hessian: sp.csc_array, compatibility: sp.csr_array) -> sp.csc_array:
        """The Hessian with the part of F'', symmetric to the last bit."""
        gradients = self.weights @ compatibility
        part = gradients.T @ (sp.diags_array(self.curvatures) @ gradients)
        whole = sp.csc_array(hessian + 0.5 * (part + part.T))
        whole.sort_indices()
        return whole

    def bending(self, along: np.ndarray) -> float:
        """sum_i F_i'' (d rho_i)^2 where bonds become longer by `along` (n,)."""
        return float(np.sum(self.curvatures * (self.weights @ along) ** 2))

    def pull(self, along: np.ndarray) -> np.ndarray:
        """W^T F'' W along (n,): how the slopes of bonds change by the densities."""
        return self.weights.T @ (self.curvatures * (self.weights @ along))
