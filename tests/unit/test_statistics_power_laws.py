"""A_g from the cumulative, from minimal frequencies and from the tail of P(lambda), on synthetic glasses whose A_g is known."""

import numpy as np
import pytest
from vitrine.statistics.bootstrap import poisson_weights, standard_error
from vitrine.statistics.histograms import LAMBDA_BINS, OMEGA_BINS, BinnedSums
from vitrine.statistics.power_laws import (
    censored_prefactor,
    cumulative_exponent,
    fit_cumulative,
    hill_exponent,
    tail_edge,
    tail_onset,
    tail_prefactor,
)

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


def crossover_eigenvalues(number, crossover, fraction, seed):
    """Eigenvalues with P ~ lambda^(-7/2) above `crossover`, where `fraction` of them lie, and lambda^(-2) below it."""
    u = np.random.default_rng(seed).random(number)
    return np.maximum(crossover * np.where(u < fraction, (u / fraction) ** -0.4, fraction / u), 1e-3)


def test_pareto_tail_gives_its_exponent_and_prefactor():
    samples, each, dimension = 200, 3 * (PARTICLES - 1), 3
    eigenvalues = 0.5 * np.random.default_rng(6).random(samples * each) ** -0.4
    sums, total = tail_of(eigenvalues, samples)
    start = tail_edge(sums.above(), total, 0.01)
    assert np.mean(eigenvalues >= LAMBDA_BINS.edges[start[0]]) <= 0.01 < np.mean(eigenvalues >= LAMBDA_BINS.edges[start[0] - 1])
    within(hill_exponent(sums.above(), sums.above("log"), LAMBDA_BINS.edges, start), 3.5)
    tail = eigenvalues[eigenvalues >= LAMBDA_BINS.edges[start[0]]]
    naive = 1 + len(tail) / np.log(tail / LAMBDA_BINS.edges[start[0]]).sum()
    assert hill_exponent(sums.above(), sums.above("log"), LAMBDA_BINS.edges, start)[0] == pytest.approx(naive, rel=1e-10)
    # The fraction above lambda is N/(d(N - 1)) A_g/5 lambda^(-5/2) and here (lambda/0.5)^(-5/2).
    truth = 5 * dimension * (PARTICLES - 1) / PARTICLES * 0.5**2.5
    within(tail_prefactor(sums.above(), total, LAMBDA_BINS.edges, start, PARTICLES, dimension), truth)


def test_tail_and_modes_of_the_same_law_give_the_same_prefactor():
    """Through lambda = omega^(-2), modes of D = A_g omega^4 per particle must come back as A_g."""
    prefactor, samples, dimension = 0.05, 300, 3
    upper = (5 * dimension * (PARTICLES - 1) / (PARTICLES * prefactor)) ** 0.2
    omega = upper * np.random.default_rng(7).random(samples * dimension * (PARTICLES - 1)) ** 0.2
    sums, total = tail_of(omega**-2.0, samples)
    start = tail_edge(sums.above(), total, 0.01)
    within(tail_prefactor(sums.above(), total, LAMBDA_BINS.edges, start, PARTICLES, dimension), prefactor)


def test_the_onset_recovers_the_ratio_of_prefactors_where_one_fraction_does_not():
    """A hot glass with its tail from a fraction 0.02 on, a cold one with 50 times fewer soft spots, four times stiffer: R_Ag = 0.02/4^2.5."""
    samples, each = 300, 3 * (PARTICLES - 1)
    fixed, onsets = [], []
    for crossover, fraction, seed in ((4.0, 0.02, 8), (1.0, 0.0004, 9)):
        sums, total = tail_of(crossover_eigenvalues(samples * each, crossover, fraction, seed), samples)
        start = tail_edge(sums.above(), total, 0.005)
        onset = tail_onset(sums.above(), LAMBDA_BINS.edges, start)
        assert np.all(onset >= start)
        for found, where in ((fixed, start), (onsets, onset)):
            found.append(tail_prefactor(sums.above(), total, LAMBDA_BINS.edges, where, PARTICLES, 3))
    truth = 0.02 / 4**2.5
    within(onsets[1] / onsets[0], truth)
    assert fixed[1][0] / fixed[0][0] < truth / 5


def test_the_onset_of_a_pure_tail_costs_little_and_stays_where_statistics_are_poor():
    samples, each = 100, 3 * (PARTICLES - 1)
    sums, total = tail_of(0.5 * np.random.default_rng(10).random(samples * each) ** -0.4, samples)
    start = tail_edge(sums.above(), total, 0.02)
    onset = tail_onset(sums.above(), LAMBDA_BINS.edges, start)
    counts = sums.above()[np.arange(len(start)), onset]
    assert np.all(counts >= 20)
    few = tail_edge(sums.above(), total, 10 / total[0])
    np.testing.assert_array_equal(tail_onset(sums.above(), LAMBDA_BINS.edges, few)[0], few[0])


