r"""Virial stress of each particle: the share of the pressure that its bonds carry.

    s_i = (N/2V) sum_j phi'(r_ij) R_ij R_ij/r_ij    (d x d),    (1/N) sum_i tr s_i/d = -p

Positive is tension, negative compression. Half of a bond goes to each end, and every particle has the mean volume V/N, so that the mean over all
particles is minus the pressure. Times V/N it is what LAMMPS gives as `compute stress/atom NULL virial`.
"""

from __future__ import annotations

import numpy as np

from vitrine.interactions.bonds import Interactions


def atomic_stresses(bonds: Interactions) -> np.ndarray:
    """s_i of shape (N, d, d) [epsilon/lambda_min^d], symmetric; positive is tension. Forces of the bonds alone, no kinetic part."""
    sample, d = bonds.sample, bonds.sample.dimension
    pull = (-bonds.pair_forces / bonds.distances)[:, None, None] * bonds.vectors[:, :, None] * bonds.vectors[:, None, :]
    shares = 0.5 * (abs(bonds.incidence) @ pull.reshape(-1, d * d))
    return shares.reshape(-1, d, d) * (sample.particles / sample.volume)


def tension(stresses: np.ndarray) -> np.ndarray:
    """Mean of the diagonal of stresses (N, d, d): (N,)."""
    return np.trace(stresses, axis1=1, axis2=2) / stresses.shape[1]


def shear_stress(stresses: np.ndarray) -> np.ndarray:
    """sqrt(s':s'/2) of the deviator s' of stresses (N, d, d), (N,): the shear stress of a simple shear, von Mises' over the root of three."""
    d = stresses.shape[1]
    deviator = stresses - tension(stresses)[:, None, None] * np.eye(d)
    return np.sqrt(0.5 * np.einsum("iab,iab->i", deviator, deviator))
