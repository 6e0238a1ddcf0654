"""Running Fourier sums of velocities against plain transforms; what a hop adds; bad runs; sums on disk; a boiling liquid."""

import dataclasses

import numpy as np
import pytest
from recorded_run import DYNAMICS
from vitrine.errors import InputError, SampleError
from vitrine.preparation.checks import check_trajectories
from vitrine.preparation.dynamics import Dynamics
from vitrine.preparation.motion import Ramp
from vitrine.preparation.record import record_trajectory
from vitrine.samples import Trajectory, read_trajectories, velocity_sums, write_trajectories
from vitrine.samples.velocities import RunningSums, sums_of

STEP = 0.05
RUN = {"frames": 40, "interval": 1.0, "settle": 0.5, "ensemble": "nve", "sampling": 0.05, "highest": 1.0, "resolution": 0.5}


def noise(frames, particles=5, dimension=3, seed=1):
    """Velocities that are correlated in time, each particle of its own size."""
    rng = np.random.default_rng(seed)
    white = rng.standard_normal((frames + 20, particles, dimension))
    smooth = np.array([white[k : k + 20].mean(axis=0) for k in range(frames)])
    return smooth * np.arange(1, particles + 1)[:, None]


def plain(velocities, window):
    """D_i by the definition: (F, N)."""
    frames = len(velocities)
    w = np.ones(frames) if window == "rectangle" else 0.5 * (1 - np.cos(2 * np.pi * np.arange(frames) / frames))
    power = np.sum(np.abs(np.fft.fft(velocities * w[:, None, None], axis=0)) ** 2, axis=2) * STEP / (np.pi * frames * np.mean(w**2))
    return power / np.mean(np.sum(velocities**2, axis=2), axis=0)


@pytest.mark.parametrize("window", ["hann", "rectangle"])
@pytest.mark.parametrize("frames", [600, 610, 1024])
def test_low_bins_are_those_of_the_whole_transform(window, frames):
    velocities = noise(frames)
    sums = sums_of(velocities, STEP, 2.0, 0.5)
    bins = len(sums.low_omega)
    assert bins == int(2.0 / (2 * np.pi / (frames * STEP)))
    np.testing.assert_allclose(sums.low_omega, 2 * np.pi * np.arange(1, bins + 1) / (frames * STEP), rtol=1e-12)
    np.testing.assert_allclose(sums.low_spectra(window), plain(velocities, window)[1 : bins + 1], rtol=1e-9)


@pytest.mark.parametrize("window", ["hann", "rectangle"])
def test_halves_are_transforms_of_half_of_the_run(window):
    velocities = noise(800)
    sums = sums_of(velocities, STEP, 2.0, 0.5)
    every = np.mean(np.sum(velocities**2, axis=2), axis=0)
    for half, part in enumerate((velocities[:400], velocities[400:])):
        ours = sums.half_spectra(half, window)
        own = plain(part, window)[1 : len(ours) + 1] * np.mean(np.sum(part**2, axis=2), axis=0) / every
        assert len(ours) >= 4
        np.testing.assert_allclose(ours, own, rtol=1e-9)


def test_the_whole_spectrum_is_that_of_overlapping_segments_and_has_the_integral_one():
    velocities = noise(2000)
    sums = sums_of(velocities, STEP, 1.0, 1.0)
    half = sums.segment // 2
    starts = range(0, len(velocities) - sums.segment + 1, half)
    every = np.mean(np.sum(velocities**2, axis=2), axis=0)
    naive = [plain(velocities[k : k + sums.segment], "hann") * np.mean(np.sum(velocities[k : k + sums.segment] ** 2, axis=2), axis=0) for k in starts]
    np.testing.assert_allclose(sums.whole_spectra(), np.mean(naive, axis=0)[: half + 1] / every, rtol=1e-9)
    weights = np.r_[0.5, np.ones(half - 1), 0.5] * sums.whole_omega[1]
    assert np.abs(weights @ sums.whole_spectra() - 1).max() < 0.15  # segments weigh the ends of the run less


