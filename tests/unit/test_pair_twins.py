"""A built-in glass former and the same one by formula: the same potential, glasses, modes and moduli to rounding, and the same dynamics."""

import numpy as np
import pytest
import vitrine
from pair_models import derivatives, twins
from vitrine.interactions import Interactions
from vitrine.interactions.forces import configurational_terms, energy_and_virial
from vitrine.models.kernels import reduced_curvature, reduced_energy, reduced_slope
from vitrine.preparation.builtin_dynamics import BuiltinIntegrator
from vitrine.preparation.minimise import minimise
from vitrine.preparation.motion import Bath, Ramp, thermal_motion
from vitrine.preparation.start import random_start
from vitrine.preparation.swap import SwapMonteCarlo

TWINS = twins()
EACH = pytest.mark.parametrize("name", TWINS)


def start(name: str, particles: int = 250):
    """A relaxed random configuration of the built-in model."""
    return random_start(TWINS[name][0], particles, np.random.default_rng(1))


def with_formula(name: str, sample):
    return sample.moved(sample.positions, model=TWINS[name][1])


@EACH
def test_potential_and_four_derivatives(name):
    built, formula = TWINS[name]
    assert formula.ranges == pytest.approx(built.ranges, rel=1e-15)
    for a, b in np.ndindex(built.scales.shape):
        r = np.linspace(0.7, 1.01, 400) * built.ranges[a, b]
        ours, theirs = derivatives(formula, r, a, b), derivatives(built, r, a, b)
        assert np.all(ours[:, r >= built.ranges[a, b]] == 0) and np.any(r >= built.ranges[a, b])
        # Terms cancel near the cutoff: the error is that of the largest of them.
        assert np.all(np.abs(ours - theirs) <= 1e-13 * np.abs(theirs).max(axis=1, keepdims=True))


@EACH
def test_the_same_sizes_and_types(name):
    built, formula = TWINS[name]
    for particles in (100, 257):
        one, other = (model.composition(particles, np.random.default_rng(4)) for model in (built, formula))
        assert np.array_equal(one[0], other[0]) and np.array_equal(one[1], other[1])
    assert (formula.species, formula.polydisperse, formula.largest_size) == (built.species, built.polydisperse, built.largest_size)


@EACH
def test_compiled_kernels_are_the_formula(name):
    """Energy, slope and curvature in the hot loops against the derivatives: to 1e-13, 1e-12 and 1e-10 of their own scale, as built."""
    _, formula = TWINS[name]
    for potential in formula.potentials:
        x = np.linspace(0.3, 1, 5000, endpoint=False) * potential.cutoff
        phi, slope, curvature = potential.derivatives(x, np.ones_like(x), np.ones_like(x))[:3]
        bare = potential.law.derivatives(x, 2)
        scale = np.abs(bare[0]) + np.abs(x * bare[1]) + np.abs(x**2 * bare[2])
        e, s, c = (np.array([function(value, potential.kernel) for value in x**2]) for function in (reduced_energy, reduced_slope, reduced_curvature))
        assert np.all(np.abs(e - phi) < 1e-13 * scale)
        assert np.all(np.abs(2 * x * s - slope) < 1e-12 * scale / x)
        assert np.all(np.abs(2 * s + 4 * x**2 * c - curvature) < 1e-10 * scale / x**2)


@EACH
def test_energies_forces_and_hessian(name):
    sample = start(name)
    ours, theirs = (Interactions.of(one) for one in (with_formula(name, sample), sample))
    assert ours.energy == pytest.approx(theirs.energy, rel=1e-13) and ours.pressure == pytest.approx(theirs.pressure, rel=1e-12)
    assert np.abs(ours.forces - theirs.forces).max() < 1e-13 * np.abs(theirs.pair_forces).max()
    assert abs(ours.hessian - theirs.hessian).max() < 1e-13 * abs(theirs.hessian).max()
    sums = [np.array([*energy_and_virial(one), *configurational_terms(one)]) for one in (with_formula(name, sample), sample)]
    assert sums[0] == pytest.approx(sums[1], rel=1e-10)


@pytest.mark.parametrize("method", ["lbfgs", "cg", "fire"])
def test_a_quench_ends_at_the_same_minimum(method):
    """To 1e-10 of the typical pair force, by the exact derivatives and not only by the compiled ones."""
    name = "kob_andersen"
    sample = minimise(start(name), "cg", tolerance=1e-3).sample
    ends = [minimise(one, method, tolerance=1e-10, step=0.01 if method == "fire" else 0.1) for one in (with_formula(name, sample), sample)]
    ours, theirs = (Interactions.of(end.sample) for end in ends)
    assert all(end.converged for end in ends) and ours.residual < 1.1e-10
    assert ours.energy == pytest.approx(theirs.energy, rel=1e-12)


@pytest.mark.parametrize("name", ["kob_andersen", "binary_ipl"])
def test_frequencies_and_moduli(name):
    glass = minimise(start(name), "cg", tolerance=1e-11).sample
    ours, theirs = (vitrine.find_modes(one)["omega"].to_numpy() for one in (with_formula(name, glass), glass))
    assert len(ours) > 400 and ours == pytest.approx(theirs, rel=1e-9)
    moduli = [vitrine.measure_elasticity(one) for one in (with_formula(name, glass), glass)]
    for column in ("shear_modulus", "bulk_modulus"):
        assert float(moduli[0][column].iloc[0]) == pytest.approx(float(moduli[1][column].iloc[0]), rel=1e-9)


def test_swap_monte_carlo_takes_the_same_decisions():
    """Of the same random numbers: the chains part only where rounding decides."""
    sample = start("poly", 200)
    chains = [SwapMonteCarlo(one, 0.7, np.random.default_rng(3)) for one in (with_formula("poly", sample), sample)]
    for chain in chains:
        chain.tune(30, 0.25)
        chain.advance(20)
        assert chain.energy == pytest.approx(chain.measured_energy(), rel=1e-11)
    assert np.array_equal(chains[0].sizes, chains[1].sizes) and chains[0].step == chains[1].step
    assert chains[0].energy == pytest.approx(chains[1].energy, rel=1e-9)
    assert np.abs(chains[0].positions - chains[1].positions).max() < 1e-12


@pytest.mark.parametrize("name", ["kob_andersen", "binary_ipl"])
def test_dynamics_keep_the_energy(name):
    sample = start(name)
    ends = []
    for one in (with_formula(name, sample), sample):
        motion = BuiltinIntegrator(one, thermal_motion(one, 0.5, np.random.default_rng(2)), Ramp(0, 0, 0.5, 0.5), Bath("none", 1.0), 0.002, 5)
        total = []
        for _ in range(6):
            motion.run(25)
            now = one.moved(motion.motion.positions)
            kinetic = 0.5 * float(np.sum(motion.motion.velocities**2))
            total.append(Interactions.of(now).energy + kinetic)
        ends.append((np.array(total), motion.motion.positions))
    assert np.ptp(ends[0][0]) < 1.01 * np.ptp(ends[1][0]) < 1e-2 * kinetic
    assert ends[0][0] == pytest.approx(ends[1][0], rel=1e-9)
    assert np.abs(ends[0][1] - ends[1][1]).max() < 1e-8
