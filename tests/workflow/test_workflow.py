"""The workflow as its users run it: whole, again, one figure alone, after an edit, in other batches, on other numbers of cores, and killed."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import gsd.hoomd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml
from comparison import assert_same_numbers
from vitrine.parquet import read_provenance

FIGURES = (
    "annealing_ratios", "boltzmann", "bond_operator", "cumulative_modes", "defects", "equilibration", "lengths", "pinching_force", "spectra",
)  # fmt: skip
DRAW = {"all", *(f"plot_{name}" for name in FIGURES)}
CONCLUDE = {"collect_tables", "fit_study", "write_summary", "write_provenance", *DRAW}
TABLES = ("collect_tables", "fit_study")  # the rules at the end of all numbers
JOBS = 68  # of the tiny study: 6 batches through 6 rules, 3 ensembles through 6, 4 rules for the study, 9 figures, all


def broken_files(results: Path) -> list[str]:
    """Files under a final name that are not whole."""
    return [str(path) for path in results.rglob("*") if path.is_file() and not path.name.startswith(".") and not is_whole(path)]


def is_whole(path: Path) -> bool:
    """A file that its reader takes; text files without a format of their own count as whole."""
    try:
        if path.suffix == ".parquet":
            pq.read_table(path)
        elif path.suffix == ".gsd":
            with gsd.hoomd.open(path) as trajectory:
                return len(list(trajectory)) > 0
        elif path.suffix == ".svg":
            return path.read_text(encoding="utf-8").rstrip().endswith("</svg>")
        elif path.suffix == ".pdf":
            return path.read_bytes().rstrip().endswith(b"%%EOF")
    except (OSError, RuntimeError, ValueError):
        return False
    return True


def test_whole_run_makes_every_table_figure_and_summary(finished):
    for name in FIGURES:
        for suffix in ("svg", "pdf"):
            assert is_whole(finished.results / "figures" / f"{name}.{suffix}")
    for name in ("quantities", "fits", "mode_density", "bond_operator_density", "pinching_force", "pinching_scatter", "relaxation_curves", "liquids"):
        assert pq.read_metadata(finished.results / "tables" / f"{name}.parquet").num_rows > 0
    assert (finished.results / "summary.md").read_text(encoding="utf-8").startswith("#")
    assert pq.read_metadata(finished.results / "summary.parquet").num_rows > 0
    assert broken_files(finished.results) == []


def test_the_record_says_what_made_the_study(finished, workflow):
    record = json.loads((finished.results / "provenance.json").read_text(encoding="utf-8"))
    config = record["config"]
    assert config["study"] == "tiny" and config["ensembles"] == yaml.safe_load(finished.configs[0].read_text(encoding="utf-8"))["ensembles"]
    assert record["config_hash"] == read_provenance(finished.results / "tables" / "quantities.parquet")["config_hash"]
    assert record["versions"]["numpy"] == np.__version__ and record["versions"]["snakemake"]
    assert set(record["solver"]) == {f"N = {entry['particles']}" for entry in config["ensembles"]}
    assert set(record["code"]) >= {"equilibrate_liquids", "find_modes", "aggregate_modes", "fit_study"}


def test_results_stay_in_the_working_directory(finished):
    assert sorted(path.name for path in finished.directory.iterdir() if not path.name.startswith(".")) == ["results"]


def test_progress_shows_step_and_total(finished):
    assert "equilibrat" in finished.output.lower()
    assert "steps (100%) done" in finished.output


def test_second_run_does_nothing(finished):
    assert "Nothing to be done" in finished.succeed()


def test_one_figure_is_drawn_again_from_tables_alone(study):
    figure = study.results / "figures" / "boltzmann.svg"
    before = figure.read_bytes()
    figure.unlink()
    assert {rule for rule in study.plan("figure_boltzmann") if not rule.startswith("figure_")} == {"plot_boltzmann"}
    study.succeed("figure_boltzmann")
    assert figure.read_bytes() == before


@pytest.mark.parametrize(
    ("module", "reruns"),
    [
        ("figures/style.py", DRAW),
        ("statistics/weibull.py", {"aggregate_modes", "aggregate_bond_operator"} | CONCLUDE),
        ("measures/pinching.py", {"pinch_bonds", "aggregate_pinching"} | CONCLUDE),
    ],
)
def test_an_edit_of_the_library_reruns_exactly_what_depends_on_it(finished, workflow, repository, module, reruns):
    edited = workflow(finished.directory, repository=repository)
    assert edited.plan() == {}
    path = repository / "scripts" / "vitrine" / module
    path.write_text(path.read_text(encoding="utf-8") + "\nEDITED = True\n", encoding="utf-8")
    assert set(edited.plan()) == reruns


def test_an_edit_of_the_sampler_reruns_everything(finished, workflow, repository):
    path = repository / "scripts" / "vitrine" / "preparation" / "swap.py"
    path.write_text(path.read_text(encoding="utf-8") + "\nEDITED = True\n", encoding="utf-8")
    assert sum(workflow(finished.directory, repository=repository).plan().values()) == JOBS


def test_more_samples_are_added_to_those_that_exist(finished, workflow, overlay):
    ensembles = yaml.safe_load(finished.configs[0].read_text(encoding="utf-8"))["ensembles"]
    more = overlay({"ensembles": [{**ensemble, "samples": 6} for ensemble in ensembles]})
    planned = workflow(finished.directory, *finished.configs, more).plan()
    new = 2 * len(ensembles[0]["parent_temperatures"])  # the first of three batches is there, the second was not full
    assert planned["equilibrate_liquids"] == planned["find_modes"] == new


def test_one_batch_of_all_samples_gives_the_same_ensemble(finished, workflow, rebatched, tmp_path):
    """The hottest ensemble alone, for time's sake; that of `killed` compares the whole study."""
    other = workflow(tmp_path, *finished.configs, rebatched(3))
    ensemble = finished.results / "N160" / "T1.3000"
    names = sorted(path.name for path in ensemble.glob("*.parquet"))
    other.succeed(*(f"results/tiny/N160/T1.3000/{name}" for name in names))
    for name in names:
        ours, theirs = pd.read_parquet(ensemble / name), pd.read_parquet(other.results / "N160" / "T1.3000" / name)
        pd.testing.assert_frame_equal(ours, theirs, check_exact=True, obj=name)


