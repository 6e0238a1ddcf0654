"""Dynamics by HOOMD-blue: against velocity Verlet in numpy, the ensembles, exchanges of sizes, and going on from a stored state."""

import io
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("hoomd", reason="HOOMD-blue cannot be imported (envs/hoomd.yaml)")
pytest.importorskip("hoomd.md", reason="this HOOMD-blue was built without molecular dynamics")

import hoomd
from hoomd_runs import EXACT, STARTS, TABULATED, shuffled, start, verlet
from naive import PLANAR, block_error, jackknife, poly
from recorded_run import DYNAMICS
from vitrine.errors import InputError, SampleError
from vitrine.interactions import Interactions
from vitrine.preparation.hoomd_dynamics import WATCH, HoomdIntegrator
from vitrine.preparation.motion import Bath, BlowUp, Motion, Ramp, thermal_motion
from vitrine.preparation.record import record_trajectory
from vitrine.preparation.start import random_start
from vitrine.samples.velocities import sums_of

pytestmark = pytest.mark.hoomd

STREAM = 0x1234_5678_9ABC_DEF0
TIME_STEP = 0.003
NVE = Bath("none", 1.0)
BATHS = {
    "none": NVE,
    "bussi": Bath("bussi", 0.2),
    "langevin": Bath("langevin", 0.2),
    "mttk": Bath("mttk", 0.2),
    "nph": Bath("none", 1.0, 8.0, 1.0),
    "bussi_npt": Bath("bussi", 0.2, 8.0, 1.0),
    "mttk_npt": Bath("mttk", 0.2, 8.0, 1.0),
}
every_bath = pytest.mark.parametrize("bath", BATHS.values(), ids=BATHS)


def thermal(name, temperature=1.0, seed=3):
    return thermal_motion(start(name), temperature, np.random.default_rng(seed))


def constant(temperature=1.0):
    return Ramp(0, 0, temperature, temperature)


def integrator(name, motion=None, bath=NVE, ramp=None, stream=STREAM, time_step=TIME_STEP):
    return HoomdIntegrator(start(name), motion or thermal(name), ramp or constant(), bath, time_step, stream, "cpu")


def settled(name, bath, steps):
    """An integrator that has run for a while and begins a history of its own."""
    first = integrator(name, bath=replace(bath, thermostat="bussi"))
    first.run(steps)
    return integrator(name, motion=first.motion, bath=bath)


def same(one: Motion, other: Motion) -> bool:
    """Whether two states are equal to the last bit."""
    fields = ("positions", "images", "velocities", "sizes", "box")
    equal = all(getattr(one, field).tobytes() == getattr(other, field).tobytes() for field in fields)
    memory = one.memory.keys() == other.memory.keys() and all(one.memory[key].tobytes() == other.memory[key].tobytes() for key in one.memory)
    return equal and memory and one.step == other.step


def difference(one, other) -> float:
    """The largest difference of unfolded positions or velocities, seen relative to a corner of the box that a barostat moves."""
    return max(np.abs(one.unfolded - other.unfolded).max(), np.abs(one.velocities - other.velocities).max())


# Newton's equations


@pytest.mark.parametrize("name", STARTS)
def test_the_trajectory_is_velocity_verlet(name):
    sample, motion = start(name), thermal(name)
    run = integrator(name, motion)
    run.run(40)
    positions, velocities = verlet(sample.moved(motion.unfolded), motion.velocities, TIME_STEP, 40, name in TABULATED)
    assert np.abs(positions - motion.unfolded).max() > 0.1
    np.testing.assert_allclose(run.motion.unfolded, positions, atol=1e-10)
    np.testing.assert_allclose(run.positions, positions, atol=1e-10)
    np.testing.assert_allclose(run.motion.velocities, velocities, atol=1e-9)
    assert run.motion.step == 40


@pytest.mark.parametrize("name", STARTS)
def test_pressure_and_kinetic_temperature(name):
    sample, motion = start(name), thermal(name)
    run = integrator(name, motion)
    run.run(20)
    now = run.motion
    bonds = Interactions.of(sample.moved(now.positions))
    n, d = now.velocities.shape
    kinetic = np.sum(now.velocities**2)
    exact = kinetic / (d * sample.volume) + bonds.pressure
    assert run.kinetic_temperature() == pytest.approx(kinetic / (n * d - d), rel=1e-14)
    bound = run.force_error * np.sum(np.maximum(np.abs(bonds.pair_forces), 1.5) * bonds.distances) / (d * sample.volume)  # eps/lambda is below 1.5
    assert abs(run.pressure() - exact) <= bound + 1e-12 * exact
    assert (run.force_error == 0.0) == (name in EXACT)
    langevin = integrator(name, motion, BATHS["langevin"])
    assert langevin.kinetic_temperature() == pytest.approx(np.sum(motion.velocities**2) / (n * d), rel=1e-14)


