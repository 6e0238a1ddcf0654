"""The record of a study, results/<study>/provenance.json: all that it takes to make it again."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path

from vitrine import __version__
from vitrine.provenance import config_hash

PACKAGES = (
    "snakemake", "numpy", "scipy", "sympy", "numba", "cvxopt", "pandas", "pyarrow", "gsd", "matplotlib", "hoomd", "scikit-sparse", "pypardiso", "mkl",
    "cupy",
)  # fmt: skip
OTHER_REPOSITORY = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
SEEDS = (
    "every random stream is fixed by seed, purpose, point (N, T_p and further axes) and the sample's index "
    "(scripts/vitrine/seeds.py): the same config gives the same samples on any number of cores"
)


def study_record(config: Mapping, code: Mapping[str, str], engine: str, solvers: Mapping[str, str], root: str | Path) -> dict:
    """What made a study: config, versions, engine, solvers, state of the code, seeds, machine.

    code: hash of the library modules behind each rule; solvers: what solves sparse equations at each N; root: the checkout, asked for its git state.
    """
    return {
        "study": config["study"],
        "config": config,
        "config_hash": config_hash(config),
        "seed": config["seed"],
        "seeds": SEEDS,
        "engine": engine,
        "solver": dict(solvers),
        "versions": {"vitrine": __version__, "python": platform.python_version(), **_versions(PACKAGES)},
        "code": dict(code),
        "git": git_state(root),
        "machine": {"system": platform.platform(), "processor": platform.machine(), "cores": os.cpu_count()},
    }


def _versions(packages: Sequence[str]) -> dict[str, str]:
    """The versions of those packages that are present."""
    found = {}
    for name in packages:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def git_state(root: str | Path) -> dict[str, object]:
    """Commit of the checkout at `root`, and the files that differ from it; where `commit` is None, `reason` says why there is none."""
    try:
        if _git(root, "rev-parse", "--show-prefix"):
            return _no_commit("the folder lies inside another repository and is no checkout of its own")
        commit = _git(root, "rev-parse", "--verify", "HEAD")
        changed = _git(root, "status", "--porcelain", "--untracked-files=no").splitlines()
    except OSError as error:
        return _no_commit(f"git cannot be run: {error.strerror}")
    except subprocess.CalledProcessError as error:
        return _no_commit(f"git says: {error.stderr.partition(chr(10))[0].removeprefix('fatal: ')}")
    return {"commit": commit, "changed": [line[2:].strip() for line in changed]}


def _no_commit(reason: str) -> dict[str, object]:
    return {"commit": None, "changed": [], "reason": reason}


def _git(root: str | Path, *words: str) -> str:
    # --no-optional-locks: reading the state must not get into the way of the user's own git. safe.directory: a checkout that somebody else owns is
    # read too, since its code runs here anyway. Of the environment, what a hook of git sets would lead to another repository.
    options = ["--no-optional-locks", "-c", f"safe.directory={Path(root).resolve()}", "-C", str(root)]
    environment = {name: value for name, value in os.environ.items() if name not in OTHER_REPOSITORY} | {"LC_ALL": "C"}
    return subprocess.run(["git", *options, *words], check=True, capture_output=True, text=True, env=environment).stdout.rstrip()
