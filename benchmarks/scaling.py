"""Time and memory of every step of a study against N: python -m benchmarks.scaling, then python -m benchmarks.costs.

Each step runs on one core in a process of its own. Sizes go up until a step would take longer than the limit, so that whole spectra end at 2000 or
4000 particles and sparse steps go on to 64,000. Writes results/benchmarks/scaling.parquet; glasses are kept beside it.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from vitrine import __version__
from vitrine.errors import InputError
from vitrine.linalg.solvers import FASTEST_FIRST, is_present
from vitrine.parquet import read_provenance, read_table, write_table
from vitrine.schema import NONE, Column, Table

from benchmarks.glasses import FOLDER, stored
from benchmarks.machine import machine
from benchmarks.rows import LONG_TABLES
from benchmarks.steps import DENSE, LARGEST, NUMBERS, STEPS
from benchmarks.timing import REFERENCE_SIZE, dsyevd_seconds

SCALING = Table(
    "scaling",
    "what each step of a study takes on one core",
    (
        Column("step", "string", NONE, "what is measured: a step on one sample, a row of a table, or a job that starts"),
        Column("model", "string", NONE, "glass former"),
        Column("dimension", "int32", NONE, "d"),
        Column("solver", "string", NONE, "what factorises sparse matrices; empty where nothing is factorised"),
        Column("number", "int64", NONE, "modes that are looked for, or rows of the matrix; 0 where there are none"),
        Column("particles", "int64", NONE, "N; 1 for what is told for each particle or row, 0 for what has none"),
        Column("quantity", "string", NONE, "seconds (processor time), megabytes (beside the interpreter's), bytes or bonds"),
        Column("value", "double", "see quantity", "measured"),
    ),
)
SIZES = (256, 500, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000)
PLANAR_SIZES = (1000, 4000, 16_000)
PLANAR_STEPS = ("random_start", "swap_sweep", "hamiltonian_sweep", "quench", "sparse")  # what dense matrices take follows from N d
UP_TO = {"pardiso": 8000, "scipy": 8000}  # particles; CHOLMOD goes on
OUTPUT = Path("results/benchmarks/scaling.parquet")


def child(module: str, *arguments: object) -> object:
    """What a module of the benchmarks prints as JSON, run in a process of its own. Raises CalledProcessError where it fails."""
    done = subprocess.run([sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def step_rows(step: str, dimension: int, solver: str, sizes: tuple[int, ...], limit: float, folder: Path) -> Iterator[dict]:
    """Rows of a step for all sizes that are likely to stay below the limit [s]."""
    before: list[tuple[int, dict]] = []  # N, and the seconds of each part
    for particles in (size for size in sizes if size <= LARGEST.get(step, size)):
        if len(before) > 1 and expected(before, particles) > limit:
            print(f"{step} (d = {dimension}) ends at N = {before[-1][0]}: N = {particles} would take {expected(before, particles):.0f} s", flush=True)
            return
        try:
            measured = child("steps", step, stored(particles, dimension, folder), dimension, "--solver", solver or "auto")
        except subprocess.CalledProcessError as error:
            print(f"{step} (d = {dimension}) ends before N = {particles}: {error}", flush=True)
            return
        before.append((particles, {(row["step"], row["number"]): row["seconds"] for row in measured}))
        print(f"{step}, d = {dimension}, {solver or 'no solver'}, N = {particles}: {sum(before[-1][1].values()):.3g} s", flush=True)
        key = {"model": "poly", "dimension": dimension, "particles": particles}
        for row in measured:
            own = {**key, "step": row["step"], "number": row["number"], "solver": "" if row["step"] == "hessian" else solver}
            yield from ({**own, "quantity": name, "value": row[name]} for name in ("seconds", "megabytes"))


def expected(before: list[tuple[int, dict]], particles: int) -> float:
    """Seconds at a size by the power law of the last two, of the parts that both have and it will have; it grows with N at least."""
    (first, fast), (last, slow) = before[-2:]
    largest = dict(NUMBERS)
    common = [(step, number) for step, number in slow if (step, number) in fast and particles <= largest.get(number, particles)]
    growth = sum(slow[part] for part in common) / sum(fast[part] for part in common)
    return sum(slow[part] for part in common) * max(particles / last, growth ** (math.log(particles / last) / math.log(last / first)))


def model_rows() -> Iterator[dict]:
    """Time steps, exchanges and bonds of every glass former, for each particle."""
    for row in child("models"):
        key = {"model": row["model"], "dimension": row["dimension"], "solver": "", "number": 0, "particles": 1}
        yield {**key, "step": "time_step", "quantity": "seconds", "value": row["step"]}
        yield {**key, "step": "exchange", "quantity": "seconds", "value": row["exchange"]}
        yield {**key, "step": "bonds", "quantity": "bonds", "value": row["bonds"]}


def row_rows(glass: Path) -> Iterator[dict]:
    """Rows of the long tables: disk, and time and memory to aggregate them."""
    for table in LONG_TABLES:
        measured = child("rows", table, glass)
        key = {"step": f"row_{table}", "model": "poly", "dimension": 3, "solver": "", "number": 0, "particles": 1}
        for quantity, value in (("bytes", measured["bytes"]), ("seconds", measured["seconds"]), ("megabytes", measured["memory"] / 1e6)):
            yield {**key, "quantity": quantity, "value": value}


def start_rows() -> Iterator[dict]:
    """What a job takes before its first sample."""
    key = {"step": "start", "model": "poly", "dimension": 3, "solver": "", "number": 0, "particles": 0}
    runs = [child("start") for _ in range(3)]
    yield from ({**key, "quantity": name, "value": min(run[name] for run in runs)} for name in ("seconds", "megabytes"))


def dimensions(sizes: tuple[int, ...]) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """The sizes that are measured in each dimension."""
    return (3, sizes), (2, tuple(size for size in PLANAR_SIZES if size <= sizes[-1]))


def all_rows(sizes: tuple[int, ...], limit: float, folder: Path) -> Iterator[dict]:
    """Every row of the table."""
    key = {"step": "dsyevd", "model": "", "dimension": 3, "solver": "", "number": REFERENCE_SIZE, "particles": 0}
    yield {**key, "quantity": "seconds", "value": dsyevd_seconds()}
    yield from start_rows()
    yield from row_rows(stored(sizes[0], 3, folder))
    yield from model_rows()
    for dimension, wanted in dimensions(sizes):
        for step in STEPS if dimension == 3 else PLANAR_STEPS:
            for solver in filter(is_present, FASTEST_FIRST) if step == "sparse" else [""]:
                yield from step_rows(step, dimension, solver, tuple(size for size in wanted if size <= UP_TO.get(solver, size)), limit, folder)


def renewed_rows(steps: list[str], solver: str, table: Path, sizes: tuple[int, ...], limit: float, folder: Path) -> Iterator[dict]:
    """The rows of a table of this machine with some steps measured anew, those on sparse matrices by one solver.

    Raises InputError where the table is missing, or another machine's.
    """
    before = read_table(SCALING, table).to_dict("records")
    if read_provenance(table)["machine"] != machine():
        raise InputError(f"{table}: was measured on another machine or with other software; measure all steps anew, without --only")
    renewed = []
    for dimension, wanted in dimensions(sizes):
        for step in (step for step in steps if dimension == 3 or step in PLANAR_STEPS):
            by = solver if step == "sparse" else ""
            renewed += [row for row in step_rows(step, dimension, by, wanted, limit, folder) if row["solver"] == by]  # the Hessian is all solvers'
    known = {(row["step"], row["solver"], row["dimension"]) for row in renewed}
    yield from (row for row in before if (row["step"], row["solver"], row["dimension"]) not in known)
    yield from renewed


def main() -> None:
    """Measure everything and write the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scaling", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="N, from small to large")
    parser.add_argument("--limit", type=float, default=250.0, help="no step at a size that is likely to take longer [s]")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--glasses", type=Path, default=FOLDER, help="folder of the glasses; those that are missing are made")
    parser.add_argument("--only", choices=["sparse", *DENSE], nargs="+", help="these steps alone; all others stay as they are in the table")
    parser.add_argument("--solver", choices=FASTEST_FIRST, default="scipy", help="of sparse matrices, with --only sparse (default: scipy)")
    arguments = parser.parse_args()
    where = (tuple(sorted(arguments.sizes)), arguments.limit, arguments.glasses)
    try:
        rows = list(renewed_rows(arguments.only, arguments.solver, arguments.output, *where) if arguments.only else all_rows(*where))
    except InputError as error:
        sys.exit(f"Error: {error}")
    origin = {"version": __version__, "date": datetime.date.today().isoformat(), "machine": machine()}
    write_table(SCALING, rows, arguments.output, origin)
    print(f"wrote {arguments.output}; now: python -m benchmarks.costs, and make docs")


if __name__ == "__main__":
    main()