@every_bath
def test_looking_changes_nothing(bath):
    """Pressure, temperature and state may be read at any time, and a run may be cut into pieces."""
    quiet, watched = integrator("planar_poly", bath=bath), integrator("planar_poly", bath=bath)
    quiet.run(60)
    for _ in range(20):
        watched.run(3)
        looks = watched.pressure(), watched.kinetic_temperature(), watched.motion, watched.positions, watched.box
    assert same(quiet.motion, watched.motion) and same(quiet.motion, looks[2])
    assert quiet.pressure() == looks[0]


def test_long_runs_are_watched_in_pieces():
    short, long = integrator("binary"), integrator("binary")
    long.run(WATCH + 200)
    short.run(WATCH // 2)
    short.run(WATCH // 2 + 200)
    assert same(short.motion, long.motion)


# State


@every_bath
@pytest.mark.parametrize("name", ["poly", "planar_poly"])
def test_taking_up_loses_no_bit(name, bath):
    motion = integrator(name, bath=bath)
    motion.run(30)
    motion = motion.motion
    assert np.any(motion.images != 0) and np.all(motion.positions >= 0) and np.all(motion.positions < np.diag(motion.box))
    again = integrator(name, motion, bath).motion
    assert same(motion, again)
    assert not np.shares_memory(motion.positions, again.positions)


@every_bath
def test_restarts_are_equal_to_the_last_bit(bath):
    """50 steps, stored in a file, and 50 more: twice the same, and the same as without the file."""

    def run(stored):
        first = integrator("planar_poly", bath=bath, ramp=Ramp(20, 60, 1.0, 0.7))
        first.run(50)
        motion = first.motion
        if stored:
            file = io.BytesIO()
            fields = {name: value for name, value in vars(motion).items() if name != "memory"}
            np.savez(file, **fields, **{f"memory.{name}": value for name, value in motion.memory.items()})
            file.seek(0)
            with np.load(file) as read:
                memory = {name.removeprefix("memory."): read[name] for name in read.files if name.startswith("memory.")}
                motion = Motion(int(read["step"]), *(read[name] for name in fields if name != "step"), memory=memory)
        second = integrator("planar_poly", motion, bath, Ramp(20, 60, 1.0, 0.7))
        second.run(50)
        return second.motion

    end = run(stored=False)
    assert same(end, run(stored=False)) and same(end, run(stored=True))
    assert end.step == 100


@every_bath
def test_taking_up_goes_on_where_it_was(bath):
    """Nothing of the dynamics is lost but rounding, and what was left of the last noise of `langevin`."""
    straight = settled("planar_poly", bath, 200)
    straight.run(30)
    again = integrator("planar_poly", straight.motion, bath)
    straight.run(10)
    again.run(10)
    lost = np.sqrt(2 * 1.0 / bath.thermostat_time * TIME_STEP) if bath.thermostat == "langevin" else 0.0  # kick of one step's noise
    assert difference(straight.motion, again.motion) < 1e-9 + 5 * lost
    assert straight.pressure() == pytest.approx(again.pressure(), rel=1e-8 + 100 * lost)


def test_the_ramp_is_on_absolute_steps():
    """Where the ramp ends in a jump after 40 steps, a run that is taken up at 30 is the uninterrupted one; Bussi's factor shows the temperature."""
    ramp, bath = Ramp(10, 30, 2.0, 0.3), Bath("bussi", 0.01)
    straight = integrator("planar_poly", bath=bath, ramp=ramp)
    straight.run(20)
    middle = straight.motion
    again, otherwise = integrator("planar_poly", middle, bath, ramp), integrator("planar_poly", middle, bath, Ramp(30, 30, 2.0, 0.3))
    for run in (straight, again, otherwise):
        run.run(15)
    assert difference(straight.motion, again.motion) < 1e-9
    assert difference(straight.motion, otherwise.motion) > 1e-3


@pytest.mark.parametrize("ramp", [Ramp(5, 0, 1.0, 0.2), Ramp(3, 4, 1.0, 0.2), Ramp(0, 0, 0.7, 0.2)])
def test_hoomd_reads_a_ramp_as_motion_does(ramp):
    run = integrator("planar_poly", bath=BATHS["bussi"], ramp=ramp)
    variant = run._method.thermostat.kT
    for step in range(12):
        assert variant(step + run._offset) == pytest.approx(ramp.at(step), rel=1e-14)


# Noise


@pytest.mark.parametrize("bath", [BATHS["bussi"], BATHS["langevin"], BATHS["bussi_npt"]], ids=["bussi", "langevin", "bussi_npt"])
def test_streams(bath):
    """Noise is a matter of the whole stream, also where HOOMD-blue's own 16 bits of seed are the same."""

    def after(stream, motion=None):
        run = integrator("planar_poly", motion, bath, stream=stream)
        run.run(5)
        return run.motion

    first = after(STREAM)
    assert same(first, after(STREAM))
    for other in (STREAM + 1, STREAM + (1 << 16), STREAM + (1 << 40)):
        assert difference(first, after(other)) > 1e-4
    assert integrator("planar_poly", stream=STREAM)._simulation.seed == integrator("planar_poly", stream=STREAM + (1 << 40))._simulation.seed
    later = replace(thermal("planar_poly"), step=1000)
    assert difference(first, after(STREAM, later)) > 1e-4  # and of the step


# Exchanges of sizes


@pytest.mark.parametrize("name", ["poly", "planar_poly"])
def test_exchanges_see_no_old_sizes(name):
    """The trajectory through two exchanges is that of the twin, and far from one with a stale half kick, or with a stale list of neighbours."""
    sample, motion, rng = start(name), thermal(name), np.random.default_rng(9)
    exchanges = {10: shuffled(sample, rng), 13: shuffled(sample, rng)}
    run = integrator(name, motion)
    done = 0
    for step, sizes in exchanges.items():
        run.run(step - done)
        before = run.motion
        run.exchange(sizes)
        after = run.motion
        assert same(before, replace(after, sizes=before.sizes)) and np.array_equal(after.sizes, sizes)
        done = step
    run.run(5)
    twin = [verlet(sample, motion.velocities, TIME_STEP, done + 5, True, exchanges, fault) for fault in ("", "kick", "list")]
    scale = np.abs(twin[0][1]).max()  # forces are fierce after so crude an exchange
    assert np.abs(run.motion.velocities - twin[0][1]).max() < 1e-9 * scale
    assert np.abs(run.positions - twin[0][0]).max() < 1e-9 * scale
    for stale in twin[1:]:
        assert np.abs(stale[1] - twin[0][1]).max() > 1e-3 * scale


def gently(sample, rng):
    """Sizes of neighbouring levels exchanged between a few particles of the same type, as swaps that are accepted do."""
    sizes, levels = sample.sizes.copy(), np.unique(sample.sizes)
    for level in rng.choice(len(levels) - 1, 4, replace=False):
        i, j = rng.choice(np.flatnonzero(sizes == levels[level])), rng.choice(np.flatnonzero(sizes == levels[level + 1]))
        sizes[i], sizes[j] = sizes[j], sizes[i]
    return sizes


@every_bath
def test_an_exchange_is_like_taking_up_with_new_sizes(bath):
    """Thermostat, barostat and its pressure follow as they would from a state that is stored with the new sizes."""
    straight = settled("planar_poly", bath, 200)
    straight.run(30)
    sizes = gently(start("planar_poly"), np.random.default_rng(2))
    motion = replace(straight.motion, sizes=sizes)
    straight.exchange(sizes)
    again = integrator("planar_poly", motion, bath)
    assert straight.pressure() == pytest.approx(again.pressure(), rel=1e-9)
    if bath.thermostat == "langevin":
        return  # what is left of the last noise is kept by an exchange and lost in a store: see the next test
    straight.run(10)
    again.run(10)
    assert difference(straight.motion, again.motion) < 1e-9
    for name, value in straight.motion.memory.items():
        np.testing.assert_allclose(value, again.motion.memory[name], atol=1e-10)


@every_bath
def test_an_exchange_of_nothing_does_nothing(bath):
    """With the sizes that are there, only the order in which forces are summed may change; noise that is still to come stays."""
    run, exchanged = settled("planar_poly", bath, 200), settled("planar_poly", bath, 200)
    for _ in range(5):
        run.run(4)
        exchanged.run(4)
        exchanged.exchange(start("planar_poly").sizes)
    run.run(4)
    exchanged.run(4)
    assert difference(run.motion, exchanged.motion) < 1e-9


def test_frequent_exchanges_leave_langevin_warm():
    """An exchange after every step: without the noise that is put back, the kinetic temperature would fall by a quarter and more."""
    run = settled("planar_poly", Bath("langevin", 0.1), 1000)
    sizes, temperatures = start("planar_poly").sizes, []
    for _ in range(2000):
        run.run(2)
        run.exchange(sizes)
        temperatures.append(run.kinetic_temperature())
    assert abs(np.mean(temperatures) - 1.0) < 4 * block_error(temperatures) < 0.15


def test_a_size_that_nobody_has():
    run, sizes = integrator("planar_poly"), start("planar_poly").sizes.copy()
    sizes[0] = 1.2345
    before = run.motion
    with pytest.raises(ValueError, match="has a size that no particle of its type had"):
        run.exchange(sizes)
    assert same(before, run.motion)


# Ensembles


def laplacian(bonds):
    """The Laplacian of the potential energy."""
    _, slope, curvature = bonds.derivatives[:3]
    return 2 * np.sum(curvature + (bonds.sample.dimension - 1) * slope / bonds.distances)


def sampled(run, name, frames, every):
    """Kinetic temperature, |grad U|^2, Laplacian, pressure by HOOMD-blue, of so many frames."""
    out = np.empty((4, frames))
    for frame in range(frames):
        run.run(every)
        now = run.motion
        bonds = Interactions.of(start(name).moved(now.positions, sizes=now.sizes, box=now.box))
        out[:, frame] = run.kinetic_temperature(), np.sum(bonds.forces**2), laplacian(bonds), run.pressure()
    return out


@pytest.mark.parametrize(
    ("name", "thermostat", "frames", "every"),
    [
        ("binary", "bussi", 600, 40),
        ("binary", "langevin", 600, 40),
        ("binary", "mttk", 600, 40),
        ("planar_poly", "mttk", 800, 40),
        ("poly", "bussi", 300, 30),
        ("poly", "langevin", 300, 30),
    ],
)
def test_the_canonical_ensemble(name, thermostat, frames, every):
    """Mean and variance of the kinetic energy, and <|grad U|^2>/<Laplacian> = T (recipes 5.14), at T = 1.3 from a start at T = 1."""
    temperature = 1.3
    ramp, bath = constant(temperature), Bath(thermostat, 0.05)
    run = HoomdIntegrator(start(name), thermal(name), ramp, bath, 0.002, STREAM, "cpu")
    run.run(3000)
    kinetic, squares, curvature, _ = sampled(run, name, frames, every)
    n, d = start(name).positions.shape
    freedom = n * d if thermostat == "langevin" else n * d - d
    assert abs(kinetic.mean() - temperature) < 4 * block_error(kinetic) < 0.03 * temperature
    variance = (kinetic - temperature) ** 2
    assert abs(variance.mean() - 2 * temperature**2 / freedom) < 4 * block_error(variance) < 2 * temperature**2 / freedom
    configurational, error = jackknife(lambda a, b: a / b, squares, curvature)
    assert abs(configurational - temperature) < 4 * error < 0.05 * temperature


@pytest.mark.parametrize(("name", "thermostat", "frames"), [("binary", "bussi", 400), ("planar_poly", "mttk", 800), ("poly", "bussi", 250)])
def test_the_mean_pressure(name, thermostat, frames):
    """At constant pressure its mean is the one that was asked for; the box stays square and its volume moves; the temperature is right too."""
    wanted = {"binary": 8.0, "planar_poly": 15.0, "poly": 60.0}[name]
    run = HoomdIntegrator(start(name), thermal(name), constant(), Bath(thermostat, 0.1, wanted, 0.5), 0.002, STREAM, "cpu")
    run.run(4000)
    kinetic, squares, curvature, pressure = sampled(run, name, frames, 50)
    assert abs(pressure.mean() - wanted) < 4 * block_error(pressure) < 0.1 * wanted
    assert abs(kinetic.mean() - 1.0) < 4 * block_error(kinetic) < 0.05
    configurational, error = jackknife(lambda a, b: a / b, squares, curvature)
    assert abs(configurational - 1.0) < 4 * error < 0.05
    edges = np.diag(run.box)
    assert np.ptp(edges) < 1e-12 and abs(edges[0] - start(name).box[0, 0]) > 1e-4
    assert run.box.shape == start(name).box.shape and np.all(run.box == np.diag(edges))


# What cannot be done


def test_too_large_a_time_step():
    for time_step in (0.2, 5.0):
        run = integrator("poly", time_step=time_step)
        with pytest.raises(BlowUp) as caught:
            run.run(3000)
        assert 0 <= caught.value.step <= 3000


def test_a_runaway_is_seen_at_the_end_of_a_run():
    """Two particles on top of each other: their energy goes into motion, far above the bath's temperature."""
    motion = thermal("planar_poly", 1e-3)
    motion.positions[0] = motion.positions[1] + [0.7, 0.0]
    run = integrator("planar_poly", motion, ramp=constant(1e-3), time_step=1e-3)
    with pytest.raises(BlowUp):
        run.run(100)
    integrator("planar_poly", motion, ramp=constant(10.0), time_step=1e-3).run(100)


def test_a_number_that_is_none():
    motion = thermal("planar_poly")
    motion.velocities[3, 0] = np.nan
    with pytest.raises(BlowUp):
        integrator("planar_poly", motion).run(1)


def test_a_box_that_becomes_too_narrow():
    """Under a huge pressure the box shrinks to less than twice the range."""
    with pytest.raises(SampleError, match="narrower than twice the range"):
        integrator("planar_poly", bath=Bath("bussi", 0.1, 500.0, 0.5)).run(20_000)


def test_langevin_at_constant_pressure():
    with pytest.raises(InputError, match="is langevin at constant pressure: HOOMD-blue allows bussi and mttk there"):
        integrator("binary", bath=Bath("langevin", 1.0, 1.0))


def test_an_unknown_thermostat():
    with pytest.raises(InputError, match="is berendsen: allowed are bussi, langevin, mttk, none"):
        integrator("binary", bath=Bath("berendsen", 1.0))


def test_a_tilted_box():
    sample, motion = start("binary"), thermal("binary")
    motion.box = motion.box + np.array([[0.0, 0.1], [0.0, 0.0]])
    with pytest.raises(ValueError, match="rectangular"):
        HoomdIntegrator(sample, motion, constant(), NVE, TIME_STEP, STREAM, "cpu")


def test_too_many_species():
    sample = random_start(poly(**PLANAR), 70, np.random.default_rng(1))
    with pytest.raises(InputError, match="size_levels must be from 1 to 64 for HOOMD-blue"):
        HoomdIntegrator(sample, thermal_motion(sample, 1.0, np.random.default_rng(1)), constant(), NVE, TIME_STEP, STREAM, "cpu")


def test_a_gpu_that_is_not_there(monkeypatch):
    monkeypatch.setattr(hoomd.device.GPU, "get_available_devices", staticmethod(lambda: []))
    with pytest.raises(InputError, match="device is gpu and HOOMD-blue finds none"):
        HoomdIntegrator(start("binary"), thermal("binary"), constant(), NVE, TIME_STEP, STREAM, "gpu")


def test_description():
    described = integrator("poly").description
    assert described["engine"] == f"HOOMD-blue {hoomd.version.version}" and described["device"] == "CPU" and 0 < described["force_error"] < 1e-4
    assert integrator("binary").description["force_error"] == 0.0


# --- recorded runs ------------------------------------------------------------------------------------------------------------------------------

RECORDED = {"frames": 60, "interval": 0.6, "settle": 3.0, "ensemble": "nve", "sampling": 0.06, "highest": 1.2, "resolution": 0.5}


def record(settings):
    """A run of the mixture at T = 0.5, which settles from its start."""
    dynamics = {**DYNAMICS, "engine": "hoomd", "time_step": TIME_STEP}
    return record_trajectory(replace(start("binary"), parent_temperature=0.5), 0.5, dynamics, settings, np.random.default_rng(1))


def test_a_run_of_constant_energy_is_recorded_with_the_sums_of_its_velocities():
    """The sums taken along the run are those of velocities that are stored as often, and energy and box stay."""
    run = record(RECORDED)
    stored = record({**RECORDED, "frames": 600, "interval": 0.06, "sampling": None})
    assert (run.flag, stored.flag, stored.sums) == ("", "", None) and np.array_equal(stored.positions[::10], run.positions)
    theirs = sums_of(stored.velocities, 0.06, 1.2, 0.5)
    for name in ("low", "whole", "square"):
        assert np.array_equal(getattr(run.sums, name), getattr(theirs, name)), name
    kinetic = 0.5 * np.sum(run.velocities**2, axis=(1, 2))
    energies = kinetic + [Interactions.of(run.frame(number)).energy for number in range(60)]
    assert np.ptp(energies) < 0.01 * kinetic.mean() and all(np.array_equal(box, start("binary").box) for box in run.boxes)
    assert np.ptp(kinetic) > 0.05 * kinetic.mean()  # of constant energy, not of constant kinetic energy
