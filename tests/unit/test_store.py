"""Samples on disk come back bit for bit, and whatever is wrong with a file is said: nothing broken is used."""

import dataclasses
import json

import gsd.fl
import gsd.hoomd
import numpy as np
import pytest
from naive import PLANAR, binary, fcc, jittered, liquid, poly, strained
from vitrine.errors import InputError, SampleError
from vitrine.files import whole_file
from vitrine.interactions import Interactions
from vitrine.models.registry import GLASS_FORMERS
from vitrine.samples import Sample, batch_samples, read_samples, write_samples

TEMPERATURE = 0.55


def sample_number(index, sample=None):
    sample = sample or liquid(poly(), 160, 1.0, sweeps=10, seed=index + 1)
    return dataclasses.replace(
        sample, index=index, parent_temperature=TEMPERATURE, provenance={"engine": "test", "seed": 7, "nested": {"tolerance": 1e-10}}
    )


@pytest.fixture(scope="module")
def samples():
    return [sample_number(index) for index in range(3)]


@pytest.fixture
def stored(samples, tmp_path):
    path = tmp_path / "glasses.gsd"
    write_samples(path, samples)
    return path


def read_all(path):
    return list(read_samples(path))


def batch(path, indices=range(3), particles=160, temperature=TEMPERATURE):
    return list(batch_samples(path, indices, particles=particles, parent_temperature=temperature))


def assert_same(ours, original, atol=1e-14):
    edges = original.box
    shift = np.linalg.solve(edges, (ours.positions - original.positions).T)
    assert np.allclose(shift, np.rint(shift), atol=atol)
    assert np.all(np.linalg.solve(edges, ours.positions.T) > -1e-15) and np.all(np.linalg.solve(edges, ours.positions.T) < 1 + 1e-15)
    assert np.array_equal(ours.sizes, original.sizes) and np.array_equal(ours.types, original.types)
    assert np.array_equal(ours.box, original.box)
    for name in ("index", "parent_temperature", "flag", "provenance"):
        assert getattr(ours, name) == getattr(original, name), name


def test_round_trip(samples, stored):
    back = read_all(stored)
    assert len(back) == 3
    for ours, original in zip(back, samples, strict=True):
        assert_same(ours, original)
        assert ours.model.describe() == original.model.describe()
        assert ours.positions.dtype == ours.sizes.dtype == np.float64
        assert Interactions.of(ours).energy == pytest.approx(Interactions.of(original).energy, rel=1e-12)


def test_a_minimum_survives(glass, tmp_path):
    write_samples(tmp_path / "glass.gsd", [sample_number(0, glass)])
    (back,) = read_all(tmp_path / "glass.gsd")
    assert Interactions.of(back).residual < 1e-10


def test_flag_and_unset_temperature_come_back(samples, tmp_path):
    flagged = dataclasses.replace(samples[0], flag="not equilibrated: reason", parent_temperature=np.nan)
    write_samples(tmp_path / "x.gsd", [flagged])
    (back,) = read_all(tmp_path / "x.gsd")
    assert back.flag == flagged.flag and np.isnan(back.parent_temperature)


def test_planar_and_tilted_boxes_and_unfolded_positions(tmp_path):
    planar = liquid(poly(**PLANAR), 80, 1.0)
    tilted = strained(liquid(poly(), 200, 1.0), np.array([[1, 0.1, -0.05], [0, 1, 0.07], [0, 0, 1.0]]))
    away = tilted.moved(tilted.positions + np.random.default_rng(1).integers(-3, 4, tilted.positions.shape) @ tilted.box.T)
    originals = [sample_number(0, planar), sample_number(1, strained(planar, np.array([[1, 0.1], [0, 1.0]]))), sample_number(2, away)]
    write_samples(tmp_path / "x.gsd", originals)
    for ours, original in zip(read_all(tmp_path / "x.gsd"), originals, strict=True):
        assert_same(ours, original, atol=1e-13)
        assert Interactions.of(ours).energy == pytest.approx(Interactions.of(original).energy, rel=1e-10)


