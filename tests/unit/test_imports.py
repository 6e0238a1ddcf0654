"""The entry `import` of an ensemble: which files are which samples of which point, what is refused in one sentence, what is kept between runs."""

import json

import gsd.hoomd
import numpy as np
import pytest
from configs import CONFIG, changed
from vitrine import imports
from vitrine.errors import InputError
from vitrine.study import Study


def lattice(particles: int, dimensions: int = 2) -> gsd.hoomd.Frame:
    """A frame of so many particles of two types, wide enough for binary_ipl."""
    frame = gsd.hoomd.Frame()
    frame.particles.N = particles
    frame.configuration.box = [20.0, 20.0, 20.0 if dimensions == 3 else 1.0, 0, 0, 0]
    frame.configuration.dimensions = dimensions
    frame.particles.position = np.random.default_rng(particles).uniform(-10, 10, (particles, 3)) * ([1, 1, 0] if dimensions == 2 else 1)
    frame.particles.types, frame.particles.typeid = ["A", "B"], np.arange(particles) % 2
    return frame


def write(path, *frames: gsd.hoomd.Frame):
    """A file of these frames; GSD leaves out a frame that is in nothing another one than the first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with gsd.hoomd.open(str(path), "w", precision="double") as trajectory:
        for step, frame in enumerate(frames):
            frame.configuration.step = step
            trajectory.append(frame)
    return path


@pytest.fixture
def folder(tmp_path):
    """Two temperatures, three files each, of 20 particles; the last file of each temperature holds three frames."""
    for temperature in ("0.50", "1.00"):
        for run in (1, 2, 10):
            write(tmp_path / f"data/T{temperature}/run_{run}.gsd", *[lattice(20)] * (3 if run == 10 else 1))
    return tmp_path


def config(samples: object = "all", batch: int = 2, **entry) -> dict:
    """The default config with an ensemble of imported samples; None drops a key."""
    given = {"files": "data/T*/run_*.gsd", "model": "binary_ipl", "axes": {"parent_temperature": "T{}/"}} | entry
    given = {name: value for name, value in given.items() if value is not None}
    observables = {name: None for name in CONFIG["observables"]} | {"elasticity": {}, "modes": {}}
    return changed("ensembles", [{"import": given, "samples": samples, "batch": batch}]) | {"observables": observables, "figures": []}


def resolved(folder, **entry) -> Study:
    """The study of such a config."""
    return Study.from_config(config(**entry), directory=folder)


def sentence(folder, whole: dict | None = None, **entry) -> str:
    """What is said to it: one sentence."""
    with pytest.raises(InputError) as error:
        Study.from_config(whole or config(**entry), directory=folder)
    text = str(error.value)
    assert "\n" not in text and len(text) < 500
    return text


def samples(study: Study) -> dict[str, list[tuple[str, int]]]:
    """File and frame of every sample, by the label of its point."""
    return {
        label: [(one.file, one.frame) for batch in place.batches for one in place.ensemble.sources(place.point, batch)]
        for label, place in study.places.items()
    }


# --- files, frames and axes ---------------------------------------------------------------------------------------------------------------------


def test_files_become_samples_of_the_points_that_their_paths_name(folder):
    """In the order of the numbers in their names, frame by frame, as often as the file has frames."""
    study = resolved(folder)
    expected = [("run_1", 0), ("run_2", 0), ("run_10", 0), ("run_10", 1), ("run_10", 2)]
    assert samples(study) == {
        f"N20_T{temperature}00": [(f"data/T{temperature}/{run}.gsd", frame) for run, frame in expected] for temperature in ("0.50", "1.00")
    }
    place = study.places["N20_T0.5000"]
    assert place.batches == ["00000-00001", "00002-00003", "00004-00004"] and place.samples == 5 and place.measured and place.before is None
    assert place.point.key == {"particles": 20, "parent_temperature": 0.5}
    assert place.model.name == "binary_ipl" and place.dimension == 2 and place.unknowns == 40 and place.mixed is None


@pytest.mark.parametrize(
    ("frames", "expected"), [("first", [0, 0, 0]), ("last", [0, 0, 2]), ([-1], [0, 0, 2]), ([0], [0, 0, 0]), ("all", [0, 0, 0, 1, 2])]
)
def test_some_of_the_frames(folder, frames, expected):
    assert [frame for _, frame in samples(resolved(folder, frames=frames))["N20_T0.5000"]] == expected


def test_a_number_of_samples_takes_the_first(folder):
    study = resolved(folder, samples=2)
    assert [file for file, _ in samples(study)["N20_T1.0000"]] == ["data/T1.00/run_1.gsd", "data/T1.00/run_2.gsd"]


def test_lists_of_files_and_absolute_paths(folder):
    study = resolved(folder, files=["data/T1.00/run_2.gsd", f"{folder.resolve()}/data/T0.50/run_[12].gsd", "data/T1.00/run_?.gsd"])
    assert samples(study)["N20_T1.0000"] == [("data/T1.00/run_2.gsd", 0), ("data/T1.00/run_1.gsd", 0)]
    assert [file for file, _ in samples(study)["N20_T0.5000"]] == [f"{folder.resolve()}/data/T0.50/run_{run}.gsd" for run in (1, 2)]


def test_axes_from_a_csv_beside_the_files(folder):
    """Its paths are seen from its own folder; the value of an axis may also hold for all."""
    lines = ["file, T_p, remark", *(f"T{t:.2f}/run_{run}.gsd,{t + run / 100},x" for t in (0.5, 1.0) for run in (1, 2))]
    (folder / "data/table.csv").write_text("\n".join(lines) + "\n")
    axes = {"parent_temperature": {"column": "T_p"}, "model": "binary_ipl"}
    study = resolved(folder, files=None, model=None, csv="data/table.csv", axes=axes)
    assert samples(study) == {f"N20_T{t + run / 100:.4f}_binary_ipl": [(f"data/T{t:.2f}/run_{run}.gsd", 0)] for t in (0.5, 1.0) for run in (1, 2)}
    assert "data/table.csv has no row for the file data/T0.50/run_10.gsd" in sentence(folder, csv="data/table.csv")


def test_a_csv_may_name_frames(folder):
    (folder / "table.csv").write_text("file,frame\ndata/T0.50/run_10.gsd,2\ndata/T0.50/run_10.gsd,0\n")
    assert samples(resolved(folder, files=None, csv="table.csv")) == {"N20_T0.5000": [("data/T0.50/run_10.gsd", 2), ("data/T0.50/run_10.gsd", 0)]}


def test_an_axis_of_the_config_and_a_word(folder):
    whole = config(axes={"parent_temperature": "T{}/", "origin_of_it": "run_{}"}) | {"axes": {"origin_of_it": {"type": "string", "label": "o"}}}
    study = Study.from_config(whole, directory=folder)
    assert list(study.places) == [f"N20_T{t}00_o{run}" for t in ("0.50", "1.00") for run in (1, 2, 10)]


# --- N ------------------------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def varied(folder):
    """With a file of 24 particles."""
    write(folder / "data/T0.50/run_2.gsd", lattice(24))
    return folder


def test_samples_of_another_n_are_points_of_their_own(varied):
    assert {label: len(own) for label, own in samples(resolved(varied)).items()} == {"N20_T0.5000": 4, "N24_T0.5000": 1, "N20_T1.0000": 5}


def test_samples_of_mixed_n_are_one_ensemble_with_its_range_told(varied):
    study = resolved(varied, particles="mixed")
    place = study.places["T0.5000"]
    assert place.mixed == (20.8, 20, 24) and place.particles == 21 and place.unknowns == 42
    assert study.places["T1.0000"].mixed == (20, 20, 20)


def test_samples_of_another_n_are_refused_where_the_config_says_so(varied):
    text = sentence(varied, particles="same")
    assert "particles is same: data/T0.50/run_1.gsd has N = 20 and data/T0.50/run_2.gsd has N = 24" in text


def test_an_n_that_the_path_promises_is_held_against_the_file(varied):
    text = sentence(varied, axes={"parent_temperature": "T{}/", "particles": 20})
    assert "axes.particles says 20 for data/T0.50/run_2.gsd: its frame 0 has N = 24" in text


# --- bad input ----------------------------------------------------------------------------------------------------------------------------------


def test_a_file_that_cannot_be_read_is_a_sample_that_says_so(folder):
    """It has the N of its neighbours; the others go on."""
    path = folder / "data/T0.50/run_2.gsd"
    path.write_bytes(path.read_bytes()[:100])
    (folder / "data/T0.50/run_3.gsd").write_text("not a sample")
    study = resolved(folder)
    place = study.places["N20_T0.5000"]
    sources = place.ensemble.imported.sources["N20_T0.5000"]
    assert [(one.file[-9:-4], bool(one.trouble)) for one in sources[:3]] == [("run_1", False), ("run_2", True), ("run_3", True)]
    assert all(one.particles == 20 for one in sources) and "run_2.gsd" in sources[1].trouble


def test_nothing_but_files_that_cannot_be_read(folder):
    (folder / "data/T2.00").mkdir()
    (folder / "data/T2.00/run_1.gsd").write_text("not a sample")
    assert "T2.00/run_1.gsd" in sentence(folder)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"files": "nowhere/*.gsd"}, "import.files has nowhere/*.gsd: no file matches it"),
        ({"files": ["data/T1.00/run_1.gsd", "data/x"]}, "import.files has data/x: no file matches it"),
        ({"files": None}, "import.files is missing: allowed is a glob"),
        ({"csv": "none.csv", "files": None}, "import.csv is none.csv: it cannot be read"),
        ({"axes": {"parent_temperature": "temp{}"}}, "is the pattern temp{}: the path data/T0.50/run_1.gsd does not match it"),
        ({"axes": {"parent_temperature": "/{}"}}, "the path data/T0.50/run_1.gsd does not match it"),
        ({"axes": {"particles": "N{}"}}, "does not match it"),
        ({"axes": {"parent_temperature": "warm"}}, "is 'warm': allowed is a number"),
        ({"axes": {"parent_temperature": {"column": "T"}}}, "is the column T: the CSV's row of data/T0.50/run_1.gsd has no value there"),
        ({"axes": {"pressure": 1.0}}, "axes.pressure is no axis: allowed are particles, parent_temperature"),
        ({"axes": {}, "particles": "mixed"}, "import.axes is empty"),
        ({"frames": [1]}, "import.frames has 1: data/T0.50/run_1.gsd holds 1 frames, allowed are 0 to 0"),
        ({"frames": "some"}, "import.frames is"),
        ({"as_is": "yes"}, "import.as_is is"),
        ({"model": "binary"}, "'binary': allowed are"),
        ({"colour": 1}, "import.colour is unknown"),
    ],
)
def test_what_cannot_be_is_one_sentence(folder, entry, said):
    assert said in sentence(folder, **entry)


def test_a_pattern_that_fits_twice_is_refused_unless_it_says_the_same(folder):
    write(folder / "data/T0.50/T0.60/run_1.gsd", lattice(20))
    write(folder / "data/T0.50/T0.50/run_1.gsd", lattice(20))
    assert "matches it several times, as 0.50 and 0.60" in sentence(folder, files="data/*/T0.60/*.gsd")
    assert list(resolved(folder, files="data/*/T0.50/*.gsd").places) == ["N20_T0.5000"]


def test_a_value_with_more_decimals_than_paths_have(folder):
    write(folder / "data/T0.123456/run_1.gsd", lattice(20))
    assert "at most 4 decimals" in sentence(folder)


@pytest.mark.parametrize(("key", "value"), [("axes", {"particles": 20}), ("ladder", "parent_temperature"), ("measured", "all"), ("origin", "drawn")])
def test_what_belongs_to_prepared_samples(folder, key, value):
    whole = config()
    whole["ensembles"][0][key] = value
    assert f"ensembles[0].{key} does not go with import" in sentence(folder, whole)


def test_what_belongs_to_imported_samples(folder):
    assert "ensembles[0].samples is all: allowed is a whole number" in sentence(folder, changed("ensembles.0.samples", "all"))
    whole = config()
    whole["ensembles"][0]["samples"] = [1, 2]
    assert "allowed are all, or a whole number" in sentence(folder, whole)
    whole = config()
    whole["observables"] = {**whole["observables"], "reheating": {}}
    assert "reheating" not in Study.from_config(whole, directory=folder).observables  # as little as liquids, which nobody has prepared
    whole["observables"] = {**whole["observables"], "mean_squared_displacement": {}}
    text = sentence(folder, whole)
    assert "mean_squared_displacement needs trajectories.gsd, which imported samples have not: set mean_squared_displacement: null" in text


def test_a_file_of_another_dimension_says_so_and_the_others_go_on(folder):
    write(folder / "data/T0.50/run_3.gsd", lattice(20, dimensions=3))
    study = resolved(folder)
    sources = study.places["N20_T0.5000"].ensemble.imported.sources["N20_T0.5000"]
    assert study.places["N20_T0.5000"].dimension == 2 and study.places["N20_T0.5000"].samples == 6
    assert [one.trouble for one in sources if one.trouble] == ["data/T0.50/run_3.gsd: it has 3 dimensions, most files have 2"]


def test_as_many_files_of_two_dimensions(folder):
    write(folder / "data/T0.50/run_3.gsd", lattice(20, dimensions=3))
    text = sentence(folder, files="data/T0.50/run_[13].gsd")
    assert "data/T0.50/run_1.gsd has 2 dimensions and data/T0.50/run_3.gsd has 3 dimensions, as many files as the others; one is allowed" in text


# --- identity, and what is kept -----------------------------------------------------------------------------------------------------------------


def test_identity_follows_what_is_done_with_the_files_and_not_how_many_there_are(folder):
    first = resolved(folder)
    write(folder / "data/T0.50/run_11.gsd", lattice(20))
    more, label = resolved(folder), "N20_T0.5000"
    assert more.places[label].samples == 6
    for step in ("liquids", "glasses"):
        assert first.identity(label, step) == more.identity(label, step)
    assert first.identity(label) != resolved(folder, types={"A": "B", "B": "A"}).identity(label)
    assert first.identity(label) == resolved(folder, as_is="accept").identity(label)
    assert first.identity(label, "glasses") != resolved(folder, as_is="accept").identity(label, "glasses")


def test_outlines_are_read_once_until_a_file_changes(folder, monkeypatch):
    resolved(folder)
    kept = json.loads((folder / "results/default/imported_files.json").read_text())
    assert len(kept) == 6 and kept["data/T0.50/run_10.gsd"][1:] == [[20, 20, 20], 2]
    opened = []
    original = imports.Outlines.of
    monkeypatch.setattr("vitrine.samples.formats.index_file", lambda path: opened.append(path.name) or pytest.fail(f"{path} was opened again"))
    assert len(resolved(folder).places) == 2 and original is imports.Outlines.of and not opened
    monkeypatch.undo()
    write(folder / "data/T0.50/run_1.gsd", lattice(20), lattice(20))
    assert resolved(folder).places["N20_T0.5000"].samples == 6
