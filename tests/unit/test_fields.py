"""Fields of particles on disk come back bit for bit, for OVITO too, and whatever is wrong with a file is said: never another number."""

import dataclasses
import json
import os
import stat

import gsd.hoomd
import numpy as np
import pytest
from aggregated import ENSEMBLE, Aggregation, drop_samples
from naive import PLANAR, binary, jittered, liquid, poly
from vitrine.aggregation.ensemble import Ledger
from vitrine.aggregation.fields import read_field_batches
from vitrine.declare import Field
from vitrine.errors import InputError
from vitrine.models.registry import GLASS_FORMERS
from vitrine.samples import read_fields, read_fields_provenance, write_fields

FIELD = Field("softness_field", "softness of every particle", "lambda_min^2/epsilon")
ORIGIN = {"study": "test", "seed": 7, "identity": "these settings"}


@pytest.fixture(scope="module")
def samples():
    """In space and in the plane."""
    found = [liquid(poly(), 160, 1.0, sweeps=10, seed=1), liquid(poly(**PLANAR), 80, 1.0, sweeps=10, seed=2)]
    return [dataclasses.replace(sample, index=index, parent_temperature=0.5) for index, sample in enumerate(found)]


@pytest.fixture(scope="module")
def entries(samples):
    """A scalar and a vector of each particle; a sample that was not measured; a system without particles."""
    rng = np.random.default_rng(1)
    good = [(one.index, one, {"psi": rng.random(one.particles), "mode": rng.standard_normal((one.particles, one.dimension))}, "") for one in samples]
    return [*good, (5, samples[0], {}, "not a minimum: 2 negative modes"), (7, None, {"psi": rng.random(11)}, "")]


@pytest.fixture
def stored(entries, tmp_path):
    path = tmp_path / "softness_field.gsd"
    write_fields(path, FIELD, entries, ORIGIN)
    return path


def assert_nothing_false(path, entries):
    """Whatever still comes for a sample is that sample's, number for number, or it says why it is not; how many came."""
    try:
        found = read_fields(path)
    except InputError as error:
        assert path.name in str(error) and "\n" not in str(error)
        return 0
    given, good = {index: (arrays, flag) for index, _, arrays, flag in entries}, 0
    for index, one in found.items():
        assert index in given
        arrays, flag = given[index]
        if one.flag and one.flag != flag:
            assert one.flag.startswith("unreadable: ") and one.flag.endswith(path.name) and one.arrays == {}
            continue
        assert one.flag == flag and list(one.arrays) == list(arrays)
        assert all(np.array_equal(one.arrays[name], array) for name, array in arrays.items())
        good += 1
    return good


def test_round_trip_in_double_precision(stored, entries):
    found = read_fields(stored)
    assert list(found) == [0, 1, 5, 7]
    for index, sample, arrays, flag in entries:
        one = found[index]
        assert one.flag == flag and set(one.arrays) == set(arrays)
        for name, array in arrays.items():
            assert one.arrays[name].dtype == np.float64 and np.array_equal(one.arrays[name], array)
        if sample is None or flag:
            assert one.sample is None
        else:
            assert one.sample.particles == sample.particles and one.sample.index == sample.index
            assert np.array_equal(one.sample.sizes, sample.sizes) and np.array_equal(one.sample.box, sample.box)
            shift = (one.sample.positions - sample.positions) @ np.linalg.inv(sample.box).T
            assert np.allclose(shift, np.rint(shift), atol=1e-13)
    assert read_fields_provenance(stored) == ORIGIN


def test_numbers_that_single_precision_would_lose(samples, tmp_path):
    values = 1.0 + np.arange(160) * 1e-13
    write_fields(tmp_path / "x.gsd", FIELD, [(0, samples[0], {"psi": values}, "")], {})
    assert np.array_equal(read_fields(tmp_path / "x.gsd")[0].arrays["psi"], values)


