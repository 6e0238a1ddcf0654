"""Pinched bonds: a dense solve of H u = d for every bond, from the definition."""

import naive
import numpy as np
import pytest
from naive import liquid, poly
from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.linalg import Algebra
from vitrine.observables.pinching import PINCHING
from vitrine.observables.pinching import measure as pinching
from vitrine.observables.pinching.measure import pinch_bonds, pinch_frequencies
from vitrine.schema import names_of


def rng():
    return np.random.default_rng(1)


@pytest.fixture(scope="module")
def definition(any_glass):
    """omega_ij of every bond (002, eqs. S1-S5): the dipole is the gradient of phi_ij, the response solves H u = d in least squares."""
    i, j, vectors, r, _, slope, _ = naive.all_pairs(any_glass)
    hessian, d = naive.hessian(any_glass), any_glass.dimension
    dipoles = slope[:, None] * naive.compatibility(any_glass)
    responses = np.linalg.lstsq(hessian, dipoles.T, rcond=1e-11)[0]
    energy = np.einsum("ik,ij,jk->k", responses, hessian, responses)
    omega = np.sqrt(energy / (responses**2).sum(axis=0))
    also = np.sqrt(np.einsum("ki,ik->k", dipoles, responses) / (responses**2).sum(axis=0))
    assert np.allclose(omega, also, rtol=1e-6)  # identity 6 of the recipes
    assert d in (2, 3)
    return i, j, -slope, omega


def test_all_bonds_against_the_definition(any_glass, definition):
    i, j, force, omega = definition
    columns = pinch_bonds(any_glass, rng())
    assert np.array_equal(columns["i"], i) and np.array_equal(columns["j"], j)
    assert np.allclose(columns["force"], force, rtol=1e-9, atol=1e-12 * force.max())
    assert np.allclose(columns["omega"], omega, rtol=1e-6)
    assert set(columns) == set(names_of(PINCHING.own))


@pytest.mark.parametrize("solver", ["dense", "scipy"])
@pytest.mark.parametrize("block", [7, 256])
def test_every_path_gives_the_same(any_glass, definition, monkeypatch, solver, block):
    monkeypatch.setattr(pinching, "ALL_AT_ONCE", 0)
    monkeypatch.setattr(pinching, "BLOCK", block)
    omega = pinch_bonds(any_glass, rng(), algebra=Algebra(solver))["omega"]
    assert np.allclose(omega, definition[3], rtol=1e-6)
    monkeypatch.setattr(pinching, "ALL_AT_ONCE", 9000)
    assert np.allclose(omega, pinch_bonds(any_glass, rng())["omega"], rtol=1e-9)


def test_reduced_force(any_glass):
    """f/(p a0^(d-1)), with the sample's own pressure."""
    columns, bonds, d = pinch_bonds(any_glass, rng()), Interactions.of(any_glass), any_glass.dimension
    spacing = (any_glass.volume / any_glass.particles) ** (1 / d)
    assert np.allclose(columns["force_reduced"], columns["force"] / (bonds.pressure * spacing ** (d - 1)), rtol=1e-12)
    assert np.all(columns["force"] >= 0)


def test_a_chosen_few(any_glass):
    everything, few = pinch_bonds(any_glass, rng()), pinch_bonds(any_glass, rng(), 20)
    pairs = list(zip(everything["i"], everything["j"], strict=True))
    places = [pairs.index(pair) for pair in zip(few["i"], few["j"], strict=True)]
    assert len(set(places)) == 20 and places == sorted(places)
    for name in ("force", "force_reduced", "omega"):
        assert np.allclose(few[name], everything[name][places], rtol=1e-9)
    again, other = pinch_bonds(any_glass, rng(), 20), pinch_bonds(any_glass, np.random.default_rng(2), 20)
    assert np.array_equal(few["i"], again["i"]) and np.array_equal(few["omega"], again["omega"])
    assert not np.array_equal(few["i"], other["i"])


def test_a_choice_of_more_than_there_are_is_all(any_glass):
    assert np.array_equal(pinch_bonds(any_glass, rng(), 10**6)["omega"], pinch_bonds(any_glass, rng())["omega"])


def test_omega_lies_within_the_spectrum(any_glass):
    omega = pinch_bonds(any_glass, rng())["omega"]
    stiffness = np.linalg.eigvalsh(naive.hessian(any_glass))[any_glass.dimension :]
    assert np.sqrt(stiffness[0]) * (1 - 1e-9) <= omega.min() and omega.max() <= np.sqrt(stiffness[-1]) * (1 + 1e-9)


def test_a_lattice_of_two_particles_worth_of_arithmetic(any_glass):
    """omega does not depend on the strength of the dipole: bonds at the cutoff, where the force vanishes, have one too."""
    bonds = Interactions.of(any_glass)
    weakest = np.argsort(bonds.pair_forces)[:5]
    assert np.all(np.isfinite(pinch_frequencies(bonds, weakest)))


@pytest.mark.parametrize("bonds", ["all", 5])
def test_a_liquid_is_named(bonds):
    with pytest.raises(SampleError, match="not a minimum"):
        pinch_bonds(liquid(poly(), 160, 1.3), rng(), bonds)
