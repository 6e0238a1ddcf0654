"""A study of samples that others made: files of three formats are read, relaxed, measured and averaged; what is wrong with one is said."""

import json
import subprocess
import sys

import ase
import ase.io
import gsd.hoomd
import numpy as np
import pandas as pd
import pytest
import vitrine
import yaml
from comparison import broken_files, is_whole
from naive import PLANAR, poly, quenched
from vitrine.config_files import merged_config
from vitrine.samples.formats.npz import write_npz
from vitrine.samples.store import to_frame
from vitrine.study import Study

FORMATS = {"run_1.gsd": 7, "run_2.xyz": 9, "run_3.npz": 16}  # and their decimal digits
CONFIG = {
    "study": "imported",
    "seed": 3,
    "ensembles": [
        {
            "import": {"files": "data/T*/run_*", "model": "poly", "axes": {"parent_temperature": "T{}/"}, "particles": "mixed"},
            "samples": "all",
            "batch": 2,
        }
    ],
    "model": {"poly": PLANAR},
    "observables": dict.fromkeys(("reheating", "pinching", "bond_operator", "soft_spots", "vibrability", "specific_heat")) | {"modes": {}},
    "figures": ["trends"],
    "analysis": {"bootstrap": 10},
}


@pytest.fixture(scope="module")
def glasses():
    """Planar glasses of two temperatures; the last has more particles."""
    return [quenched(poly(**PLANAR), particles, 0.6, 100, seed) for seed, particles in enumerate((64, 64, 70, 64), 1)]


@pytest.fixture(scope="module")
def brought(tmp_path_factory, glasses, workflow):
    """A finished study of glasses in three formats, an unreadable file and a liquid beside them; and what Snakemake said."""
    folder = tmp_path_factory.mktemp("brought")
    (folder / "data/T0.50").mkdir(parents=True)
    (folder / "data/T0.60").mkdir()
    for glass, name in zip(glasses, FORMATS, strict=False):
        write(folder / "data/T0.50" / name, glass)
    (folder / "data/T0.50/run_4.npz").write_bytes(b"PK not a sample")
    liquid = glasses[3].moved(glasses[3].positions + np.random.default_rng(1).normal(0, 0.05, glasses[3].positions.shape))
    write(folder / "data/T0.60/run_1.npz", liquid)
    (folder / "own.yaml").write_text(yaml.safe_dump(CONFIG))
    run = workflow(folder, folder / "own.yaml")
    run.output = run.succeed()
    return run


def write(path, glass):
    """A glass as another program would leave it."""
    if path.suffix == ".npz":
        write_npz(path, [glass])
    elif path.suffix == ".gsd":
        frame = to_frame(glass)
        frame.log = {}
        with gsd.hoomd.open(str(path), "w") as trajectory:
            trajectory.append(frame)
    else:
        atoms = ase.Atoms(numbers=np.ones(glass.particles), positions=np.pad(glass.positions, ((0, 0), (0, 1))), pbc=True)
        atoms.set_cell([*np.diag(glass.box), 1.0])
        atoms.set_array("radius", glass.sizes / 2)
        ase.io.write(path, atoms, format="extxyz", columns=["symbols", "positions", "radius"])


def table(run, name: str) -> pd.DataFrame:
    """A table of the study."""
    return pd.read_parquet(run.directory / "results/imported/tables" / f"{name}.parquet")


def test_the_study_runs_to_its_end(brought):
    assert broken_files(brought.directory / "results/imported") == []
    study = resolved(brought)
    assert study.figures and all(is_whole(brought.directory / f"results/imported/figures/{name}.svg") for name in study.figures)
    text = (brought.directory / "results/imported/summary.md").read_text()
    assert "particles (least) | 1 | 64 | 64" in text and "particles (most) | 1 | 64 | 70" in text


def resolved(run):
    """The study as the workflow resolves it, in its own folder."""
    return Study.from_config(merged_config([run.repository / "config.yaml", *run.configs]), directory=run.directory)


