"""Swap Monte Carlo: bookkeeping of energies and neighbours move by move, and the exact canonical distribution of three particles."""

from dataclasses import replace
from types import SimpleNamespace

import naive
import numpy as np
import pytest
from naive import PLANAR, SMALL, binary, block_error, jittered, liquid, poly, unit_spheres
from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.preparation.neighbourhood import SKIN, neighbourhood, renew, used_skin
from vitrine.preparation.swap import LARGEST_STEP, SwapMonteCarlo, purely_repulsive
from vitrine.samples import Sample

MODELS = {
    "published": lambda: liquid(poly(), 160, 2.0),
    "planar": lambda: liquid(poly(**PLANAR), 64, 2.0),
    "short_range": lambda: liquid(poly(**SMALL), 54, 2.0),
    "many_cells": lambda: liquid(poly(**PLANAR), 200, 2.0),
}


@pytest.fixture(scope="module", params=MODELS.values(), ids=MODELS)
def start(request):
    return request.param()


def chain(sample, temperature=2.0, seed=3, **options):
    options = {"step": LARGEST_STEP, **options}
    return SwapMonteCarlo(sample, temperature, np.random.default_rng(seed), **options)


def present(monte_carlo):
    """The configuration as it stands, unfolded, with the sizes of the moment."""
    body = monte_carlo._state.body
    return monte_carlo.sample.moved(monte_carlo.positions, sizes=body[:, 3].copy())


def single_moves(monte_carlo, number):
    """Elementary moves one at a time; yields the counts of all so far after each."""
    counts = np.zeros(4, dtype=np.int64)
    for _ in range(number):
        counts += monte_carlo._moves(1)
        yield counts


def particle_energies(sample):
    """The energy of each particle with all others (N,): every pair counts for both."""
    i, j, _, _, energy, *_ = naive.all_pairs(sample)
    return np.bincount(i, energy, sample.particles) + np.bincount(j, energy, sample.particles)


def assert_lists_are_sound(monte_carlo):
    """Every interacting pair is in both lists, no list holds a particle twice or itself, the cells agree with the references."""
    state, n = monte_carlo._state, monte_carlo.sample.particles
    listed = np.zeros((n, n), dtype=bool)
    for i in range(n):
        mine = state.lists[i, : state.counts[i, 0]]
        assert len(set(mine.tolist())) == len(mine) and i not in mine
        listed[i, mine] = True
    assert np.array_equal(listed, listed.T)
    sample = present(monte_carlo)
    vectors = sample.positions[None] - sample.positions[:, None]
    edges = np.diag(sample.box)
    distance = np.linalg.norm(vectors - edges * np.rint(vectors / edges), axis=2)
    scale, _ = naive.mixed(sample)
    interacting = distance < sample.model.potential.cutoff * scale
    np.fill_diagonal(interacting, False)
    assert not np.any(interacting & ~listed)
    used = [used_skin(i, state) for i in range(n)]
    assert max(used) <= state.rest
    assert state.occupancy.sum() == n
    for i in range(n):
        assert state.members[tuple(state.homes[i])] == i
        assert np.array_equal(state.place[tuple(state.homes[i])], state.reference[i])


def test_fresh_lists_hold_exactly_the_pairs_within_the_skin(start):
    state = neighbourhood(start)
    scale, _ = naive.mixed(start)
    distance = np.linalg.norm(naive.nearest_images(start), axis=2)
    within = distance < start.model.potential.cutoff * scale + SKIN
    np.fill_diagonal(within, False)
    for i in range(start.particles):
        assert set(state.lists[i, : state.counts[i, 0]].tolist()) == set(np.nonzero(within[i])[0].tolist())


@pytest.mark.parametrize("temperature", [0.5, 20.0])
def test_energy_and_lists_after_every_single_move(start, temperature):
    """Cold, where most moves are rejected; and hot, with the largest step: references are renewed all the time."""
    monte_carlo = chain(start, temperature, swap_fraction=0.5, swap_range=1.2)
    references, renewals = monte_carlo._state.reference.copy(), 0
    for number, _ in enumerate(single_moves(monte_carlo, 1800)):
        if number % 10 == 0:
            assert monte_carlo.energy == pytest.approx(monte_carlo.measured_energy(), rel=1e-11)
            assert monte_carlo.energy == pytest.approx(Interactions.of(present(monte_carlo)).energy, rel=1e-11)
            assert_lists_are_sound(monte_carlo)
        renewals += int(np.any(monte_carlo._state.reference != references))
        references = monte_carlo._state.reference.copy()
    assert renewals > 100 or temperature < 10


