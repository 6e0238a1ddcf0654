"""What the Makefile adds to Snakemake: one sentence for a wrong Python or a missing file, and a lock that a killed run cannot leave behind."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def make(directory: Path, *arguments: str) -> subprocess.CompletedProcess:
    """`make` as from a shell: what the `make test` around these tests hands down (its level, its variables) is taken away."""
    shell = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES")}
    return subprocess.run(["make", *arguments], cwd=directory, env=shell, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


@pytest.fixture
def clone(tmp_path) -> Path:
    """A folder with the Makefile and a lock of Snakemake's in it."""
    shutil.copy2(REPOSITORY / "Makefile", tmp_path)
    (tmp_path / "requirements.lock").touch()
    locks = tmp_path / ".snakemake" / "locks"
    locks.mkdir(parents=True)
    (locks / "0.input.lock").write_text("results/a\n", encoding="utf-8")
    return tmp_path


def with_environment(clone: Path, *arguments: str) -> subprocess.CompletedProcess:
    """`make` with the environment that runs this test."""
    for stamp in ("installed", "ready"):
        (clone / stamp).touch()
    return make(clone, *arguments, "INSTALLED=installed", "READY=ready", f"BIN={Path(sys.executable).parent}")


def unlock(clone: Path) -> subprocess.CompletedProcess:
    return with_environment(clone, "unlock")


def test_stale_lock_is_removed(clone):
    assert unlock(clone).returncode == 0
    assert list((clone / ".snakemake" / "locks").iterdir()) == []


def test_lock_of_a_live_run_is_kept(clone):
    live = subprocess.Popen(["snakemake", "60"], executable=shutil.which("sleep"), cwd=clone)
    try:
        time.sleep(0.1)
        done = unlock(clone)
    finally:
        live.kill()
        live.wait()
    assert done.returncode != 0
    assert f"process {live.pid}" in done.stdout
    assert len(list((clone / ".snakemake" / "locks").iterdir())) == 1


@pytest.mark.parametrize("target", ["study", "cost", "figure_boltzmann"])
@pytest.mark.parametrize("broken", ["config.yaml", "own.yaml"])
def test_a_broken_config_is_named_in_one_sentence(clone, target, broken):
    (clone / "scripts").symlink_to(REPOSITORY / "scripts")
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


def test_help_names_every_target(clone):
    text = make(clone).stdout
    for target in ("study", "report", "test", "test-cluster", "bench", "lint", "clean-env"):
        assert f"  {target} " in text