def test_as_ovito_reads_it(stored, entries, samples):
    """A plain GSD reader finds particles where they are, and the arrays as their properties, log/particles/<name>."""
    with gsd.hoomd.open(stored) as trajectory:
        assert len(trajectory) == 4
        for frame, (_, sample, arrays, _) in zip(trajectory, entries, strict=True):
            if sample is None:
                continue
            assert sample.particles == frame.particles.N and frame.configuration.dimensions == sample.dimension
            assert frame.particles.position.dtype == np.float64
            assert {name for name in frame.log if name.startswith("particles/")} == {"particles/psi", "particles/mode"}
            for name in ("psi", "mode"):
                array = arrays.get(name, np.full_like(frame.log[f"particles/{name}"], np.nan))  # of the sample that was not measured
                assert len(frame.log[f"particles/{name}"]) == sample.particles
                assert np.array_equal(frame.log[f"particles/{name}"], array, equal_nan=True)
        record = json.loads(trajectory[0].log["vitrine/fields"].tobytes())
        assert (record["unit"], record["meaning"]) == (FIELD.unit, FIELD.meaning)


def test_a_mixture_keeps_its_types(tmp_path, monkeypatch):
    monkeypatch.setitem(GLASS_FORMERS, "binary", (lambda parameters: binary(), {}, {}))
    mixture = jittered(binary(), 8)
    write_fields(tmp_path / "x.gsd", FIELD, [(0, mixture, {"psi": np.ones(64)}, "")], {})
    assert np.array_equal(read_fields(tmp_path / "x.gsd")[0].sample.types, mixture.types)
    with gsd.hoomd.open(tmp_path / "x.gsd") as trajectory:
        assert trajectory[0].particles.types == ["A", "B"] and np.array_equal(trajectory[0].particles.typeid, mixture.types)


def test_no_fields(tmp_path):
    write_fields(tmp_path / "x.gsd", FIELD, [], ORIGIN)
    assert read_fields(tmp_path / "x.gsd") == {} == read_fields_provenance(tmp_path / "x.gsd")


def test_who_may_read_it(stored, tmp_path):
    """What the umask lets, as of tables: GSD's own way would be 0640."""
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE(stored.stat().st_mode) == 0o666 & ~umask
    assert [path.name for path in tmp_path.iterdir()] == [stored.name]


# --- damage -------------------------------------------------------------------------------------------------------------------------------------


def test_a_flipped_bit_anywhere_is_never_used(stored, entries):
    """Six hundred files, each with one bit changed."""
    content, rng, noticed = stored.read_bytes(), np.random.default_rng(1), 0
    for place in rng.integers(0, len(content), 600):
        damaged = bytearray(content)
        damaged[place] ^= 1 << int(rng.integers(8))
        stored.write_bytes(damaged)
        noticed += assert_nothing_false(stored, entries) < 4
    assert noticed > 300


@pytest.mark.parametrize("keep", [0, 10, 300, 0.3, 0.6, 0.9])
def test_a_truncated_file_is_named(stored, entries, keep):
    content = stored.read_bytes()
    stored.write_bytes(content[: int(keep * len(content)) if isinstance(keep, float) else keep])
    assert assert_nothing_false(stored, entries) < 4


