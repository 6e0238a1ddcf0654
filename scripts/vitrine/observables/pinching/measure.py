r"""Pinching: the response to a force dipole on a bond (002, eqs. S1-S5).

    d_k = d phi_ij/d x_k,   u = H^+ d,   omega_ij^2 = u.H.u/(m u.u) = d.u/(m u.u)

omega does not depend on the dipole's strength, so the unit dipole S_b is used.

With masses m u.u is sum_i m_i |u_i|^2. The response, whose shape does not depend on them, is then taken with the centre of mass at rest, so that
omega^2 is the Rayleigh quotient of the dynamical matrix for m^(1/2) u.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from vitrine.interactions import Interactions
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra, Factor, pseudo_inverse, weighted
from vitrine.samples import Sample

ALL_AT_ONCE = 9000  # unknowns up to which many bonds are pinched through the full H^+
BLOCK = 256  # dipoles at once


def pinch_frequencies(bonds: Interactions, chosen: np.ndarray, algebra: Algebra = DEFAULT_ALGEBRA) -> np.ndarray:
    """omega_ij (k,) of the chosen bonds (k,). Raises SampleError where the sample is no minimum."""
    d, masses = bonds.sample.dimension, bonds.sample.masses
    dipoles, unknowns = bonds.compatibility[chosen], bonds.hessian.shape[0]
    if len(chosen) > unknowns // 4 and unknowns <= ALL_AT_ONCE:
        inverse = pseudo_inverse(bonds.hessian, d)

        def responses(block: sp.csr_array) -> np.ndarray:
            return block @ inverse

    else:
        factor = Factor.of(bonds, algebra.solver)

        def responses(block: sp.csr_array) -> np.ndarray:
            return factor.solve(block.toarray().T).T

    omega = np.empty(len(chosen))
    for first in range(0, len(chosen), BLOCK):
        block = dipoles[first : first + BLOCK]
        response = responses(block)
        moving = weighted(response.T, d, masses).T
        omega[first : first + BLOCK] = np.sqrt(block.multiply(response).sum(axis=1) / np.einsum("ki,ki->k", moving, moving))
    return omega


def pinch_bonds(sample: Sample, rng: np.random.Generator, bonds: int | str = "all", algebra: Algebra = DEFAULT_ALGEBRA) -> dict[str, np.ndarray]:
    """Pinch all bonds, or a number of them drawn by `rng`; columns as in PINCHING of the declaration.

    force_reduced is f/(p a0^(d-1)) with the sample's own pressure (002, S-1). Raises SampleError where the sample is no minimum.
    """
    interactions = Interactions.of(sample)
    number = len(interactions.i)
    chosen = np.arange(number) if bonds == "all" or int(bonds) >= number else np.sort(rng.choice(number, int(bonds), replace=False))
    forces = interactions.pair_forces[chosen]
    return {
        "i": interactions.i[chosen],
        "j": interactions.j[chosen],
        "force": forces,
        "force_reduced": forces / (interactions.pressure * sample.spacing ** (sample.dimension - 1)),
        "omega": pinch_frequencies(interactions, chosen, algebra),
    }