def test_energy_and_lists_after_many_sweeps(start):
    monte_carlo = chain(start, 3.0)
    monte_carlo.advance(500)
    assert_lists_are_sound(monte_carlo)
    total = monte_carlo.measured_energy()
    assert monte_carlo.energy == pytest.approx(total, rel=1e-10)
    assert Interactions.of(monte_carlo.current()).energy == pytest.approx(total, rel=1e-11)
    assert naive.energy(monte_carlo.current()) == pytest.approx(total, rel=1e-11)
    assert total / start.particles != pytest.approx(Interactions.of(start).energy / start.particles, rel=1e-6)


@pytest.mark.parametrize("temperature", [0.6, 3.0])
def test_kept_energies_are_those_summed_anew(start, temperature):
    """The energy of each particle, told of its neighbours' moves alone, against sums over all pairs of the present configuration."""
    monte_carlo = chain(start, temperature, swap_fraction=0.4)
    counts = monte_carlo.advance(1000)
    assert counts[1] > 10 * start.particles and counts[3] > start.particles
    assert monte_carlo._energies == pytest.approx(particle_energies(present(monte_carlo)), rel=1e-9, abs=1e-9)


def test_energies_follow_dynamics(start):
    """After positions that another engine made, energies and exchanges are those of a chain that starts there."""
    moved = start.positions + np.random.default_rng(5).normal(0, 0.1, start.positions.shape)
    ours, fresh = chain(start, 5.0), chain(start.moved(moved), 5.0)
    ours.follow(moved)
    assert_lists_are_sound(ours)
    assert ours._energies == pytest.approx(particle_energies(start.moved(moved)), rel=1e-9, abs=1e-9)
    assert np.array_equal(ours.exchange(3000), fresh.exchange(3000))
    assert np.array_equal(ours.sizes, fresh.sizes) and not np.array_equal(ours.sizes, start.sizes)


def test_early_rejection_changes_no_decision(start):
    """Moves rejected on a part of their energy, against all energies in full: as for potentials that attract."""
    early, full = chain(start, 1.0, swap_fraction=0.4, swap_range=1.2), chain(start, 1.0, swap_fraction=0.4, swap_range=1.2)
    assert early._repulsive
    full._repulsive = False
    assert np.array_equal(early.advance(60), full.advance(60))
    assert np.array_equal(early.positions, full.positions) and np.array_equal(early.sizes, full.sizes)


@pytest.mark.parametrize(("model", "repulsive"), [(poly(), True), (poly(**SMALL), True), (unit_spheres(), True), (binary(), False)])
def test_what_attracts_is_known(model, repulsive):
    """Rejection on a part of the energy is sound for purely repulsive pairs alone; a negative energy of a pair of types turns a potential over."""
    assert purely_repulsive(model) is repulsive
    if repulsive:
        assert not purely_repulsive(replace(model, energies=-model.energies))


def test_a_chain_goes_on_from_its_state_alone(start):
    """Lists and energies that a chain has carried along leave no trace in one that is taken up from a state."""
    old, other = chain(start, 1.5), chain(start, 1.5)
    old.advance(70)
    state = old.state()
    for monte_carlo in (old, other):
        monte_carlo.take_up(state, np.random.default_rng(11))
        monte_carlo.advance(40)
    assert np.array_equal(old.positions, other.positions) and np.array_equal(old.sizes, other.sizes)
    assert np.array_equal(old._energies, other._energies) and old.energy == other.energy


def test_many_cells_in_three_dimensions():
    """A box so wide that a particle looks at some of the cells alone."""
    monte_carlo = chain(liquid(poly(**SMALL), 1500, 2.0, sweeps=5), 20.0, swap_fraction=0.5)
    state = monte_carlo._state
    assert min(state.n_cells) > 2 * np.ceil((monte_carlo.sample.model.range + SKIN) / (state.edges[0] / state.n_cells[0])) + 1
    for _ in range(3):
        monte_carlo.advance(3)
        assert_lists_are_sound(monte_carlo)
    assert monte_carlo.energy == pytest.approx(naive.energy(monte_carlo.current()), rel=1e-10)


