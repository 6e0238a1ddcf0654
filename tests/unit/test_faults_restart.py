"""Restarts where they are hardest: in the middle of a cooling ramp, and from a file that is damaged anywhere."""

import dataclasses

import numpy as np
import pytest
from test_restart import EVERY, SWEEPS, Killed, killing, same, settings, start_of  # noqa: F401 - killing is a fixture
from vitrine.preparation.liquids import equilibrate_liquid
from vitrine.preparation.restart import Keeper, Restarts
from vitrine.seeds import LIQUID, sample_generator

RAMP = {"cooling_rate": 0.1, "hold_time": 1.2, "thermostat": "langevin", "pressure": None}  # 150 sweeps of 0.02 down, 60 at the end


def cool(folder):
    """Binary discs down from T = 1.3, over three intervals between savings; the random kicks come from the chain's stream."""
    ramp = {**settings("cooling", "builtin", dynamics=RAMP), "sampler": "cooling"}
    return equilibrate_liquid(start_of("dynamics"), 1.0, 9, ramp, SWEEPS, Restarts(folder, EVERY, "origin"))


def test_a_ramp_longer_than_the_interval_between_savings_runs(tmp_path):
    liquid, run = cool(tmp_path)
    assert liquid.flag == "" and run.sweeps == 60


@pytest.mark.parametrize("saving", [1, 2, 3, 4])
def test_a_cooling_run_that_is_killed_goes_on_to_the_same_bits(saving, tmp_path, killing):  # noqa: F811
    """Savings one to three lie on the ramp."""
    undisturbed = cool(tmp_path / "undisturbed")
    killing(saving)
    with pytest.raises(Killed):
        cool(tmp_path / "killed")
    killing(10**6)
    same(cool(tmp_path / "killed"), undisturbed)


def test_times_before_zero_have_streams_of_their_own_and_the_others_stay_as_they_were():
    class Seen(Exception):
        pass

    class Restarts:
        def keeper(self, name, stream, *origin):
            self.stream = stream
            raise Seen

    start, restarts = start_of("dynamics"), Restarts()
    with pytest.raises(Seen):
        equilibrate_liquid(start, 1.0, 9, settings("cooling", "builtin"), SWEEPS, restarts)
    words = {time: restarts.stream(time).integers(2**63) for time in (-100, -50, 0, 50, 100)}
    assert len(set(words.values())) == 5
    for place in ((), (0,), (50,), (10**12,)):
        was = sample_generator(9, LIQUID, start.particles, 1.0, 3, *place)
        assert restarts.stream(*place).integers(2**63) == was.integers(2**63)


def test_exchanges_before_time_zero_restart_too(tmp_path, killing):  # noqa: F811
    """The hybrid sampler draws from the streams of negative times while its velocities settle."""

    def run(folder):
        long = settings("hybrid", "builtin", tuning_sweeps=2 * EVERY)
        return equilibrate_liquid(start_of("hybrid"), 1.0, 9, long, 60, Restarts(folder, EVERY, "origin"))

    undisturbed = run(tmp_path / "undisturbed")
    killing(2)
    with pytest.raises(Killed):
        run(tmp_path / "killed")
    killing(10**6)
    same(run(tmp_path / "killed"), undisturbed)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """The keeper of a run that was stored after its time zero, and the bytes of its file."""
    folder = tmp_path_factory.mktemp("stored")
    start = start_of("swap")
    equilibrate_liquid(start, 1.0, 9, settings("swap", "builtin"), SWEEPS, Restarts(folder, EVERY, "origin"))
    (file,) = folder.iterdir()
    with np.load(file) as arrays:
        key = str(arrays["key"])
    return Keeper(file, key, EVERY, lambda time: np.random.default_rng(time)), file.read_bytes()


def loaded(keeper, path, content):
    """What is read of a file with this content, its arrays as bytes."""
    path.write_bytes(content)
    run = dataclasses.replace(keeper, path=path).load()
    return run and {(part, name): (array.dtype, array.shape, array.tobytes()) for part, arrays in run.items() for name, array in arrays.items()}


def test_no_flipped_bit_ends_a_run_or_changes_it(stored, tmp_path, caplog):
    """One bit each time, at two thousand places: the run is read as it was stored, or not at all."""
    keeper, content = stored
    whole, rng, dropped = loaded(keeper, tmp_path / "run.npz", content), np.random.default_rng(1), 0
    assert whole
    for place in rng.choice(len(content), 2000, replace=False):
        bit, damaged = rng.integers(8), bytearray(content)
        damaged[place] ^= 1 << int(bit)
        read = loaded(keeper, tmp_path / "run.npz", damaged)
        assert read is None or read == whole, (place, bit)
        dropped += read is None
    assert dropped > 1000
    assert "cannot be read" in caplog.text and "starts anew" in caplog.text


def test_no_truncation_ends_a_run(stored, tmp_path):
    keeper, content = stored
    for length in range(0, len(content), 61):
        assert loaded(keeper, tmp_path / "run.npz", content[:length]) is None


def test_arrays_that_were_exchanged_are_seen(stored, tmp_path):
    """An archive that is sound in itself, with other numbers in it."""
    keeper, content = stored
    path = tmp_path / "run.npz"
    path.write_bytes(content)
    with np.load(path) as arrays:
        parts = {name: arrays[name] for name in arrays.files}
    assert loaded(keeper, path, content)
    parts["chain/positions"][0, 0] += 1e-12
    np.savez(path, **parts)
    assert dataclasses.replace(keeper, path=path).load() is None