def test_box_and_types_stand_in_the_file_as_hoomd_wants_them(tmp_path, monkeypatch):
    """Lx, Ly, Lz, xy, xz, yz; positions centred on the origin; the second edge vector is (xy Ly, Ly, 0)."""
    monkeypatch.setitem(GLASS_FORMERS, "binary", (lambda parameters: binary(), {}, {}))
    mixture = jittered(binary(), 8)
    tilted = sample_number(0, strained(mixture, np.array([[1, 0.25], [0, 1.0]])))
    solid = sample_number(1, strained(liquid(poly(), 200, 1.0), np.array([[1, 0.1, -0.05], [0, 1.02, 0.07], [0, 0, 0.97]])))
    write_samples(tmp_path / "x.gsd", [tilted, solid])
    with gsd.hoomd.open(tmp_path / "x.gsd") as trajectory:
        for frame, sample in zip(trajectory, (tilted, solid), strict=True):
            lx, ly, lz, xy, xz, yz = map(float, frame.configuration.box)
            box = np.array([[lx, xy * ly, xz * lz], [0, ly, yz * lz], [0, 0, lz]])
            d = sample.dimension
            assert frame.configuration.dimensions == d
            assert np.allclose(box[:d, :d], sample.box, rtol=1e-6)
            fractional = np.linalg.solve(sample.box, frame.particles.position[:, :d].T)
            assert np.all(np.abs(fractional) <= 0.5 + 1e-12)
            assert np.array_equal(frame.particles.diameter, sample.sizes)
            assert np.array_equal(frame.particles.typeid, sample.types)
            assert frame.particles.position.dtype == np.float64
        assert trajectory[0].particles.types == ["A", "B"]
        assert np.all(trajectory[0].particles.position[:, 2] == 0)
    first, _ = read_all(tmp_path / "x.gsd")
    assert isinstance(first, Sample), first
    assert np.array_equal(first.types, mixture.types)


def test_second_trip_keeps_every_number(stored, tmp_path):
    once = read_all(stored)
    write_samples(tmp_path / "again.gsd", once)
    for first, second in zip(once, read_all(tmp_path / "again.gsd"), strict=True):
        assert np.abs(first.positions - second.positions).max() < 1e-14
        assert np.array_equal(first.sizes, second.sizes)


def test_batch_in_the_order_asked_for(samples, stored):
    back = batch(stored, [2, 0])
    assert [sample.index for sample in back] == [2, 0]
    assert_same(back[0], samples[2])


def test_missing_sample_is_named(stored):
    good, missing = batch(stored, [1, 7])
    assert good.flag == ""
    assert (missing.index, missing.particles, missing.parent_temperature) == (7, 0, TEMPERATURE)
    assert "unreadable" in missing.flag and "not in glasses.gsd" in missing.flag


@pytest.mark.parametrize("keep", [0, 10, 300, 0.3, 0.6, 0.9])
def test_truncated_file_is_named(stored, keep):
    content = stored.read_bytes()
    stored.write_bytes(content[: int(keep * len(content)) if isinstance(keep, float) else keep])
    assert_nothing_false(stored)
    if keep in (0, 10):
        with pytest.raises(InputError, match=r"glasses\.gsd.*not a whole GSD file"):
            read_all(stored)


def test_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"none\.gsd"):
        read_all(tmp_path / "none.gsd")
    flags = [sample.flag for sample in batch(tmp_path / "none.gsd")]
    assert len(flags) == 3 and all("unreadable" in flag for flag in flags)


def test_file_of_another_kind(tmp_path):
    (tmp_path / "x.gsd").write_text("not a sample\n" * 100)
    assert all("unreadable" in sample.flag for sample in batch(tmp_path / "x.gsd"))


def assert_nothing_false(path):
    """Whatever still passes for sample k is sample k, number for number; everything else carries its reason."""
    good = 0
    for index, sample in enumerate(batch(path)):
        assert sample.index == index
        if sample.flag:
            assert sample.flag.startswith("unreadable: ") and sample.particles == 0
        else:
            good += 1
            assert_same(sample, ORIGINALS[index])
            assert sample.model.describe() == ORIGINALS[index].model.describe()
    return good


ORIGINALS = []


@pytest.fixture(autouse=True)
def originals(samples):
    ORIGINALS[:] = samples