@pytest.mark.parametrize("reader", [read_fields, read_fields_provenance])
@pytest.mark.parametrize("content", [None, b"", b"not a field\n" * 100])
def test_what_is_no_file_of_fields_is_one_sentence(reader, content, tmp_path):
    path = tmp_path / "x.gsd"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match=r"x\.gsd: .*remove it and run again") as error:
        reader(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("reader", [read_fields, read_fields_provenance])
def test_samples_are_no_fields(reader, samples, tmp_path):
    from vitrine.samples import write_samples

    write_samples(tmp_path / "x.gsd", samples)
    with pytest.raises(InputError, match=r"x\.gsd: frame 0 cannot be read"):
        reader(tmp_path / "x.gsd")


def rewrite(path, change):
    with gsd.hoomd.open(path) as trajectory:
        frames = list(trajectory)
    change(frames)
    with gsd.hoomd.open(path, "w", precision="double") as trajectory:
        trajectory.extend(frames)


def test_another_number_of_one_particle_is_seen(stored):
    def change(frames):
        frames[0].log["particles/psi"] = frames[0].log["particles/psi"] + np.eye(160)[3] * 1e-12

    rewrite(stored, change)
    assert read_fields(stored)[0].flag == "unreadable: its checksum does not match, it is damaged in softness_field.gsd"
    assert read_fields(stored)[1].flag == ""


def test_an_array_of_another_sample_is_seen(stored):
    def change(frames):
        frames[3].log["particles/psi"] = frames[0].log["particles/psi"]

    rewrite(stored, change)
    assert read_fields(stored)[7].flag.startswith("unreadable: ")


def test_a_missing_array_is_seen(stored):
    rewrite(stored, lambda frames: frames[0].log.pop("particles/mode"))
    assert read_fields(stored)[0].flag == "unreadable: an array is missing in softness_field.gsd"
    assert read_fields(stored)[1].flag == ""


def test_another_flag_or_index_is_seen(stored):
    """The record has its part in the checksum: a sample cannot lose its flag, nor take another's place."""

    def change(frames):
        for place, old, new in ((2, b"not a minimum: 2", b"not a minimum: 3"), (0, b'"sample": 0', b'"sample": 9')):
            record = frames[place].log["vitrine/fields"].tobytes()
            assert old in record
            frames[place].log["vitrine/fields"] = np.frombuffer(record.replace(old, new), dtype=np.uint8)

    rewrite(stored, change)
    found = read_fields(stored)
    assert found[5].flag.startswith("unreadable: its checksum") and found[9].flag.startswith("unreadable: its checksum") and 0 not in found


def test_a_moved_particle_is_seen(stored):
    def change(frames):
        frames[0].particles.position[4, 1] += 1e-9

    rewrite(stored, change)
    assert read_fields(stored)[0].flag.startswith("unreadable: its checksum does not match")


# --- by whom they are averaged ------------------------------------------------------------------------------------------------------------------


def test_fields_of_an_ensemble_come_by_rising_index_with_the_others_in_the_ledger(tmp_path):
    run, ledger = Aggregation(tmp_path), Ledger("vibrability")
    paths = run.write(
        "vibrability_field", files=3, order=[5, 3, 4, 0, 2, 1], change=lambda frame: frame.assign(flag=np.where(frame["sample"] == 4, "odd", ""))
    )
    found = list(read_field_batches(paths, ENSEMBLE, ledger))
    assert sorted(index for index, _ in found) == [0, 1, 2, 3, 5] and [index for index, _ in found[:1]] == [3]
    assert ledger.reasons == {4: "odd"}
    ledger.leave_out([2], "left out before")
    assert 2 not in [index for index, _ in read_field_batches(paths, ENSEMBLE, ledger)]


def test_a_sample_in_two_files_of_fields_is_refused(tmp_path):
    paths = Aggregation(tmp_path).write("vibrability_field", files=2, order=np.array([0, 1, 3, 2, 3, 4]))
    with pytest.raises(InputError, match=r"sample 3 is also in .*vibrability_field\.gsd"):
        list(read_field_batches(paths, ENSEMBLE, Ledger("vibrability")))


def test_a_sample_that_is_in_the_table_and_not_in_the_field_is_left_out_of_both(tmp_path):
    run = Aggregation(tmp_path)
    found = run("vibrability", change={"vibrability_field": drop_samples(9)})
    without = run("vibrability", change=dict.fromkeys(("vibrability", "vibrability_field"), drop_samples(9)))
    assert np.array_equal(found[0]["value"], without[0]["value"], equal_nan=True)
    assert found[-1][["flag", "samples", "examples"]].to_numpy().tolist() == [["not in vibrability_field.gsd", 1, "9"]]