def test_a_rejected_move_leaves_everything_as_it_is(start):
    """At temperature zero nearly every move from a minimum is rejected, and no energy is ever gained."""
    monte_carlo = chain(start, 1e-9, swap_range=1.2)
    before = monte_carlo.energy
    for _ in range(5):
        monte_carlo.advance(2)
        assert monte_carlo.measured_energy() <= before + 1e-9
        before = monte_carlo.measured_energy()


def test_renewal_at_any_size_keeps_the_lists_sound(start):
    monte_carlo = chain(start)
    for i in range(0, start.particles, 3):
        renew(i, *monte_carlo._state.body[i, :3], min(start.sizes[i] * 1.3, start.model.largest_size), monte_carlo._state)
        assert_lists_are_sound(monte_carlo)
        renew(i, *monte_carlo._state.body[i], monte_carlo._state)
    assert_lists_are_sound(monte_carlo)


def test_sizes_are_a_permutation_and_positions_follow_no_swap(start):
    monte_carlo = chain(start, swap_fraction=0.95)
    counts = monte_carlo.advance(50)
    assert counts[3] > 0
    now = monte_carlo.current()
    assert np.array_equal(np.sort(now.sizes), np.sort(start.sizes))
    assert not np.array_equal(now.sizes, start.sizes)
    assert np.array_equal(now.types, start.types)


def test_counts(start):
    monte_carlo = chain(start, swap_fraction=0.3)
    tried, accepted, swaps, swapped = monte_carlo.advance(200)
    moves = 200 * start.particles
    assert tried + swaps == moves
    assert 0 < accepted < tried and 0 < swapped < swaps
    assert abs(swaps - 0.3 * moves) < 4 * np.sqrt(moves * 0.21)


def test_no_swaps_of_particles_that_are_all_alike():
    monte_carlo = chain(jittered(poly(size_ratio=1.0, density=1.0), 6), swap_fraction=0.9)
    counts = monte_carlo.advance(20)
    assert counts[2] == counts[3] == 0 and counts[1] > 0


def test_no_swaps_beyond_the_range():
    start = liquid(poly(), 160, 2.0)
    assert chain(start, swap_range=1e-6, swap_fraction=0.9).advance(100)[3] == 0


def test_same_generator_same_bits(start):
    def run(seed):
        monte_carlo = chain(start, seed=seed)
        monte_carlo.tune(50, 0.25)
        monte_carlo.advance(20)
        return monte_carlo.current(), monte_carlo.energy, monte_carlo.step

    one, two, other = run(1), run(1), run(2)
    assert np.array_equal(one[0].positions, two[0].positions) and np.array_equal(one[0].sizes, two[0].sizes)
    assert one[1:] == two[1:]
    assert not np.array_equal(one[0].positions, other[0].positions)


def test_blocks_of_sweeps_change_nothing(start):
    whole, parts = chain(start), chain(start)
    whole.advance(30)
    for sweeps in (1, 9, 20):
        parts.advance(sweeps)
    assert np.array_equal(whole.current().positions, parts.current().positions)


def test_planar_particles_stay_in_the_plane():
    monte_carlo = chain(liquid(poly(**PLANAR), 64, 2.0))
    monte_carlo.advance(50)
    assert np.all(monte_carlo._state.body[:, 2] == 0.0)
    assert monte_carlo.current().positions.shape == (64, 2)


def test_tuning_reaches_the_target_within_the_largest_step(start):
    rates = []
    for seed in range(6):  # the step of one chain is known to the scatter of its last blocks only: 0.03 in the acceptance of 54 particles
        monte_carlo = chain(start, 0.7, seed=seed, step=0.01)
        monte_carlo.tune(400, 0.4)
        counts = monte_carlo.advance(100)
        rates.append(counts[1] / counts[0])
    assert np.mean(rates) == pytest.approx(0.4, abs=0.05)
    hot = chain(start, 100.0, step=0.01)
    hot.tune(400, 0.05)
    assert hot.step <= LARGEST_STEP


