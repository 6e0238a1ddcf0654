"""The liquid in equilibrium: one energy from every start, and detailed balance between two temperatures."""

import numpy as np
import pytest
import scipy.stats
from naive import block_error, jackknife, liquid, poly, scattered
from vitrine.preparation.equilibrate import equilibrate
from vitrine.preparation.series import correlation_time
from vitrine.preparation.swap import SwapMonteCarlo

PARTICLES, TEMPERATURE, SAMPLES = 160, 0.8, 5
HOT, COLD = 1.05, 1.0
CHAIN = {"tuning_sweeps": 200, "target_acceptance": 0.25, "overlap_length": 0.3}
RELAXATION_TIMES = {1.3: 220, HOT: 360, COLD: 390, TEMPERATURE: 720, 0.6: 2200}  # sweeps, about


def settled(sample, temperature, seed):
    """A chain that has run for five relaxation times at its temperature, and how it ran."""
    chain = SwapMonteCarlo(sample, temperature, np.random.default_rng(seed))
    run = equilibrate(chain, sweeps=5 * RELAXATION_TIMES[temperature], **CHAIN)
    assert run.flag == "" and run.relaxations >= 3
    return chain, run


def energies(chain, looks, sweeps=5):
    """Energies per particle along a chain."""
    out = np.empty(looks)
    for look in range(looks):
        chain.advance(sweeps)
        out[look] = chain.energy / chain.sample.particles
    return out


def ladder(temperatures, seed):
    """One sample through several temperatures, each in equilibrium: the chain of the last."""
    sample = scattered(poly(), PARTICLES, np.random.default_rng(seed))
    for rung, temperature in enumerate(temperatures):
        chain, _ = settled(sample, temperature, 100 * seed + rung)
        sample = chain.current()
    return chain


WAYS = {"cooled": [1.3, TEMPERATURE], "heated": [1.3, 0.6, TEMPERATURE], "at_once": [TEMPERATURE]}


@pytest.fixture(scope="module")
def by_way():
    """Mean energy at T = 0.8 of each sample, shape (ways, samples): every sample has its own start."""
    chains = {name: range(SAMPLES * number + 1, SAMPLES * (number + 1) + 1) for number, name in enumerate(WAYS)}
    return {name: np.array([energies(ladder(WAYS[name], seed), 1500).mean() for seed in seeds]) for name, seeds in chains.items()}


@pytest.fixture(scope="module")
def scatter(by_way):
    """Standard deviation between samples of one way, pooled over the ways: an error that asks for no correlation time."""
    return np.sqrt(np.mean([means.var(ddof=1) for means in by_way.values()]))


def test_two_independent_starts_have_one_energy(by_way, scatter):
    everything = np.concatenate(list(by_way.values()))
    assert scatter < 0.005 * everything.mean()
    assert np.abs(everything[:, None] - everything[None]).max() < 5 * np.sqrt(2) * scatter  # the largest of a hundred differences


@pytest.mark.parametrize("other", ["heated", "at_once"])
def test_cooled_and_heated_samples_have_one_energy(by_way, scatter, other):
    """Samples that came down from 1.3 against samples that were colder before, and against some put there at once."""
    down, up, error = by_way["cooled"].mean(), by_way[other].mean(), scatter * np.sqrt(2 / SAMPLES)
    print(f"energy per particle at T = {TEMPERATURE}: cooled {down:.5f}, {other} {up:.5f}, difference {down - up:.5f} +- {error:.5f}")
    assert error < 0.03 * (down - 6.05)  # the energy at T = 0.6 is 6.1: a memory of it would show
    assert abs(down - up) < 4 * error


@pytest.fixture(scope="module")
def series():
    """Total energies of equilibrated chains at two temperatures so near that their distributions overlap; exchanges are a third of the moves."""
    out = {}
    for temperature in (HOT, COLD):
        chain, _ = settled(liquid(poly(), PARTICLES, temperature), temperature, 5)
        chain.swap_fraction = 1 / 3
        out[temperature] = energies(chain, 24000, sweeps=4) * PARTICLES
    return out


@pytest.mark.parametrize(("here", "there"), [(COLD, HOT), (HOT, COLD)])
def test_reweighted_mean(series, here, there):
    """p_T'(U)/p_T(U) ~ exp[-U (1/T' - 1/T)]: the energies at T, reweighted to T' = 1.05 T, have the mean measured at T', and back."""
    u = series[here]
    weight = np.exp(-(u - u.mean()) * (1 / there - 1 / here))
    value, error = max((jackknife(lambda wu, w: wu / w, weight * u, weight, blocks=blocks) for blocks in (32, 16)), key=lambda pair: pair[1])
    direct, direct_error = series[there].mean(), block_error(series[there])
    print(f"<U> at T = {there}: from T = {here} by reweighting {value:.3f} +- {error:.3f}, measured {direct:.3f} +- {direct_error:.3f}")
    assert abs(series[here].mean() - direct) > 5 * np.hypot(error, direct_error)  # there is something to reweight
    assert abs(value - direct) < 4 * np.hypot(error, direct_error)


def chi_square(here, there, difference, bins=10):
    """Probability of a chi-square as large as that of a histogram of `there` against one of `here` reweighted by exp(-U difference).

    Both series are thinned until their points are independent; the bins hold equal shares of `there`. The last bin follows from the others.
    """
    here, there = (u[:: int(np.ceil(2 * correlation_time(u)))] for u in (here, there))
    edges = np.quantile(there, np.linspace(0, 1, bins + 1)[1:-1])
    weight = np.exp(-(here - here.mean()) * difference)
    weight /= weight.sum()
    place = np.searchsorted(edges, here)
    expected, square = np.bincount(place, weight, bins), np.bincount(place, weight**2, bins)
    found = np.bincount(np.searchsorted(edges, there), minlength=bins) / len(there)
    of_found = (np.diag(found) - np.outer(found, found)) / len(there)
    of_expected = np.diag(square) - np.outer(expected, square) - np.outer(square, expected) + np.outer(expected, expected) * square.sum()
    apart, covariance = (found - expected)[:-1], (of_found + of_expected)[:-1, :-1]
    return scipy.stats.chi2.sf(apart @ np.linalg.solve(covariance, apart), bins - 1)


@pytest.mark.parametrize(("here", "there"), [(COLD, HOT), (HOT, COLD)])
def test_reweighted_histogram(series, here, there):
    """The whole distribution of energies obeys detailed balance between two temperatures: chi-square of the measured against the reweighted one."""
    probability = chi_square(series[here], series[there], 1 / there - 1 / here)
    print(f"p(U) at T = {there} against that at T = {here} reweighted: probability {probability:.3f}")
    assert probability > 1e-3
    assert chi_square(series[here], series[there], 0.0) < 1e-6  # it sees that there is something to reweight
