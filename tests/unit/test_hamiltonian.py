"""Hamiltonian Monte Carlo: trajectories that can be taken back and keep volumes, exchanges at positions that stay, and the exact distribution."""

import naive
import numpy as np
import pytest
from naive import PLANAR, SMALL, binary, block_error, jittered, liquid, poly
from test_swap import assert_lists_are_sound, exact_pair_averages, particle_energies, present
from vitrine.preparation.hamiltonian import TRAJECTORY, HamiltonianMonteCarlo
from vitrine.preparation.neighbourhood import near_pairs
from vitrine.preparation.swap import SwapMonteCarlo
from vitrine.preparation.trajectories import ALLOWED, DRIFTS, KICKS, follow_forces
from vitrine.samples import Sample

MODELS = {
    "published": lambda: liquid(poly(), 160, 2.0),
    "planar": lambda: liquid(poly(**PLANAR), 64, 2.0),
    "short_range": lambda: liquid(poly(**SMALL), 54, 2.0),
}


@pytest.fixture(scope="module", params=MODELS.values(), ids=MODELS)
def start(request):
    return request.param()


def chain(sample, temperature=2.0, seed=3, **options):
    return HamiltonianMonteCarlo(sample, temperature, np.random.default_rng(seed), **options)


def velocities(sample, temperature, seed=0):
    v = np.zeros((sample.particles, 3))
    v[:, : sample.dimension] = np.random.default_rng(seed).normal(0, np.sqrt(temperature), sample.positions.shape)
    return v


def follow(monte_carlo, v, step, steps):
    """The chain's particles along one trajectory; their energies."""
    energies = np.empty(monte_carlo.sample.particles)
    assert follow_forces(monte_carlo._state, monte_carlo._kernel, v, step, steps, energies)
    return energies


def naive_trajectory(sample, v, step, steps):
    """The same composition of drifts and kicks, with forces from all pairs."""
    x, d = sample.positions.copy(), sample.dimension
    v = v[:, :d].copy()
    for _ in range(steps):
        for drift, kick in zip(DRIFTS, (*KICKS, 0.0), strict=True):
            x += drift * step * v
            v += kick * step * naive.forces(sample.moved(x))
    return x, v


@pytest.mark.parametrize("allowed", [0.05, 0.5])
def test_measured_distances_give_the_pairs_of_distances_measured_anew(start, allowed):
    monte_carlo = chain(start)
    monte_carlo.advance(TRAJECTORY)
    state = monte_carlo._state
    near_pairs(allowed, state)  # references are renewed, which leaves some without measured distances
    assert allowed > 0.1 or state.measured.mean() > 0.3
    known = near_pairs(allowed, state)
    state.measured[:] = False
    assert all(np.array_equal(one, other) for one, other in zip(known, near_pairs(allowed, state), strict=True)) and len(known[0]) > start.particles


def test_the_composition_is_symmetric_and_consistent():
    assert DRIFTS[::-1] == DRIFTS and KICKS[::-1] == KICKS
    assert sum(DRIFTS) == pytest.approx(1, abs=1e-14) and sum(KICKS) == pytest.approx(1, abs=1e-14)


def test_a_trajectory_is_that_of_forces_from_all_pairs(start):
    monte_carlo, v = chain(start), velocities(start, 2.0)
    x, u = naive_trajectory(start, v, 0.03, 4)
    energies = follow(monte_carlo, v, 0.03, 4)
    assert monte_carlo.positions == pytest.approx(x, abs=1e-10)
    assert v[:, : start.dimension] == pytest.approx(u, abs=1e-9)
    assert energies == pytest.approx(particle_energies(start.moved(x)), rel=1e-9, abs=1e-9)
    assert_lists_are_sound(monte_carlo)


def test_a_trajectory_is_taken_back_by_turning_the_velocities_round(start):
    """So long and hot that both lists of pairs are drawn anew on the way."""
    monte_carlo, v = chain(start, 4.0), velocities(start, 4.0)
    follow(monte_carlo, v, 0.02, 20)
    assert np.max(np.linalg.norm(monte_carlo.positions - start.positions, axis=1)) > ALLOWED
    v *= -1.0
    follow(monte_carlo, v, 0.02, 20)
    assert monte_carlo.positions == pytest.approx(start.positions, abs=1e-7)
    assert_lists_are_sound(monte_carlo)