def test_a_step_beyond_the_skin_is_refused():
    """A longer trial would leave the lists: its energy would be wrong without a word."""
    with pytest.raises(ValueError):
        chain(liquid(poly(), 160, 2.0), step=3 * LARGEST_STEP)


def test_a_tilted_box_is_refused():
    """The lists know rectangular boxes alone."""
    sheared = naive.strained(liquid(poly(), 200, 2.0), np.array([[1, 0.1, 0], [0, 1, 0], [0, 0, 1.0]]))
    with pytest.raises(ValueError):
        chain(sheared)


def test_acceptance_is_that_of_trials_made_by_hand():
    """A copy of the move rules on a frozen configuration, energies from plain sums: the accepted fractions agree within their errors."""
    sample, temperature, step, trials = liquid(poly(**SMALL), 54, 1.0), 1.0, 0.08, 1500
    rng, before = np.random.default_rng(1), naive.energy(sample)
    accepted = {"displacement": [], "swap": []}
    for _ in range(trials):
        positions, sizes = sample.positions.copy(), sample.sizes.copy()
        i, j = rng.integers(54, size=2)
        kind = "displacement" if rng.random() < 0.5 else "swap"
        allowed = True
        if kind == "displacement":
            positions[i] += step * rng.uniform(-1, 1, 3)
        else:
            sizes[i], sizes[j] = sizes[j], sizes[i]
            allowed = i != j and abs(sizes[i] - sizes[j]) <= 0.1
        cost = naive.energy(sample.moved(positions, sizes=sizes)) - before
        accepted[kind].append(min(1.0, np.exp(-cost / temperature)) if allowed else 0.0)
    seen = np.zeros(4)
    for seed in range(400):  # a fifth of a sweep each, so that the configuration hardly changes
        monte_carlo = chain(sample, temperature, seed=seed, step=step, swap_fraction=0.5, swap_range=0.1)
        *_, counts = single_moves(monte_carlo, 11)
        seen += counts
    for kind, tried, done in (("displacement", seen[0], seen[1]), ("swap", seen[2], seen[3])):
        rate = done / tried
        error = np.hypot(np.std(accepted[kind]) / np.sqrt(len(accepted[kind])), np.sqrt(rate * (1 - rate) / tried))
        assert abs(rate - np.mean(accepted[kind])) < 4 * error, kind


def test_configurational_terms_against_loops(start):
    """|grad U|^2 and the trace of the Hessian."""
    squares, laplacian = chain(start).configurational_terms()
    assert squares == pytest.approx(np.sum(naive.forces(start) ** 2), rel=1e-9)
    assert laplacian == pytest.approx(np.trace(naive.hessian(start)), rel=1e-9)


def test_two_types_of_particles():
    """Energies, lists and terms with the scales and energies of pairs of types."""
    start = jittered(binary(), 10)
    monte_carlo = chain(start, 1.0)
    assert monte_carlo.energy == pytest.approx(naive.energy(start), rel=1e-11)
    monte_carlo.advance(100)
    assert_lists_are_sound(monte_carlo)
    now = monte_carlo.current()
    assert monte_carlo.energy == pytest.approx(naive.energy(now), rel=1e-9)
    assert monte_carlo._energies == pytest.approx(particle_energies(now), rel=1e-9, abs=1e-9)
    squares, laplacian = monte_carlo.configurational_terms()
    assert squares == pytest.approx(np.sum(naive.forces(now) ** 2), rel=1e-9)
    assert laplacian == pytest.approx(np.trace(naive.hessian(now)), rel=1e-9)


# --- three particles: the canonical distribution is known exactly -------------------------------------------------------------------------------


