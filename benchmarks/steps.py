"""Steps of a study on one sample, in a process of its own: processor time and peak memory, as the jobs of the rules would need them.

python -m benchmarks.steps STEP GLASS DIMENSION [--solver NAME] prints JSON: rows of step, number, seconds and megabytes.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from vitrine.interactions import Interactions
from vitrine.interactions.strains import affine_stiffness, strain_forces
from vitrine.linalg import Factor, largest_pencil, lowest_modes
from vitrine.memory import keep_freed_memory
from vitrine.observables.bond_operator.measure import diagonalise_bond_operator
from vitrine.observables.modes.measure import find_modes
from vitrine.observables.pinching.measure import ALL_AT_ONCE, BLOCK, pinch_bonds
from vitrine.preparation.equilibrate import equilibrate
from vitrine.preparation.hamiltonian import TRAJECTORY, HamiltonianMonteCarlo
from vitrine.preparation.minimise import minimise
from vitrine.preparation.start import random_start
from vitrine.preparation.swap import SwapMonteCarlo
from vitrine.samples import Sample

from benchmarks.glasses import TEMPERATURE, config, liquid_chain, load, poly
from benchmarks.memory import peak_bytes
from benchmarks.timing import seconds

WARM_UP = 160  # particles of the sample on which every step is done once, to load what it needs
SWEEP_MOVES, LOOKS, TUNING = 400_000, 50, 10  # moves of swap Monte Carlo that are timed; the dear looks come every 50 sweeps
# Modes, or eigenvalues, that are looked for, and the largest N at which.
NUMBERS = ((20, 10**9), (100, 16_000), (500, 2_000))

Row = tuple[str, int, float]  # step, number of modes, seconds
Subject = tuple[Sample, Sample, float]  # liquid, glass and the step of the liquid's chain


def start(subject: Subject, solver: str) -> Iterator[Row]:
    """A relaxed random configuration."""
    liquid = subject[0]
    yield "random_start", 0, seconds(lambda: random_start(liquid.model, liquid.particles, np.random.default_rng(2)))


def sweep(subject: Subject, solver: str) -> Iterator[Row]:
    """A sweep of swap Monte Carlo, with its share of the looks at overlap, energy and pressure."""
    liquid, _, step = subject
    chain = SwapMonteCarlo(liquid, TEMPERATURE, np.random.default_rng(3), step=step)
    yield "swap_sweep", 0, _of_sweep(chain, config()["preparation"]["target_acceptance"])


def hamiltonian_sweep(subject: Subject, solver: str) -> Iterator[Row]:
    """A sweep of Hamiltonian Monte Carlo, with its share of the looks; the time step is that of a chain whose step was tuned."""
    target = config()["preparation"]["hamiltonian"]["target_acceptance"]
    chain = HamiltonianMonteCarlo(subject[0], TEMPERATURE, np.random.default_rng(3))
    chain.tune(200 * TRAJECTORY, target)
    yield "hamiltonian_sweep", 0, _of_sweep(chain, target)


def _of_sweep(chain: SwapMonteCarlo, target: float) -> float:
    """Seconds of a sweep of a chain."""
    sweeps = LOOKS * -(-SWEEP_MOVES // (LOOKS * chain.sample.particles))
    settings = {"target_acceptance": target, "overlap_length": config()["preparation"]["overlap_length"]}
    return seconds(lambda: equilibrate(chain, sweeps=sweeps, tuning_sweeps=TUNING, **settings)) / (sweeps + TUNING)


def quench(subject: Subject, solver: str) -> Iterator[Row]:
    """The minimisation; the proof that it reached a minimum is a factorisation and the softest mode."""
    settings = config()["quench"]
    options = {name: settings[name] for name in ("tolerance", "maximum_iterations", "step")}
    yield "quench", 0, seconds(lambda: minimise(subject[0], settings["minimiser"], **options))


def sparse(subject: Subject, solver: str) -> Iterator[Row]:
    """Hessian, factorisation and all that goes on from it: moduli, softest modes, largest lambda, pinched bonds."""
    glass, d = subject[1], subject[1].dimension
    bonds = Interactions.of(glass)
    yield "hessian", 0, seconds(lambda: Interactions.of(glass).hessian)
    kept: list[Factor] = []

    def factorise() -> None:
        kept.clear()
        kept.append(Factor.of(bonds, solver))

    yield "factorisation", 0, seconds(factorise)
    factor = kept[0]
    shears = d * (d - 1)
    affine = seconds(lambda: affine_stiffness(bonds, np.ones((shears + 1, d, d))))
    yield "moduli", 0, affine + seconds(lambda: factor.solve(strain_forces(bonds, np.ones((shears // 2 + 1, d, d)))))
    for number in (number for number, most in NUMBERS if glass.particles <= most and number < glass.particles * d // 4):
        yield "modes_lowest", number, seconds(lambda number=number: lowest_modes(bonds.hessian, d, number, factor))
        taken = seconds(lambda number=number: largest_pencil(bonds.unit_hessian, bonds.hessian, d, number, factor))
        yield "bond_operator_largest", number, taken
    dipoles = bonds.compatibility[:BLOCK].toarray().T
    yield "pinched_bond", 0, seconds(lambda: factor.solve(dipoles)) / dipoles.shape[1]


def dense(name: str, measure: Callable[[Sample], object]) -> Callable[[Subject, str], Iterator[Row]]:
    """A step of dense matrices."""

    def step(subject: Subject, solver: str) -> Iterator[Row]:
        yield name, 0, seconds(lambda: measure(subject[1]))

    return step


DENSE = {
    "modes_values": lambda glass: find_modes(glass, "full", 0),
    "modes_vectors": lambda glass: find_modes(glass, "full", "all"),
    "bond_operator_values": lambda glass: diagonalise_bond_operator(glass, "full", 0),
    "bond_operator_vectors": lambda glass: diagonalise_bond_operator(glass, "full", "all"),
    "pinching_all": lambda glass: pinch_bonds(glass, np.random.default_rng(4), "all"),
}
STEPS: dict[str, Callable[[Subject, str], Iterator[Row]]] = {
    "random_start": start,
    "swap_sweep": sweep,
    "hamiltonian_sweep": hamiltonian_sweep,
    "quench": quench,
    "sparse": sparse,
    **{name: dense(name, measure) for name, measure in DENSE.items()},
}
LARGEST = {"pinching_all": ALL_AT_ONCE // 3}  # particles, where a step goes another way beyond


def measure(step: str, path: Path, dimension: int, solver: str) -> list[dict[str, object]]:
    """Seconds and megabytes of a step on the glass of a file; what the interpreter and a tiny sample take is not counted."""
    chain = liquid_chain(poly(dimension), WARM_UP)
    small = chain.current()
    list(STEPS[step]((small, minimise(small).sample, chain.step), solver))
    subject = load(path, dimension)
    before = peak_bytes()
    return [
        {"step": name, "number": number, "seconds": taken, "megabytes": (peak_bytes() - before) / 1e6}
        for name, number, taken in STEPS[step](subject, solver)
    ]


def main() -> None:
    """Measure one step."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.steps", description=__doc__)
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("glass", type=Path)
    parser.add_argument("dimension", type=int, choices=[2, 3])
    parser.add_argument("--solver", default="auto")
    arguments = parser.parse_args()
    keep_freed_memory()
    print(json.dumps(measure(arguments.step, arguments.glass, arguments.dimension, arguments.solver)))


if __name__ == "__main__":
    main()
