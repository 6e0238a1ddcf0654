"""The built-in integrator: the trajectory of a plain velocity Verlet, ramps, runs that repeat to the bit, and trouble that is reported."""

from dataclasses import replace

import numpy as np
import pytest
from builtin_runs import BATHS, TEMPERATURE, energy, engine, gas, liquids, naive_verlet, present
from naive import block_error, strained, unless_by_chance
from vitrine.errors import InputError, SampleError
from vitrine.interactions import Interactions
from vitrine.preparation.builtin_dynamics import SKIN
from vitrine.preparation.motion import Bath, BlowUp, Motion, Ramp, thermal_motion


@pytest.fixture(scope="module")
def planar():
    return liquids()["planar"]


@pytest.fixture(scope="module")
def samples():
    return liquids()


def same(one: Motion, two: Motion) -> bool:
    """Equal to the last bit."""
    pairs = [(getattr(one, name), getattr(two, name)) for name in ("positions", "images", "velocities", "sizes", "box")]
    pairs += [(one.memory[name], two.memory[name]) for name in one.memory]
    return one.step == two.step and one.memory.keys() == two.memory.keys() and all(np.array_equal(a, b) for a, b in pairs)


# The trajectory


@pytest.mark.parametrize("name", ["planar", "spatial", "tight", "binary"])
def test_the_trajectory_is_that_of_a_plain_velocity_verlet(samples, name):
    sample = samples[name]
    moving = engine(sample)
    start = moving.motion
    moving.run(120)
    x, v = naive_verlet(sample, start.unfolded, start.velocities, sample.sizes, 0.005, 120)
    slack = min(SKIN, np.min(np.diag(sample.box)) / 2 - sample.model.range)
    assert np.linalg.norm(x - start.unfolded, axis=1).max() > 0.6 * slack  # the pair list was made anew on the way
    assert np.abs(moving.positions - x).max() < 1e-10
    assert np.abs(moving.motion.velocities - v).max() < 1e-9


def test_exchanged_sizes_interact_at_once(samples):
    """The trap: with the smallest and the largest exchanged, pairs interact that the old list does not hold."""
    sample = samples["spatial"]
    moving = engine(sample)
    moving.run(20)
    before = moving.motion
    order = np.argsort(sample.sizes)
    sizes = sample.sizes.copy()
    sizes[order[:4]], sizes[order[-4:]] = sample.sizes[order[-4:]], sample.sizes[order[:4]]
    old, new = (Interactions.of(present(sample, moving).moved(before.positions, sizes=s)) for s in (sample.sizes, sizes))
    missed = set(zip(new.i, new.j, strict=True)) - set(zip(old.i, old.j, strict=True))
    i, j = np.array(sorted(missed)).T
    vectors = before.positions[j] - before.positions[i]
    distance = np.linalg.norm(vectors - np.rint(vectors / np.diag(sample.box)) * np.diag(sample.box), axis=1)
    assert np.any(distance > sample.model.ranges[0, 0] * sample.model.pair_scale(i, j, sample.sizes, sample.types) + SKIN)
    moving.exchange(sizes)
    after = moving.motion
    assert np.array_equal(after.sizes, sizes) and np.array_equal(after.velocities, before.velocities)
    assert np.allclose(after.unfolded, before.unfolded, rtol=0, atol=1e-13)
    moving.run(10)
    x, v = naive_verlet(sample, before.unfolded, before.velocities, sizes, 0.005, 10)
    assert np.abs(moving.positions - x).max() < 1e-10
    assert np.abs(moving.motion.velocities - v).max() < 1e-8  # the forces are large, sizes were exchanged without asking


def test_free_flight():
    """Particles without forces fly straight through many boxes, and come back folded."""
    sample = gas(16, 30.0, dimension=3)
    moving = engine(sample, time_step=0.01)
    start = moving.motion
    moving.run(3000)
    assert np.allclose(moving.positions, start.unfolded + 30.0 * start.velocities, rtol=0, atol=1e-10)
    end = moving.motion
    assert np.abs(end.images).max() > 3 and np.all(end.positions >= 0) and np.all(end.positions < end.box[0, 0])
    assert np.array_equal(end.unfolded, moving.positions) and end.step == 3000


