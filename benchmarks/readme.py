"""What readers find of the costs: the table of the steps (docs/costs.md) and the predicted cost in the head of every study."""

from __future__ import annotations

from pathlib import Path

from vitrine.config_files import merged_config
from vitrine.costs import Costs, Need
from vitrine.files import whole_file
from vitrine.runs.cost_table import headline
from vitrine.study import Study

REPOSITORY = Path(__file__).resolve().parent.parent
PREDICTED = "# Predicted cost: "  # how the line in the head of a study begins
INSTALLED = "cvxopt"  # the sparse solver of the environment that make sets up: what heads are predicted for
SIZES = (500, 2000, 8000, 64_000)  # of the table of steps
MOST_MEMORY = 16_000  # MB: a cell of the table that would take more is left blank
# Steps of the table: its words, and the step.
SHOWN = (
    ("sweep of swap Monte Carlo", "swap_sweep"),
    ("quench to 1e-10", "quench"),
    ("bonds and Hessian", "hessian"),
    ("factorisation", "factorisation"),
    ("G, K, c_s from it", "moduli"),
    ("lowest 20 modes from it", "modes_lowest"),
    ("top 20 lambda from it", "bond_operator_largest"),
    ("omega_ij of a bond from it", "pinched_bond"),
    ("omega_ij of all bonds", "pinching_all"),
    ("D(omega), values", "modes_values"),
    ("D(omega), with vectors", "modes_vectors"),
    ("P(lambda), values", "bond_operator_values"),
    ("P(lambda), with vectors", "bond_operator_vectors"),
)


def scaling_table(costs: Costs) -> str:
    """Seconds and memory of the steps at some N by their measured power laws, and the exponents; then the machine and the figure."""
    columns = ["one sample of POLY, d = 3", *(f"N = {size}" for size in SIZES), "b of time ~ N^b", "c of memory ~ N^c"]
    lines = [f"| {' | '.join(columns)} |", "|" + " --- |" * len(columns)]
    for words, step in SHOWN:
        for (_, _, solver), law in sorted((key, law) for key, law in costs.laws.items() if key[:2] == (step, 3)):
            cells = [_cell(law.need(size)) for size in SIZES]
            lines.append(f"| {' | '.join([words + (f', {solver}' if solver else ''), *cells, f'{law.b:.2f}', f'{law.c:.2f}'])} |")
    measured = (
        f"One core of {costs.machine}, {costs.date}; dsyevd of n = 6000, eigenvalues alone, takes {costs.dsyevd:.3g} s on it. Times and memory are "
        f"those of the power laws that were fitted to what was measured. Memory is beside the interpreter's {costs.interpreter:.0f} MB; the "
        f"factorisation's is held by what goes on from it. What would take more than {MOST_MEMORY / 1000:.0f} GB is left blank."
    )
    return "\n".join([*lines, "", measured, "", "![time and memory against N](scaling.svg)"])


def _cell(need: Need) -> str:
    return "" if need.megabytes > MOST_MEMORY else f"{_time(need.seconds)}, {need.megabytes:.0f} MB"


def _time(seconds: float) -> str:
    return f"{1000 * seconds:.2g} ms" if seconds < 0.1 else f"{seconds:.2g} s" if seconds < 100 else f"{seconds:.0f} s"


def config_of(study: Path) -> dict:
    """A study's config laid over the default one, with the sparse solver that make installs."""
    config = merged_config([REPOSITORY / "config.yaml", study])
    config["linear_algebra"]["solver"] = INSTALLED
    return config


def predicted(study: Path) -> str:
    """The line in the head of a study's file."""
    return PREDICTED + headline(Study.from_config(config_of(study), directory=REPOSITORY))


def write_head(study: Path) -> None:
    """Write the predicted cost into the head of a study's file: in the place of the old one, or below the first lines that say what the study is."""
    lines = study.read_text(encoding="utf-8").splitlines()
    head = next(number for number, line in enumerate(lines) if not line.startswith("#"))
    places = [number for number, line in enumerate(lines[:head]) if line.startswith(PREDICTED)] or [head]
    kept = [line for line in lines if not line.startswith(PREDICTED)]
    with whole_file(study) as partial:
        partial.write_text("\n".join([*kept[: places[0]], predicted(study), *kept[places[0] :], ""]), encoding="utf-8")