def test_the_energy_is_kept_to_second_order(start):
    errors = []
    for steps in (8, 16, 32):
        monte_carlo, v = chain(start), velocities(start, 2.0)
        before = monte_carlo.energy + 0.5 * np.sum(v * v)
        energies = follow(monte_carlo, v, 0.4 / steps, steps)
        errors.append(abs(0.5 * energies.sum() + 0.5 * np.sum(v * v) - before))
    assert errors[2] < errors[0] / 8


def three_particles(dimension):
    """Three particles in a box that is nearly empty, their temperature, and the edge of the box."""
    model = poly(dimension=dimension, density={2: 0.13, 3: 0.03}[dimension], size_ratio=1.6, size_exponent=1.0)
    edge = model.box_length(3)
    positions = np.arange(3)[:, None] * np.ones(dimension) * edge / 3
    return Sample(positions, np.array([1.05, 1.3, 1.55]), np.zeros(3, dtype=np.int64), np.eye(dimension) * edge, model).checked(), 0.4, edge


def test_volumes_in_phase_space_are_kept():
    """The determinant of the Jacobian of a whole trajectory, by differences, of three particles that touch."""
    sample, temperature, _ = three_particles(2)
    close = sample.moved(np.array([[0.0, 0.0], [1.1, 0.1], [0.5, 1.0]]))
    v = velocities(close, temperature)

    def end(coordinates):
        x, u = coordinates[:6].reshape(3, 2), np.zeros((3, 3))
        u[:, :2] = coordinates[6:].reshape(3, 2)
        monte_carlo = chain(close.moved(x), temperature)
        follow(monte_carlo, u, 0.15, 3)
        return np.concatenate([monte_carlo.positions.ravel(), u[:, :2].ravel()])

    here, size = np.concatenate([close.positions.ravel(), v[:, :2].ravel()]), 1e-5
    jacobian = np.stack([(end(here + shift) - end(here - shift)) / (2 * size) for shift in size * np.eye(12)], axis=1)
    assert np.linalg.norm(jacobian - np.eye(12)) > 0.5
    assert np.linalg.det(jacobian) == pytest.approx(1.0, abs=1e-6)


def test_energies_and_lists_after_every_trajectory(start):
    """Cold and hot, with trajectories that are accepted and others that are not, and exchanges between them."""
    for temperature, step in ((0.6, 0.02), (4.0, 0.015)):
        monte_carlo, seen = chain(start, temperature, step=step, exchanges=2.0, swap_range=1.2), np.zeros(4)
        for _ in range(25):
            seen += monte_carlo.advance(TRAJECTORY)
            assert monte_carlo._energies == pytest.approx(particle_energies(present(monte_carlo)), rel=1e-9, abs=1e-8)
            assert_lists_are_sound(monte_carlo)
        assert seen[0] == 25 and seen[2] == 25 * 2 * start.particles
        assert seen[1] > 0 and 0 < seen[3] < seen[2]
    assert np.array_equal(np.sort(monte_carlo.sizes), np.sort(start.sizes))


def test_a_rejected_trajectory_leaves_positions_and_energies(start):
    """A step so long that nothing is ever accepted."""
    monte_carlo = chain(start, 0.6, step=0.05, trajectory_time=3.0, exchanges=0.0)
    energies = monte_carlo._energies.copy()
    assert monte_carlo.advance(10 * TRAJECTORY)[1] == 0
    assert np.array_equal(monte_carlo.positions, start.positions) and np.array_equal(monte_carlo._energies, energies)
    assert monte_carlo.energy == pytest.approx(monte_carlo.measured_energy(), rel=1e-12)


