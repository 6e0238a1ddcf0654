"""A_g from the cumulative, from minimal frequencies and from the tail of P(lambda), on synthetic glasses whose A_g is known."""

import numpy as np
import pytest
from vitrine.observables.bond_operator.tail import Tail
from vitrine.statistics.bootstrap import poisson_weights, standard_error
from vitrine.statistics.histograms import LAMBDA_BINS, OMEGA_BINS, BinnedSums
from vitrine.statistics.laws import at, turns
from vitrine.statistics.power_laws import censored_prefactor, cumulative_exponent, fit_cumulative, tail_prefactor

PARTICLES = 200
REPLICATES = 100


def omega4_glasses(prefactor, samples, upper, seed):
    """Frequencies of a Poisson process with N A_g omega^4 modes per sample and frequency, up to `upper`."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(PARTICLES * prefactor * upper**5 / 5, samples)
    return np.repeat(np.arange(samples), counts), upper * rng.random(counts.sum()) ** 0.2


def weights_of(samples):
    return poisson_weights(11, PARTICLES, 1.0, samples, REPLICATES)


def within(estimates, truth, errors=4.0):
    error = standard_error(estimates)
    assert 0 < error < 0.5 * abs(truth)
    assert abs(estimates[0] - truth) < errors * error


@pytest.mark.parametrize("prefactor", [0.02, 3.0])
def test_cumulative_fit_recovers_the_prefactor(prefactor):
    samples, upper = 300, (5 * 4 / (PARTICLES * prefactor)) ** 0.2
    owner, omega = omega4_glasses(prefactor, samples, upper, seed=1)
    weights = weights_of(samples)
    sums = BinnedSums(OMEGA_BINS, REPLICATES + 1)
    sums.add(weights, owner, omega)
    fitted = fit_cumulative(sums.below(), OMEGA_BINS.edges, PARTICLES * weights.sum(axis=1), np.full(REPLICATES + 1, 0.9 * upper))
    within(fitted, prefactor)


def test_cumulative_fit_is_exact_on_an_exact_law_and_looks_at_its_window_alone():
    edges = OMEGA_BINS.edges
    cumulative = 1e6 * 0.7 / 5 * edges**5
    spoilt = np.where(edges <= 0.5, cumulative, 50 * cumulative)[None]
    assert fit_cumulative(spoilt, edges, np.array([1e6]), np.array([0.5]))[0] == pytest.approx(0.7, rel=1e-12)
    assert fit_cumulative(spoilt, edges, np.array([1e6]), np.array([1.0]))[0] > 5


def test_cumulative_fit_without_modes_in_the_window_is_nan():
    few = np.minimum(np.arange(len(OMEGA_BINS.edges)), 2.0)[None]
    assert np.isnan(fit_cumulative(few, OMEGA_BINS.edges, np.array([100.0]), np.array([10.0])))[0]
    assert np.isnan(fit_cumulative(100 * few, OMEGA_BINS.edges, np.array([100.0]), np.array([np.nan])))[0]


@pytest.mark.parametrize("exponent", [5.0, 3.0])
def test_cumulative_exponent_is_recovered_with_a_cutoff_for_each_sample(exponent):
    rng = np.random.default_rng(2)
    samples, each = 200, 10
    cutoff = rng.uniform(0.5, 2.0, samples)
    omega = cutoff[:, None] * rng.random((samples, each)) ** (1 / exponent)
    found = cumulative_exponent(weights_of(samples), np.full(samples, each), np.log(cutoff[:, None] / omega).sum(axis=1))
    assert found[0] == pytest.approx(samples * each / np.log(cutoff[:, None] / omega).sum())
    within(found, exponent)


def test_censored_prefactor_is_recovered_where_half_the_minima_are_censored():
    prefactor, samples = 0.4, 2000
    rng = np.random.default_rng(4)
    scale = (5 / (PARTICLES * prefactor)) ** 0.2
    minimal = scale * rng.weibull(5, samples)
    cutoff = scale * rng.uniform(0.7, 1.1, samples)
    found = censored_prefactor(weights_of(samples), minimal, cutoff, PARTICLES)
    within(found, prefactor)
    # recipes section 6: the relative error is n_below^(-1/2)
    assert standard_error(found) / prefactor == pytest.approx((minimal < cutoff).sum() ** -0.5, rel=0.25)


def test_censored_prefactor_maximises_the_likelihood():
    minimal, cutoff = np.array([0.5, 0.8, 1.4, 0.9]), np.array([1.0, 1.0, 1.0, 0.7])
    found = censored_prefactor(np.ones((1, 4)), minimal, cutoff, PARTICLES)[0]

    def likelihood(prefactor):
        rate = PARTICLES * prefactor / 5
        seen = minimal < cutoff
        return np.sum(np.log(rate * 5 * minimal[seen] ** 4)) - rate * np.sum(np.minimum(minimal, cutoff) ** 5)

    assert likelihood(found) > max(likelihood(0.99 * found), likelihood(1.01 * found))
    assert np.isnan(censored_prefactor(np.ones((1, 4)), minimal + 2, cutoff, PARTICLES))[0]


def tail_of(eigenvalues, samples):
    weights = weights_of(samples)
    sums = BinnedSums(LAMBDA_BINS, REPLICATES + 1)
    each = len(eigenvalues) // samples
    sums.add(weights, np.repeat(np.arange(samples), each), eigenvalues, log=np.log(eigenvalues))
    return sums, weights.sum(axis=1) * each


def prefactor_of(tail, total, place):
    """A_g (R,) of the window at a place, the replicates taking turns as in the aggregation."""
    places = turns(tail.windows.counts[0], place, REPLICATES + 1)
    return tail_prefactor(at(tail.windows.counts, places), total, tail.onsets[places], PARTICLES, 3)


def crossover_eigenvalues(number, crossover, fraction, seed):
    """Eigenvalues with P ~ lambda^(-7/2) above `crossover`, where `fraction` of them lie, and lambda^(-2) below it."""
    u = np.random.default_rng(seed).random(number)
    return np.maximum(crossover * np.where(u < fraction, (u / fraction) ** -0.4, fraction / u), 1e-3)


def test_a_pareto_tail_gives_its_prefactor():
    samples, each = 200, 3 * (PARTICLES - 1)
    eigenvalues = 0.5 * np.random.default_rng(6).random(samples * each) ** -0.4
    sums, total = tail_of(eigenvalues, samples)
    tail = Tail.of(sums, total, 0.0, 0.01)
    assert tail.law.place == 0
    # The fraction above lambda is N/(d(N - 1)) A_g/5 lambda^(-5/2) and here (lambda/0.5)^(-5/2).
    within(prefactor_of(tail, total, 0), 5 * 3 * (PARTICLES - 1) / PARTICLES * 0.5**2.5)


def test_tail_and_modes_of_the_same_law_give_the_same_prefactor():
    """Through lambda = omega^(-2), modes of D = A_g omega^4 per particle must come back as A_g, by both ways."""
    prefactor, samples, each = 0.05, 300, 3 * (PARTICLES - 1)
    upper = (5 * each / (PARTICLES * prefactor)) ** 0.2
    omega = upper * np.random.default_rng(7).random(samples * each) ** 0.2
    sums, total = tail_of(omega**-2.0, samples)
    tail = Tail.of(sums, total, 0.0, 0.01)
    found = prefactor_of(tail, total, tail.law.place)
    within(found, prefactor)
    modes = BinnedSums(OMEGA_BINS, REPLICATES + 1)
    modes.add(weights_of(samples), np.repeat(np.arange(samples), each), omega)
    end = np.full(REPLICATES + 1, tail.onsets[tail.law.place] ** -0.5)
    within(fit_cumulative(modes.below(), OMEGA_BINS.edges, PARTICLES * weights_of(samples).sum(axis=1), end), prefactor)


@pytest.mark.parametrize("seed", [18, 28, 48])
def test_the_window_of_the_law_recovers_the_ratio_of_prefactors_where_one_fraction_does_not(seed):
    """A hot glass with its tail from a fraction 0.02 on, a cold one with 50 times fewer soft spots, four times stiffer: R_Ag = 0.02/4^2.5."""
    samples, each = 600, 3 * (PARTICLES - 1)
    fixed, found = [], []
    for place, (crossover, fraction) in enumerate(((4.0, 0.02), (1.0, 0.0004))):
        sums, total = tail_of(crossover_eigenvalues(samples * each, crossover, fraction, seed + place), samples)
        tail = Tail.of(sums, total, 0.0, 0.005)
        assert tail.law.place >= 0 and tail.onsets[tail.law.place] > 0.8 * crossover
        found.append(prefactor_of(tail, total, tail.law.place))
        fixed.append(prefactor_of(tail, total, 0))
    truth = 0.02 / 4**2.5
    within(found[1] / found[0], truth)
    assert fixed[1][0] / fixed[0][0] < truth / 5


def test_the_prefactor_is_the_share_of_eigenvalues_above_the_onset():
    """N A_g lambda^(-5/2)/5 of the d (N - 1) eigenvalues; of two particles in the plane there are two. An empty replicate has none."""
    found = tail_prefactor(np.array([25.0, 50.0, 0.0]), np.array([100.0, 100.0, 0.0]), np.array([3.0, 1.0, 3.0]), 2, 2)
    np.testing.assert_allclose(2 * found / 5 * np.array([3.0, 1.0, 3.0]) ** -2.5, [0.25 * 2, 0.5 * 2, np.nan], rtol=1e-12)


def test_the_window_of_the_cumulative_ends_with_its_upper_edge():
    edges = OMEGA_BINS.edges
    cumulative = np.where(edges < edges[600], 0.0, 1e6 * 0.7 / 5 * edges**5)[None]
    assert fit_cumulative(cumulative, edges, np.array([1e6]), edges[[600]])[0] == pytest.approx(0.7, rel=1e-12)
    assert np.isnan(fit_cumulative(cumulative, edges, np.array([1e6]), edges[[599]]))[0]
    assert np.isnan(fit_cumulative(cumulative, edges, np.array([0.0]), edges[[600]]))[0]


def test_an_exponent_needs_three_modes():
    found = cumulative_exponent(np.array([[1.0, 1.0], [1.0, 0.0]]), np.array([2, 1]), np.array([0.5, 0.1]))
    assert found[0] == pytest.approx(3 / 0.6) and np.isnan(found[1])


def test_a_minimum_at_its_cutoff_is_censored():
    minimal, cutoff = np.array([0.5, 0.8, 1.0]), np.array([1.0, 0.8, 1.0])
    assert censored_prefactor(np.ones((1, 3)), minimal, cutoff, PARTICLES)[0] == pytest.approx(5 / PARTICLES / (minimal**5).sum())
