"""Dynamics with masses that are not one: a plain velocity Verlet, time that scales with the root of the mass, equipartition, oscillating modes."""

import dataclasses

import numpy as np
import pytest
from builtin_runs import BATHS, ISOLATED, TEMPERATURE, engine, gas, liquids, naive_forces
from configs import CONFIG
from naive import block_error
from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.linalg import full_spectrum
from vitrine.observables.modes.measure import find_mode_vectors
from vitrine.preparation.dynamics import Dynamics
from vitrine.preparation.liquids import equilibrate_liquid
from vitrine.preparation.minimise import minimise
from vitrine.preparation.motion import Bath, Motion, Ramp, thermal_motion
from vitrine.preparation.quench import quench
from vitrine.preparation.record import record_trajectory
from vitrine.preparation.swap import SwapMonteCarlo

DYNAMICS = {
    "engine": "builtin", "thermostat": "bussi", "thermostat_time": 0.5, "pressure": None, "barostat_time": 1.0, "time_step": 0.004,
    "steps_per_sweep": 5, "device": "auto", "halvings": 0, "exchanges_per_particle": 1.0,
}  # fmt: skip


def with_masses(sample, seed=2):
    return dataclasses.replace(sample, masses=np.random.default_rng(seed).uniform(0.3, 6.0, sample.particles))


@pytest.fixture(scope="module")
def samples():
    return {name: with_masses(sample) for name, sample in liquids().items()}


@pytest.mark.parametrize("name", ["planar", "spatial", "binary"])
def test_the_trajectory_is_that_of_a_plain_velocity_verlet(samples, name):
    sample, step = samples[name], 0.004
    start = thermal_motion(sample, TEMPERATURE, np.random.default_rng(3))
    x, v, masses = start.unfolded, start.velocities.copy(), sample.masses[:, None]
    force = naive_forces(sample, x, sample.sizes)
    for _ in range(60):
        v += 0.5 * step * force / masses
        x = x + step * v
        force = naive_forces(sample, x, sample.sizes)
        v += 0.5 * step * force / masses
    moving = engine(sample, ISOLATED, step, motion=start)
    moving.run(60)
    assert np.abs(moving.positions - x).max() < 1e-10 and np.abs(moving.motion.velocities - v).max() < 1e-9
    assert np.abs(np.einsum("i,ia->a", sample.masses, moving.motion.velocities)).max() < 1e-11


@pytest.mark.parametrize("name", BATHS)
def test_four_times_the_mass_is_half_as_fast(name):
    """Masses times four, times of steps and baths times two, velocities halved: the same path to the last bit, with the noise of every bath."""
    sample, bath = liquids()["planar"], BATHS[name]
    heavy = dataclasses.replace(sample, masses=np.full(sample.particles, 4.0))
    slow = dataclasses.replace(bath, thermostat_time=2 * bath.thermostat_time, barostat_time=2 * bath.barostat_time)
    one, four = engine(sample, bath, 0.004), engine(heavy, slow, 0.008)
    for _ in range(3):
        one.run(100)
        four.run(100)
        assert np.array_equal(one.positions, four.positions) and np.array_equal(one.box, four.box)
        assert np.array_equal(one.motion.velocities, 2 * four.motion.velocities)
        assert one.pressure() == four.pressure() and one.kinetic_temperature() == four.kinetic_temperature()


def test_velocities_are_drawn_at_the_temperature_and_the_centre_of_mass_is_at_rest():
    sample = with_masses(gas(20_000, 1e5, dimension=3))
    velocities = thermal_motion(sample, 1.7, np.random.default_rng(1)).velocities
    assert np.abs(np.einsum("i,ia->a", sample.masses, velocities)).max() < 1e-9
    for kind in (sample.masses < 1, sample.masses > 5):
        energy = sample.masses[kind, None] * velocities[kind] ** 2
        assert energy.mean() == pytest.approx(1.7, abs=4 * 1.7 * np.sqrt(2 / energy.size))


def test_pressure_and_kinetic_temperature(samples):
    for sample in samples.values():
        moving = engine(sample)
        moving.run(30)
        motion = moving.motion
        (n, d), energy = motion.velocities.shape, np.einsum("i,ia->", sample.masses, motion.velocities**2)
        assert moving.kinetic_temperature() == pytest.approx(energy / (n * d - d), rel=1e-12)
        virial = Interactions.of(sample.moved(motion.positions)).pressure
        assert moving.pressure() == pytest.approx(virial + energy / (d * sample.volume), rel=1e-10)
        assert engine(sample, BATHS["langevin"], motion=motion).kinetic_temperature() == pytest.approx(energy / (n * d), rel=1e-12)


def test_langevin_gives_each_particle_the_temperature_and_the_given_friction():
    """Without forces <m v(0) v(t)> = T exp(-t/tau) for every mass."""
    sample = dataclasses.replace(gas(16, 400.0), masses=np.where(np.arange(16) % 2, 9.0, 0.25))
    moving, series = engine(sample, Bath("langevin", 2.0), time_step=1.0, temperature=1.5), []
    for _ in range(4000):
        moving.run(1)
        series.append(moving.motion.velocities * np.sqrt(sample.masses)[:, None])
    for kind in (0, 1):
        scaled = np.array(series)[:, kind::2]
        energy, products = np.mean(scaled**2, axis=(1, 2)), np.mean(scaled[:-2] * scaled[2:], axis=(1, 2))
        assert abs(energy.mean() - 1.5) < 4 * block_error(energy) < 0.1
        assert abs(products.mean() - 1.5 * np.exp(-1.0)) < 4 * block_error(products) < 0.1


