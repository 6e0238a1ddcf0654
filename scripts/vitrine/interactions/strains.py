r"""What a deformation x -> (1 + e E) x does to a sample's energy to second order in e, bond by bond.

    dR = E R,    U'' = sum_b phi'' (n.dR)^2 + (phi'/r) (|dR|^2 - (n.dR)^2),    Xi = d2U/(de dx)

H^+ Xi is minus the non-affine displacement by which the sample answers.
"""

from __future__ import annotations

import numpy as np

from vitrine.interactions.bonds import Interactions


def _bond_changes(bonds: Interactions, strain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """dR = E R of every bond (b, d), and n.dR (b,)."""
    change = bonds.vectors @ strain.T
    return change, np.einsum("ij,ij->i", change, bonds.directions)


def affine_stiffness(bonds: Interactions, strains: np.ndarray) -> np.ndarray:
    """U''/V, (k,), for deformations E of shape (k, d, d)."""
    _, slope, curvature = bonds.derivatives[:3]
    tension, affine = slope / bonds.distances, np.empty(len(strains))
    for k, strain in enumerate(strains):
        change, along = _bond_changes(bonds, strain)
        affine[k] = bonds.many.bending(along) if bonds.many else 0.0
        affine[k] += np.sum(curvature * along**2 + tension * (np.einsum("ij,ij->i", change, change) - along**2))
    return affine / bonds.sample.volume


def strain_forces(bonds: Interactions, strains: np.ndarray) -> np.ndarray:
    """Xi, (N d, k), for deformations E of shape (k, d, d)."""
    _, slope, curvature = bonds.derivatives[:3]
    tension, mixed = slope / bonds.distances, np.empty((bonds.hessian.shape[0], len(strains)))
    for k, strain in enumerate(strains):
        change, along = _bond_changes(bonds, strain)
        pull = (curvature * along)[:, None] * bonds.directions + tension[:, None] * (change - along[:, None] * bonds.directions)
        mixed[:, k] = (bonds.incidence @ pull).ravel()
        if bonds.many:
            mixed[:, k] += bonds.compatibility.T @ bonds.many.pull(along)
    return mixed
