"""Dynamics in the workflow: each sampler prepares glasses; a walltime ends a job in one sentence, and the next run goes on to the same numbers."""

import gsd.hoomd
import numpy as np
import pandas as pd
import pytest
import yaml

pytestmark = pytest.mark.slow  # kernels of other glass formers are compiled
ENSEMBLE = {"axes": {"particles": 160, "parent_temperature": [1.3, 1.0]}, "ladder": "parent_temperature", "samples": 2, "batch": 2}
DYNAMICS = {"time_step": 0.005, "steps_per_sweep": 5, "device": "cpu"}
LENGTH = {"tuning_sweeps": 20, "relaxation_times": 1, "minimum_sweeps": 1000, "maximum_sweeps": 4000, "restart_sweeps": 200}
LENGTH |= {"pilot_samples": 1, "pilot_relaxations": 1}
BINARY = {
    "dimension": 2, "density": 0.86, "exponent": 10, "cutoff": 1.48, "truncation": "force_shift", "smoothness": 3, "large_fraction": 0.5,
    "sigma_ab": 1.18, "sigma_bb": 1.4,
}  # fmt: skip
KOB_ANDERSEN = {"dimension": 3, "density": 1.2, "small_fraction": 0.2, "cutoff": 2.5, "cutoff_of": "AA"}
STUDIES = {
    "hybrid": {"model": {"poly": {"size_levels": 8}}, "preparation": {"sampler": "hybrid", "dynamics": DYNAMICS}},
    "cooling": {
        "model": {"name": "binary_ipl", "binary_ipl": BINARY},
        "preparation": {"sampler": "cooling", "dynamics": {**DYNAMICS, "hold_time": [2, 3], "cooling_rate": [None, 0.5]}},
    },
    "constant pressure": {
        "model": {"name": "kob_andersen", "kob_andersen": KOB_ANDERSEN},
        "ensembles": [{**ENSEMBLE, "axes": {**ENSEMBLE["axes"], "particles": 200}}],
        "preparation": {"sampler": "cooling", "dynamics": {**DYNAMICS, "hold_time": 4, "cooling_rate": 0.5, "pressure": 2.0}},
    },
}
ENGINES = ["builtin", pytest.param("hoomd", marks=pytest.mark.hoomd)]


def study_of(name, engine, **changes):
    content = {"study": "tiny", "seed": 3, "ensembles": [ENSEMBLE], **STUDIES[name]}
    return {**content, "preparation": {**LENGTH, "engine": engine, **content["preparation"], **changes}}


def glasses(study, content):
    """Targets: the glasses of the coldest rung."""
    ensemble = content["ensembles"][0]
    return study.results / f"N{ensemble['axes']['particles']}_T1.0000" / "00000-00001"


@pytest.fixture
def make(workflow, tmp_path):
    def run(name, folder, engine="builtin", **changes):
        if engine == "hoomd":
            pytest.importorskip("hoomd", reason="HOOMD-blue (envs/hoomd.yaml) cannot be imported")
        content = study_of(name, engine, **changes)
        directory = tmp_path / folder
        directory.mkdir(exist_ok=True)
        (directory / "study.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        study = workflow(directory, directory / "study.yaml", cores=1)
        batch = glasses(study, content)
        return study.run(str((batch / "glasses.parquet").relative_to(directory))), batch

    return run


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", [name.replace(" ", "_") for name in STUDIES])
def test_each_sampler_prepares_glasses(name, engine, make):
    name = name.replace("_", " ")
    done, batch = make(name, "study", engine)
    assert done.returncode == 0, done.stdout
    rows, liquids = pd.read_parquet(batch / "glasses.parquet"), pd.read_parquet(batch / "liquids.parquet")
    assert list(rows["flag"]) == ["", ""] and list(liquids["flag"]) == ["", ""]
    assert rows["residual"].max() <= 1e-10 and rows["lowest_stiffness"].min() > 0
    assert np.all(liquids["step"] == 0.005) and np.all(liquids["displacement_acceptance"].isna())
    assert np.all(liquids["swap_acceptance"].between(0.02, 0.6)) == (name == "hybrid")
    with gsd.hoomd.open(batch / "glasses.gsd") as trajectory:
        record = trajectory[0].log["vitrine/record"].tobytes().decode()
    assert ("HOOMD-blue" in record) == (engine == "hoomd") and '"thermostat": "bussi"' in record
    assert (rows["spacing"].nunique() == 1) == (name != "constant pressure")
    assert not (batch.parents[1] / "restarts").exists() or not list((batch.parents[1] / "restarts").rglob("*.npz"))


def test_a_walltime_ends_the_job_and_the_next_run_goes_on(make):
    done, undisturbed = make("hybrid", "undisturbed")
    assert done.returncode == 0, done.stdout
    for attempt in range(200):
        done, batch = make("hybrid", "limited", walltime_minutes=0.01 if attempt < 3 else None)
        if done.returncode == 0:
            break
        assert "walltime_minutes is over" in done.stdout and "run again to go on" in done.stdout
        assert "Traceback" not in done.stdout
        assert not (batch / "liquids.gsd").exists()
    assert attempt > 0
    for table in ("liquids", "relaxation", "glasses"):
        pd.testing.assert_frame_equal(
            pd.read_parquet(batch / f"{table}.parquet"), pd.read_parquet(undisturbed / f"{table}.parquet"), check_exact=True
        )
