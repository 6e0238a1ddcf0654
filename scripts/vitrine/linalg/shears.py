r"""What shears of a box at fixed volume do to a glass whose particles stay at rest: stresses and stiffnesses.

    x -> exp(sum_k g_k E_k) x of particles and box, E_k without a trace
    stress     s_k = (1/V) dU/dg_k = E_k : W,    W = (1/V) sum_b phi' n R^T
    stiffness  C_kl = (1/V) d2U/(dg_k dg_l) = [U''_kl - Xi_k.H^+.Xi_l]/V + E_k E_l : W, symmetrised    (interactions/strains.py)

The last term of C holds the pressure.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from vitrine.interactions import Interactions
from vitrine.interactions.strains import affine_stiffness, strain_forces
from vitrine.linalg.solve import Factor


def upper_shears(dimension: int) -> np.ndarray:
    """E_k (n, d, d) of all changes of shape of an upper triangular box that leave it so: the simple shears, and diagonals without a trace."""
    identity = np.eye(dimension)
    simple = [np.outer(identity[a], identity[b]) for a, b in combinations(range(dimension), 2)]
    pure = [np.diag(identity[a] - identity[a + 1]) / 2 for a in range(dimension - 1)]
    return np.array([*simple, *pure])


def symmetric_shears(dimension: int) -> np.ndarray:
    """E_k (n, d, d), symmetric and without a trace, each orthogonal to the others and as large as a simple shear by one: E:E = 1/2."""
    identity = np.eye(dimension)
    simple = [np.outer(identity[a], identity[b]) + np.outer(identity[b], identity[a]) for a, b in combinations(range(dimension), 2)]
    pure = [np.diag([1.0] * a + [-float(a)] + [0.0] * (dimension - a - 1)) for a in range(1, dimension)]
    return np.array([one / np.sqrt(2 * np.sum(one**2)) for one in (*simple, *pure)])


def shear_response(bonds: Interactions, factor: Factor, shears: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Stresses s (n,) and stiffnesses C (n, n) [epsilon/lambda_min^d] of a minimum for shears E_k (n, d, d)."""
    volume = bonds.sample.volume
    virial = np.einsum("b,bi,bj->ij", bonds.derivatives[1], bonds.directions, bonds.vectors) / volume
    forces = strain_forces(bonds, shears)
    affine = np.array([[(affine_stiffness(bonds, [a + b])[0] - affine_stiffness(bonds, [a - b])[0]) / 4 for b in shears] for a in shears])
    second = np.einsum("kab,lbc->klac", shears, shears)
    second = np.einsum("klac,ac->kl", (second + second.transpose(1, 0, 2, 3)) / 2, virial)
    return np.einsum("kab,ab->k", shears, virial), affine + second - forces.T @ factor.solve(forces) / volume
