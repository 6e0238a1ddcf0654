"""Run the benchmarks: python -m benchmarks. Prints each figure as a ratio to its reference and writes benchmarks.parquet.

Times are processor times on one core of N particles of POLY; less is better. The target of a ratio is what it is to reach; nothing is asserted.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from vitrine.memory import keep_freed_memory
from vitrine.preparation.minimise import minimise

from benchmarks.alignment import alignment_rows
from benchmarks.decay import decay_rows
from benchmarks.dynamics import dynamics_rows
from benchmarks.glasses import config, liquid_chain, poly
from benchmarks.gpu import gpu_rows
from benchmarks.key_cores import key_core_rows
from benchmarks.landscape import landscape_rows
from benchmarks.large import large_rows
from benchmarks.machine import machine
from benchmarks.measures import SlowReferences, dense_operator_rows, measure_rows
from benchmarks.nonlinear import nonlinear_rows
from benchmarks.orchestration import orchestration_rows
from benchmarks.oscillators import oscillator_rows
from benchmarks.preparation import quench_rows, relaxation_rows, swap_rows
from benchmarks.reading import import_rows, reading_rows
from benchmarks.table import as_text, table_of, write
from benchmarks.timing import seconds
from benchmarks.velocities import velocity_rows

DENSE_OPERATOR = 500  # particles at which the bond operator itself, bonds by bonds, is diagonalised for comparison
YARDSTICK, MOVES = 25.0, 4e6  # moves/s to reach on a core that takes so many seconds for dsyevd of REFERENCE_SIZE
PARTS = ("preparation", "reading", "measures", "dynamics", "orchestration", "large")


def scaled_rows(rows: list[tuple], yardstick: float) -> list[tuple]:
    """Moves of swap Monte Carlo as a core of the yardstick's speed would do them; `yardstick` is the time of dsyevd here [s]."""
    per_move = rows[0][1]
    scaled = per_move * YARDSTICK / yardstick
    print(
        f"swap Monte Carlo: {1 / per_move:.3g} moves/s here; dsyevd of n = 6000 takes {yardstick:.3g} s; scaled to {YARDSTICK:g} s {1 / scaled:.3g}"
    )
    return [(f"swap Monte Carlo move, scaled to dsyevd in {YARDSTICK:g} s", scaled, "4 million moves/s", 1 / MOVES)]


def particle_rows(parts: tuple[str, ...], particles: int) -> list[tuple]:
    """The rows of one liquid and its glass."""
    model = poly()
    chain = liquid_chain(model, particles)
    liquid = chain.current()
    glass = minimise(liquid).sample
    slow = SlowReferences(glass)
    rows = []
    if "preparation" in parts:
        moves = swap_rows(liquid, chain)
        rows += moves + scaled_rows(moves, slow.machine) + relaxation_rows(liquid) + quench_rows(liquid)
    if "reading" in parts:
        rows += reading_rows(liquid)
    if "measures" in parts:
        measured = measure_rows(glass, slow)
        rows += measured + import_rows(glass, next(row[1] for row in measured if row[0].startswith("D(omega), values")))
        rows += nonlinear_rows(glass) + decay_rows() + key_core_rows() + oscillator_rows() + landscape_rows()
        rows += alignment_rows()
        rows += dense_operator_rows(minimise(liquid_chain(model, DENSE_OPERATOR).current()).sample)
    return rows


def main() -> None:
    """Run all that is asked for and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--particles", type=int, default=2000)
    parser.add_argument("--output", type=Path, default=Path("results/benchmarks.parquet"))
    parser.add_argument("--only", choices=PARTS, nargs="+", help="some of the benchmarks alone")
    parser.add_argument("--large", action="store_true", help="also N = 64,000, whose glass takes minutes to make; it is kept in results/benchmarks")
    arguments = parser.parse_args()
    parts = tuple(arguments.only or (PARTS if arguments.large else PARTS[:-1]))
    keep_freed_memory()  # as every job does
    rows = []
    if {"preparation", "reading", "measures"} & set(parts):
        rows += particle_rows(parts, arguments.particles)
    if "measures" in parts:
        rows += gpu_rows(config(), seconds)
    if "dynamics" in parts:
        rows += dynamics_rows(config(), seconds) + velocity_rows()
    if "orchestration" in parts:
        rows += orchestration_rows()
    if "large" in parts:
        rows += large_rows()
    table, here = table_of(rows), machine()
    print("\n".join(f"{name}: {value}" for name, value in here.items()))
    print(as_text(table))
    write(table, arguments.output, arguments.particles, here)


if __name__ == "__main__":
    main()