@pytest.fixture(scope="module")
def killed(finished, workflow, rebatched, tmp_path_factory):
    """A study with one sample per batch on one core, ended by three signals in turn, then finished; with the broken files after each signal."""
    run = workflow(tmp_path_factory.mktemp("killed"), *finished.configs, rebatched(1), cores=1)
    broken = {}
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGINT):
        present = len(list(run.results.rglob("*.parquet")))
        process = subprocess.Popen(
            run.command(*TABLES), cwd=run.directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        while process.poll() is None and len(list(run.results.rglob("*.parquet"))) < present + 8:
            time.sleep(0.02)
        assert process.poll() is None, "the run ended before it could be killed"
        if number == signal.SIGTERM:
            process.terminate()
        else:
            os.killpg(process.pid, number)  # Ctrl-C reaches every process of the terminal
        outright = number == signal.SIGKILL
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:  # NOTE: now and then Snakemake hangs on a signal, waiting for itself; its user then kills it
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=60)
            outright = True
        broken[number.name] = broken_files(run.results)
        if outright:
            run.succeed("--unlock")
    run.succeed(*TABLES)
    return run, broken


def test_a_killed_run_leaves_no_half_file(killed):
    assert killed[1] == {"SIGKILL": [], "SIGTERM": [], "SIGINT": []}


def test_neither_kills_nor_batches_nor_cores_change_a_number(finished, killed):
    """`killed` ran with one sample per batch on one core, `finished` with two on two."""
    assert_same_numbers(finished.results, killed[0].results)
