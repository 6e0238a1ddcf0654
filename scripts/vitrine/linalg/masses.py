r"""Masses that are not one: mass-weighted coordinates e = m^(1/2) u, in which vibrations are the modes of the dynamical matrix.

    D = m^(-1/2) H m^(-1/2),   D_ij = H_ij/sqrt(m_i m_j),   D_ii = H_ii/m_i,   D e = omega^2 e,   u = m^(-1/2) e,   H u = omega^2 m u

e are orthonormal, the displacements u are so in the metric of the masses. The zero modes of D are the translations, sqrt(m_i) times a unit vector
along an axis; a field without them leaves the centre of mass at rest. Masses are (N,) [m]; None stands for all of them one, where e is u and D is H.

NOTE: H_ii is minus the sum of H_ij over all j. Public code divides every term of it by sqrt(m_i m_j), as it does off the diagonal. The zero modes of
that matrix are uniform vectors e, which are translations only of equal masses, and its other modes are wrong as well.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from vitrine.linalg.solve import without_translation


def dynamical_matrix(hessian: sp.csc_array, dimension: int, masses: np.ndarray | None) -> sp.csc_array:
    """D (N d, N d) [epsilon/(m lambda_min^2)] of a Hessian (N d, N d), symmetric to the last bit; the Hessian itself without masses."""
    if masses is None:
        return hessian
    of_unknowns = np.repeat(masses, dimension)
    columns = np.repeat(of_unknowns, np.diff(hessian.indptr))
    return sp.csc_array((hessian.data / np.sqrt(of_unknowns[hessian.indices] * columns), hessian.indices, hessian.indptr), shape=hessian.shape)


def weighted(displacements: np.ndarray, dimension: int, masses: np.ndarray | None) -> np.ndarray:
    """e = m^(1/2) u of displacements u (N d, k), moved so that the centre of mass is at rest; the displacements themselves without masses."""
    if masses is None:
        return displacements
    return without_translation(displacements * np.sqrt(np.repeat(masses, dimension))[:, None], dimension, masses)


def displacements(modes: np.ndarray, dimension: int, masses: np.ndarray | None) -> np.ndarray:
    """u = m^(-1/2) e of mass-weighted vectors e (N d, k); those themselves without masses."""
    return modes if masses is None else modes / np.sqrt(np.repeat(masses, dimension))[:, None]
