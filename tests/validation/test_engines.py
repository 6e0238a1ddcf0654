"""One physics, whatever the sampler: Monte Carlo (swap, counted, Hamiltonian), hybrid, dynamics, built in and by HOOMD-blue, give the same glasses.

Every sampler runs the same model at the same temperature from starts of its own; what is compared are means with errors from blocks, and the errors
are small enough for a wrong ensemble to show: a liquid 10 % hotter would be six errors away. One of all the means is beyond 4.5 errors by chance once
in a hundred trials, so what fails is to fail again.
"""

from functools import cache

import numpy as np
import pytest
from naive import poly, scattered, unless_by_chance
from vitrine.interactions import Interactions
from vitrine.interactions.forces import configurational_terms
from vitrine.preparation.counted import CountedSwap
from vitrine.preparation.dynamics import Dynamics
from vitrine.preparation.hamiltonian import HamiltonianMonteCarlo
from vitrine.preparation.minimise import minimise
from vitrine.preparation.motion import Ramp
from vitrine.preparation.swap import SwapMonteCarlo

PARTICLES, TEMPERATURE, LEVELS = 160, 1.0, 12
LOOKS, EVERY, BLOCKS = 480, 10, 16  # looks at a chain, sweeps between them, blocks for the errors
BINS = np.linspace(0.8, 1.4, 13)  # of r/lambda_ij
DYNAMICS = {
    "device": "cpu", "time_step": 0.005, "steps_per_sweep": 10, "thermostat": "bussi", "thermostat_time": 0.5, "pressure": None, "barostat_time": 2.0,
}  # fmt: skip


def chain_of(sampler, temperature, seed):
    """A chain that has left its start. Dynamics come to it by Monte Carlo at a higher temperature: at first no time step would be short enough."""
    rng = np.random.default_rng([seed, sum(map(ord, sampler))])
    start = scattered(poly(size_levels=LEVELS), PARTICLES, rng)
    chain = SwapMonteCarlo(start, temperature if sampler == "swap" else 1.3 * temperature, rng)
    chain.tune(200, 0.25)
    if sampler == "swap":
        return chain
    if sampler == "counted":
        return CountedSwap(chain.current(), temperature, rng, step=chain.step)
    if sampler == "hamiltonian":
        chain = HamiltonianMonteCarlo(chain.current(), temperature, rng)
        chain.tune(400, 0.8)
        return chain
    kind, engine = sampler.split("-")
    exchanges = 1.0 if kind == "hybrid" else 0.0
    settings = {**DYNAMICS, "engine": engine, "thermostat": "langevin" if kind == "langevin" else "bussi"}
    chain = Dynamics(chain.current(), Ramp(0, 0, temperature, temperature), settings, rng, exchanges=exchanges, swap_range=0.35)
    chain.advance(300)
    return chain


def contacts(sample):
    """Pairs per particle in each bin of r/lambda_ij."""
    i, j = np.triu_indices(sample.particles, 1)
    vectors, edge = sample.positions[j] - sample.positions[i], sample.box[0, 0]
    distance = np.linalg.norm(vectors - edge * np.rint(vectors / edge), axis=1)
    return np.histogram(distance / sample.model.pair_scale(i, j, sample.sizes, sample.types), BINS)[0] / sample.particles


def observed(sampler, temperature=TEMPERATURE, seed=0, length=1):
    """Block means (BLOCKS, quantities): energy per particle, pressure, contacts, configurational temperature, inherent energy."""
    chain, rows = chain_of(sampler, temperature, seed), []
    for look in range(LOOKS * length):
        chain.advance(EVERY)
        sample = chain.current()
        squares, laplacian = configurational_terms(sample)
        inherent = np.nan
        if look % 10 == 9:
            inherent = Interactions.of(minimise(sample, tolerance=1e-6).sample).energy / PARTICLES
        rows.append(
            [chain.energy / PARTICLES, chain.pressure(), inherent, squares, laplacian, *(contacts(sample) if look % 4 == 3 else [np.nan] * 12)]
        )
    blocks = np.nanmean(np.array(rows).reshape(BLOCKS, LOOKS * length // BLOCKS, -1), axis=1)
    return np.column_stack([blocks[:, :3], blocks[:, 3] / blocks[:, 4], blocks[:, 5:]])


@cache
def reference(temperature, seed, length):
    """By swap Monte Carlo: at the temperature of all, and at one a tenth higher, to see how much the means change."""
    return observed("swap", temperature, seed, length)


def deviations(blocks, others):
    """Differences of the means in combined standard errors, and those errors."""
    error = np.sqrt(sum(one.var(axis=0, ddof=1) / len(one) for one in (blocks, others)))
    return (blocks.mean(axis=0) - others.mean(axis=0)) / error, error


SAMPLERS = [
    "counted",
    "hamiltonian",
    "hybrid-builtin",
    "dynamics-builtin",
    "langevin-builtin",
    pytest.param("hybrid-hoomd", marks=pytest.mark.hoomd),
    pytest.param("dynamics-hoomd", marks=pytest.mark.hoomd),
    pytest.param("langevin-hoomd", marks=pytest.mark.hoomd),
]


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_liquid_and_inherent_states_are_those_of_swap_monte_carlo(sampler):
    """Energy, pressure, inherent energy, configurational temperature and g(r/lambda_ij). 16 numbers: one beyond 4.5 errors is no chance."""
    if sampler.endswith("hoomd"):
        pytest.importorskip("hoomd", reason="HOOMD-blue (envs/hoomd.yaml) cannot be imported")

    def trial(seed, length):
        blocks, expected = observed(sampler, TEMPERATURE, seed, length), reference(TEMPERATURE, seed, length)
        z, error = deviations(blocks, expected)
        assert np.all(np.abs(z) < 4.5), z
        assert abs(blocks[:, 3].mean() - TEMPERATURE) < 4.5 * blocks[:, 3].std(ddof=1) / np.sqrt(BLOCKS)
        effect = np.abs(reference(1.1 * TEMPERATURE, seed, length).mean(axis=0) - expected.mean(axis=0))
        assert effect[0] > 6 * error[0] and effect[1] > 6 * error[1] and effect[3] > 6 * error[3], effect / error

    unless_by_chance(trial)
