"""`export_samples` of a finished study: nothing is made anew, and the files hold the modes and fields that its glasses have."""

import shutil

import ase.io
import numpy as np
import pandas as pd
import pytest
import vitrine
from vitrine.samples import read_fields

POINTS, BATCHES = ("N160_T1.3000", "N160_T0.8000"), ("00000-00001", "00002-00002")


def exported(study, name):
    """The frames of a file."""
    return ase.io.read(study.results / "export" / name, index=":")


@pytest.fixture(scope="module")
def done(finished, workflow, overlay, tmp_path_factory):
    """The finished study, beside whose results those of an export lie; and what Snakemake said."""

    folder = tmp_path_factory.mktemp("export") / "study"
    shutil.copytree(finished.directory, folder, symlinks=True)
    run = workflow(folder, *finished.configs, overlay({"export": {"samples": "all", "modes": 3, "pinched": 2, "liquids": True}}))
    run.output = run.succeed("export_samples")
    return run


def test_an_export_makes_nothing_but_itself(done):
    assert done.jobs_in(done.output) == {"export_samples": 1, "export_glasses": 4, "export_liquids": 4}
    assert "Exporting glasses 00002-00002 of N160_T0.8000" in done.output
    files = {path.relative_to(done.results / "export").as_posix() for path in (done.results / "export").rglob("*") if path.is_file()}
    assert files == {f"{point}/{batch}{liquids}.xyz" for point in POINTS for batch in BATCHES for liquids in ("", "_liquids")}
    assert (done.results / "logs" / "export_glasses" / "N160_T0.8000_00002-00002.log").read_text().count("sample 2: exported") == 1
    assert (done.results / "benchmarks" / "export_liquids" / "N160_T0.8000_00002-00002.tsv").is_file()
    assert "Nothing to be done" in done.succeed("export_samples") and "export_samples" not in done.succeed("--dry-run")


@pytest.mark.parametrize("point", POINTS)
def test_modes_fields_and_responses_are_those_of_the_glasses(done, point):
    found = [frame for batch in BATCHES for frame in exported(done, f"{point}/{batch}.xyz")]
    glasses = [glass for batch in BATCHES for glass in vitrine.read_all(done.results / point / batch / "glasses.gsd")]
    fields = {key: one for batch in BATCHES for key, one in read_fields(done.results / point / batch / "vibrability_field.gsd").items()}
    pinching = pd.concat([pd.read_parquet(done.results / point / batch / "pinching.parquet") for batch in BATCHES])
    assert [frame.info["sample"] for frame in found] == [glass.index for glass in glasses] == [0, 1, 2]
    for frame, glass in zip(found, glasses, strict=True):
        modes = vitrine.mode_vectors(glass, 3)
        apart = frame.positions - glass.positions
        assert np.allclose(apart, np.rint(apart / np.diag(glass.box)) * np.diag(glass.box), atol=1e-12)
        for place in (1, 2, 3):
            assert np.allclose(frame.arrays[f"mode_{place}"], modes["vectors"][place - 1], atol=1e-10)
            assert np.allclose(frame.arrays[f"mode_{place}_share"], modes["shares"][place - 1], atol=1e-10)
            assert frame.info[f"omega_{place}"] == pytest.approx(modes["omega"][place - 1], rel=1e-10)
            assert frame.info[f"participation_{place}"] == pytest.approx(modes["participation"][place - 1], rel=1e-8)
        assert np.array_equal(frame.arrays["disp"], frame.arrays["mode_1"]) and "mode_4" not in frame.arrays
        assert np.array_equal(frame.arrays["vibrability"], fields[glass.index].arrays["vibrability"])
        rows = pinching[pinching["sample"] == glass.index].sort_values("omega")
        for place in (1, 2):
            row = rows.iloc[place - 1]
            assert [frame.info[f"pinch_{end}_{place}"] for end in "ij"] == [row["i"], row["j"]]
            assert frame.info[f"pinch_omega_{place}"] == row["omega"]
            response = vitrine.pinch_response(glass, (row["i"], row["j"]))
            assert np.allclose(frame.arrays[f"pinch_{place}"], response / np.linalg.norm(response), atol=1e-10)
        assert frame.info["point"] == point and frame.info["study"] == "tiny" and frame.info["model"] == "poly" and "flag" not in frame.info


def test_liquids_are_those_of_the_glasses(done):
    for batch in BATCHES:
        liquids = vitrine.read_all(done.results / POINTS[1] / batch / "liquids.gsd")
        for frame, liquid in zip(exported(done, f"{POINTS[1]}/{batch}_liquids.xyz"), liquids, strict=True):
            apart = (frame.positions - liquid.positions) @ np.linalg.inv(liquid.box).T
            assert np.allclose(apart, np.rint(apart), atol=1e-12) and frame.info["sample"] == liquid.index
            assert frame.info["parent_temperature"] == 0.8 and "mode_1" not in frame.arrays and "disp" not in frame.arrays


def test_chosen_points_and_samples_as_gsd(study, workflow, overlay):
    chosen = overlay({"export": {"format": "gsd", "points": [POINTS[1]], "samples": 1, "modes": 1}})
    run = workflow(study.directory, *study.configs, chosen)
    assert run.jobs_in(run.succeed("export_samples")) == {"export_samples": 1, "export_glasses": 1}
    assert [path.name for path in (study.results / "export").rglob("*") if path.is_file()] == ["00000-00001.gsd"]
    glass = vitrine.read(study.results / POINTS[1] / BATCHES[0] / "glasses.gsd", frame=0)
    found = vitrine.read(study.results / "export" / POINTS[1] / "00000-00001.gsd")
    assert found.index == 0 and found.provenance == glass.provenance and np.allclose(found.positions, glass.positions, atol=1e-12)


@pytest.mark.parametrize(
    ("section", "said"),
    [
        (
            {"points": ["N160_T0.5"]},
            "config key export.points has N160_T0.5: allowed are all, or a list of measured points, N160_T1.3000, N160_T0.8000",
        ),
        ({"format": "lammps"}, 'config key export.format is "lammps": allowed are xyz, gsd'),
    ],
    ids=["points", "format"],
)
def test_an_export_that_cannot_be(workflow, overlay, tmp_path, section, said):
    run = workflow(tmp_path, *workflow(tmp_path).configs, overlay({"export": section})).run("export_samples")
    assert run.returncode != 0 and said in run.stdout and "Traceback" not in run.stdout


def test_bonds_to_pinch_need_pinching(workflow, overlay, tmp_path):
    without = {"export": {"pinched": 2}, "observables": {"pinching": None, "soft_spots": None}}
    run = workflow(tmp_path, *workflow(tmp_path).configs, overlay(without)).run("export_samples")
    assert run.returncode != 0 and "config key export.pinched is 2: it takes the softest bonds of the observable pinching" in run.stdout