def test_a_flipped_bit_anywhere_is_never_used(stored, tmp_path):
    """Four hundred files, each with one bit changed: no sample comes back with other numbers, another model or another identity."""
    content, rng, noticed = stored.read_bytes(), np.random.default_rng(1), 0
    for place in rng.integers(0, len(content), 400):
        damaged = bytearray(content)
        damaged[place] ^= 1 << int(rng.integers(8))
        path = tmp_path / "glasses.gsd"
        path.write_bytes(damaged)
        noticed += assert_nothing_false(path) < 3
    assert noticed > 100


def flip(path, old, new):
    content = path.read_bytes()
    assert content.count(old) >= 1 and len(old) == len(new)
    path.write_bytes(content.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"density": 0.58', b'"density": 0.68'),
        (b'"smoothness": 3', b'"smoothness": 2'),
        (b'"exponent": 10', b'"exponent": 12'),
        (b'"sample": 0', b'"sample": 9'),
        (b'"parent_temperature": 0.55', b'"parent_temperature": 0.56'),
        (b'"seed": 7', b'"seed": 8'),
    ],
    ids=["density", "smoothness", "exponent", "sample", "temperature", "seed"],
)
def test_damage_to_the_record_is_seen(stored, old, new):
    """The record says which model the numbers belong to: a changed byte there is another sample."""
    flip(stored, old, new)
    assert assert_nothing_false(stored) == 2
    assert isinstance(read_all(stored)[0], SampleError)


def frames_of(path):
    with gsd.hoomd.open(path) as trajectory:
        return list(trajectory)


def rewrite(path, frames, precision="double"):
    with gsd.hoomd.open(path, "w", precision=precision) as trajectory:
        trajectory.extend(frames)


