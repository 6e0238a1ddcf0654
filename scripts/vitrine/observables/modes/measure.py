r"""Vibrational modes: H u = omega^2 m u.

With e = m^(1/2) u they are the orthonormal eigenvectors of the dynamical matrix m^(-1/2) H m^(-1/2), whose blocks are H_ij/sqrt(m_i m_j).

Participation is that of e. |e_i|^2 is the share of particle i in the kinetic energy of the mode, and the shares sum to one. The papers take
eigenvectors too (000 eq. 5), at masses that are all alike, where e and u have the same participation. That of u counts what moves far; it is
`participation_ratio` of what `find_mode_vectors` gives.
"""

from __future__ import annotations

import numpy as np

from vitrine.interactions import Interactions
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra, Factor, displacements, full_spectrum, lowest_modes
from vitrine.linalg.participation import participation_ratio
from vitrine.samples import Sample


def find_modes(sample: Sample, spectrum: str = "full", vectors: int | str = "all", algebra: Algebra = DEFAULT_ALGEBRA) -> dict[str, np.ndarray]:
    """Frequencies and participation ratios, from the softest mode, without the d translations.

    spectrum: `full` for all N d - d modes, `lowest` for the `vectors` softest alone. vectors: how many of the softest have their participation
    computed, or `all`. Returns columns mode, omega [sqrt(epsilon/m)/lambda_min] and participation, that of the mass-weighted e, NaN where there is no
    vector.
    Raises SampleError where the sample is no minimum with exactly d zero modes.
    """
    bonds, d, masses = Interactions.of(sample), sample.dimension, sample.masses
    hessian = bonds.hessian
    wanted = hessian.shape[0] - d if vectors == "all" else min(int(vectors), hessian.shape[0] - d)
    dense = wanted > hessian.shape[0] // 4
    if dense:
        stiffness, modes = full_spectrum(hessian, d, vectors=True, device=algebra.device, masses=masses)
        modes = modes[:, :wanted]
    else:
        softest, modes = np.zeros(0), np.zeros((hessian.shape[0], 0))
        if wanted:
            softest, modes = lowest_modes(hessian, d, wanted, Factor.of(bonds, algebra.solver), masses)
        stiffness = full_spectrum(hessian, d, device=algebra.device, masses=masses)[0] if spectrum == "full" else softest
    if spectrum == "lowest":
        stiffness = stiffness[:wanted]
    participation = np.full(len(stiffness), np.nan)
    participation[:wanted] = participation_ratio(modes, d)
    return {"mode": np.arange(len(stiffness)), "omega": np.sqrt(stiffness), "participation": participation}


def find_mode_vectors(sample: Sample, number: int, algebra: Algebra = DEFAULT_ALGEBRA) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies (k,) [sqrt(epsilon/m)/lambda_min] of the `number` softest modes, all N d - d at most, and their displacements u (N d, k).

    sum_i m_i |u_i|^2 = 1. Raises SampleError where the sample is no minimum with exactly d zero modes.
    """
    bonds, d = Interactions.of(sample), sample.dimension
    wanted = min(number, bonds.hessian.shape[0] - d)
    if wanted > bonds.hessian.shape[0] // 4:
        stiffness, modes = full_spectrum(bonds.hessian, d, vectors=True, device=algebra.device, masses=sample.masses)
    else:
        stiffness, modes = lowest_modes(bonds.hessian, d, wanted, Factor.of(bonds, algebra.solver), sample.masses)
    return np.sqrt(stiffness[:wanted]), displacements(modes[:, :wanted], d, sample.masses)
