"""What readers find of the costs: the table of the README and the predicted cost in the head of every study."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from vitrine.config_files import merged_config
from vitrine.cost_table import headline
from vitrine.files import whole_file
from vitrine.study import Study

REPOSITORY = Path(__file__).resolve().parent.parent
README = REPOSITORY / "README.md"
MARKS = ("<!-- scaling, written by benchmarks/costs.py: begin -->", "<!-- scaling: end -->")
PREDICTED = "# Predicted cost: "  # how the line in the head of a study begins
INSTALLED = "cvxopt"  # the sparse solver of the environment that make sets up: what heads are predicted for
SIZES = (500, 2000, 8000, 64_000)  # of the README's table, as far as they were measured
# Steps of the README's table: its words, the step, and the number of modes.
SHOWN = (
    ("sweep of swap Monte Carlo", "swap_sweep", 0),
    ("quench to 1e-10", "quench", 0),
    ("bonds and Hessian", "hessian", 0),
    ("factorisation", "factorisation", 0),
    ("G, K, c_s from it", "moduli", 0),
    ("lowest 20 modes from it", "modes_lowest", 20),
    ("top 20 lambda from it", "bond_operator_largest", 20),
    ("omega_ij of a bond from it", "pinched_bond", 0),
    ("omega_ij of all bonds", "pinching_all", 0),
    ("D(omega), values", "modes_values", 0),
    ("D(omega), with vectors", "modes_vectors", 0),
    ("P(lambda), values", "bond_operator_values", 0),
    ("P(lambda), with vectors", "bond_operator_vectors", 0),
)


def readme_table(scaling: pd.DataFrame, fits: pd.DataFrame, origin: dict) -> str:
    """The table of the README, from the tables SCALING and FITS: seconds and memory at some N, and the exponents; then machine and figure."""
    wide = scaling.pivot_table(index=["step", "dimension", "solver", "number", "particles"], columns="quantity", values="value").reset_index()
    wide, fits = wide[wide["dimension"] == 3], fits[fits["dimension"] == 3]
    sizes = [size for size in SIZES if size in set(wide["particles"])]
    columns = ["one sample of POLY, d = 3", *(f"N = {size}" for size in sizes), "b of time ~ N^b", "c of memory ~ N^c"]
    lines = [f"| {' | '.join(columns)} |", "| --- " * len(columns) + "|"]
    for words, step, number in SHOWN:
        for solver in dict.fromkeys(wide.loc[wide["step"] == step, "solver"]):
            own = wide[(wide["step"] == step) & (wide["solver"] == solver) & (wide["number"] == number)].set_index("particles")
            law = fits[(fits["step"] == step) & (fits["solver"] == solver)]
            cells = [f"{_time(own['seconds'][size])}, {own['megabytes'][size]:.0f} MB" if size in own.index else "" for size in sizes]
            exponents = [_exponent(law[f"{name}"].iloc[0], law[f"{name}_error"].iloc[0]) if len(law) else "" for name in ("b", "c")]
            lines.append(f"| {' | '.join([words + (f', {solver}' if solver else ''), *cells, *exponents])} |")
    machine, speed = origin["machine"], scaling.loc[scaling["step"] == "dsyevd", "value"].iloc[0]
    interpreter = scaling.loc[(scaling["step"] == "start") & (scaling["quantity"] == "megabytes"), "value"].iloc[0]
    measured = (
        f"One core of {machine['processor']}, {machine['blas']}, {origin['date']}; dsyevd of n = 6000, eigenvalues alone, takes {speed:.3g} s on it. "
        f"Memory is beside the interpreter's {interpreter:.0f} MB; the factorisation's is held by what goes on from it."
    )
    return "\n".join([*lines, "", measured, "", "![time and memory against N](docs/scaling.svg)"])


def _time(seconds: float) -> str:
    return f"{1000 * seconds:.2g} ms" if seconds < 0.1 else f"{seconds:.2g} s" if seconds < 100 else f"{seconds:.0f} s"


def _exponent(value: float, error: float) -> str:
    return f"{value:.2f}" + ("" if np.isnan(error) else f" ± {error:.2f}")


def put_between_marks(path: Path, text: str) -> None:
    """Replace what stands between the marks of a file."""
    before, _, rest = path.read_text(encoding="utf-8").partition(MARKS[0])
    _, _, after = rest.partition(MARKS[1])
    if not after:
        raise SystemExit(f"{path} lacks the marks {MARKS[0]} and {MARKS[1]}")
    with whole_file(path) as partial:
        partial.write_text(f"{before}{MARKS[0]}\n\n{text}\n\n{MARKS[1]}{after}", encoding="utf-8")


def config_of(study: Path) -> dict:
    """A study's config laid over the default one, with the sparse solver that make installs."""
    config = merged_config([REPOSITORY / "config.yaml", study])
    config["linear_algebra"]["solver"] = INSTALLED
    return config


def predicted(study: Path) -> str:
    """The line in the head of a study's file."""
    figures = len(list((REPOSITORY / "scripts").glob("plot_*.py")))
    return PREDICTED + headline(Study.from_config(config_of(study)), figures)


def write_head(study: Path) -> None:
    """Write the predicted cost into the head of a study's file: in the place of the old one, or below the first lines that say what the study is."""
    lines = study.read_text(encoding="utf-8").splitlines()
    head = next(number for number, line in enumerate(lines) if not line.startswith("#"))
    places = [number for number, line in enumerate(lines[:head]) if line.startswith(PREDICTED)] or [head]
    kept = [line for line in lines if not line.startswith(PREDICTED)]
    with whole_file(study) as partial:
        partial.write_text("\n".join([*kept[: places[0]], predicted(study), *kept[places[0] :], ""]), encoding="utf-8")