def test_numbers_are_those_of_the_glasses_that_were_brought(brought, glasses):
    folder = brought.directory / "results/imported/T0.5000"
    modes = pd.concat([pd.read_parquet(path) for path in sorted(folder.glob("0*/modes.parquet"))])
    for index, (glass, digits) in enumerate(zip(glasses, FORMATS.values(), strict=False)):
        own = modes[modes["sample"] == index].sort_values("mode")["omega"].to_numpy()
        np.testing.assert_allclose(own, vitrine.find_modes(glass)["omega"], rtol=max(1e-10, 100 * 10.0**-digits))  # a soft mode feels rounding most
    shear = table(brought, "quantities").query("quantity == 'shear_modulus' and parent_temperature == 0.5").iloc[0]
    expected = [vitrine.measure_elasticity(glass)["shear_modulus"][0] for glass in glasses[:3]]
    assert shear["value"] == pytest.approx(np.mean(expected), rel=1e-5) and (shear["samples"], shear["flagged"]) == (3, 1)


def test_rows_say_where_samples_come_from_and_how_they_lay(brought):
    imports = table(brought, "imports").query("parent_temperature == 0.5").sort_values("sample")
    assert list(imports["file"]) == [f"data/T0.50/{name}" for name in (*FORMATS, "run_4.npz")]
    assert list(imports["digits"][:3]) == list(FORMATS.values()) and list(imports["particles_read"][:3]) == [64, 64, 70]
    assert imports["residual_read"].iloc[0] > 1e-8 > 1e-10 > imports["residual_read"].iloc[2]  # single precision, and double
    glasses = pd.concat(map(pd.read_parquet, sorted((brought.directory / "results/imported").glob("T*/0*/glasses.parquet"))))
    moved = glasses.set_index(["parent_temperature", "sample"])["displacement"]
    assert 1e-9 < moved[0.5, 0] < 1e-4 and moved[0.5, 2] < 1e-9 and moved[0.6, 0] > 0.05
    assert glasses.query("parent_temperature == 0.6")["energy_gained"].iloc[0] > 0.001


def test_what_cannot_be_read_is_flagged_and_said(brought):
    text = (brought.directory / "results/imported/summary.md").read_text()
    assert "data/T0.50/run_4.npz" in text
    flags = table(brought, "flags").query("step == 'imports'")
    assert list(flags["samples"]) == [1] and "run_4.npz" in flags["flag"].iloc[0]
    assert "T_p = 0.5: 3 of 4 samples done" not in brought.output and "1 flagged" in brought.output


def test_provenance_of_a_glass_names_its_file(brought):
    found = vitrine.read_all(brought.directory / "results/imported/T0.5000/00000-00001/glasses.gsd")
    told = found[0].provenance["imported"]
    assert told["file"] == "run_1.gsd" and told["frame"] == 0 and len(told["sha256"]) == 64 and told["library"].startswith("gsd")
    record = json.loads((brought.directory / "results/imported/provenance.json").read_text())
    assert record["engine"] == "none: samples are imported" and "import_samples" in record["code"]


def test_a_second_run_does_nothing_and_a_further_file_is_read_alone(brought, glasses):
    assert brought.plan() == {}
    write(brought.directory / "data/T0.60/run_2.npz", glasses[0])
    planned = brought.plan()
    assert planned["import_samples"] == planned["quench_samples"] == planned["find_modes"] == 1


def test_status_and_cost_know_imported_samples(brought):
    environment = {"PYTHONPATH": str(brought.repository / "scripts"), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "vitrine.runs.status", str(brought.repository / "config.yaml"), str(brought.configs[0])]
    said = subprocess.run([*command, "--directory", brought.directory], env=environment, capture_output=True, text=True, check=True).stdout
    assert "T_p = 0.5: 4 of 4 samples done, 4 prepared, 0 left, 1 flagged" in said
    assert "import_samples" in brought.succeed("estimate_cost")


def test_the_report_says_what_was_brought(brought):
    brought.succeed("--report", "report.html")
    text = (brought.directory / "report.html").read_text(encoding="utf-8")
    assert "computer glasses that were brought" in text and "data/T*/run_*" in text and "each was relaxed" in text


def test_a_damaged_table_of_imports_is_refused_by_its_name(brought):
    path = brought.directory / "results/imported/T0.5000/00000-00001/imports.parquet"
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    done = brought.run("results/imported/T0.5000/imports_estimates.parquet")
    path.write_bytes(content)
    assert done.returncode != 0 and "00000-00001/imports.parquet" in done.stdout and "remove it and run again" in done.stdout
