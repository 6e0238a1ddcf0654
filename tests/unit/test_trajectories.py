"""Trajectories on disk come back bit for bit, through the periodic boundaries, and whatever is wrong with a file is said: never another path."""

import dataclasses
import os
import stat
from itertools import pairwise

import gsd.hoomd
import numpy as np
import pytest
from naive import PLANAR, liquid, poly, strained
from vitrine.errors import InputError
from vitrine.observables import jobs
from vitrine.preparation.record import record_trajectory
from vitrine.samples import Trajectory, read_trajectories, read_trajectories_provenance, write_samples, write_trajectories

FRAMES = 6
ORIGIN = {"study": "test", "seed": 7, "identity": "these settings"}


def walk(sample, index):
    """Particles that go far through the boundaries, in a box that breathes."""
    rng = np.random.default_rng(index)
    steps = rng.standard_normal((FRAMES, sample.particles, sample.dimension)).cumsum(axis=0) * 2
    boxes = np.array([sample.box * (1 + 0.01 * frame) for frame in range(FRAMES)])
    velocities = rng.standard_normal(steps.shape)
    start = dataclasses.replace(sample, index=index, parent_temperature=0.5)
    positions = sample.positions + steps - steps[0]
    return Trajectory(index, 0.1 * np.arange(FRAMES), positions, velocities, boxes, start)


@pytest.fixture(scope="module")
def paths():
    """In space, in the plane and in a tilted box; and one that was not recorded."""
    solid, planar = liquid(poly(), 160, 1.0, sweeps=10), liquid(poly(**PLANAR), 80, 1.0, sweeps=10)
    tilted = strained(liquid(poly(), 200, 1.0, sweeps=10), np.array([[1, 0.1, -0.05], [0, 1, 0.07], [0, 0, 1.0]]))
    return [walk(solid, 0), walk(planar, 2), Trajectory.missing(3, "blew up at step 3"), walk(tilted, 4)]


@pytest.fixture
def stored(paths, tmp_path):
    path = tmp_path / "trajectories.gsd"
    write_trajectories(path, paths, ORIGIN)
    return path


def assert_same(one, other):
    assert np.array_equal(one.times, other.times) and np.array_equal(one.velocities, other.velocities)
    assert np.array_equal(one.boxes, other.boxes)
    edges = np.linalg.norm(other.boxes[0], axis=0).max()
    assert np.abs(one.positions - other.positions).max() < 1e-13 * max(1.0, np.abs(other.positions).max() / edges) * edges
    assert one.start.particles == other.start.particles and np.array_equal(one.start.sizes, other.start.sizes)


def assert_nothing_false(path, paths):
    """Whatever still comes for a sample is that sample's path, or says why it is not; how many came as they were."""
    given, good = {one.index: one for one in paths}, 0
    try:
        for one in read_trajectories(path):
            assert one.index in given
            if one.flag:
                assert one.flag == given[one.index].flag or (one.flag.startswith("unreadable: ") and path.name in one.flag)
                good += one.flag == given[one.index].flag
            else:
                assert_same(one, given[one.index])
                good += 1
    except InputError as error:
        assert path.name in str(error) and "\n" not in str(error)
    return good


def test_round_trip(stored, paths):
    found = list(read_trajectories(stored))
    assert [one.index for one in found] == [0, 2, 3, 4] and [one.flag for one in found] == ["", "", "blew up at step 3", ""]
    for one, other in zip(found, paths, strict=True):
        if not other.flag:
            assert_same(one, other)
    assert len(found[2].times) == 0 and found[2].start is None
    assert read_trajectories_provenance(stored) == ORIGIN


def test_as_others_read_it(stored, paths):
    """A plain GSD reader: positions in the box, images and velocities of every frame."""
    with gsd.hoomd.open(stored) as trajectory:
        frames = list(trajectory)
    assert len(frames) == 3 * FRAMES + 1
    for frame, number in zip(frames[:FRAMES], range(FRAMES), strict=True):
        box = np.array(frame.configuration.box[:3], dtype=float)
        assert np.all(np.abs(frame.particles.position) <= box / 2 * (1 + 1e-6))
        unfolded = frame.particles.position + frame.particles.image * paths[0].boxes[number].diagonal()
        shift = unfolded - paths[0].positions[number]
        assert np.allclose(shift, shift[0], atol=1e-5) and np.array_equal(frame.particles.velocity, paths[0].velocities[number])
    assert any(np.any(frame.particles.image != 0) for frame in frames)


def test_who_may_read_it(stored):
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(stored.stat().st_mode) == 0o666 & ~umask


