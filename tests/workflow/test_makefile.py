"""What the Makefile adds to Snakemake: one sentence for a wrong Python or a missing file, and configs with spaces in their names."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def make(directory: Path, *arguments: str) -> subprocess.CompletedProcess:
    """`make` as from a shell: what the `make test` around these tests hands down (its level, its variables) is taken away."""
    shell = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")}
    return subprocess.run(["make", *arguments], cwd=directory, env=shell, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.fixture
def clone(tmp_path) -> Path:
    """A folder with the Makefile and the library in it."""
    shutil.copy2(REPOSITORY / "Makefile", tmp_path)
    (tmp_path / "requirements.lock").touch()
    (tmp_path / "scripts").symlink_to(REPOSITORY / "scripts")
    return tmp_path


def with_environment(clone: Path, *arguments: str) -> subprocess.CompletedProcess:
    """`make` with the environment that runs this test."""
    for stamp in ("installed", "ready"):
        (clone / stamp).touch()
    return make(clone, *arguments, "INSTALLED=installed", "READY=ready", f"BIN={Path(sys.executable).parent}")


@pytest.mark.parametrize("target", ["study", "cost", "figure_boltzmann", "export"])
@pytest.mark.parametrize("broken", ["config.yaml", "own.yaml"])
def test_a_broken_config_is_named_in_one_sentence(clone, target, broken):
    shutil.copy2(REPOSITORY / "config.yaml", clone)
    (clone / "own.yaml").touch()
    (clone / broken).write_text("ensembles: [", encoding="utf-8")
    done = with_environment(clone, target, "CONFIG=own.yaml")
    assert done.returncode != 0
    sentence, trouble = done.stdout.splitlines()
    assert sentence.startswith(f"Error: {broken}: not a YAML file that can be read (")
    assert trouble.startswith("make: ***")


def test_wrong_python_is_one_sentence(clone):
    old = clone / "python"
    old.write_text(f'#!/bin/sh\nshift\n{sys.executable} -c "import sys; sys.version_info = (3, 9, 0); $1"\n', encoding="utf-8")
    old.chmod(0o755)
    done = make(clone, "study", f"PYTHON={old}")
    assert done.returncode != 0
    assert "Vitrine needs Python 3.11, 3.12 or 3.13" in done.stdout and "3.9" in done.stdout
    assert not (clone / ".venv").exists()


def test_missing_config_is_one_sentence(clone):
    done = make(clone, "study", "CONFIG=studies/nowhere.yaml")
    assert done.returncode != 0
    assert "there is no file studies/nowhere.yaml" in done.stdout


@pytest.mark.parametrize("name", ["my study.yaml", "it's mine.yaml", "studies (of mine)/a & b.yaml"])
def test_a_config_may_have_spaces_in_its_name(clone, name):
    """`make` reads that very file: its sentence is about it."""
    shutil.copy2(REPOSITORY / "config.yaml", clone)
    (clone / name).parent.mkdir(exist_ok=True)
    (clone / name).write_text("ensembles: [", encoding="utf-8")
    done = with_environment(clone, "cost", f"CONFIG={name}")
    assert done.returncode != 0
    assert done.stdout.splitlines()[0].startswith(f"Error: {name}: not a YAML file that can be read (")


def test_several_configs_are_read_one_after_the_other(clone):
    shutil.copy2(REPOSITORY / "config.yaml", clone)
    (clone / "one.yaml").write_text("seed: 1\n", encoding="utf-8")
    (clone / "two.yaml").write_text("seed: [", encoding="utf-8")
    done = with_environment(clone, "cost", "CONFIG=one.yaml two.yaml")
    assert done.stdout.startswith("Error: two.yaml: not a YAML file")


def test_a_config_with_spaces_that_is_missing_is_one_sentence(clone):
    done = make(clone, "study", "CONFIG=my study.yaml")
    assert done.returncode != 0 and len(done.stdout.splitlines()) == 1
    assert "CONFIG=my study.yaml: there is no file my" in done.stdout


@pytest.mark.parametrize(("target", "marks"), [("test", "not cluster and not slow"), ("test-all", "not cluster"), ("test-cluster", "cluster")])
def test_which_tests_run(clone, target, marks):
    """Those that take minutes in test-all, those that start a Slurm in test-cluster."""
    done = with_environment(clone, target, "--dry-run")
    assert f" -m {marks} " in done.stdout.replace('"', "")
    assert "make test-all" in (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")


def test_help_names_every_target(clone):
    text = make(clone).stdout
    for target in ("study", "report", "test", "test-all", "test-cluster", "bench", "lint", "clean-env"):
        assert f"  {target} " in text