def test_no_tail_gives_nan():
    sums, total = tail_of(np.full(4 * 30, 0.01), 4)
    start = tail_edge(sums.above(), total, 1e-3)
    assert np.all(start == -1)
    assert np.all(tail_onset(sums.above(), LAMBDA_BINS.edges, start) == -1)
    assert np.isnan(hill_exponent(sums.above(), sums.above("log"), LAMBDA_BINS.edges, start)).all()
    assert np.isnan(tail_prefactor(sums.above(), total, LAMBDA_BINS.edges, start, PARTICLES, 3)).all()


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


def counts_above(*rows):
    """For rows of eigenvalues: how many lie above each edge, the sums of their logarithms there, and how many there are."""
    above = np.array([[(row >= edge).sum() for edge in LAMBDA_BINS.edges] for row in map(np.asarray, rows)], dtype=float)
    logs = np.array([[np.log(row[row >= edge]).sum() for edge in LAMBDA_BINS.edges] for row in map(np.asarray, rows)])
    return above, logs, np.array([len(row) for row in rows], dtype=float)


def test_the_edge_of_a_tail_has_no_more_above_it_than_asked_for():
    above, _, total = counts_above(np.concatenate([np.full(90, 0.011), np.full(10, 2.0)]), np.full(50, 1e7))
    start = tail_edge(above, total, 0.1)
    assert above[0, start[0]] == 10 < above[0, start[0] - 1]
    assert start[1] == -1  # all beyond the last edge: nowhere few enough


def test_no_tail_gives_nan_where_eigenvalues_lie_beyond_all_edges():
    above, logs, total = counts_above(np.full(50, 1e7))
    assert np.isnan(hill_exponent(above, logs, LAMBDA_BINS.edges, np.array([-1])))[0]
    assert np.isnan(tail_prefactor(above, total, LAMBDA_BINS.edges, np.array([-1]), PARTICLES, 3))[0]


def test_the_prefactor_is_the_share_of_eigenvalues_above_the_edge():
    """N A_g lambda^(-5/2)/5 of the d (N - 1) eigenvalues; of two particles in the plane there are two."""
    above, _, total = counts_above(np.concatenate([np.full(75, 0.01), np.full(25, 3.0)]))
    start = tail_edge(above, total, 0.3)
    found = tail_prefactor(above, total, LAMBDA_BINS.edges, start, 2, 2)[0]
    assert 2 * found / 5 * LAMBDA_BINS.edges[start[0]] ** -2.5 == pytest.approx(0.25 * 2, rel=1e-12)


def crossover_to_tail(number, exponent, crossover, share):
    """Eigenvalues without scatter: the fraction above lambda falls as lambda^(-exponent) to `share` at the crossover, as lambda^(-5/2) beyond."""
    u = (np.arange(number) + 0.5) / number
    return crossover * np.where(u < share, (u / share) ** -0.4, (u / share) ** (-1 / exponent))


def best_onset(above, start):
    """The definition, edge by edge: among every tenth edge from the lowest start on, the smallest distance to the law, by counts of 20 and more."""
    edges, best = LAMBDA_BINS.edges, list(start)
    for row, first in enumerate(start):
        if first < 0:
            continue
        candidates = [k for k in range(min(s for s in start if s >= 0), len(edges), 10) if k >= first and above[row, k] >= 20]
        distances = [max(abs(above[row, m] / above[row, k] - (edges[m] / edges[k]) ** -2.5) for m in range(k, len(edges))) for k in candidates]
        if candidates:
            best[row] = candidates[int(np.argmin(distances))]
    return best


@pytest.mark.parametrize("exponent", [1.0, 6.0], ids=["too many below", "too few below"])
def test_the_onset_is_where_the_distance_to_the_law_is_smallest(exponent):
    """Below the crossover the fraction may rise more slowly than the law or faster: both are distances. Rows of many, some and few eigenvalues."""
    rows = [crossover_to_tail(number, exponent, 2.0, 0.1) for number in (20_000, 3000, 190, 45, 12, 20_000)]
    above, _, total = counts_above(*rows)
    start = tail_edge(above, total, 0.5)
    start[-1] = -1
    start[1] += 7  # a start of its own, between the edges that are tried
    onset = tail_onset(above, LAMBDA_BINS.edges, start)
    assert onset.tolist() == best_onset(above, start.tolist())
    assert LAMBDA_BINS.edges[onset[0]] == pytest.approx(2.0, rel=0.15)
    assert onset[4] == start[4] >= 0 and onset[5] == -1
