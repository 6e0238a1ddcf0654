"""Vitrine as a package: what the wheel holds, README's five lines in a fresh environment, and jobs that take their checkout's copy none the less."""

import os
import re
import shutil
import subprocess
import sys
import venv
import zipfile
from email import message_from_string
from pathlib import Path

import gsd.hoomd
import numpy as np
import pytest
import vitrine
import yaml
from naive import scattered
from vitrine.models import glass_former

REPOSITORY = Path(__file__).resolve().parents[2]
LIBRARY = REPOSITORY / "scripts" / "vitrine"
PACKAGE = ("pyproject.toml", "README.md", "LICENSE", "scripts")
UNREACHABLE = re.compile(r"No matching distribution found for setuptools|Failed to establish a new connection|Temporary failure in name resolution")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Built from a copy of what it is made of, so that nothing is left in the checkout."""
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in PACKAGE:
        here = REPOSITORY / name
        if here.is_dir():
            shutil.copytree(here, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(here, source / name)
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--quiet", "--wheel-dir", str(folder), str(source)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode and UNREACHABLE.search(done.stderr):
        pytest.skip("setuptools, which builds the wheel, cannot be fetched here")
    assert done.returncode == 0, done.stderr
    (found,) = folder.glob("vitrine-*.whl")
    return found


def test_the_wheel_holds_the_library_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    files = {path for ending in ("py", "yaml", "rst", "cu") for path in LIBRARY.rglob(f"*.{ending}") if "__pycache__" not in path.parts}
    assert held == {str(path.relative_to(LIBRARY.parent)) for path in files}
    assert {
        "vitrine/costs.yaml",
        "vitrine/config.schema.yaml",
        "vitrine/preparation/swap_gpu.cu",
        "vitrine/observables/pinching/pinching_force.rst",
    } <= held


def test_the_wheel_says_what_it_is_and_needs(wheel):
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        about = message_from_string(archive.read(name).decode())
    assert (about["Name"], about["Version"], about["License-Expression"]) == ("vitrine", vitrine.__version__, "BSD-3-Clause")
    needed = {re.split(r"[<>=!~ ;\[]", line)[0].lower() for line in about.get_all("Requires-Dist")}
    asked = {re.split(r"[<>=!~ ;\[]", line)[0].lower() for line in (REPOSITORY / "requirements.in").read_text(encoding="utf-8").splitlines()}
    assert needed <= asked and {"numpy", "scipy", "numba", "gsd", "pandas", "pyarrow"} <= needed and "snakemake" not in needed


def test_the_library_works_from_the_wheel_alone(wheel, tmp_path):
    """Unpacked where nothing else of the checkout is."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    shutil.copy(REPOSITORY / "config.yaml", tmp_path)
    lines = (
        "import yaml, vitrine; from vitrine.study import Study; from vitrine.costs import measured_costs; "
        "study = Study.from_config(yaml.safe_load(open('config.yaml'))); measured_costs(); "
        "assert len(study.figures) > 8 and vitrine.GLASS_FORMERS and vitrine.find_modes; print(vitrine.__file__)"
    )
    done = subprocess.run([sys.executable, "-c", lines], cwd=tmp_path, env={"PYTHONPATH": "site"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(tmp_path)


def five_lines():
    """The Python of the README that begins with importing Vitrine."""
    blocks = re.findall(r"```python\n(.*?)```", (REPOSITORY / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    (block,) = [block for block in blocks if "import vitrine" in block]
    return block


def glass_of_others(path):
    """A disordered configuration of the Kob-Andersen mixture in single precision, as HOOMD-blue would write it."""
    sample = scattered(glass_former("kob_andersen", vitrine.GLASS_FORMERS["kob_andersen"]), 256, np.random.default_rng(1))
    frame = gsd.hoomd.Frame()
    d = sample.dimension
    frame.configuration.box = [*np.diag(sample.box), *[1.0] * (3 - d), 0, 0, 0]
    frame.configuration.dimensions = d
    frame.particles.N, frame.particles.types, frame.particles.typeid = sample.particles, ["A", "B"], sample.types
    frame.particles.position = np.zeros((sample.particles, 3))
    frame.particles.position[:, :d] = sample.positions - sample.box.sum(axis=1) / 2
    with gsd.hoomd.open(path, "w") as trajectory:
        trajectory.append(frame)


CHECKED = """
assert len(modes) == 3 * 256 - 3, len(modes)
assert modes["participation"].notna().sum() == 50 and modes.attrs["units"]["omega"] == "sqrt(epsilon/m)/sigma_AA"
assert G.shape == (1,) and G[0] > 0 and len(spectrum) == len(modes) and (spectrum > 0).all()
print(vitrine.__file__)
"""


def test_the_five_lines_of_the_readme(tmp_path):
    """Here; in a fresh environment below."""
    glass_of_others(tmp_path / "glass.gsd")
    environment = {**os.environ, "PYTHONPATH": str(LIBRARY.parent)}
    done = subprocess.run([sys.executable, "-c", five_lines() + CHECKED], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert len(five_lines().strip().splitlines()) <= 6


@pytest.mark.slow
def test_the_five_lines_of_the_readme_in_a_fresh_environment(wheel, tmp_path):
    """The wheel with all that it needs from the registry, and nothing of this checkout."""
    venv.create(tmp_path / "fresh", with_pip=True)
    python = tmp_path / "fresh" / "bin" / "python"
    done = subprocess.run([python, "-m", "pip", "install", "--quiet", wheel], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    glass_of_others(tmp_path / "glass.gsd")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run([python, "-c", five_lines() + CHECKED], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(tmp_path / "fresh")


# --- beside a checkout --------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def older(tmp_path):
    """A folder with an older Vitrine, as pip would have installed it, whose every use is an error."""
    package = tmp_path / "site-packages" / "vitrine"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('__version__ = "0.0.1"\nraise SystemExit("the older vitrine was taken")\n', encoding="utf-8")
    return package.parent


def test_the_older_one_would_be_taken_otherwise(older):
    done = subprocess.run([sys.executable, "-c", "import vitrine"], env={"PYTHONPATH": str(older)}, capture_output=True, text=True)
    assert done.returncode == 1 and "the older vitrine was taken" in done.stderr


def test_jobs_take_the_copy_of_their_checkout(older, tmp_path):
    """Snakemake puts the scripts' folder behind all that is installed."""
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump({"study": "beside"}), encoding="utf-8")
    command = [sys.executable, "-m", "snakemake", "estimate_cost", "--snakefile", str(REPOSITORY / "Snakefile"), "--directory", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(older), "NO_COLOR": "1"}
    done = subprocess.run([*command, "--cores", "1", "--configfile", str(config)], env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    log = (tmp_path / "results" / "beside" / "logs" / "estimate_cost.log").read_text(encoding="utf-8")
    assert "N256" in log and "older" not in log
