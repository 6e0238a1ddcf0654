"""The lowest 20 modes and the top 20 lambda of one large glass, in a process of its own, whose peak memory is read."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

from vitrine.interactions import Interactions
from vitrine.linalg import Factor, largest_pencil, lowest_modes
from vitrine.linalg.solvers import is_present

from benchmarks.glasses import load, stored
from benchmarks.memory import peak_bytes

PARTICLES, NUMBER = 64_000, 20


def large_rows(particles: int = PARTICLES) -> list[tuple]:
    """One row of time and one of memory for each fast sparse solver that is present."""
    rows = []
    for solver in filter(is_present, ("cholmod", "cvxopt", "pardiso")):
        command = [sys.executable, "-m", "benchmarks.large", str(stored(particles)), solver]
        taken = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        name = f"lowest {NUMBER} modes and top {NUMBER} lambda, N = {particles}, {solver}"
        rows.append((name, taken["seconds"], "5 minutes", 300.0))
        rows.append((f"peak memory of the {name}", taken["gigabytes"], "8 GB", 8.0, "GB"))
    if not rows:
        print("neither CHOLMOD nor Pardiso is present: the rows of N = 64,000 are left out")
    return rows


def main() -> None:
    """Print seconds and gigabytes as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.large", description=__doc__)
    parser.add_argument("glass", type=Path)
    parser.add_argument("solver")
    arguments = parser.parse_args()
    _, glass, _ = load(arguments.glass, 3)
    start = time.process_time()
    bonds = Interactions.of(glass)
    factor = Factor.of(bonds, arguments.solver)
    lowest_modes(bonds.hessian, glass.dimension, NUMBER, factor)
    largest_pencil(bonds.unit_hessian, bonds.hessian, glass.dimension, NUMBER, factor)
    print(json.dumps({"seconds": time.process_time() - start, "gigabytes": peak_bytes() / 1e9}))


if __name__ == "__main__":
    main()
