"""What the tests of studies that are cut short share. They are in two files, since a worker takes a file whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from comparison import broken_files, is_whole
from shortened import shortened

REPOSITORY = Path(__file__).resolve().parents[2]
STUDIES = sorted((REPOSITORY / "studies").glob("*.yaml"))
SMALL = [path for path in STUDIES if path.stem.endswith(("_small", "_slow"))]
WHOLE = [path for path in STUDIES if path not in SMALL]


def by_name(path: Path) -> str:
    return path.stem


def with_examples(folder: Path) -> None:
    """The samples that a study imports lie where it runs."""
    (folder / "examples").symlink_to(REPOSITORY / "examples")


def run_to_its_end(workflow, overlay, folder: Path, path: Path) -> None:
    """A study cut short: every point that is measured has its numbers, every figure is whole."""
    run = workflow(folder, path, overlay(shortened(REPOSITORY / "config.yaml", path)))
    text = run.succeed()
    assert "steps (100%) done" in text and "Traceback" not in text
    study, results = run.resolved(), folder / "results" / path.stem
    assert broken_files(results) == []
    assert study.figures and all(is_whole(results / "figures" / f"{name}.{suffix}") for name in study.figures for suffix in ("svg", "pdf"))
    assert (results / "summary.md").read_text(encoding="utf-8").startswith(f"# Summary of the study `{path.stem}`")
    quantities = pd.read_parquet(results / "tables" / "quantities.parquet")
    assert len(pd.read_parquet(results / "tables" / "flags.parquet")) == 0
    for label, place in study.places.items():
        rows = quantities[np.logical_and.reduce([quantities[name] == value for name, value in place.point.key.items()])].set_index("quantity")
        names = ["energy_inherent", "shear_modulus"] if place.measured else ["energy_liquid"]
        names = [name for name in names if name in rows.index]
        names = names or list(rows.index[(rows["samples"] == 2) & np.isfinite(rows["value"])])  # of drawn systems
        assert len(names) > 0 and rows["samples"].max() == 2, label  # some quantities are of a few samples alone, such as those with a key core
        assert set(rows.loc[names, "samples"]) == {2} and all(np.isfinite(rows.loc[name, "value"]) for name in names), label
    weak = quantities.loc[quantities["quantity"] == "omega_g", "value"]
    assert len(weak) == 0 or np.isfinite(weak).any()  # few bonds of so few particles are weak: at some points none that is pinched
