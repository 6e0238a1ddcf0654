"""The driver of measuring rules, run as a job: what it takes, what it writes, and what it refuses."""

import dataclasses
import logging

import numpy as np
import pytest
from recorded_jobs import REPOSITORY, Job
from vitrine.declare import Field, Observable
from vitrine.errors import InputError
from vitrine.observables import declarations, jobs
from vitrine.observables.pinching.measure import pinch_bonds
from vitrine.observables.vibrability.measure import measure_vibrability
from vitrine.parquet import Key, read_provenance, read_table, write_table
from vitrine.points import PARENT_TEMPERATURE, PARTICLES, Axis, Point
from vitrine.samples import Trajectory, read_fields, read_fields_provenance, write_fields, write_samples, write_trajectories
from vitrine.schema import Column, Table
from vitrine.seeds import PINCH, point_generator

RANK = Axis("rank", "r", "r", "1", "a label", type="int32")
TOY = Table("toy", "a toy", (Column("total", "double", "1", "sum of what was given"),), of_samples=True)


@pytest.fixture
def folder(tmp_path, small_glass):
    """A batch of glasses 2 to 4, of which the third is flagged; 5 is missing."""
    glasses = [dataclasses.replace(small_glass, index=index, parent_temperature=0.5, provenance={"identity": "glasses"}) for index in (2, 3, 4)]
    glasses[2] = dataclasses.replace(glasses[2], flag="not equilibrated")
    write_samples(tmp_path / "glasses.gsd", glasses)
    return tmp_path


def point_of(glass, *more):
    return Point((PARTICLES, PARENT_TEMPERATURE, *more), (glass.particles, 0.5, *([7] * len(more))))


def job(folder, glass, name, point=None, batch="00002-00005", taken=None, **settings):
    """A job of the rule that measures an observable, with its files in one folder."""
    one, point = declarations()[name], point or point_of(glass)
    files = {"input": (*one.takes, *(taken or {})), "output": one.products}
    named = {kind: {file.replace(".", "_"): str(folder / file) for file in names} for kind, names in files.items()}
    params = {"observable": name, "rule": one.rule, "point": point.describe(), "model": glass.model.describe(), "seed": 11, "settings": settings}
    params |= {"algebra": {"": None, "sparse": {"solver": "auto"}, "full": {"solver": "auto", "device": "cpu"}}[one.algebra]}
    params |= {"unknowns": 3 * glass.particles, "identity": f"of {name}", "taken": taken or {}}
    recorded = {kind: {"all": list(names.values()), "named": names} for kind, names in named.items()}
    recorded |= {"log": {"all": [str(folder / "log")], "named": {}}, "config": {"study": "x", "seed": 11}, "threads": 1}
    return Job({**recorded, "rule": one.rule, "script": "measure.py", "wildcards": {"batch": batch}, "params": params}, REPOSITORY)


def test_a_table_with_the_points_key_and_provenance(folder, small_glass):
    point = point_of(small_glass, RANK)
    job(folder, small_glass, "pinching", point, bonds=9).run()
    table = read_table(declarations()["pinching"].tables[0], folder / "pinching.parquet")
    assert table["sample"].tolist() == [2] * 9 + [3] * 9 + [4, 5] and set(table["rank"]) == {7}
    assert table["flag"].tolist()[18:] == ["not equilibrated", "unreadable: not in glasses.gsd"]
    about = read_provenance(folder / "pinching.parquet")
    assert (about["identity"], about["study"], about["seed"]) == ("of pinching", "x", 11) and about["linear_algebra"]["device"] == "cpu"


