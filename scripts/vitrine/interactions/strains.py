r"""What a deformation x -> (1 + e E) x does to a sample's energy to second order in e, bond by bond.

    dR = E R,    U'' = sum_b phi'' (n.dR)^2 + (phi'/r) (|dR|^2 - (n.dR)^2),    Xi = d2U/(de dx)

H^+ Xi is minus the non-affine displacement by which the sample answers.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vitrine.interactions.bonds import Interactions
from vitrine.samples.sample import Sample


def folded_box(box: np.ndarray) -> np.ndarray:
    """The same lattice by an upper triangular box (d, d) whose tilts are at most one half."""
    box = box.copy()
    for column in range(1, len(box)):
        for row in range(column - 1, -1, -1):
            tilt = box[row, column] / box[row, row]
            if abs(tilt) > 0.5 * (1 + 1e-12):
                box[:, column] -= np.rint(tilt) * box[:, row]
    return box


def deformed(sample: Sample, gradient: np.ndarray) -> Sample:
    """The affine deformation x -> (1 + gradient) x of particles and box; gradient (d, d)."""
    deformation = np.eye(sample.dimension) + gradient
    return replace(sample, positions=np.ascontiguousarray(sample.positions @ deformation.T), box=folded_box(deformation @ sample.box))


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
