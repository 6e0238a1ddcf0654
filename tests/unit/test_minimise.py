"""Minimisers reach the rounding of float64, stay at a minimum, and say so when they fail."""

import naive
import numpy as np
import pytest
from naive import PLANAR, SMALL, liquid, poly, strained, unit_spheres
from vitrine.interactions import Interactions
from vitrine.preparation.minimise import minimise
from vitrine.preparation.quench import quench
from vitrine.preparation.start import random_start

TOLERANCE = 1e-10
SETTINGS = {"engine": "builtin", "minimiser": "cg", "tolerance": TOLERANCE, "maximum_iterations": 100_000, "step": 0.1}


@pytest.fixture(scope="module")
def hot():
    return liquid(poly(), 160, 1.3)


def assert_minimum(sample):
    """Exactly d zero modes, none negative: the whole dense spectrum of the Hessian written out bond by bond."""
    stiffness = np.linalg.eigvalsh(naive.hessian(sample))
    d = sample.dimension
    assert np.abs(stiffness[:d]).max() < 1e-10 * stiffness.mean()
    assert stiffness[d] > 1e-7 * stiffness.mean()


@pytest.mark.parametrize("method", ["cg", "fire"])
def test_reaches_the_tolerance_and_a_true_minimum(hot, method):
    end = minimise(hot, method, TOLERANCE)
    assert end.converged and end.residual <= TOLERANCE
    # Independent of the minimiser's own lists: rounding of a sum of forces is 1e-14 of the largest.
    forces, bonds = naive.forces(end.sample), Interactions.of(end.sample)
    assert np.linalg.norm(forces, axis=1).max() <= (TOLERANCE + 1e-12) * np.sqrt(np.mean(bonds.pair_forces**2))
    assert bonds.residual == pytest.approx(end.residual, abs=1e-12)
    assert bonds.energy < Interactions.of(hot).energy
    assert_minimum(end.sample)


@pytest.mark.parametrize("method", ["cg", "fire"])
@pytest.mark.parametrize("model", [poly(**PLANAR), poly(**SMALL), unit_spheres()], ids=["planar", "short_range", "harmonic"])
def test_other_glass_formers(model, method):
    start = liquid(model, 160, 0.05 if model.name == "harmonic" else 1.0, sweeps=50)
    end = minimise(start, method, TOLERANCE)
    assert end.converged and Interactions.of(end.sample).residual <= TOLERANCE + 1e-12
    assert_minimum(end.sample)


def test_two_thousand_particles():
    end = minimise(liquid(poly(), 2000, 1.3, sweeps=20), "cg", TOLERANCE)
    bonds = Interactions.of(end.sample)
    assert end.converged and bonds.residual <= TOLERANCE + 1e-12
    assert np.linalg.norm(bonds.forces, axis=1).max() <= 1e-9  # in absolute units: pair forces are of order ten


@pytest.mark.parametrize("method", ["cg", "fire"])
def test_a_minimum_stays(hot, method):
    first = minimise(hot, method, TOLERANCE)
    second = minimise(first.sample, method, TOLERANCE)
    assert second.iterations == 0 and second.converged
    assert np.array_equal(second.sample.positions, first.sample.positions)


def test_both_minimisers_agree_near_a_minimum(glass):
    shaken = glass.moved(glass.positions + 1e-4 * np.random.default_rng(1).standard_normal(glass.positions.shape))
    energies = {Interactions.of(minimise(shaken, method, TOLERANCE).sample).energy for method in ("cg", "fire")}
    assert np.allclose(sorted(energies), Interactions.of(glass).energy, rtol=1e-13)


def test_the_start_is_left_alone_and_all_but_positions_is_kept(hot):
    before = hot.positions.copy()
    end = minimise(hot, "cg", TOLERANCE).sample
    assert np.array_equal(hot.positions, before)
    assert np.array_equal(end.sizes, hot.sizes) and np.array_equal(end.box, hot.box) and end.model is hot.model


def test_same_start_same_bits(hot):
    one, two = (minimise(hot, "cg", TOLERANCE).sample.positions for _ in range(2))
    assert np.array_equal(one, two)


def test_tilted_boxes(hot):
    tilted = strained(hot, np.array([[1, 0.1, 0], [0, 1, -0.05], [0, 0, 1.0]]))
    end = minimise(tilted, "cg", TOLERANCE)
    assert end.converged and Interactions.of(end.sample).residual <= TOLERANCE + 1e-12


@pytest.mark.parametrize("method", ["cg", "fire"])
def test_lack_of_convergence_is_reported(hot, method):
    end = minimise(hot, method, TOLERANCE, maximum_iterations=3)
    assert not end.converged
    assert end.residual > TOLERANCE and end.iterations == 3
    assert Interactions.of(end.sample).residual == pytest.approx(end.residual, rel=1e-9)


def test_an_unreachable_tolerance_ends(hot):
    end = minimise(hot, "cg", 1e-25, maximum_iterations=3000)
    assert not end.converged and 0 < end.residual < 1e-11


def test_quench_flags_what_did_not_converge(hot):
    glass, row = quench(hot, {**SETTINGS, "maximum_iterations": 3})
    assert "not converged" in glass.flag and glass.flag == row["flag"]
    assert row["residual"] > TOLERANCE


def test_quench_of_a_good_sample(hot):
    glass, row = quench(hot, SETTINGS)
    assert glass.flag == row["flag"] == ""
    assert row["residual"] <= TOLERANCE + 1e-12
    assert row["inherent_energy"] == pytest.approx(naive.energy(glass) / glass.particles, rel=1e-12)
    assert row["lowest_stiffness"] == pytest.approx(np.linalg.eigvalsh(naive.hessian(glass))[3], rel=1e-6)
    assert glass.provenance["quench"] == SETTINGS


def test_quench_keeps_the_flag_of_a_liquid(hot):
    glass, row = quench(hot.moved(hot.positions, flag="not equilibrated: reason"), SETTINGS)
    assert glass.flag == row["flag"] == "not equilibrated: reason"
    assert row["residual"] <= TOLERANCE + 1e-12


@pytest.mark.parametrize("model", [poly(), poly(**PLANAR), poly(**SMALL), poly(sizes="random")], ids=["three", "planar", "short_range", "random"])
def test_random_starts_are_finite_and_gentle(model):
    for seed in range(5):
        start = random_start(model, 160, np.random.default_rng(seed))
        bonds = Interactions.of(start)
        assert np.isfinite(bonds.energy) and bonds.energy / 160 < 50
        assert np.sqrt(np.mean(bonds.pair_forces**2)) < 1e3
        assert 160 / start.volume == pytest.approx(model.density)


@pytest.mark.parametrize("method", ["cg", "fire"])
def test_a_sample_without_contacts_is_at_rest(method):
    """A gas of particles out of each other's reach: no force to follow, nothing to divide by."""
    start = liquid(poly(), 160, 1.0)
    end = minimise(strained(start, np.eye(3) * 5), method, TOLERANCE)
    assert end.converged and end.residual == 0.0 and end.iterations == 0


@pytest.mark.parametrize("density", [0.1, 0.3])
def test_random_starts_of_dilute_fluids(density):
    """Below the jamming density the harmonic repulsions all come apart."""
    start = random_start(poly(density=density), 160, np.random.default_rng(1))
    assert np.isfinite(Interactions.of(start).energy)
