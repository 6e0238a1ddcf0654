"""A study that asks for a GPU: which jobs ask for one, and what they say where there is none."""

import re

import pandas as pd
import pyarrow.parquet as pq
import pytest
from vitrine.linalg.gpu import find_gpu

DENSE = {"find_modes", "diagonalise_bond_operator"}  # the rules of full spectra

CHAINS = {"pilot_liquids", "equilibrate_liquids"}  # the rules of liquids


@pytest.fixture
def on_gpu(overlay):
    return overlay({"linear_algebra": {"device": "gpu"}})


@pytest.mark.parametrize("device", [pytest.param("cpu", marks=pytest.mark.slow), "gpu"])
def test_jobs_of_full_spectra_ask_for_a_gpu_and_measure_several_samples_at_once(workflow, repository, overlay, tmp_path, device):
    rules = repository / "rules" / "observables.smk"
    rules.write_text(re.sub(r"        message:\n.*\n", "", rules.read_text(encoding="utf-8")), encoding="utf-8")  # instead of it the job is shown
    tiny = workflow(tmp_path).configs
    text = workflow(tmp_path, *tiny, overlay({"linear_algebra": {"device": device}}), cores=8, repository=repository).succeed("--dry-run")
    jobs = dict(re.findall(r"^rule (\w+):\n((?: {4}.*\n)+)", text, re.MULTILINE))
    expected = DENSE if device == "gpu" else set()
    assert set(jobs) >= DENSE | {"measure_elasticity", "pinch_bonds"}
    assert {name for name, job in jobs.items() if re.search(r"resources:.*\bgpu=1\b", job)} == expected
    assert {name for name, job in jobs.items() if "threads: 4\n" in job} == expected


def test_jobs_of_chains_on_a_gpu_ask_for_one(workflow, overlay, repository, tmp_path):
    rules = repository / "rules" / "prepare.smk"
    rules.write_text(re.sub(r"        message:\n.*\n", "", rules.read_text(encoding="utf-8")), encoding="utf-8")  # instead of it the job is shown
    tiny = workflow(tmp_path).configs
    chains = overlay({"preparation": {"sampler": "swap_gpu", "swap_gpu": {"look_sweeps": 10}}})
    text = workflow(tmp_path, *tiny, chains, cores=8, repository=repository).succeed("--dry-run")
    jobs = dict(re.findall(r"^rule (\w+):\n((?: {4}.*\n)+)", text, re.MULTILINE))
    assert {name for name, job in jobs.items() if re.search(r"resources:.*\bgpu=1\b", job)} == CHAINS < set(jobs)


def test_without_a_gpu_the_chains_say_so(workflow, overlay, tmp_path):
    if not isinstance(find_gpu(), str):
        pytest.skip("there is a GPU here")
    chains = overlay({"preparation": {"sampler": "swap_gpu", "swap_gpu": {"look_sweeps": 10}}})
    done = workflow(tmp_path, *workflow(tmp_path).configs, chains).run("results/tiny/N160_T1.3000/00000-00001/liquids.gsd")
    assert done.returncode == 1 and "Traceback" not in done.stdout
    assert re.search(r"Error: config key preparation\.sampler is swap_gpu and there is no GPU \(CuPy says: .*\): allowed here", done.stdout)


@pytest.mark.slow
def test_chains_on_a_core_prepare_glasses(workflow, overlay, tmp_path):
    chains = overlay({"preparation": {"sampler": "swap_gpu", "swap_gpu": {"device": "cpu", "look_sweeps": 10}}})
    batch = "results/tiny/N160_T0.8000/00000-00001"
    workflow(tmp_path, *workflow(tmp_path).configs, chains).succeed(f"{batch}/glasses.parquet")
    glasses, liquids = (pd.read_parquet(tmp_path / batch / f"{name}.parquet") for name in ("glasses", "liquids"))
    assert set(glasses["flag"]) == set(liquids["flag"]) == {""} and liquids["swap_acceptance"].min() > 0.02
    assert pq.read_schema(tmp_path / batch / "liquids.parquet").metadata[b"vitrine"].count(b"counted moves") == 1


@pytest.mark.slow
def test_another_device_runs_full_spectra_again_and_nothing_else_that_is_measured(finished, workflow, on_gpu):
    run = workflow(finished.directory, *finished.configs, on_gpu)
    assert set(run.plan()) & {"equilibrate_liquids", "quench_samples", *(one.rule for one in run.resolved().measured)} == DENSE


def test_without_a_gpu_the_job_says_so(study, workflow, on_gpu):
    if not isinstance(find_gpu(), str):
        pytest.skip("there is a GPU here")
    done = workflow(study.directory, *study.configs, on_gpu).run("results/tiny/N160_T1.3000/00000-00001/modes.parquet")
    assert done.returncode == 1 and "Traceback" not in done.stdout
    assert re.search(
        r"Error: config key linear_algebra\.device is gpu and there is none \(CuPy says: .*\): allowed here are auto and cpu", done.stdout
    )
