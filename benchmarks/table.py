"""The table of the benchmarks: every figure, its reference, their ratio and the ratio to reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd
from vitrine import __version__
from vitrine.parquet import write_table
from vitrine.schema import NONE, Column, Table

BENCHMARKS = Table(
    "benchmarks",
    "measured speed of Vitrine's steps, each as a ratio to a reference of the same run, on one core",
    (
        Column("what", "string", NONE, "what is measured"),
        Column("value", "double", "see unit", "ours"),
        Column("reference", "string", NONE, "what it is compared with"),
        Column("reference_value", "double", "see unit", "the reference's"),
        Column("unit", "string", NONE, "unit of both: seconds (processor time where nothing else is said), GB of memory, or solves"),
        Column("ratio", "double", NONE, "value/reference_value: less is better"),
        Column("target", "double", NONE, "largest ratio to reach; NaN where none is set"),
    ),
)

# Figure and reference, by how their names begin, and the largest ratio to reach.
TARGETS = (
    ("swap Monte Carlo move", "cell list", 1 / 20),
    ("swap Monte Carlo move, scaled", "4 million moves/s", 1.0),
    ("independent liquid", "swap Monte Carlo", 0.5),
    ("quench", "FIRE", 0.33),
    ("quench", "scipy L-BFGS", 0.8),
    ("reading of 1000 frames", "2 s", 1.0),
    ("reading of 1000 frames", "20 s", 1.0),
    ("reading of a glass", "its D(omega)", 0.1),
    ("bonds and Hessian", "matscipy", 0.5),
    ("D(omega), values", "scipy eigh, values", 0.55),
    ("D(omega), with vectors", "scipy eigh, with vectors", 1.0),
    ("P(lambda), values", "scipy eigh of (StS, M), values", 0.33),
    ("P(lambda), values", "eigenvalues of the dense A", 1 / 25),
    ("omega_ij of a bond", "one sparse solve per bond", 0.25),
    ("G, K, c_s", "one factorisation", 1.5),
    ("lowest 50 modes", "scipy eigh, values", 0.1),
    ("top 50 lambda", "scipy eigh of (StS, M), values", 0.1),
    ("contraction", "3 products H z", 1.0),
    ("solves to a", "20 solves", 1.0),
    ("solves to a", "25 solves", 1.0),
    ("solves to a", "40 solves", 1.0),
    ("100 starts to", "60 s", 1.0),
    ("c(r) of 200 pinches", "60 s", 1.0),
    ("key core of a glass", "15 s", 1.0),
    ("lowest 20 modes and top 20 lambda", "5 minutes", 1.0),
    ("spectra of N = 4000", "60 s", 1.0),
    ("peak memory with the spectra", "1 GB", 1.0),
    ("running sums of", "the time steps", 0.15),
    ("peak memory", "8 GB", 1.0),
    ("plan of", "10 s", 1.0),
    ("peak memory of the plan", "500 MB", 1.0),
    ("1000 jobs of nothing", "30 s", 1.0),
)


def target(what: str, reference: str) -> float:
    """The largest ratio to reach; NaN where none is set."""
    return next((most for figure, other, most in TARGETS if what.startswith(figure) and reference.startswith(other)), float("nan"))


def table_of(rows: Iterable[tuple]) -> pd.DataFrame:
    """The table of rows (what, value, reference, reference_value), in seconds, or with a unit as the fifth."""
    frame = pd.DataFrame([(*row, "s")[:5] for row in rows], columns=["what", "value", "reference", "reference_value", "unit"])
    frame["ratio"] = frame["value"] / frame["reference_value"]
    frame["target"] = [target(*names) for names in zip(frame["what"], frame["reference"], strict=True)]
    return frame


def as_text(table: pd.DataFrame) -> str:
    """The table for a terminal, with the target beside each ratio and whether it is met."""
    shown = table.copy()
    shown["met"] = ["" if pd.isna(most) else "yes" if ratio <= most else "NO" for ratio, most in zip(table["ratio"], table["target"], strict=True)]
    shown["target"] = ["" if pd.isna(most) else f"{most:.3g}" for most in table["target"]]
    return shown.to_string(index=False, float_format=lambda x: f"{x:.3g}")


def write(table: pd.DataFrame, path: Path, particles: int, machine: Mapping[str, str]) -> None:
    """Write the table with the machine's description, whole or not at all."""
    write_table(BENCHMARKS, table, path, {"version": __version__, "particles": particles, "machine": dict(machine)})