def exact_pair_averages(model, sizes, edge, temperature, points):
    """Mean of phi and of the contact indicator r < lambda for each pair of sizes, by quadrature on a periodic grid.

    Translations leave the vectors r_12 and r_13, and Z = int dr_12 e_12(r_12) int dr_13 e_13(r_13) e_23(r_13 - r_12) with e = exp(-phi/T): the inner
    integral is a periodic convolution. The integrand has three continuous derivatives, so the trapezoidal rule is all but exact.
    """
    axis = np.arange(points) * edge / points
    axis = axis - edge * np.rint(axis / edge)
    r = np.sqrt(sum(np.square(c) for c in np.meshgrid(*[axis] * model.dimension, indexing="ij")))
    pairs = {}
    for a, b in ((0, 1), (0, 2), (1, 2)):
        scale = 0.5 * (sizes[a] + sizes[b]) * (1 - model.nonadditivity * abs(sizes[a] - sizes[b]))
        with np.errstate(over="ignore"):
            phi, *_ = naive.pair_law(model.potential, np.maximum(r, 0.3), np.full_like(r, scale), 1.0)
        pairs[a, b] = np.exp(-phi / temperature), phi, r < scale
    averages = {}
    for here, one, two in (((0, 1), (0, 2), (1, 2)), ((0, 2), (0, 1), (1, 2)), ((1, 2), (0, 1), (0, 2))):
        factor, phi, contact = pairs[here]
        others = np.fft.ifftn(np.fft.fftn(pairs[one][0]) * np.fft.fftn(pairs[two][0])).real
        weight = factor * others
        averages[here] = (weight * phi).sum() / weight.sum(), (weight * contact).sum() / weight.sum()
    return averages


@pytest.mark.parametrize(
    ("dimension", "points", "swap"),
    [(2, 256, {"swap_fraction": 0.5, "swap_range": 0.35}), (3, 96, {"swap_fraction": 0.9, "swap_range": 2.0})],
    ids=["some exchanges, in the plane", "all exchanges, in space"],
)
def test_three_particles_have_their_exact_distribution(dimension, points, swap):
    """Detailed balance of displacements and exchanges alike: mean energy and contacts of each pair of sizes, against quadrature."""
    density = {2: 0.13, 3: 0.03}[dimension]
    model = poly(dimension=dimension, density=density, size_ratio=1.6, size_exponent=1.0)
    sizes, edge, temperature = np.array([1.05, 1.3, 1.55]), model.box_length(3), 0.4
    exact = exact_pair_averages(model, sizes, edge, temperature, points)
    coarse = exact_pair_averages(model, sizes, edge, temperature, points * 3 // 4)
    positions = np.arange(3)[:, None] * np.ones(dimension) * edge / 3
    start = Sample(positions, sizes, np.zeros(3, dtype=np.int64), np.eye(dimension) * edge, model).checked()
    monte_carlo = chain(start, temperature, seed=7, **swap)
    scales = {pair: 0.5 * sizes[list(pair)].sum() * (1 - model.nonadditivity * abs(np.subtract(*sizes[list(pair)]))) for pair in exact}
    records = {pair: np.empty(60_000) for pair in exact}
    counts = np.zeros(4)
    for step in range(60_000):
        counts += monte_carlo.advance(8)
        body = monte_carlo._state.body
        order = np.argsort(body[:, 3])
        for (a, b), record in records.items():
            vector = body[order[b], :3] - body[order[a], :3]
            record[step] = np.linalg.norm((vector - edge * np.rint(vector / edge))[:dimension])
    assert 0.01 < counts[3] / counts[2] < 0.95
    for pair, r in records.items():
        phi = naive.pair_law(model.potential, r, np.full_like(r, scales[pair]), 1.0)[0]
        for series, value, other in ((phi, exact[pair][0], coarse[pair][0]), (r < scales[pair], exact[pair][1], coarse[pair][1])):
            error = block_error(series.astype(float))
            assert abs(value - other) < (0.5 if series is phi else 1.0) * error  # the quadrature has converged
            assert abs(series.mean() - value) < 4 * error, (pair, series.mean(), value, error)


def test_engine_of_the_protocol():
    """What `equilibrate` needs is there."""
    monte_carlo = chain(liquid(poly(), 160, 2.0))
    needed = SimpleNamespace(energy=float, step=float, positions=np.ndarray)
    assert all(isinstance(getattr(monte_carlo, name), kind) for name, kind in vars(needed).items())


def test_a_crowd_is_the_samples_trouble():
    """All particles in one corner, as no sound liquid has them: a reason to flag the sample, not a traceback."""
    start = liquid(poly(), 400, 1.3)
    crowded = start.moved(start.positions * 0.2)
    with pytest.raises(SampleError, match="denser in one place"):
        chain(crowded)
