r"""Local heat capacities of a glass near zero temperature: how the mean energy of every pair rises with T (004, eq. 22 and sec. IV I).

    (k_B/2) c_alpha = d<eps_alpha>/dT at T = 0,    c_alpha = d2 eps_alpha:H^+ - d eps_alpha.H^+.U''':H^+

With the covariance C of a bond's vector R (linalg/diagonal_blocks.py), and psi_n of nonlinear/contractions.py:

    harmonic     phi'' n.C n + (phi'/r) (tr C - n.C n)
    U''':H^+     at both ends of every bond, with opposite signs, the force psi_3 R (R.C R) + psi_2 (R tr C + 2 C R)
    anharmonic   -phi' n.(v_j - v_i),  v = H^+.(U''':H^+): minus twice the shift of the mean positions over k_B T

The harmonic parts add up to H:H^+ = N d - d, the anharmonic ones to zero, since the forces on every particle do. Masses do not enter.
"""

from __future__ import annotations

from functools import partial

import numpy as np

from vitrine.interactions import Interactions
from vitrine.linalg import Factor, dissected
from vitrine.linalg.diagonal_blocks import bond_blocks
from vitrine.nonlinear.contractions import Contractions


def local_heat_capacities(bonds: Interactions, factor: Factor) -> tuple[np.ndarray, np.ndarray]:
    """The harmonic and the anharmonic part of c_alpha (n,) of every bond [k_B]. bonds, factor: of a minimum, at rest to rounding (rest.py).

    Raises SampleError where the sample is no minimum.
    """
    sample = bonds.sample
    cut = partial(dissected, sample.positions, sample.box, *bonds.couplings)
    covariance = bond_blocks(bonds.hessian, sample.dimension, bonds.i, bonds.j, cut)
    _, slope, curvature = bonds.derivatives[:3]
    tension, trace = slope / bonds.distances, np.trace(covariance, axis1=1, axis2=2)
    along = np.einsum("ba,bac,bc->b", bonds.directions, covariance, bonds.directions)
    harmonic = curvature * along + tension * (trace - along)
    pull = Contractions(bonds).cubic_of_covariances(covariance)
    shift = factor.solve(pull.ravel()).reshape(pull.shape)
    anharmonic = -slope * np.einsum("ba,ba->b", bonds.directions, shift[bonds.j] - shift[bonds.i])
    return harmonic, anharmonic