@pytest.mark.parametrize("name", ["planar", "spatial"])
def test_the_error_of_the_energy_goes_with_the_square_of_the_time_step(samples, name):
    sample = samples[name]
    errors = []
    for time_step in (0.002, 0.001, 0.0005):
        moving = engine(sample, time_step=time_step)
        first, series = energy(sample, moving), []
        for _ in range(8):
            moving.run(round(0.05 / time_step))
            series.append(energy(sample, moving) - first)
        errors.append(np.array(series))
        assert np.abs(moving.motion.velocities.sum(axis=0)).max() < 1e-11
    for coarse, fine in zip(errors, errors[1:], strict=False):
        assert coarse @ fine / (fine @ fine) == pytest.approx(4.0, abs=0.1)


def test_the_energy_does_not_drift(planar):
    """Over 40 times the time in which velocities forget, the energy only trembles."""

    def trial(seed, length):
        motion = thermal_motion(planar, TEMPERATURE, np.random.default_rng(4 + seed))
        moving, series = engine(planar, time_step=0.004, motion=motion), []
        for _ in range(64 * length):
            moving.run(250)
            series.append(energy(planar, moving))
        first, second = np.array(series).reshape(2, -1)
        error = np.hypot(block_error(first, 8), block_error(second, 8))
        assert abs(first.mean() - second.mean()) < 4 * error
        assert np.std(series) < 2e-4 * planar.particles * TEMPERATURE

    unless_by_chance(trial)


@pytest.mark.parametrize("name", ["planar", "spatial"])
def test_reversed_velocities_lead_back(samples, name):
    sample = samples[name]
    moving = engine(sample)
    start = moving.motion
    moving.run(200)
    there = moving.motion
    assert np.abs(there.unfolded - start.unfolded).max() > 0.2
    back = engine(sample, motion=replace(there, velocities=-there.velocities))
    back.run(200)
    assert np.abs(back.positions - start.unfolded).max() < 1e-9
    assert np.abs(back.motion.velocities + start.velocities).max() < 1e-8


# Ramps, repetition, trouble


def test_ramps_go_on_where_they_were():
    sample, ramp = gas(1000, 1e4, dimension=3), Ramp(100, 200, 2.0, 0.5)
    moving = engine(sample, Bath("bussi", 0.01), ramp=ramp, temperature=2.0)
    for steps, expected in ((90, 2.0), (110, 1.25), (60, 0.8), (100, 0.5)):  # taken up anew each time
        moving.run(steps)
        assert moving.kinetic_temperature() == pytest.approx(expected, rel=4 * np.sqrt(2 / 2997) + 0.012)  # 0.012: two steps of the ramp
        moving = engine(sample, Bath("bussi", 0.01), ramp=ramp, motion=moving.motion)


@pytest.mark.parametrize("name", sorted(BATHS))
def test_runs_repeat_to_the_bit(planar, name):
    """Cut anywhere; and taken up anew at the same steps."""
    one, two = engine(planar, BATHS[name]), engine(planar, BATHS[name])
    one.run(100)
    for steps in (0, 1, 36, 63):
        two.run(steps)
    assert same(one.motion, two.motion)
    ends = []
    for cuts in ((50,), (20, 30)):
        moving = engine(planar, BATHS[name])
        for steps in cuts:
            moving.run(steps)
        engine(planar, BATHS["bussi NPT"], stream=9).run(10)  # nothing is shared between integrators
        moving = engine(planar, BATHS[name], motion=moving.motion)
        moving.run(50)
        ends.append(moving.motion)
    assert same(*ends)


