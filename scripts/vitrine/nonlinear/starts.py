r"""Fields from which nonlinear modes are looked for, in columns of length one (N d, k), each with a word that says what it is.

shear     u = H^+ Xi of simple and pure shear in every plane             (002, S-4)
pinch     u = H^+ d of the softest of the weak bonds that are tried       (002, S-4; weak: f/(p a0^(d-1)) below a threshold, eq. S5)
mode      the lowest harmonic modes
bond      D of the largest eigenvalues of the bond operator               (001, sec. C1)
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from vitrine.interactions import Interactions
from vitrine.interactions.strains import strain_forces
from vitrine.linalg import Factor, displacements, largest_pencil, lowest_modes

BLOCK = 256  # dipoles at once


def shear_starts(bonds: Interactions, factor: Factor) -> tuple[np.ndarray, list[str]]:
    """Responses to simple shear x_a + gamma x_b and to pure shear (1 + e) x_a, (1 - e) x_b in every plane: d (d - 1) of them."""
    d = bonds.sample.dimension
    planes, strains, words = list(combinations(range(d), 2)), [], []
    for a, b in planes:
        simple, pure = np.zeros((d, d)), np.zeros((d, d))
        simple[a, b], pure[a, a], pure[b, b] = 1.0, 1.0, -1.0
        strains += [simple, pure]
        words += [f"shear {'xyzw'[a]}{'xyzw'[b]}", f"pure shear {'xyzw'[a]}{'xyzw'[b]}"]
    return _of_length_one(factor.solve(strain_forces(bonds, np.array(strains)))), words


def weak_bonds(bonds: Interactions, weak_force: float = 1e-2) -> np.ndarray:
    """Indices (k,) of the bonds with |f|/(p a0^(d-1)) below `weak_force` (002, eq. S5; |f|, as omega_g takes it), the weakest first."""
    sample, forces = bonds.sample, np.abs(bonds.pair_forces)
    reduced = forces / abs(bonds.pressure * sample.spacing ** (sample.dimension - 1))
    order = np.argsort(reduced, kind="stable")
    return order[: np.count_nonzero(reduced < weak_force)]


def pinch_responses(bonds: Interactions, factor: Factor, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Responses u = H^+ d (N d, k) to unit dipoles on the chosen bonds (k,), and their omega (k,) at unit mass (002, eq. S4)."""
    dipoles, responses, omega = bonds.compatibility[chosen], np.empty((bonds.hessian.shape[0], len(chosen))), np.empty(len(chosen))
    for first in range(0, len(chosen), BLOCK):
        block = dipoles[first : first + BLOCK].toarray().T
        response = factor.solve(block)
        responses[:, first : first + BLOCK] = response
        omega[first : first + BLOCK] = np.sqrt(np.einsum("ik,ik->k", block, response) / np.einsum("ik,ik->k", response, response))
    return responses, omega


def pinch_starts(
    bonds: Interactions, factor: Factor, number: int | None, tried: int | None, weak_force: float = 1e-2
) -> tuple[np.ndarray, list[str]]:
    """The `number` softest of the responses to the `tried` weakest weak bonds; None takes all."""
    chosen = weak_bonds(bonds, weak_force)[:tried]
    responses, omega = pinch_responses(bonds, factor, chosen)
    softest = np.argsort(omega, kind="stable")[:number]
    return _of_length_one(responses[:, softest]), [f"pinch {bonds.i[bond]}-{bonds.j[bond]}" for bond in chosen[softest]]


def mode_starts(bonds: Interactions, factor: Factor, number: int) -> tuple[np.ndarray, list[str]]:
    """The displacements of the `number` lowest harmonic modes."""
    if not number:
        return np.zeros((bonds.hessian.shape[0], 0)), []
    d, masses = bonds.sample.dimension, bonds.sample.masses
    _, modes = lowest_modes(bonds.hessian, d, number, factor, masses)
    modes = modes if masses is None else _of_length_one(displacements(modes, d, masses))
    return modes, [f"mode {place}" for place in range(modes.shape[1])]


def bond_starts(bonds: Interactions, factor: Factor, number: int) -> tuple[np.ndarray, list[str]]:
    """D of the `number` largest eigenvalues of the bond operator."""
    if not number:
        return np.zeros((bonds.hessian.shape[0], 0)), []
    _, modes = largest_pencil(bonds.unit_hessian, bonds.hessian, bonds.sample.dimension, number, factor)
    return _of_length_one(modes), [f"bond operator {place}" for place in range(modes.shape[1])]


def _of_length_one(fields: np.ndarray) -> np.ndarray:
    return fields / np.linalg.norm(fields, axis=0)
