r"""Pinching: the response to a force dipole on a bond (002, eqs. S1-S5).

    d_k = d phi_ij/d x_k,   u = H^+ d,   omega_ij^2 = u.H.u/(m u.u) = d.u/(m u.u)

omega does not depend on the dipole's strength, so the unit dipole S_b is used.
"""

from __future__ import annotations

import numpy as np

from vitrine.interactions import Interactions
from vitrine.linalg import Factor, full_spectrum
from vitrine.samples import Sample

ALL_AT_ONCE = 9000  # unknowns up to which every bond is pinched through the dense spectrum
BLOCK = 256  # dipoles solved at once


def pinch_frequencies(bonds: Interactions, chosen: np.ndarray) -> np.ndarray:
    """omega_ij (k,) of the chosen bonds (k,). Raises SampleError where the sample is no minimum."""
    d = bonds.sample.dimension
    dipoles = bonds.compatibility[chosen]
    if len(chosen) > bonds.hessian.shape[0] // 4 and bonds.hessian.shape[0] <= ALL_AT_ONCE:
        stiffness, modes = full_spectrum(bonds.hessian, d, vectors=True)
        # d.u = sum (S z)^2/omega^2 and u.u = sum (S z)^2/omega^4
        weights = (dipoles @ modes) ** 2
        return np.sqrt((weights @ (1 / stiffness)) / (weights @ (1 / stiffness**2)))
    factor = Factor(bonds.hessian, d)
    omega = np.empty(len(chosen))
    for first in range(0, len(chosen), BLOCK):
        block = dipoles[first : first + BLOCK].toarray().T
        response = factor.solve(block)
        omega[first : first + BLOCK] = np.sqrt(np.einsum("ik,ik->k", block, response) / np.einsum("ik,ik->k", response, response))
    return omega


def pinch_bonds(sample: Sample, rng: np.random.Generator, bonds: int | str = "all") -> dict[str, np.ndarray]:
    """Pinch all bonds, or a number of them drawn by `rng`; columns as in tables.PINCHING.

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
        "omega": pinch_frequencies(interactions, chosen),
    }