def test_a_hop_adds_the_square_of_its_length_to_every_low_bin():
    velocities, length = np.zeros((800, 2, 3)), 0.7
    velocities[:, 1, 0] = 1e-3  # never at rest: a spectrum is over <v^2>
    velocities[333, 0] = np.array([0.6, 0.0, 0.8]) * length / STEP
    sums = sums_of(velocities, STEP, 2.0, 0.5)
    power = np.sum(np.abs(sums.low.sum(axis=0)[1:-1, 0]) ** 2, axis=1) * STEP**2
    np.testing.assert_allclose(power, length**2, rtol=1e-12)


def test_a_single_frequency_stands_in_its_bin():
    frames = 1200
    omega = 2 * np.pi * 9 / (frames * STEP)
    velocities = np.cos(omega * STEP * np.arange(frames))[:, None, None] * np.ones((1, 2, 2))
    spectra = sums_of(velocities, STEP, 2.0, 0.5).low_spectra("rectangle")
    assert np.argmax(spectra[:, 0]) == 8 and spectra[8, 0] * 2 * np.pi / (frames * STEP) == pytest.approx(1.0, rel=1e-9)


def test_velocities_too_far_apart_are_named():
    """A mode above the Nyquist frequency is folded; the same mode is seen with a shorter step."""
    times, omega = np.arange(6000) * 0.1, 34.0
    rng = np.random.default_rng(2)
    slow = 10 * rng.standard_normal((1, 3, 3)) * np.cos(5.0 * times)[:, None, None]
    velocities = slow + np.cos(omega * times)[:, None, None]
    with pytest.raises(SampleError, match="velocities 0.1 apart fold the spectrum.*trajectories.sampling lower"):
        sums_of(velocities, 0.1, 1.0, 0.5).check_not_folded()
    sums_of(slow, 0.1, 1.0, 0.5).check_not_folded()


@pytest.mark.parametrize(("frames", "highest", "resolution"), [(100, 0.5, 5.0), (100, 5.0, 0.5)], ids=["lowest bin", "segment"])
def test_a_run_that_is_too_short_is_one_sentence(frames, highest, resolution):
    with pytest.raises(SampleError, match="a run of 5 is too short: .* need a run of") as error:
        RunningSums(frames, STEP, 4, 3, highest, resolution)
    assert "\n" not in str(error.value)
    with pytest.raises(SampleError, match=r"a run of 25\.2 is too short: .* need a run of 25\.6 at least"):  # segments are of a length that is fast
        RunningSums(504, STEP, 2, 3, 1.2, 0.25)
    RunningSums(512, STEP, 2, 3, 1.2, 0.25)


def test_bins_that_are_not_there_are_named():
    sums = sums_of(noise(600), STEP, 2.0, 0.5)
    assert sums.bins_up_to(1.0) == 4
    with pytest.raises(SampleError, match="lies above 0.1"):
        sums.bins_up_to(0.1)
    with pytest.raises(SampleError, match="set config key trajectories.highest higher"):
        sums.bins_up_to(3.0)


def test_sums_before_all_velocities_have_come():
    with pytest.raises(ValueError, match="0 of 600"):
        RunningSums(600, STEP, 4, 3, 2.0, 0.5).sums()


# --- of a run -----------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def start(planar_glass):
    return dataclasses.replace(planar_glass, index=3, parent_temperature=0.05)


@pytest.fixture(scope="module")
def recorded(start):
    return record_trajectory(start, 0.05, DYNAMICS, RUN, np.random.default_rng(1))


def test_a_run_that_is_summed_and_one_that_is_stored_give_the_same_numbers(start, recorded):
    dense = {**RUN, "frames": 800, "interval": 0.05, "sampling": None}
    stored = record_trajectory(start, 0.05, DYNAMICS, dense, np.random.default_rng(1))
    assert stored.sums is None and np.array_equal(stored.positions[::20], recorded.positions)
    theirs = sums_of(stored.velocities, 0.05, RUN["highest"], RUN["resolution"])
    for name in ("low", "whole", "square"):
        assert np.array_equal(getattr(recorded.sums, name), getattr(theirs, name))


