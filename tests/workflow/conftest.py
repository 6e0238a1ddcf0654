"""The tiny study, run once for all tests of the workflow; each test that changes something works on a copy of it."""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from vitrine.config_files import merged_config
from vitrine.study import Study

REPOSITORY = Path(__file__).resolve().parents[2]
TINY = REPOSITORY / "tests" / "workflow" / "tiny.yaml"
WORKFLOW = ("Snakefile", "config.yaml", "rules", "scripts", "envs", "profiles", "report")


class Workflow:
    """Snakemake in `directory`, on the workflow of `repository` with the config files `configs` laid over config.yaml; `cores` None on a cluster."""

    def __init__(self, directory: Path, *configs: Path, cores: int | None = 2, repository: Path = REPOSITORY):
        self.directory, self.configs, self.cores, self.repository = directory, configs or (TINY,), cores, repository

    @property
    def results(self) -> Path:
        return self.directory / "results" / "tiny"

    def command(self, *arguments: str) -> list[str]:
        """The command line. Targets come first in `arguments`: some options take every word that follows."""
        where = ["--snakefile", self.repository / "Snakefile", "--directory", self.directory]
        where += [] if self.cores is None else ["--cores", self.cores]
        return [sys.executable, "-m", "snakemake", *arguments, *map(str, where), "--configfile", *map(str, self.configs)]

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run to the end; stdout holds all that a user would see."""
        return subprocess.run(
            self.command(*arguments), cwd=self.directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL
        )

    def succeed(self, *arguments: str) -> str:
        """Run, expect success, and return the output."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def plan(self, *arguments: str) -> dict[str, int]:
        """How many jobs of each rule a run would do."""
        return self.jobs_in(self.succeed(*arguments, "--dry-run"))

    @staticmethod
    def jobs_in(output: str) -> dict[str, int]:
        """How many jobs of each rule Snakemake says that it does."""
        table = re.search(r"^Job stats:\njob +count\n[- ]+\n(.*?)^total ", output, re.MULTILINE | re.DOTALL)
        return {rule: int(count) for rule, count in (line.split() for line in table[1].splitlines())} if table else {}

    def resolved(self) -> Study:
        """The study as the workflow resolves it: rules, points and figures follow from it."""
        return Study.from_config(merged_config([REPOSITORY / "config.yaml", *self.configs]), directory=self.directory)


@pytest.fixture(scope="session")
def workflow() -> type[Workflow]:
    return Workflow


@pytest.fixture(scope="session")
def finished(tmp_path_factory) -> Workflow:
    """The whole tiny study, 2 samples per batch on 2 cores. Not to be changed. All workers of pytest-xdist share one."""
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "finished"
    folder.mkdir(exist_ok=True)
    done, output = Workflow(folder), folder.with_suffix(".txt")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not output.exists():
            output.write_text(done.succeed(), encoding="utf-8")
    done.output = output.read_text(encoding="utf-8")
    return done


@pytest.fixture
def study(finished, tmp_path) -> Workflow:
    """A copy of the finished study that a test may change."""
    shutil.copytree(finished.directory, tmp_path / "study", symlinks=True)
    return Workflow(tmp_path / "study")


@pytest.fixture
def repository(tmp_path) -> Path:
    """A copy of the workflow that a test may edit."""
    for name in WORKFLOW:
        source, copy = REPOSITORY / name, tmp_path / "repository" / name
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            copy.parent.mkdir(exist_ok=True)
            shutil.copy2(source, copy)
    return tmp_path / "repository"


@pytest.fixture(scope="session")
def overlay(tmp_path_factory) -> Callable[[dict], Path]:
    """Write a config file to be laid over others."""

    def write(content: dict) -> Path:
        path = tmp_path_factory.mktemp("overlay") / "overlay.yaml"
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def rebatched(overlay) -> Callable[[int], Path]:
    """The tiny study with another number of samples per batch."""

    def write(batch: int) -> Path:
        ensembles = yaml.safe_load(TINY.read_text(encoding="utf-8"))["ensembles"]
        return overlay({"ensembles": [{**ensemble, "batch": batch} for ensemble in ensembles]})

    return write
