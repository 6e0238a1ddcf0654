"""The environments agree: what requirements.in asks for is locked, and conda's versions are those of the lock file."""

import re
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
ENVIRONMENTS = sorted((REPOSITORY / "envs").glob("*.yaml"))
PYTHONS = {"3.11", "3.12", "3.13"}
ELSEWHERE = {"hoomd"}  # not on PyPI, hence not in the lock file
PYPI_NAMES = {"matplotlib-base": "matplotlib"}  # conda-forge's name for the package without its screen backends


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def requirements(name: str) -> list[str]:
    lines = (REPOSITORY / name).read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def locked() -> dict[str, str]:
    return {canonical(name): version for name, version in (line.split("==") for line in requirements("requirements.lock"))}


def conda_pins(path: Path) -> dict[str, str]:
    return dict(dependency.split("=", 1) for dependency in yaml.safe_load(path.read_text(encoding="utf-8"))["dependencies"])


def test_lock_names_exact_versions_once():
    lines = requirements("requirements.lock")
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+", line) for line in lines)
    assert len(locked()) == len(lines)


def test_direct_requirements_are_locked():
    asked = {canonical(re.split(r"[<>=!~ ;\[]", line)[0]) for line in requirements("requirements.in")}
    assert asked <= set(locked())


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.stem)
def test_conda_pins_equal_the_lock(path):
    pins = conda_pins(path)
    assert pins.pop("python") in PYTHONS
    assert {name: version for name, version in pins.items() if name not in ELSEWHERE} == {
        name: locked()[PYPI_NAMES.get(name, name)] for name in pins if name not in ELSEWHERE
    }


def test_both_conda_environments_exist_and_hoomd_adds_hoomd_alone():
    analysis, hoomd = (conda_pins(REPOSITORY / "envs" / name) for name in ("analysis.yaml", "hoomd.yaml"))
    assert hoomd.pop("hoomd") == "7.*"
    assert hoomd == analysis


def test_environments_come_from_conda_forge_alone():
    for path in ENVIRONMENTS:
        assert yaml.safe_load(path.read_text(encoding="utf-8"))["channels"] == ["conda-forge", "nodefaults"]