def test_random_choices_have_the_stream_of_seed_point_and_sample(folder, small_glass):
    """Another axis is another stream, another batch is not."""
    found = {}
    for name, point, batch in (
        ("plain", point_of(small_glass), "00002-00003"),
        ("alone", point_of(small_glass), "00003-00003"),
        ("ranked", point_of(small_glass, RANK), "00002-00003"),
    ):
        job(folder, small_glass, "pinching", point, batch, bonds=9).run()
        table = read_table(declarations()["pinching"].tables[0], folder / "pinching.parquet")
        found[name] = table[table["sample"] == 3][["i", "j", "omega"]].to_numpy()
    expected = pinch_bonds(small_glass, point_generator(11, PINCH, point_of(small_glass), 3), 9)
    assert np.array_equal(found["plain"][:, :2], np.transpose([expected["i"], expected["j"]]))
    assert np.array_equal(found["plain"], found["alone"]) and not np.array_equal(found["plain"][:, :2], found["ranked"][:, :2])


def test_fields_are_written_beside_the_table(folder, small_glass):
    job(folder, small_glass, "vibrability", core_threshold=0.1, key_core_fraction=0.6).run()
    fields, table = read_fields(folder / "vibrability_field.gsd"), read_table(declarations()["vibrability"].tables[0], folder / "vibrability.parquet")
    assert list(fields) == [2, 3, 4, 5] and [one.flag for one in fields.values()] == table["flag"].tolist()
    assert np.allclose(fields[3].arrays["vibrability"], measure_vibrability(small_glass)["vibrability_field"]["vibrability"], rtol=1e-9)
    assert read_fields_provenance(folder / "vibrability_field.gsd")["identity"] == "of vibrability"


def test_glasses_of_other_settings_are_refused(folder, small_glass):
    job(folder, small_glass, "elasticity", taken={"glasses.gsd": "glasses"}).run()
    with pytest.raises(InputError, match=r"glasses\.gsd: sample 2 was made with another seed"):
        job(folder, small_glass, "elasticity", taken={"glasses.gsd": "others"}).run()


def test_glasses_of_another_size_or_model_are_flagged(folder, small_glass):
    smaller = Point((PARTICLES, PARENT_TEMPERATURE), (53, 0.5))
    job(folder, small_glass, "elasticity", smaller, "00002-00002").run()
    (flag,) = read_table(declarations()["elasticity"].tables[0], folder / "elasticity.parquet")["flag"]
    assert flag.startswith("unreadable: not in glasses.gsd") and "N = 54" in flag


# --- what other observables give ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def toy(monkeypatch):
    """An observable that takes glasses and what two others give, which its function keeps."""
    takes = ("glasses.gsd", "elasticity.parquet", "vibrability_field.gsd")
    one = Observable("toy", "a toy", "nowhere", 99.0, rule="measure_toy", takes=takes, tables=(TOY,), message="Measuring")
    seen = {}

    def measure_toy(sample, elasticity, vibrability_field):
        seen[sample.index] = (elasticity, vibrability_field)
        return {"total": np.array([elasticity["pressure"].item() + vibrability_field["vibrability"].sum()])}

    monkeypatch.setitem(declarations(), "toy", one)
    monkeypatch.setattr(jobs, "function_of", lambda module, name: measure_toy)
    return seen


def write_taken(folder, glass, elastic="elastic", field="soft"):
    """A table with samples 2, 3 and 4, of which 3 is flagged; a field with 2 and 4."""
    table = declarations()["elasticity"].tables[0]
    rows = [table.row(sample=2, pressure=1.5), table.row(sample=3, flag="singular"), table.row(sample=4, pressure=2.5)]
    write_table(table, rows, folder / "elasticity.parquet", {"identity": elastic}, Key.of(point_of(glass)))
    entries = [(index, glass, {"vibrability": np.full(glass.particles, float(index))}, "") for index in (2, 4)]
    write_fields(folder / "vibrability_field.gsd", Field("vibrability_field", "psi", "1"), entries, {"identity": field})


