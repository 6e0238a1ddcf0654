"""Minimisers reach the rounding of float64, stay at a minimum, and say so when they fail."""

import naive
import numpy as np
import pytest
from naive import PLANAR, SMALL, fcc, jittered, liquid, poly, quenched, scattered, strained, unit_spheres
from vitrine.interactions import Interactions
from vitrine.models import glass_former
from vitrine.preparation.minimise import FLEXIBILITY, HISTORY, minimise, newton_like
from vitrine.preparation.quench import quench
from vitrine.preparation.start import random_start
from vitrine.samples import Sample

METHODS = ["lbfgs", "cg", "fire"]
TOLERANCE = 1e-10
MIXTURES = {
    "kob_andersen": {"dimension": 3, "density": 1.2, "small_fraction": 0.2, "cutoff": 2.5, "cutoff_of": "AA"},
    "binary_ipl": {
        "dimension": 2, "density": 0.86, "exponent": 10, "cutoff": 1.48, "truncation": "force_shift", "smoothness": 3, "large_fraction": 0.5,
        "sigma_ab": 1.18, "sigma_bb": 1.4,
    },
}  # fmt: skip
SETTINGS = {"engine": "builtin", "minimiser": "lbfgs", "tolerance": TOLERANCE, "maximum_iterations": 100_000, "step": 0.1}


@pytest.fixture(scope="module")
def hot():
    return liquid(poly(), 160, 1.3)


def assert_minimum(sample):
    """Exactly d zero modes, none negative: the whole dense spectrum of the Hessian, written out bond by bond where one potential serves all."""
    single = len(sample.model.potentials) == 1
    stiffness = np.linalg.eigvalsh(naive.hessian(sample) if single else Interactions.of(sample).hessian.toarray())
    d = sample.dimension
    assert np.abs(stiffness[:d]).max() < 1e-10 * stiffness.mean()
    assert stiffness[d] > 1e-7 * stiffness.mean()


@pytest.mark.parametrize("method", METHODS)
def test_reaches_the_tolerance_and_a_true_minimum(hot, method):
    end = minimise(hot, method, TOLERANCE)
    assert end.converged and end.residual <= TOLERANCE
    # Independent of the minimiser's own lists: rounding of a sum of forces is 1e-14 of the largest.
    forces, bonds = naive.forces(end.sample), Interactions.of(end.sample)
    assert np.linalg.norm(forces, axis=1).max() <= (TOLERANCE + 1e-12) * np.sqrt(np.mean(bonds.pair_forces**2))
    assert bonds.residual == pytest.approx(end.residual, abs=1e-12)
    assert bonds.energy < Interactions.of(hot).energy
    assert_minimum(end.sample)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("model", [poly(**PLANAR), poly(**SMALL), unit_spheres()], ids=["planar", "short_range", "harmonic"])
def test_other_glass_formers(model, method):
    start = liquid(model, 160, 0.05 if model.name == "harmonic" else 1.0, sweeps=50)
    end = minimise(start, method, TOLERANCE)
    assert end.converged and Interactions.of(end.sample).residual <= TOLERANCE + 1e-12
    assert_minimum(end.sample)


@pytest.mark.parametrize("name", MIXTURES)
@pytest.mark.parametrize("method", ["lbfgs", "cg"])
def test_mixtures(name, method):
    """Force-shifted potentials: their curvature jumps at the cutoff, Kob-Andersen's with a kernel of its own for each pair of types."""
    end = minimise(jittered(glass_former(name, MIXTURES[name]), 8), method, TOLERANCE)
    assert end.converged and Interactions.of(end.sample).residual <= TOLERANCE + 1e-12
    assert_minimum(end.sample)


@pytest.mark.parametrize(
    "model",
    [poly(), poly(**PLANAR), poly().softened(), glass_former("kob_andersen", MIXTURES["kob_andersen"])],
    ids=lambda m: f"{m.name}{m.dimension}",
)
def test_overlapping_particles(model):
    """Uniformly random positions: energies of 1e6 per particle and more, or without any minimum nearby.

    Each machine ends in minima of its own. The softest modes of 300 such were stiffer than 3e-4 of the mean, and a stiffness comes with a probability
    that falls as its power 5/2: below 1e-7 of the mean once in 1e10 times.
    """
    rng = np.random.default_rng(3)
    sizes, types = model.composition(300, rng)
    length = model.box_length(300)
    start = Sample(rng.random((300, model.dimension)) * length, sizes, types, np.eye(model.dimension) * length, model)
    end = minimise(start, "lbfgs", TOLERANCE)
    assert end.converged and Interactions.of(end.sample).residual <= TOLERANCE + 1e-12
    assert Interactions.of(end.sample).energy < Interactions.of(start).energy
    assert_minimum(end.sample)