def test_constant_energy_keeps_the_energy_and_the_box(start, recorded):
    from vitrine.interactions.forces import energy_and_virial

    energies = [
        energy_and_virial(start.moved(positions))[0] + 0.5 * np.sum(velocities**2)
        for positions, velocities in zip(recorded.positions, recorded.velocities, strict=True)
    ]
    kinetic = 0.5 * np.mean(np.sum(recorded.velocities**2, axis=(1, 2)))
    assert np.ptp(energies) < 0.01 * kinetic and np.array_equal(recorded.boxes[-1], start.box)


def test_sums_come_back_from_disk_and_a_flipped_bit_is_seen(recorded, tmp_path):
    path = tmp_path / "trajectories.gsd"
    plain_one = dataclasses.replace(recorded, index=4, sums=None)
    write_trajectories(path, [recorded, plain_one, dataclasses.replace(recorded, index=5)], {})
    first, second, third = read_trajectories(path)
    assert [one.flag for one in (first, second, third)] == ["", "", ""] and second.sums is None
    for one in (first, third):
        assert all(np.array_equal(getattr(one.sums, name), getattr(recorded.sums, name)) for name in ("low", "whole", "square"))
        assert (one.sums.step, one.sums.frames, one.sums.segment) == (recorded.sums.step, recorded.sums.frames, recorded.sums.segment)
    content = path.read_bytes()
    place = content.find(np.ascontiguousarray(recorded.sums.low).view(float).tobytes()[800:816])
    assert place > 0
    path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    assert "checksum" in next(read_trajectories(path)).flag


def test_a_trajectory_without_velocities_is_named(recorded):
    bare = dataclasses.replace(recorded, sums=None, velocities=np.zeros((0, 0, 0)))
    with pytest.raises(SampleError, match="holds no velocities: set config key trajectories.sampling"):
        velocity_sums(bare)
    with pytest.raises(SampleError, match="not at equal intervals"):
        velocity_sums(dataclasses.replace(recorded, sums=None, times=recorded.times**2))
    with pytest.raises(SampleError, match="fold the spectrum|too short"):
        velocity_sums(dataclasses.replace(recorded, sums=None))
    assert Trajectory.missing(1, "gone").sums is None


SECTION = {"frames": 240, "interval": 1.0, "settle": 2.0, "ensemble": "nve", "sampling": 0.04, "highest": 1.2, "resolution": 0.25}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sampling": 0.05}, "trajectories.sampling is 0.05: a whole multiple of preparation.dynamics.time_step, 0.004"),
        ({"interval": 0.9}, "trajectories.interval is 0.9: a whole multiple of trajectories.sampling"),
        ({"frames": 20}, "trajectories.frames is 20, 1 apart, a run of 20: .* need a run of 25.13"),
        ({"sampling": None}, "spectra need velocities more often; set sampling"),
        ({"frames": 241}, "an even number of velocities"),
    ],
)
def test_runs_that_give_no_spectra_are_refused_before_they_begin(changes, words):
    check_trajectories(SECTION, 0.004, True)
    check_trajectories({**SECTION, "sampling": None}, 0.004, False)
    with pytest.raises(InputError, match=words) as error:
        check_trajectories({**SECTION, **changes}, 0.004, True)
    assert "\n" not in str(error.value)


def test_a_sample_that_boils_is_named(start):
    """A liquid that was set up at a third of its density at constant pressure is no liquid."""
    box = start.box * 1.5
    gas = dataclasses.replace(start, positions=start.positions * 1.5, box=box)
    settings = {**DYNAMICS, "pressure": 0.0, "least_density": 0.5}
    chain = Dynamics(gas, Ramp(0, 0, 0.5, 0.5), settings, np.random.default_rng(1))
    with pytest.raises(SampleError, match="boiled: its density fell to .* start at a lower temperature"):
        chain.advance(1)
    Dynamics(gas, Ramp(0, 0, 0.5, 0.5), {**settings, "least_density": None}, np.random.default_rng(1)).advance(1)
    Dynamics(start, Ramp(0, 0, 0.05, 0.05), {**settings, "pressure": 4.0}, np.random.default_rng(1)).advance(1)