def test_a_motion_is_a_copy_and_taking_it_up_is_exact(planar):
    moving = engine(planar, BATHS["mttk"])
    moving.run(70)
    motion = moving.motion
    kept = replace(motion, positions=motion.positions.copy(), velocities=motion.velocities.copy(), memory=dict(motion.memory))
    assert same(engine(planar, BATHS["mttk"], motion=motion).motion, motion)
    again = engine(planar, BATHS["mttk"], motion=motion)
    again.run(60)
    moving.run(60)
    assert same(motion, kept)
    assert np.abs(again.positions - moving.positions).max() < 1e-10  # mttk has no noise: only the order of sums differs
    forgetful = engine(planar, BATHS["mttk"], motion=replace(motion, memory={}))
    forgetful.run(60)
    assert np.abs(forgetful.positions - moving.positions).max() > 1e-6


@pytest.mark.parametrize("name", ["bussi", "langevin", "bussi NPT"])
def test_noise_is_that_of_the_stream_and_the_step(planar, name):
    motion, ends = thermal_motion(planar, TEMPERATURE, np.random.default_rng(5)), []
    for stream, step in ((1, 0), (2, 0), (1, 100), (2**63 - 1, 0)):
        moving = engine(planar, BATHS[name], stream=stream, motion=replace(motion, step=step))
        moving.run(10)
        ends.append(moving.motion.velocities)
    assert all(not np.array_equal(one, two) for k, one in enumerate(ends) for two in ends[:k])


@pytest.mark.parametrize("name", sorted(BATHS))
def test_too_large_a_time_step_is_reported_with_its_step(planar, name):
    moving = engine(planar, BATHS[name], time_step=0.3)
    moving.run(0)
    with pytest.raises(BlowUp) as trouble:
        moving.run(2000)
    assert 0 < trouble.value.step <= 1000


def test_what_is_not_finite_or_too_hot_is_reported(planar):
    motion = replace(thermal_motion(planar, TEMPERATURE, np.random.default_rng(5)), step=40)
    velocities = motion.velocities.copy()
    velocities[3, 1] = np.nan
    with pytest.raises(BlowUp) as trouble:
        engine(planar, motion=replace(motion, velocities=velocities)).run(5)
    assert trouble.value.step == 41
    cold, sample = Ramp(0, 0, TEMPERATURE / 150, TEMPERATURE / 150), gas(20, 400.0)  # a gas stays as hot as it is
    with pytest.raises(BlowUp) as trouble:
        engine(sample, ramp=cold).run(5)
    assert trouble.value.step == 5
    engine(sample, ramp=Ramp(0, 0, TEMPERATURE / 20, TEMPERATURE / 150)).run(5)


def test_pressure_and_kinetic_temperature(samples):
    for sample in samples.values():
        moving = engine(sample)
        moving.run(30)
        now, v = present(sample, moving), moving.motion.velocities
        n, d = v.shape
        assert moving.kinetic_temperature() == pytest.approx(np.sum(v**2) / (n * d - d), rel=1e-13)
        assert moving.pressure() == pytest.approx(Interactions.of(now).pressure + np.sum(v**2) / (d * now.volume), rel=1e-11)
        assert engine(sample, BATHS["langevin"], motion=moving.motion).kinetic_temperature() == pytest.approx(np.sum(v**2) / (n * d), rel=1e-13)


def test_what_cannot_be_run(planar):
    with pytest.raises(InputError, match="'berendsen': allowed are none, bussi, langevin, mttk"):
        engine(planar, Bath("berendsen", 1.0))
    with pytest.raises(InputError, match="mttk needs temperatures above zero"):
        engine(planar, BATHS["mttk"], ramp=Ramp(0, 100, 1.0, 0.0))
    with pytest.raises(ValueError, match="tilted"):
        engine(strained(planar, np.array([[1, 0.1], [0, 1]])))
    with pytest.raises(SampleError, match="below twice the range"):
        engine(strained(planar, 0.5 * np.eye(2)))
    with pytest.raises(SampleError, match="larger than the model's largest"):
        engine(planar).exchange(2 * planar.sizes)