@pytest.mark.parametrize("method", METHODS)
def test_a_shaken_crystal_goes_back_to_its_lattice(method):
    """Forces of pairs leave the centre alone, so every particle comes to rest at its site plus the mean of the displacements."""
    crystal = fcc(4, 1.0)
    moves = 0.02 * np.random.default_rng(1).standard_normal(crystal.positions.shape)
    end = minimise(crystal.moved(crystal.positions + moves), method, TOLERANCE)
    assert end.converged
    assert np.allclose(end.sample.positions, crystal.positions + moves.mean(axis=0), rtol=0, atol=1e-9)
    assert minimise(crystal, method, TOLERANCE).iterations == 0


@pytest.mark.parametrize("kept, newest", [(0, 0), (1, 0), (3, 2), (HISTORY, HISTORY - 1), (HISTORY, 2), (3, 1)])
def test_two_loops_are_the_updated_inverse_hessian(kept, newest):
    """The matrix of the BFGS formula, H <- V^T H V + s s^T/(s.y) with V = 1 - y s^T/(s.y), from the oldest move to the newest."""
    rng = np.random.default_rng(kept + newest)
    size = 12
    stiffness = rng.standard_normal((size, size))
    stiffness = stiffness @ stiffness.T + np.eye(size)
    moves, changes = np.full((HISTORY, 4, 3), np.nan), np.full((HISTORY, 4, 3), np.nan)
    used = [(newest - back) % HISTORY for back in range(kept)]
    for k in used:
        moves[k] = rng.standard_normal((4, 3))
        changes[k] = (stiffness @ moves[k].ravel()).reshape(4, 3)
    products = np.sum(moves * changes, axis=(1, 2))
    force, direction = rng.standard_normal((4, 3)), np.empty((4, 3))
    newton_like(force, moves, changes, products, kept, newest, direction)
    inverse = np.eye(size) * (products[newest] / np.sum(changes[newest] ** 2) if kept else FLEXIBILITY)
    for k in reversed(used):
        s, y = moves[k].ravel(), changes[k].ravel()
        v = np.eye(size) - np.outer(y, s) / (s @ y)
        inverse = v.T @ inverse @ v + np.outer(s, s) / (s @ y)
    assert np.allclose(direction.ravel(), inverse @ force.ravel(), rtol=1e-9, atol=1e-12 * np.abs(inverse).max())


def test_no_particle_moves_further_than_the_step_in_an_iteration(hot):
    """An iteration more is the same run and one move."""
    step = 0.02
    path = np.array([hot.positions, *(minimise(hot, "lbfgs", TOLERANCE, iterations, step).sample.positions for iterations in range(1, 40))])
    moved = np.linalg.norm(np.diff(path, axis=0), axis=2).max(axis=1)
    assert np.all(moved <= step * (1 + 1e-12))
    assert moved.max() > 0.999 * step, "the limit was never felt"


def test_energy_falls_all_the_way(hot):
    energies = [Interactions.of(minimise(hot, "lbfgs", TOLERANCE, iterations).sample).energy for iterations in range(0, 200, 5)]
    assert np.all(np.diff(energies) < 0)


def test_the_step_is_part_of_a_samples_identity():
    """Other minimisers, and other steps, end in other minima: of one start 19 times in 20, so of none among ten with a chance of 1e-13."""
    starts = [scattered(poly(**PLANAR), 160, np.random.default_rng(seed)) for seed in range(10)]
    energies = []
    for method, step in (("lbfgs", 0.1), ("lbfgs", 0.02), ("cg", 0.1), ("fire", 0.02)):
        ends = [minimise(start, method, TOLERANCE, step=step) for start in starts]
        assert all(end.converged for end in ends)
        energies.append(np.array([Interactions.of(end.sample).energy for end in ends]))
    for other in energies[1:]:
        assert np.abs(other / energies[0] - 1).max() > 1e-6


