"""The baths of the built-in integrator keep the ensembles they are meant to keep: canonical kinetic energies, and volumes at constant pressure."""

from functools import cache

import numpy as np
import pytest
from builtin_runs import BATHS, TEMPERATURE, energy, engine, gas, liquids, naive_forces, naive_verlet, present
from naive import block_error, jackknife, unless_by_chance
from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.interactions.forces import configurational_terms
from vitrine.preparation.builtin_dynamics import COMPRESSIBILITY
from vitrine.preparation.motion import Bath, Ramp, thermal_motion


@pytest.fixture(scope="module")
def planar():
    return liquids()["planar"]


@pytest.fixture(scope="module")
def samples():
    return liquids()


# The thermostats. Particles of a gas do not feel one another: their noise is not magnified, and every machine makes the same series.


def canonical(series, expected, variance, discriminate):
    """Mean and variance of a series within four standard errors, which are small enough to tell a difference of `discriminate` in the mean."""
    error = block_error(series)
    squares = (series - expected) ** 2
    assert 4 * error < discriminate
    assert abs(series.mean() - expected) < 4 * error
    assert 4 * block_error(squares) < 0.4 * variance
    assert abs(squares.mean() - variance) < 4 * block_error(squares)


@cache
def canonical_run(thermostat, seed, length):
    """A planar liquid under a thermostat: the end, and sum v^2/T, squared gradients and Laplacians of U along the way."""
    planar, rows = liquids()["planar"], []
    moving = engine(planar, BATHS[thermostat], time_step=0.002, stream=seed)
    moving.run(5000)
    for _ in range(4000 * length):
        moving.run(40)
        rows.append((np.sum(moving.motion.velocities**2) / TEMPERATURE, *configurational_terms(present(planar, moving))))
    return moving, *np.array(rows).T


thermostats = pytest.mark.parametrize("thermostat", ["bussi", "langevin", "mttk"])


@thermostats
def test_the_kinetic_energy_is_canonical(thermostat):
    """Sum v^2/T has a chi-squared distribution: mean f and variance 2 f. One centre of mass more or less is d = 2 in the mean."""
    freedom = 128 if thermostat == "langevin" else 126
    unless_by_chance(lambda seed, length: canonical(canonical_run(thermostat, seed, length)[1], freedom, 2 * freedom, 2.0))


@thermostats
def test_the_configurational_temperature_is_the_bath_s(thermostat):
    """<|grad U|^2>/<laplacian U> = T (recipes 5.14)."""

    def trial(seed, length):
        measured, error = jackknife(lambda a, b: a / b, *canonical_run(thermostat, seed, length)[2:])
        assert error < 0.01 * TEMPERATURE
        assert abs(measured - TEMPERATURE) < 4 * error

    unless_by_chance(trial)


@thermostats
def test_planar_samples_stay_planar(thermostat):
    moving = canonical_run(thermostat, 1, 1)[0]
    assert moving.motion.positions.shape == (64, 2)
    assert not np.any(moving._place.x[:, 2]) and not np.any(moving._v[:, 2]) and not np.any(moving._images[:, 2])


def test_bussi_s_kinetic_energy_forgets_at_the_given_rate():
    """Without forces the propagator is exact for any time step: correlations of sum v^2 decay as exp(-t/tau) (2007 paper, eq. 4)."""
    moving, series = engine(gas(3, 100.0), Bath("bussi", 3.0), time_step=1.0, temperature=1.0), []
    for _ in range(20_000):
        moving.run(1)
        series.append(4 * moving.kinetic_temperature())
    series = np.array(series)
    canonical(series, 4.0, 8.0, 1.0)
    for lag in (1, 3):
        products = (series[:-lag] - 4.0) * (series[lag:] - 4.0) / 8.0
        assert 4 * block_error(products) < 0.2
        assert abs(products.mean() - np.exp(-lag / 3.0)) < 4 * block_error(products)


def test_langevin_velocities_forget_at_the_given_rate():
    """Without forces <v(0) v(t)> = T exp(-t/tau) for any time step, the centre of mass like the rest."""
    moving, series = engine(gas(16, 400.0), Bath("langevin", 2.0), time_step=1.0, temperature=1.5), []
    for _ in range(8000):
        moving.run(1)
        series.append(moving.motion.velocities)
    series = np.array(series)
    canonical(np.sum(series**2, axis=(1, 2)) / 1.5, 32.0, 64.0, 2.0)
    centre = np.sum(series.sum(axis=1) ** 2, axis=1) / 16
    assert abs(centre.mean() - 3.0) < 4 * block_error(centre)
    products = np.mean(series[:-2] * series[2:], axis=(1, 2))
    assert abs(products.mean() - 1.5 * np.exp(-1.0)) < 4 * block_error(products) < 0.1


def test_the_chain_conserves_its_energy(planar):
    """H + f T tau^2 xi_1^2/2 + T tau^2 xi_2^2/2 + f T eta_1 + T eta_2 to the order of the time step squared."""
    errors, span, pace, place = [], 126 * TEMPERATURE * 0.2**2, 0.0, 0.0
    hot = thermal_motion(planar, 2 * TEMPERATURE, np.random.default_rng(5))  # out of balance, so that the chain moves
    for time_step in (0.002, 0.001, 0.0005):
        moving, series = engine(planar, BATHS["mttk"], time_step, motion=hot), []
        for _ in range(9):
            xi_1, xi_2, eta_1, eta_2 = moving.motion.memory["chain"]
            chain = 0.5 * span * (xi_1**2 + xi_2**2 / 126) + TEMPERATURE * (126 * eta_1 + eta_2)
            series.append(energy(planar, moving) + chain)
            pace, place = max(pace, abs(xi_1)), max(place, abs(eta_1))
            moving.run(round(0.05 / time_step))
        errors.append(np.array(series[1:]) - series[0])
    assert pace > 0.1 and place > 0.01
    for coarse, fine in zip(errors, errors[1:], strict=False):
        assert coarse @ fine / (fine @ fine) == pytest.approx(4.0, abs=0.1)