@pytest.mark.parametrize("field", ["position", "diameter"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nan_is_named(stored, field, value):
    frames = frames_of(stored)
    getattr(frames[1].particles, field)[5] = value
    rewrite(stored, frames)
    assert isinstance(read_all(stored)[1], SampleError)
    flags = [sample.flag for sample in batch(stored)]
    assert flags[0] == flags[2] == "" and "unreadable" in flags[1] and "frame 1" in flags[1]


@pytest.mark.parametrize("name", ["positions", "sizes", "box"])
def test_nan_with_a_valid_checksum_is_named(samples, tmp_path, name):
    """Written by ourselves from a broken sample."""
    broken = np.array(getattr(samples[1], name))
    broken.flat[-1] = np.nan
    write_samples(tmp_path / "glasses.gsd", [samples[0], dataclasses.replace(samples[1], **{name: broken}), samples[2]])
    flags = [sample.flag for sample in batch(tmp_path / "glasses.gsd")]
    assert flags[0] == flags[2] == "" and "frame 1" in flags[1] and "NaN" in flags[1]


def test_another_number_of_particles_is_named(stored):
    flags = [sample.flag for sample in batch(stored, particles=256)]
    assert all("N = 160" in flag for flag in flags)


def test_another_parent_temperature_is_named(stored):
    flags = [sample.flag for sample in batch(stored, temperature=0.5501)]
    assert all("T_p = 0.55" in flag for flag in flags)


def test_two_frames_of_one_sample_are_named(samples, tmp_path):
    """Which of the two is meant? Neither can be used."""
    impostor = dataclasses.replace(samples[1], index=0)
    write_samples(tmp_path / "glasses.gsd", [samples[0], impostor, samples[2]])
    first = batch(tmp_path / "glasses.gsd")[0]
    assert first.flag != ""


@pytest.mark.parametrize("precision", ["single", "double"])
def test_foreign_file_is_named(samples, tmp_path, precision):
    """A plain GSD file, as HOOMD-blue writes it: without our record."""
    frame = gsd.hoomd.Frame()
    frame.particles.N = 160
    frame.particles.position = samples[0].positions - samples[0].box[0, 0] / 2
    frame.particles.diameter = samples[0].sizes
    frame.configuration.box = [samples[0].box[0, 0]] * 3 + [0, 0, 0]
    rewrite(tmp_path / "glasses.gsd", [frame], precision)
    (trouble,) = read_all(tmp_path / "glasses.gsd")
    assert isinstance(trouble, SampleError) and "not written by Vitrine" in str(trouble)
    assert all("not written by Vitrine" in sample.flag for sample in batch(tmp_path / "glasses.gsd"))


def test_single_precision_with_our_record_is_named(stored):
    rewrite(stored, frames_of(stored), "single")
    troubles = read_all(stored)
    assert len(troubles) == 3 and all(isinstance(trouble, SampleError) for trouble in troubles)


@pytest.mark.parametrize(
    "record",
    [b"", b"{", b"[1, 2]", b"{}", b'{"model": 3}', b'{"model": {"name": "poly"}}', b'{"model": {"nom": "poly"}}', b"\xff\xfe"],
    ids=["empty", "open", "list", "nothing", "number", "half", "unknown", "bytes"],
)
def test_a_record_that_makes_no_sense_is_named(stored, record):
    frames = frames_of(stored)
    frames[1].log["vitrine/record"] = np.frombuffer(record or b" ", dtype=np.uint8)
    rewrite(stored, frames)
    assert isinstance(read_all(stored)[1], SampleError)
    assert [bool(sample.flag) for sample in batch(stored)] == [False, True, False]


def test_model_that_is_no_longer_known_is_named(stored):
    frames = frames_of(stored)
    record = json.loads(frames[0].log["vitrine/record"].tobytes())
    record["model"]["name"] = "kob_andersen"
    frames[0].log["vitrine/record"] = np.frombuffer(json.dumps(record).encode(), dtype=np.uint8)
    rewrite(stored, frames)
    assert isinstance(read_all(stored)[0], SampleError)


def test_gsd_file_of_another_schema_is_named(tmp_path):
    with gsd.fl.open(tmp_path / "x.gsd", "w", application="other", schema="other", schema_version=[1, 0]) as file:
        file.write_chunk("numbers", np.arange(3.0))
        file.end_frame()
    assert all("unreadable" in sample.flag for sample in batch(tmp_path / "x.gsd"))


def test_checked_names_every_trouble(samples):
    good = samples[0]
    n, narrow = good.particles, np.eye(3) * 6.0
    bad = {
        "fit together": {"sizes": good.sizes[:-1]},
        "NaN or infinity in sizes": {"sizes": np.full(n, np.nan)},
        "must be positive": {"sizes": np.where(np.arange(n) == 3, -1.0, good.sizes)},
        "larger than the model's largest": {"sizes": np.where(np.arange(n) == 3, 3.0, good.sizes)},
        "types must lie": {"types": np.ones(n, dtype=np.int64)},
        "below twice the range": {"box": narrow},
    }
    assert good.checked() is good
    for reason, change in bad.items():
        with pytest.raises(SampleError, match=reason):
            dataclasses.replace(good, **change).checked()


def test_an_empty_sample_is_named(tmp_path, samples):
    empty = Sample(np.zeros((0, 3)), np.zeros(0), np.zeros(0, dtype=np.int64), samples[0].box, samples[0].model)
    with pytest.raises(SampleError):
        empty.checked()


class Interrupted(BaseException):
    """As a kill in the middle of the writing."""


@pytest.mark.parametrize("there_before", [False, True])
def test_an_interrupted_writer_leaves_no_half_file(samples, tmp_path, there_before):
    path = tmp_path / "glasses.gsd"
    if there_before:
        write_samples(path, samples[:1])
    before = path.read_bytes() if there_before else None

    def writing():
        yield samples[0]
        yield samples[1]
        raise Interrupted

    with pytest.raises(Interrupted):
        write_samples(path, writing())
    assert path.exists() == there_before
    if there_before:
        assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == (["glasses.gsd"] if there_before else [])


def test_while_it_is_written_the_final_name_is_free(tmp_path):
    path = tmp_path / "new" / "x.txt"
    with whole_file(path) as partial:
        partial.write_text("half")
        assert not path.exists() and partial.parent == path.parent and partial.suffix == path.suffix
    assert path.read_text() == "half" and len(list(path.parent.iterdir())) == 1


def test_particles_that_are_all_of_size_one(tmp_path):
    """GSD leaves out what equals its defaults, among them a diameter of one, and gives it back in single precision."""
    original = sample_number(0, fcc(4, 0.9))
    write_samples(tmp_path / "x.gsd", [original])
    (back,) = read_all(tmp_path / "x.gsd")
    assert isinstance(back, Sample), back
    assert_same(back, original)
    assert back.sizes.dtype == np.float64