def test_a_mode_oscillates_with_its_frequency(planar_glass):
    """x_0 + a u cos(omega t) along the softest mode and a hard one: frequencies and displacements of the statics are those of the dynamics."""
    glass = with_masses(minimise(planar_glass, "lbfgs", tolerance=1e-12).sample)
    omega, modes = find_mode_vectors(glass, 126)
    for k in (0, 100):
        period, amplitude = 2 * np.pi / omega[k], 1e-5
        field = modes[:, k].reshape(glass.positions.shape)
        start = Motion(0, glass.positions + amplitude * field, np.zeros(field.shape, dtype=int), np.zeros(field.shape), glass.sizes, glass.box)
        moving = engine(glass, ISOLATED, period / 1000, motion=start)
        for phase in (0.25, 0.5, 1.0):
            moving.run(250 if phase < 1 else 500)
            moved = (moving.positions - glass.positions).ravel() / amplitude
            assert np.abs(moved - np.cos(2 * np.pi * phase) * field.ravel()).max() < 2e-3 * np.abs(field).max()


def test_unit_masses_would_be_seen(planar_glass):
    """What the test above can tell: without the masses neither the frequencies nor the shapes of the modes are these."""
    glass = with_masses(planar_glass)
    light = np.sqrt(full_spectrum(Interactions.of(planar_glass).hessian, 2)[0])
    assert np.abs(find_mode_vectors(glass, 126)[0] / light - 1).max() > 0.1


# --- who keeps them, and who refuses them -------------------------------------------------------------------------------------------------------


def test_minimisers_do_not_care(samples):
    sample = samples["spatial"]
    for method in ("lbfgs", "cg", "fire"):
        heavy, light = (minimise(one, method, tolerance=1e-6).sample for one in (sample, dataclasses.replace(sample, masses=None)))
        assert np.array_equal(heavy.positions, light.positions) and np.array_equal(heavy.masses, sample.masses)


def test_a_quench_keeps_them(samples):
    settings = CONFIG["quench"] | {"engine": "builtin", "minimiser": "lbfgs"}
    (heavy, row), (light, other) = (quench(one, settings) for one in (samples["spatial"], dataclasses.replace(samples["spatial"], masses=None)))
    assert np.array_equal(heavy.masses, samples["spatial"].masses) and heavy.flag == light.flag and row == other


def test_a_chain_and_its_trajectory_keep_them(samples):
    sample = samples["binary"]
    chain = Dynamics(sample, Ramp(0, 0, 1.0, 1.0), DYNAMICS, np.random.default_rng(1))
    chain.advance(2)
    assert np.array_equal(chain.current().masses, sample.masses)
    trajectory = record_trajectory(sample, 1.0, DYNAMICS, {"interval": 0.05, "frames": 3, "settle": 0.1}, np.random.default_rng(1))
    assert trajectory.flag == "" and np.array_equal(trajectory.start.masses, sample.masses)
    momenta = np.einsum("i,tia->ta", sample.masses, trajectory.velocities)
    assert np.abs(momenta).max() < 1e-11


def test_exchanges_of_sizes_are_refused(samples):
    """Also within a hybrid chain, and as the flag of a liquid."""
    with pytest.raises(SampleError, match="exchanges of sizes would part them"):
        SwapMonteCarlo(samples["spatial"], 1.0, np.random.default_rng(1))
    with pytest.raises(SampleError, match="exchanges of sizes would part them"):
        Dynamics(samples["spatial"], Ramp(0, 0, 1.0, 1.0), DYNAMICS, np.random.default_rng(1), exchanges=1.0)
    settings = {**CONFIG["preparation"], "sampler": "swap"}
    liquid, run = equilibrate_liquid(samples["spatial"], 1.0, 1, settings, 1)
    assert run is None and "exchanges of sizes" in liquid.flag


def test_a_tilted_box_is_a_flag_of_its_trajectory(samples):
    box = samples["planar"].box + np.array([[0, 0.5], [0, 0]])
    tilted = dataclasses.replace(samples["planar"], box=box)
    trajectory = record_trajectory(tilted, 1.0, DYNAMICS, {"interval": 0.05, "frames": 3, "settle": 0.1}, np.random.default_rng(1))
    assert trajectory.flag == "dynamics needs a rectangular box, this one is tilted" and len(trajectory.times) == 0


def test_hoomd_blue_is_not_given_them(samples):
    pytest.importorskip("hoomd", reason="HOOMD-blue is not installed")
    with pytest.raises(SampleError, match="set config key preparation.engine to builtin"):
        Dynamics(samples["binary"], Ramp(0, 0, 1.0, 1.0), {**DYNAMICS, "engine": "hoomd", "device": "cpu"}, np.random.default_rng(1))