@pytest.mark.parametrize("model", ["published", "planar", "short_range", "two types"])
def test_exchanges_decide_as_those_among_displacements(model):
    """The accepted share of exchanges on a frozen configuration, with distances measured once, against trials made by hand from plain sums."""
    start = jittered(binary(), 10) if model == "two types" else MODELS[model]()
    if model == "two types":
        sizes = np.random.default_rng(1).uniform(0.9, 1.1, start.particles)
        start = start.moved(start.positions, sizes=sizes)
    temperature, rng, trials, chances = 1.0, np.random.default_rng(5), 600, []
    before = particle_energies(start).sum() / 2
    for _ in range(trials):
        i, j = rng.integers(start.particles, size=2)
        sizes = start.sizes.copy()
        sizes[i], sizes[j] = sizes[j], sizes[i]
        allowed = i != j and abs(sizes[i] - sizes[j]) <= 0.5
        cost = particle_energies(start.moved(start.positions, sizes=sizes)).sum() / 2 - before if allowed else 0.0
        chances.append(np.exp(-max(cost, 0.0) / temperature) if allowed else 0.0)
    seen = np.zeros(4)
    for seed in range(300):
        seen += SwapMonteCarlo(start, temperature, np.random.default_rng(seed), swap_range=0.5).exchange(8)
    rate = seen[3] / seen[2]
    error = np.hypot(np.std(chances) / np.sqrt(trials), np.sqrt(rate * (1 - rate) / seen[2]))
    assert abs(rate - np.mean(chances)) < 4 * error


@pytest.mark.parametrize(("dimension", "points"), [(2, 256), (3, 96)])
def test_three_particles_have_their_exact_distribution(dimension, points):
    """Mean energy and contacts of each pair of sizes, against quadrature, with a step so long that a third of the trajectories is rejected."""
    start, temperature, edge = three_particles(dimension)
    model, sizes = start.model, start.sizes
    exact = exact_pair_averages(model, sizes, edge, temperature, points)
    monte_carlo = chain(start, temperature, seed=7, step=0.2, trajectory_time=1.2, exchanges=0.4, swap_range=0.35)
    records = {pair: np.empty(60_000) for pair in exact}
    counts = np.zeros(4)
    for look in range(60_000):
        counts += monte_carlo.advance(TRAJECTORY)
        order = np.argsort(monte_carlo.sizes)
        x = monte_carlo.positions
        for (a, b), record in records.items():
            vector = x[order[b]] - x[order[a]]
            record[look] = np.linalg.norm(vector - edge * np.rint(vector / edge))
    assert 0.3 < counts[1] / counts[0] < 0.98 and 0.01 < counts[3] / counts[2] < 0.95
    for pair, r in records.items():
        a, b = sizes[list(pair)]
        scale = 0.5 * (a + b) * (1 - model.nonadditivity * abs(a - b))
        phi = naive.pair_law(model.potential, r, np.full_like(r, scale), 1.0)[0]
        for series, value in ((phi, exact[pair][0]), (r < scale, exact[pair][1])):
            error = block_error(series.astype(float))
            assert abs(series.mean() - value) < 4 * error, (pair, series.mean(), value, error)


def test_a_chain_goes_on_from_its_state_alone(start):
    old, other = chain(start, 1.5), chain(start, 1.5)
    old.advance(70)
    state = old.state()
    for monte_carlo in (old, other):
        monte_carlo.take_up(state, np.random.default_rng(11))
        monte_carlo.advance(40)
    assert np.array_equal(old.positions, other.positions) and np.array_equal(old.sizes, other.sizes)
    assert np.array_equal(old._energies, other._energies)


def test_tuning_reaches_the_target(start):
    rates = []
    for seed in range(4):
        monte_carlo = chain(start, 0.8, seed=seed, step=0.005, exchanges=0.2)
        monte_carlo.tune(1200, 0.7)
        counts = monte_carlo.advance(1000)
        rates.append(counts[1] / counts[0])
    assert np.mean(rates) == pytest.approx(0.7, abs=0.12)


def test_what_it_cannot_do_is_said(start):
    with pytest.raises(ValueError, match="15 sweeps"):
        chain(start).advance(15)
    with pytest.raises(ValueError, match="of one type and of many sizes"):
        chain(jittered(binary(), 10))
    with pytest.raises(ValueError, match="of one type and of many sizes"):
        chain(jittered(poly(size_ratio=1.0, density=1.0), 6))
