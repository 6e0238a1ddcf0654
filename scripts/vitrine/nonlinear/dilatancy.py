r"""How a mode strains its glass: the dilatant-to-shear ratio of a displacement field (004, eqs. 8-9).

    F_pi = d2U/(d eps dx).pi = sum_b (phi'' - phi'/r) (n.z) (n R) + (phi'/r) (z R + R z),    z = pi_j - pi_i

It is the derivative of the virial W = dU/d eps = sum_b phi' n R along pi, as the particles move and the box stands still. The order of the two
derivatives does not matter where the forces on the particles vanish, so that F_pi is Xi.pi too, with Xi of interactions/strains.py.

    F_pi = 1 Tr F/d + F_dev,    ratio = (Tr F/d)/lambda_max,    lambda_max: the eigenvalue of F_dev of the largest magnitude

The ratio does not depend on the sign of pi. Its own sign is that of lambda_max. In the plane the eigenvalues are lambda and -lambda, and there is no
such sign. In space it turns round where the two largest magnitudes change places. So it is given where they differ, and |ratio| always.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vitrine.interactions import Interactions

DISTINCT = 0.2  # share of the largest magnitude by which the next one must be smaller for its sign to be told


class Dilatancy(NamedTuple):
    """Of k fields: dilatation Tr F/d (k,), lambda_max and the eigenvalue of the next magnitude (k,), |ratio| (k,), and the ratio with its sign (k,).

    The first three change sign with the field. The last one is NaN where the sign of lambda_max is not defined. Both ratios are NaN where F has no
    deviator.
    """

    dilatation: np.ndarray
    shear: np.ndarray
    next_shear: np.ndarray
    ratio: np.ndarray
    signed_ratio: np.ndarray


def strain_coupling(bonds: Interactions, fields: np.ndarray) -> np.ndarray:
    """F_pi (k, d, d) of fields (N d, k), symmetric: the derivative of the virial along each [epsilon/lambda_min for fields of length one]."""
    slope, curvature = bonds.derivatives[1:3]
    tension, d = slope / bonds.distances, bonds.sample.dimension
    moved = fields.reshape(-1, d, fields.shape[1])
    change = moved[bonds.j] - moved[bonds.i]  # (b, d, k)
    along = np.einsum("ba,bak->bk", bonds.directions, change) * (curvature - tension)[:, None]
    across = np.einsum("b,bak,bc->kac", tension, change, bonds.vectors, optimize=True)
    return np.einsum("bk,ba,bc->kac", along, bonds.directions, bonds.vectors, optimize=True) + across + across.transpose(0, 2, 1)


def dilatancy(coupling: np.ndarray, distinct: float = DISTINCT) -> Dilatancy:
    """The dilatant-to-shear ratio of every tensor of `coupling` (k, d, d).

    distinct: the sign is told where |lambda_max| is larger than the next magnitude by more than this share of itself; in the plane it never is.
    """
    d = coupling.shape[-1]
    dilatation = np.trace(coupling, axis1=1, axis2=2) / d
    eigenvalues = np.linalg.eigvalsh(coupling - dilatation[:, None, None] * np.eye(d))
    eigenvalues = np.take_along_axis(eigenvalues, np.argsort(-np.abs(eigenvalues), axis=1, kind="stable"), axis=1)
    shear, next_shear = eigenvalues[:, 0], eigenvalues[:, 1]
    none = np.full(len(dilatation), np.nan)
    ratio = np.divide(dilatation, shear, out=none, where=shear != 0)
    told = (np.abs(shear) - np.abs(next_shear) > distinct * np.abs(shear)) & (d > 2)
    return Dilatancy(dilatation, shear, next_shear, np.abs(ratio), np.where(told, ratio, np.nan))