def test_tables_and_fields_are_given_sample_by_sample(folder, small_glass, toy):
    """By the names of their files, and the first flag of all that a sample has keeps it from being measured."""
    write_taken(folder, small_glass)
    job(folder, small_glass, "toy").run()
    table = read_table(TOY, folder / "toy.parquet")
    assert table["sample"].tolist() == [2, 3, 4, 5] and list(toy) == [2]
    assert table["total"][0] == 1.5 + 2 * small_glass.particles
    assert table["flag"].tolist() == ["", "singular", "not equilibrated", "unreadable: not in glasses.gsd"]
    assert toy[2][0]["sample"].tolist() == [2] and list(toy[2][1]) == ["vibrability"]


def test_a_sample_that_a_field_lacks_is_flagged(folder, small_glass, toy):
    write_taken(folder, small_glass)
    table = declarations()["elasticity"].tables[0]
    rows = [table.row(sample=index, pressure=1.0) for index in (2, 3)]
    write_table(table, rows, folder / "elasticity.parquet", {}, Key.of(point_of(small_glass)))
    job(folder, small_glass, "toy", batch="00002-00003").run()
    assert read_table(TOY, folder / "toy.parquet")["flag"].tolist() == ["", "not in vibrability_field.gsd"]


@pytest.mark.parametrize(("file", "said"), [("elasticity.parquet", "elastic"), ("vibrability_field.gsd", "soft")])
def test_what_others_gave_must_be_of_the_same_study(folder, small_glass, toy, file, said):
    write_taken(folder, small_glass)
    job(folder, small_glass, "toy", taken={file: said}).run()
    with pytest.raises(InputError, match=rf"{file}: was made with another seed"):
        job(folder, small_glass, "toy", taken={file: "other"}).run()


@pytest.mark.parametrize("file", ["elasticity.parquet", "vibrability_field.gsd"])
def test_damage_to_what_others_gave_is_one_sentence(folder, small_glass, toy, file):
    write_taken(folder, small_glass)
    (folder / file).write_bytes((folder / file).read_bytes()[:200])
    with pytest.raises(InputError, match=file):
        job(folder, small_glass, "toy").run()
    assert not (folder / "toy.parquet").exists() and logging.getLogger("vitrine").handlers == []


def test_trajectories_and_fields_that_settings_name_come_with_their_glass(folder, small_glass):
    """Beside the glasses: a sample without one of them has its flag."""
    frames = np.array([small_glass.positions, small_glass.positions + 0.01])
    boxes, field = np.array([small_glass.box] * 2), declarations()["vibrability"].fields[0]
    paths = [Trajectory(k, np.array([0.0, 0.1]), frames, 0.1 * frames, boxes, dataclasses.replace(small_glass, index=k)) for k in (2, 4)]
    write_trajectories(folder / "trajectories.gsd", [paths[0], Trajectory.missing(3, "blew up"), paths[1]], {"identity": "walked"})
    psi = np.arange(float(small_glass.particles))
    write_fields(folder / "vibrability_field.gsd", field, [(k, small_glass, {"vibrability": psi}, "") for k in (2, 3, 4)], {"identity": "psi"})
    taken = {"glasses.gsd": "glasses", "vibrability_field.gsd": "psi", "trajectories.gsd": "walked"}
    job(folder, small_glass, "atomic_stress", taken=taken, thermal=True, against="vibrability_field.vibrability").run()
    table = read_table(declarations()["atomic_stress"].tables[0], folder / "atomic_stress.parquet")
    assert table["sample"].tolist() == [2, 2, 3, 4, 5] and table["state"].tolist()[:2] == ["inherent", "thermal"]
    assert table["flag"].tolist() == ["", "", "blew up", "not equilibrated", "unreadable: not in glasses.gsd"]
    assert table["mean"][0] == pytest.approx(table["mean"][1], rel=1e-9) and table["kinetic"][1] < 0  # a shift of the whole changes no stress
    fields = read_fields(folder / "atomic_stress_field.gsd")
    assert np.array_equal(fields[2].arrays["against"], psi)
    with pytest.raises(InputError, match="trajectories.gsd"):
        job(folder, small_glass, "atomic_stress", taken={**taken, "trajectories.gsd": "another"}, thermal=True, against=None).run()
