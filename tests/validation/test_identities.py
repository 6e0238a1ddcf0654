"""Identities that hold exactly for every sample or ensemble (recipes, section 5), measured on prepared glasses and on running chains."""

from pathlib import Path

import naive
import numpy as np
import pytest
from naive import PLANAR, jackknife, jittered, liquid, poly
from vitrine.interactions import Interactions
from vitrine.linalg import Factor, full_spectrum
from vitrine.observables.bond_operator.measure import diagonalise_bond_operator
from vitrine.observables.modes.measure import find_modes
from vitrine.parquet import read_table
from vitrine.preparation.swap import SwapMonteCarlo
from vitrine.tables import QUANTITIES

REPOSITORY = Path(__file__).resolve().parents[2]

CHAINS = {
    "published_1.3": (lambda: liquid(poly(), 160, 1.3, sweeps=2000), 1.3, 3200),
    "published_0.6": (lambda: liquid(poly(), 160, 0.6, sweeps=5000), 0.6, 6400),
    "planar": (lambda: liquid(poly(**PLANAR), 80, 1.0, sweeps=2000), 1.0, 6400),
    "one_size": (lambda: jittered(poly(size_ratio=1.0, density=0.9), 5), 1.5, 3200),
    "random_sizes": (lambda: liquid(poly(sizes="random"), 160, 1.0, sweeps=2000), 1.0, 3200),
}


@pytest.mark.parametrize(("start", "temperature", "looks"), CHAINS.values(), ids=CHAINS)
def test_configurational_temperature(start, temperature, looks):
    """<|grad U|^2>/<laplacian U> = k_B T (identity 14): exact in the canonical ensemble at any N, for any sampler that has it.

    The error is a jackknife over blocks, of 32 and of 16 of them, whichever is larger. Three continuous derivatives: no surface terms at the cutoff.
    """
    chain = SwapMonteCarlo(start(), temperature, np.random.default_rng(17))
    chain.tune(200, 0.25)
    chain.advance(2000)
    terms = np.empty((looks, 2))
    for look in range(looks):
        chain.advance(4)
        terms[look] = chain.configurational_terms()
    estimates = [jackknife(lambda squares, laplacian: squares / laplacian, terms[:, 0], terms[:, 1], blocks=blocks) for blocks in (32, 16)]
    value, error = estimates[0][0], max(error for _, error in estimates)
    print(f"T = {temperature}: configurational temperature {value:.5f} +- {error:.5f}")
    assert error < 0.006 * temperature
    assert abs(value - temperature) < 4 * error


def test_vibrability(any_glass):
    """sum_i tr (H^+)_ii = sum_l omega_l^-2 (identity 3)."""
    hessian, d = Interactions.of(any_glass).hessian, any_glass.dimension
    trace = np.trace(Factor(hessian, d).solve(np.eye(hessian.shape[0])))
    assert trace == pytest.approx(np.sum(find_modes(any_glass)["omega"] ** -2.0), rel=1e-9)


def test_sum_of_squared_frequencies_is_the_trace(any_glass):
    """sum_l omega_l^2 = tr H."""
    hessian = Interactions.of(any_glass).hessian
    assert np.sum(find_modes(any_glass)["omega"] ** 2) == pytest.approx(hessian.diagonal().sum(), rel=1e-11)


def test_number_of_modes_and_of_eigenvalues(any_glass):
    """N d - d of each; N_b - (N d - d) states of self stress (identity 1)."""
    size = any_glass.particles * any_glass.dimension - any_glass.dimension
    bonds = Interactions.of(any_glass)
    assert len(find_modes(any_glass)["omega"]) == len(diagonalise_bond_operator(any_glass)["lambda"]) == size
    singular = np.linalg.svd(bonds.compatibility.toarray(), compute_uv=False)
    assert np.sum(singular > 1e-10) == size
    # The forces of the glass are themselves a state of self stress: every particle is in balance.
    assert np.abs(bonds.compatibility.T @ bonds.pair_forces).max() < 1e-9 * bonds.pair_forces.max()


def test_spectral_form_of_the_bond_operator(any_glass):
    """A = sum_l S|psi_l><psi_l|S^T/omega_l^2 (001, eq. 7): its trace is sum_l |S psi_l|^2/omega_l^2."""
    bonds, d = Interactions.of(any_glass), any_glass.dimension
    stiffness, modes = full_spectrum(bonds.hessian, d, vectors=True)
    stretch = ((bonds.compatibility @ modes) ** 2).sum(axis=0)
    assert diagonalise_bond_operator(any_glass)["lambda"].sum() == pytest.approx(np.sum(stretch / stiffness), rel=1e-9)


def test_largest_eigenvalue_bounds_every_bond(any_glass):
    """A_bb <= lambda_max, and A_bb is the change of length of a bond by a unit dipole on it."""
    bonds, d = Interactions.of(any_glass), any_glass.dimension
    dipoles = bonds.compatibility.toarray()
    diagonal = np.einsum("bk,kb->b", dipoles, Factor(bonds.hessian, d).solve(dipoles.T))
    largest = diagonalise_bond_operator(any_glass, "largest", 1)["lambda"][0]
    assert diagonal.min() > 0 and diagonal.max() <= largest * (1 + 1e-10)


def test_energy_of_a_small_displacement(any_glass):
    """U(x + s z) = U + s^2 omega^2/2 + O(s^3) along a mode, by plain sums of pair energies; so small a step opens and closes no contact."""
    bonds = Interactions.of(any_glass)
    stiffness, modes = full_spectrum(bonds.hessian, any_glass.dimension, vectors=True)
    for k in (0, len(stiffness) // 2, len(stiffness) - 1):
        step, shift = 1e-4, modes[:, k].reshape(any_glass.positions.shape)
        energies = [naive.energy(any_glass.moved(any_glass.positions + sign * step * shift)) for sign in (-1, 0, 1)]
        assert (energies[0] - 2 * energies[1] + energies[2]) / step**2 == pytest.approx(stiffness[k], rel=2e-3)


def test_the_heat_capacity_of_fluctuations_is_the_slope_of_the_energy():
    """C = dU/dT: between neighbouring T_p of the kept study the energy rises by the trapezoid of the heat capacities, within four errors of both."""
    kept = read_table(QUANTITIES, REPOSITORY / "docs" / "results" / "bracket" / "quantities.parquet")
    found = kept.pivot_table(index="parent_temperature", columns="quantity", values=["value", "error"]).sort_index()
    temperature = found.index.to_numpy()
    energy, capacity = (found["value"][name].to_numpy() for name in ("energy_liquid", "heat_capacity_liquid"))
    energy_error, capacity_error = (found["error"][name].to_numpy() for name in ("energy_liquid", "heat_capacity_liquid"))
    near = np.diff(temperature) < 0.15  # over a wider step the heat capacity is no straight line
    rise, step = np.diff(energy), np.diff(temperature)
    expected = step * (capacity[:-1] + capacity[1:]) / 2
    error = np.sqrt(energy_error[:-1] ** 2 + energy_error[1:] ** 2 + (step / 2) ** 2 * (capacity_error[:-1] ** 2 + capacity_error[1:] ** 2))
    assert near.sum() == 3 and np.all(error[near] < 0.04 * rise[near])
    assert np.all(np.abs(rise - expected)[near] < 4 * error[near])
