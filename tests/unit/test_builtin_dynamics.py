"""The built-in integrator: the trajectory of a plain velocity Verlet, the ensembles its baths are meant to keep, and runs that repeat to the bit."""

from dataclasses import replace

import numpy as np
import pytest
from naive import PLANAR, SMALL, block_error, jackknife, jittered, liquid, poly, strained, unit_spheres
from vitrine.errors import InputError, SampleError
from vitrine.interactions import Interactions
from vitrine.interactions.forces import configurational_terms
from vitrine.models import glass_former
from vitrine.preparation.builtin_dynamics import COMPRESSIBILITY, SKIN, BuiltinIntegrator
from vitrine.preparation.motion import Bath, BlowUp, Motion, Ramp, thermal_motion
from vitrine.samples import Sample

TEMPERATURE = 0.6
ISOLATED = Bath("none", 1.0)
BATHS = {
    "none": ISOLATED, "bussi": Bath("bussi", 0.1), "langevin": Bath("langevin", 0.1), "mttk": Bath("mttk", 0.2),
    "bussi NPT": Bath("bussi", 0.1, 12.0, 0.5), "langevin NPT": Bath("langevin", 0.5, 12.0, 0.5), "mttk NPT": Bath("mttk", 0.2, 12.0, 0.5),
}  # fmt: skip


@pytest.fixture(scope="module")
def planar():
    return liquid(poly(**PLANAR), 64, TEMPERATURE)


@pytest.fixture(scope="module")
def samples(planar):
    """`tight` lives in a box hardly wider than twice the range, `binary` has two types and a potential for each pair of them."""
    mixture = {"dimension": 2, "density": 1.1, "small_fraction": 0.35, "cutoff": 2.5, "cutoff_of": "AA"}
    return {
        "planar": planar,
        "spatial": liquid(poly(), 160, TEMPERATURE),
        "tight": liquid(poly(**SMALL), 54, 2 * TEMPERATURE),
        "binary": jittered(glass_former("kob_andersen", mixture), 8, jitter=0.05),
    }


def gas(particles, volume, dimension=2, seed=1):
    """Particles that do not feel one another, at random places."""
    model = replace(unit_spheres(), dimension=dimension, density=particles / volume, scales=np.full((2, 2), 1e-3), energies=np.zeros((2, 2)))
    edge = volume ** (1 / dimension)
    positions = np.random.default_rng(seed).uniform(0, edge, (particles, dimension))
    return Sample(positions, np.ones(particles), np.zeros(particles, dtype=np.int64), np.eye(dimension) * edge, model)


def engine(sample, bath=ISOLATED, time_step=0.005, temperature=TEMPERATURE, stream=1, motion=None, ramp=None):
    motion = thermal_motion(sample, temperature, np.random.default_rng(5)) if motion is None else motion
    return BuiltinIntegrator(sample, motion, ramp or Ramp(0, 0, temperature, temperature), bath, time_step, stream)


def present(sample, moving):
    """The sample as it is now."""
    motion = moving.motion
    return replace(sample, positions=motion.positions, sizes=motion.sizes, box=motion.box)


def energy(sample, moving):
    return Interactions.of(present(sample, moving)).energy + 0.5 * np.sum(moving.motion.velocities**2)


def same(one: Motion, two: Motion) -> bool:
    """Equal to the last bit."""
    pairs = [(getattr(one, name), getattr(two, name)) for name in ("positions", "images", "velocities", "sizes", "box")]
    pairs += [(one.memory[name], two.memory[name]) for name in one.memory]
    return one.step == two.step and one.memory.keys() == two.memory.keys() and all(np.array_equal(a, b) for a, b in pairs)


def naive_forces(sample, x, sizes):
    """Every pair compared, each with its nearest image."""
    i, j = np.triu_indices(len(x), 1)
    vectors = x[j] - x[i]
    vectors -= np.rint(vectors / np.diag(sample.box)) * np.diag(sample.box)
    r = np.linalg.norm(vectors, axis=1)
    pull = (sample.model.derivatives(r, i, j, sizes, sample.types)[1] / r)[:, None] * vectors
    out = np.zeros_like(x)
    np.add.at(out, i, pull)
    np.add.at(out, j, -pull)
    return out