# Constant pressure


@pytest.mark.parametrize(
    "thermostat, count, barostat_time, samples, steps",
    [("bussi", 7, 0.4, 1500, 10), ("bussi", 7, 0.04, 2500, 2), ("langevin", 8, 0.04, 2500, 2), ("mttk", 7, 0.04, 2500, 2)],
)
def test_the_volume_of_a_gas_has_a_gamma_distribution(thermostat, count, barostat_time, samples, steps):
    """P(V) ~ V^n exp(-P V/T), n = N with all velocities thermal and N - 1 with the centre of mass at rest. At the shorter time a step of the
    barostat is half the relaxation time of the volume: without the acceptance test the variance would be a third too large."""
    pressure = 1 / COMPRESSIBILITY  # that of the gas is 1/P: the volume relaxes in one barostat time
    moving, series = engine(gas(8, 8 / pressure), Bath(thermostat, 0.05, pressure, barostat_time), time_step=0.02, temperature=1.0), []
    moving.run(500)
    for _ in range(samples):
        moving.run(steps)
        series.append(moving.box[0, 0] ** 2 * pressure)
    canonical(np.array(series), count + 1, count + 1, 0.9)


@pytest.mark.parametrize("name", ["bussi NPT", "langevin NPT", "mttk NPT"])
def test_pressure_and_volume_of_a_liquid(planar, name):
    """<P_int> = P, and the fluctuations hang together: <(V - <V>) P_int> = -T. Both follow from the weight of the volume by parts."""

    def trial(seed, length):
        moving, rows = engine(planar, BATHS[name], time_step=0.004, stream=seed), []
        moving.run(3000)
        for _ in range(2000 * length):
            moving.run(20)
            rows.append((moving.pressure(), moving.box[0, 0] ** 2))
        pressure, volume = np.array(rows).T
        assert abs(pressure.mean() - 12.0) < 4 * block_error(pressure) < 0.4
        product = (volume - volume.mean()) * (pressure - 12.0)
        assert abs(product.mean() + TEMPERATURE) < 4 * block_error(product) < TEMPERATURE

    unless_by_chance(trial)


def test_box_positions_and_velocities_scale_together():
    """Without forces and thermostat velocities times the edge stay as they are, and so does the centre of mass in units of the edge."""
    sample = gas(8, 0.16)
    moving = engine(sample, Bath("none", 1.0, 50.0, 0.2), time_step=0.01, temperature=1.0)
    edge, start = sample.box[0, 0], moving.motion
    moving.run(200)
    end = moving.motion
    assert abs(end.box[0, 0] / edge - 1) > 0.05
    assert np.allclose(end.velocities * end.box[0, 0], start.velocities * edge, rtol=1e-12)
    assert np.allclose(end.unfolded.mean(axis=0) / end.box[0, 0], start.unfolded.mean(axis=0) / edge, rtol=1e-11)


@pytest.mark.parametrize("scale", [0.8, 0.9, 0.98, 1.02, 1.3])
def test_lists_that_are_scaled_with_the_box_miss_no_pair(samples, scale):
    """All pairs have one range in this mixture, so many are at the edge of the list. The box is pressed by hand, harder than a barostat would."""
    sample = samples["binary"]
    moving = engine(sample, time_step=0.001, temperature=0.2, ramp=Ramp(0, 0, 5.0, 5.0))  # the press heats it
    moving.run(25)
    pressed = moving._sample = present(sample, moving).moved(moving.motion.positions * scale, box=sample.box * scale)
    v = moving.motion.velocities
    moving._place = moving._scaled(moving._place, scale)
    assert np.abs(moving._place.force[:, :2] - naive_forces(pressed, moving.positions, sample.sizes)).max() < 1e-9
    x, _ = naive_verlet(pressed, moving.positions, v, sample.sizes, 0.001, 40)
    moving.run(40)
    assert np.abs(moving.positions - x).max() < 1e-8
    moving.run(2000)
    assert moving._place.listed[0] == moving.box[0, 0]  # a list made in the new box counts from there


@pytest.mark.parametrize("name", ["planar", "spatial", "tight"])
def test_forces_under_pressure_are_those_of_all_pairs(samples, name):
    sample = samples[name]
    moving = engine(sample, Bath("bussi", 0.1, 0.8 * engine(sample).pressure(), 0.2))
    for _ in range(100):
        moving.run(3)
        now = present(sample, moving)
        ideal = np.sum(moving.motion.velocities**2) / (now.dimension * now.volume)
        assert moving.pressure() == pytest.approx(Interactions.of(now).pressure + ideal, rel=1e-11)
    assert now.volume > 1.01 * sample.volume


def test_forces_under_pressure_are_those_of_a_fresh_list(planar):
    """Taking up anew between two steps of the barostat makes all lists anew, and changes no trajectory."""
    bath = Bath("none", 1.0, 12.0, 10.0)
    moving = engine(planar, bath)
    moving.run(120)
    fresh = engine(planar, bath, motion=moving.motion)
    moving.run(60)
    fresh.run(60)
    assert not np.array_equal(moving.box, planar.box)
    assert np.abs(moving.positions - fresh.positions).max() < 1e-9


def test_a_box_that_shrinks_below_twice_the_range_is_reported(samples):
    moving = engine(samples["spatial"], Bath("bussi", 0.1, 200.0, 0.1))
    with pytest.raises(SampleError, match="pressure of 200 brings the box to a width of .*below twice the range"):
        moving.run(2000)
