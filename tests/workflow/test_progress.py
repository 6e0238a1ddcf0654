"""Status, progress lines and archive of a study that Snakemake ran: they know each of its files, and whose it is."""

import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml
from vitrine.config_files import merged_config
from vitrine.parquet import read_table
from vitrine.runs.progress import Observer
from vitrine.study import Study
from vitrine.tables import COSTS

REPOSITORY = Path(__file__).resolve().parents[2]
TINY = REPOSITORY / "tests" / "workflow" / "tiny.yaml"


def command(module, directory, *arguments, configs=(TINY,)):
    """A module of the command line, on the tiny study in `directory`."""
    line = [sys.executable, "-m", f"vitrine.runs.{module}", REPOSITORY / "config.yaml", *configs, "--directory", directory, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY / "scripts")}
    return subprocess.run(line, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_progress_lines_while_it_ran(finished):
    said = [line for line in finished.output.splitlines() if " samples done, " in line or line.startswith("in all: ")]
    assert said[-1] == "in all: 100 % of the predicted work done"
    for T_p in ("1.3", "0.8"):
        (last,) = [line for line in said if line.startswith(f"N = 160, T_p = {T_p}: ")][-1:]
        assert last == f"N = 160, T_p = {T_p}: 3 of 3 samples done, 3 prepared, 0 left, 0 flagged"
    assert "no progress line" not in finished.output


def test_status_of_a_finished_study(study):
    done = command("status", study.directory)
    assert done.returncode == 0
    first, second, overall, *costs = done.stdout.splitlines()
    assert {line.split(": ")[1] for line in (first, second)} == {"3 of 3 samples done, 3 prepared, 0 left, 0 flagged"}
    assert overall == "in all: 100 % of the predicted work done"
    assert "note: " not in done.stdout
    plan = study.plan("--forceall")
    table = read_table(COSTS, study.results / "costs.parquet").groupby("step")["jobs"].sum()
    assert dict(table) == {rule: number for rule, number in plan.items() if rule not in ("all", "write_provenance")}  # which takes nothing
    assert all(any(line.split()[:2] == [rule, str(number)] for line in costs) for rule, number in table.items())


def test_predicted_and_planned_are_the_same_jobs(study):
    """Whatever the study chooses, the cost model, the lists of files and the rules go by the same declarations."""
    asked = Study.from_config(merged_config([REPOSITORY / "config.yaml", TINY]))
    now = Observer(asked, study.directory).look(None)
    assert now.work == pytest.approx(now.worked)
    assert now.to_go == {}


def test_another_seed_is_seen_where_snakemake_sees_nothing(study, overlay):
    """After --rerun-triggers mtime, or without .snakemake: every file is there, and none is the study's."""
    reseeded = (TINY, overlay({"seed": 8}))
    done = command("status", study.directory, configs=reseeded)
    assert len(re.findall(r": 0 of 3 samples done, 0 prepared, 3 left, 0 flagged", done.stdout)) == 2
    assert "in all: 0 % of the predicted work done; " in done.stdout
    assert "liquids.parquet" in done.stdout and "were made with another seed, ladder or other settings" in done.stdout
    refused = command("archive", study.directory, configs=reseeded)
    assert refused.returncode == 1
    assert refused.stdout.startswith("Error: ") and "made with another seed, ladder or other settings" in refused.stdout


def test_what_changes_no_number_changes_nothing(study, overlay):
    same = overlay({"preparation": {"walltime_minutes": 10_000}, "figures": ["spectra"]})
    done = command("status", study.directory, configs=(TINY, same))
    assert done.stdout.count("3 of 3 samples done") == 2 and "in all: 100 %" in done.stdout


def test_an_archive_holds_the_study_and_nothing_else(study):
    (study.results / "figures" / "._lengths.svg").write_bytes(b"\x00")
    done = command("archive", study.directory, "--samples")
    assert done.returncode == 0, done.stdout
    with tarfile.open(study.results.with_name("tiny.tar.gz")) as archive:
        names = {name.removeprefix("tiny/") for name in archive.getnames()}
        config = yaml.safe_load(archive.extractfile("tiny/config.yaml"))
    assert config == merged_config([REPOSITORY / "config.yaml", TINY])
    there = {path.relative_to(study.results).as_posix() for path in study.results.rglob("*") if path.is_file()}
    aside = re.compile(r"logs/|benchmarks/|restarts/|figures/\._")
    assert names - {"config.yaml"} == {name for name in there if not aside.match(name)} - {"costs.parquet"}


def test_an_unfinished_study_is_packed_when_asked(study):
    (study.results / "summary.md").unlink()
    refused = command("archive", study.directory)
    assert refused.returncode == 1
    assert "the study is not finished; missing: summary.md. Run it first" in refused.stdout
    assert command("archive", study.directory, "--unfinished").returncode == 0