def naive_verlet(sample, x, v, sizes, time_step, steps):
    """Velocity Verlet of unfolded positions."""
    x, v, force = x.copy(), v.copy(), naive_forces(sample, x, sizes)
    for _ in range(steps):
        v += 0.5 * time_step * force
        x += time_step * v
        force = naive_forces(sample, x, sizes)
        v += 0.5 * time_step * force
    return x, v


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
    moving, series = engine(planar, time_step=0.004), []
    for _ in range(64):
        moving.run(250)
        series.append(energy(planar, moving))
    error = np.hypot(block_error(np.array(series[:32]), 8), block_error(np.array(series[32:]), 8))
    assert abs(np.mean(series[:32]) - np.mean(series[32:])) < 4 * error
    assert np.std(series) < 2e-4 * planar.particles * TEMPERATURE


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


# The thermostats


def canonical(series, expected, variance, discriminate):
    """Mean and variance of a series within four standard errors, which are small enough to tell a difference of `discriminate` in the mean."""
    error = block_error(series)
    squares = (series - expected) ** 2
    assert 4 * error < discriminate
    assert abs(series.mean() - expected) < 4 * error
    assert 4 * block_error(squares) < 0.4 * variance
    assert abs(squares.mean() - variance) < 4 * block_error(squares)


@pytest.fixture(scope="module", params=["bussi", "langevin", "mttk"])
def canonical_run(request, planar):
    """A planar liquid under each thermostat: degrees of freedom, sum v^2/T, squared gradients and Laplacians of U; and the pressure."""
    moving = engine(planar, BATHS[request.param], time_step=0.002)
    moving.run(5000)
    rows = []
    for _ in range(4000):
        moving.run(40)
        rows.append((np.sum(moving.motion.velocities**2) / TEMPERATURE, *configurational_terms(present(planar, moving))))
    return 128 if request.param == "langevin" else 126, moving, *np.array(rows).T


def test_the_kinetic_energy_is_canonical(canonical_run):
    """Sum v^2/T has a chi-squared distribution: mean f and variance 2 f. One centre of mass more or less is d = 2 in the mean."""
    freedom, _, kinetic, *_ = canonical_run
    canonical(kinetic, freedom, 2 * freedom, 2.0)


def test_the_configurational_temperature_is_the_bath_s(canonical_run):
    """<|grad U|^2>/<laplacian U> = T (recipes 5.14)."""
    _, _, _, squares, laplacian = canonical_run
    measured, error = jackknife(lambda a, b: a / b, squares, laplacian)
    assert error < 0.01 * TEMPERATURE
    assert abs(measured - TEMPERATURE) < 4 * error


def test_planar_samples_stay_planar(canonical_run):
    moving = canonical_run[1]
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
    errors, span = [], 126 * TEMPERATURE * 0.2**2
    hot = thermal_motion(planar, 2 * TEMPERATURE, np.random.default_rng(5))  # out of balance, so that the chain moves
    for time_step in (0.002, 0.001, 0.0005):
        moving, series = engine(planar, BATHS["mttk"], time_step, motion=hot), []
        for _ in range(9):
            xi_1, xi_2, eta_1, eta_2 = moving.motion.memory["chain"]
            chain = 0.5 * span * (xi_1**2 + xi_2**2 / 126) + TEMPERATURE * (126 * eta_1 + eta_2)
            series.append(energy(planar, moving) + chain)
            moving.run(round(0.05 / time_step))
        errors.append(np.array(series[1:]) - series[0])
    assert abs(xi_1) > 0.1 and abs(eta_1) > 0.01
    for coarse, fine in zip(errors, errors[1:], strict=False):
        assert coarse @ fine / (fine @ fine) == pytest.approx(4.0, abs=0.1)


# Constant pressure


@pytest.mark.parametrize("barostat_time, samples, steps", [(0.4, 1500, 10), (0.04, 2500, 2)])
@pytest.mark.parametrize("thermostat, count", [("bussi", 7), ("langevin", 8), ("mttk", 7)])
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
    moving, rows = engine(planar, BATHS[name], time_step=0.004), []
    moving.run(3000)
    for _ in range(2000):
        moving.run(20)
        rows.append((moving.pressure(), moving.box[0, 0] ** 2))
    pressure, volume = np.array(rows).T
    assert abs(pressure.mean() - 12.0) < 4 * block_error(pressure) < 0.4
    product = (volume - volume.mean()) * (pressure - 12.0)
    assert abs(product.mean() + TEMPERATURE) < 4 * block_error(product) < TEMPERATURE


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
    moving = engine(sample, time_step=0.001, temperature=0.2)
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