def test_a_flipped_bit_anywhere_is_never_used(stored, paths):
    content, rng, noticed = stored.read_bytes(), np.random.default_rng(1), 0
    for place in rng.integers(0, len(content), 300):
        damaged = bytearray(content)
        damaged[place] ^= 1 << int(rng.integers(8))
        stored.write_bytes(damaged)
        noticed += assert_nothing_false(stored, paths) < 4
    assert noticed > 150


@pytest.mark.parametrize("keep", [0, 10, 300, 0.3, 0.6, 0.9])
def test_a_truncated_file_is_named(stored, paths, keep):
    content = stored.read_bytes()
    stored.write_bytes(content[: int(keep * len(content)) if isinstance(keep, float) else keep])
    assert assert_nothing_false(stored, paths) < 4


@pytest.mark.parametrize("lost", [0, 2, FRAMES - 1])
def test_a_missing_frame_is_seen(stored, lost):
    with gsd.hoomd.open(stored) as trajectory:
        frames = [frame for number, frame in enumerate(trajectory) if number != lost]
    with gsd.hoomd.open(stored, "w", precision="double") as trajectory:
        trajectory.extend(frames)
    assert next(read_trajectories(stored)).flag == "unreadable: frames are missing in trajectories.gsd"


@pytest.mark.parametrize("reader", [lambda path: list(read_trajectories(path)), read_trajectories_provenance])
@pytest.mark.parametrize("content", [None, b"", b"not a trajectory\n" * 100])
def test_what_is_no_file_of_trajectories_is_one_sentence(reader, content, tmp_path):
    path = tmp_path / "x.gsd"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"x\.gsd: .*remove it and run again") as error:
        reader(path)
    assert "\n" not in str(error.value)


def test_samples_are_no_trajectories(paths, tmp_path):
    write_samples(tmp_path / "x.gsd", [paths[0].start])
    with pytest.raises(InputError, match=r"x\.gsd: frame 0 cannot be read"):
        list(read_trajectories(tmp_path / "x.gsd"))


# --- as a job takes them ------------------------------------------------------------------------------------------------------------------------


def test_a_batch_has_every_sample_in_its_order(stored):
    """What is not in the file is flagged; what belongs to another batch is left out."""
    found = list(jobs._trajectories(stored, range(1, 7), ""))
    assert [one.index for one in found] == list(range(1, 7))
    absent = "unreadable: not in trajectories.gsd"
    assert [one.flag for one in found] == [absent, "", "blew up at step 3", "", absent, absent]


def test_trajectories_of_other_settings_are_refused(stored):
    assert len(list(jobs._trajectories(stored, range(5), "these settings"))) == 5
    with pytest.raises(InputError, match=r"trajectories\.gsd: was made with another seed"):
        list(jobs._trajectories(stored, range(5), "others"))


# --- recorded -----------------------------------------------------------------------------------------------------------------------------------

DYNAMICS = {"engine": "builtin", "device": "cpu", "time_step": 0.005, "steps_per_sweep": 25, "exchanges_per_particle": 1.0} | {
    "thermostat": "langevin", "thermostat_time": 0.5, "pressure": None, "barostat_time": 5.0, "halvings": 2,
}  # fmt: skip
SETTINGS = {"frames": 5, "interval": 0.02, "settle": 0.05}


def test_what_is_recorded_is_one_path(planar_glass):
    start = dataclasses.replace(planar_glass, index=3, parent_temperature=0.3)
    one, again, other = (record_trajectory(start, 0.3, DYNAMICS, SETTINGS, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert (one.index, one.flag, one.positions.shape) == (3, "", (5, 64, 2))
    assert np.allclose(one.times, 0.02 * np.arange(5), rtol=1e-12)
    assert np.array_equal(one.positions, again.positions) and not np.array_equal(one.positions, other.positions)
    for (a, b), velocity in zip(pairwise(one.positions), one.velocities, strict=False):
        assert np.abs(b - a - 0.02 * velocity).max() < 0.05  # no jump over the box
    assert np.array_equal(one.boxes, np.array(5 * [planar_glass.box])) and one.start.index == 3


def test_a_liquid_with_a_flag_is_not_run(planar_glass):
    flagged = dataclasses.replace(planar_glass, index=3, flag="not equilibrated")
    one = record_trajectory(flagged, 0.3, DYNAMICS, SETTINGS, np.random.default_rng(1))
    assert (one.index, one.flag, len(one.times)) == (3, "not equilibrated", 0)


def test_a_time_step_that_blows_up_is_flagged(planar_glass, caplog):
    wild = record_trajectory(planar_glass, 0.3, {**DYNAMICS, "time_step": 0.9}, SETTINGS, np.random.default_rng(1))
    assert wild.flag.startswith("blew up at step ") and "time step 0.9" in wild.flag and "blew up" in caplog.text