RECIPES = {
    "glass": lambda noise: quenched(poly(), 160, noise=noise),
    "planar_glass": lambda noise: quenched(poly(**PLANAR), 64, temperature=0.6, noise=noise),
    "small_glass": lambda noise: quenched(poly(**SMALL), 54, noise=noise),
    "harmonic_glass": lambda noise: quenched(unit_spheres(), 108, temperature=0.05, noise=noise),
    "few, from a hot liquid": lambda noise: quenched(poly(**PLANAR), 30, temperature=2.0, sweeps=20, noise=noise),
    "random sizes": lambda noise: liquid(poly(sizes="random"), 160, 1.0, sweeps=2000, noise=noise),
}


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_samples_of_the_tests_are_the_same_on_every_machine(recipe):
    """A start that differs in its last digits, as another processor's rounding would make it, gives the same liquid and the same glass."""
    here = recipe(0.0)
    for noise in (1e-15, 1e-14):
        moved = recipe(noise).positions - here.positions
        moved -= np.rint(moved / np.diag(here.box)) * np.diag(here.box)
        assert np.abs(moved).max() < 1e-8


def test_two_thousand_particles():
    end = minimise(liquid(poly(), 2000, 1.3, sweeps=20), "lbfgs", TOLERANCE)
    bonds = Interactions.of(end.sample)
    assert end.converged and bonds.residual <= TOLERANCE + 1e-12
    assert np.linalg.norm(bonds.forces, axis=1).max() <= 1e-9  # in absolute units: pair forces are of order ten


@pytest.mark.parametrize("method", METHODS)
def test_a_minimum_stays(hot, method):
    first = minimise(hot, method, TOLERANCE)
    second = minimise(first.sample, method, TOLERANCE)
    assert second.iterations == 0 and second.converged
    assert np.array_equal(second.sample.positions, first.sample.positions)


def test_minimisers_agree_near_a_minimum(glass):
    shaken = glass.moved(glass.positions + 1e-4 * np.random.default_rng(1).standard_normal(glass.positions.shape))
    energies = {Interactions.of(minimise(shaken, method, TOLERANCE).sample).energy for method in METHODS}
    assert np.allclose(sorted(energies), Interactions.of(glass).energy, rtol=1e-13)


@pytest.mark.parametrize("method", METHODS)
def test_the_start_is_left_alone_and_all_but_positions_is_kept(hot, method):
    before = hot.positions.copy()
    end = minimise(hot, method, TOLERANCE).sample
    assert np.array_equal(hot.positions, before)
    assert np.array_equal(end.sizes, hot.sizes) and np.array_equal(end.box, hot.box) and end.model is hot.model


@pytest.mark.parametrize("method", METHODS)
def test_same_start_same_bits(hot, method):
    one, two = (minimise(hot, method, TOLERANCE).sample.positions for _ in range(2))
    assert np.array_equal(one, two)


@pytest.mark.parametrize("method", ["lbfgs", "cg"])
def test_tilted_boxes(hot, method):
    tilted = strained(hot, np.array([[1, 0.1, 0], [0, 1, -0.05], [0, 0, 1.0]]))
    end = minimise(tilted, method, TOLERANCE)
    assert end.converged and Interactions.of(end.sample).residual <= TOLERANCE + 1e-12


@pytest.mark.parametrize("method", METHODS)
def test_lack_of_convergence_is_reported(hot, method):
    end = minimise(hot, method, TOLERANCE, maximum_iterations=3)
    assert not end.converged
    assert end.residual > TOLERANCE and end.iterations == 3
    assert Interactions.of(end.sample).residual == pytest.approx(end.residual, rel=1e-9)


@pytest.mark.parametrize("method", ["lbfgs", "cg"])
def test_an_unreachable_tolerance_ends(hot, method):
    end = minimise(hot, method, 1e-25, maximum_iterations=3000)
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
    for seed in range(5):  # of 1200 starts the highest energy was 11 per particle, the largest force 25
        start = random_start(model, 160, np.random.default_rng(seed))
        bonds = Interactions.of(start)
        assert np.isfinite(bonds.energy) and bonds.energy / 160 < 50
        assert np.sqrt(np.mean(bonds.pair_forces**2)) < 1e3
        assert 160 / start.volume == pytest.approx(model.density)


@pytest.mark.parametrize("method", METHODS)
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
