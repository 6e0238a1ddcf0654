"""The default config, changed leaf by leaf, and what is said to a config that cannot be."""

import copy
from pathlib import Path

import pytest
import yaml
from vitrine.errors import InputError
from vitrine.study import Study

REPOSITORY = Path(__file__).resolve().parents[2]
CONFIG = yaml.safe_load((REPOSITORY / "config.yaml").read_text(encoding="utf-8"))


def parts(path: str) -> list:
    """The keys of a path such as ensembles.0.samples."""
    return [int(part) if part.isdigit() else part for part in path.split(".")] if path else []


def changed(path: str, value: object, config: dict | None = None) -> dict:
    """The default config with one leaf replaced or added."""
    config = copy.deepcopy(CONFIG if config is None else config)
    *folders, name = parts(path)
    place = config
    for folder in folders:
        place = place[folder]
    place[name] = value
    return config


def changes(**leaves: object) -> dict:
    """The default config with several leaves replaced; two underscores stand for a point."""
    config = CONFIG
    for path, value in leaves.items():
        config = changed(path.replace("__", "."), value, config)
    return config


def without(path: str) -> dict:
    """The default config without one key."""
    config = copy.deepcopy(CONFIG)
    *folders, name = parts(path)
    place = config
    for folder in folders:
        place = place[folder]
    del place[name]
    return config


def key_of(path: str) -> str:
    """A path as sentences write it: ensembles[0].samples."""
    return "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in path.split(".")).lstrip(".")


def ensembles(*entries: dict) -> dict:
    """The default config with other ensembles; what an entry leaves out is small."""
    return changed("ensembles", [{"samples": 6, "batch": 3, **entry} for entry in entries])


def laid_over(config: object, overlay: object) -> object:
    """As Snakemake lays config files over each other: sections are merged, all else is replaced."""
    if not (isinstance(config, dict) and isinstance(overlay, dict)):
        return copy.deepcopy(overlay)
    return {**copy.deepcopy(config), **{key: laid_over(config.get(key), value) for key, value in overlay.items()}}


def sentence(config: object) -> str:
    """What is said to a config that cannot be: one sentence."""
    with pytest.raises(InputError) as error:
        Study.from_config(config)
    text = str(error.value)
    assert "\n" not in text and len(text) < 1000  # it names every observable
    return text
