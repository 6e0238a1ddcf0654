"""Run the benchmarks: python -m benchmarks. Prints each figure and its ratio to the reference, and writes benchmarks.parquet."""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import scipy.linalg
import yaml
from vitrine.interactions import Interactions
from vitrine.linalg import Factor, full_pencil, full_spectrum, largest_pencil, lowest_modes
from vitrine.measures.elasticity import elastic_moduli
from vitrine.measures.pinching import pinch_frequencies
from vitrine.models import glass_former
from vitrine.preparation.minimise import minimise
from vitrine.preparation.start import random_start
from vitrine.preparation.swap import SwapMonteCarlo

from benchmarks.dynamics import dynamics_rows
from benchmarks.references import cell_list_moves, pinch_one_by_one, plain_cells, scipy_quench

CONFIG = Path(__file__).resolve().parent.parent / "config.yaml"


def seconds(action: Callable[[], object], least: float = 1.0) -> float:
    """Processor time of one call: the shortest of those that fit into `least` seconds, two or more; the first, which compiles, is not counted."""
    action()
    times: list[float] = []
    while len(times) < 2 or sum(times) < least:
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return min(times)


def swap_rows(liquid, chain) -> list[tuple]:
    """Elementary moves of swap Monte Carlo at T = 0.6."""
    model, moves = liquid.model, 20 * liquid.particles
    plain = plain_cells(liquid)
    rng = np.random.default_rng(0)
    reference = seconds(lambda: cell_list_moves(*plain, model.kernels[0], model.nonadditivity, 0.6, chain.step, moves // 10, rng)) * 10
    ours = seconds(lambda: chain.advance(20))
    return [("swap Monte Carlo move", ours / moves, "cell list, every energy over 27 cells", reference / moves)]


def quench_rows(liquid) -> list[tuple]:
    """Quench to 1e-10."""
    ours, cg = seconds(lambda: minimise(liquid, "lbfgs")), seconds(lambda: minimise(liquid, "cg"))
    fire = seconds(lambda: minimise(liquid, "fire"))
    scipy_time, residual = seconds(lambda: scipy_quench(liquid), least=0.0), scipy_quench(liquid)
    scipy_name = f"scipy L-BFGS, same pairs and forces, which ends at {residual:.1e}"
    return [("quench", ours, "FIRE", fire), ("quench", ours, scipy_name, scipy_time), ("quench", ours, "conjugate gradient", cg)]


def measure_rows(glass) -> list[tuple]:
    """Hessian, spectra, pinching and moduli of a glass."""
    bonds, d = Interactions.of(glass), glass.dimension
    hessian, unit = bonds.hessian, bonds.unit_hessian
    dense, dense_unit = hessian.toarray(), unit.toarray()
    held, held_unit = dense[d:, d:], dense_unit[d:, d:]
    values = seconds(lambda: scipy.linalg.eigh(dense, eigvals_only=True))
    pencil = seconds(lambda: scipy.linalg.eigh(held_unit, held, eigvals_only=True))
    rows = [
        ("spectrum of H, values", seconds(lambda: full_spectrum(hessian, d)), "scipy eigh, values", values),
        ("spectrum of H, vectors", seconds(lambda: full_spectrum(hessian, d, vectors=True)), "scipy eigh", seconds(lambda: scipy.linalg.eigh(dense))),
        ("P(lambda), values", seconds(lambda: full_pencil(unit, hessian, d)), "scipy eigh of (StS, M), values", pencil),
        ("lowest 50 modes", seconds(lambda: lowest_modes(hessian, d, 50)), "scipy eigh, values", values),
        ("top 50 lambda", seconds(lambda: largest_pencil(unit, hessian, d, 50)), "scipy eigh of (StS, M), values", pencil),
        ("G, K, c_s", seconds(lambda: elastic_moduli(glass)), "one factorisation", seconds(lambda: Factor(hessian, d))),
    ]
    number = min(200, len(bonds.i))
    one = seconds(lambda: pinch_one_by_one(bonds, number)) / number
    every = seconds(lambda: pinch_frequencies(bonds, np.arange(len(bonds.i)))) / len(bonds.i)
    rows.append(("omega_ij of a bond, all pinched", every, "one sparse solve per bond", one))
    return rows + matscipy_rows(glass)


def matscipy_rows(glass) -> list[tuple]:
    """Neighbours, interactions and Hessian, against matscipy where it is present."""
    try:
        import ase
        from matscipy.calculators.polydisperse import InversePowerLawPotential, Polydisperse
    except ImportError:
        print("matscipy is absent: its reference is left out")
        return []
    p = glass.model.parameters
    atoms = ase.Atoms(positions=glass.positions, cell=glass.box.T, pbc=True)
    atoms.set_array("size", glass.sizes)
    calculator = Polydisperse(InversePowerLawPotential(1.0, p["cutoff"], p["nonadditivity"], p["smoothness"], 1.0, p["size_ratio"]))
    atoms.calc = calculator
    atoms.get_potential_energy()
    return [
        (
            "bonds and Hessian",
            seconds(lambda: Interactions.of(glass).hessian),
            "matscipy polydisperse",
            seconds(lambda: calculator.get_hessian(atoms)),
        )
    ]


def main() -> None:
    """Run all and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--particles", type=int, default=1000)
    parser.add_argument("--output", type=Path, default=Path("results/benchmarks.parquet"))
    parser.add_argument("--only", choices=["dynamics", "measures"], help="one half of the benchmarks alone")
    arguments = parser.parse_args()
    config = yaml.safe_load(CONFIG.read_text())
    rows = []
    if arguments.only != "dynamics":
        section = config["model"]
        model = glass_former(section["name"], section[section["name"]])
        start = random_start(model, arguments.particles, np.random.default_rng(0))
        chain = SwapMonteCarlo(start, 0.6, np.random.default_rng(1))
        chain.tune(200, 0.25)
        liquid = chain.current()
        rows += swap_rows(liquid, chain) + quench_rows(liquid) + measure_rows(minimise(liquid).sample)
    if arguments.only != "measures":
        rows += dynamics_rows(config, seconds)
    table = pd.DataFrame(rows, columns=["what", "seconds", "reference", "reference_seconds"])
    table["ratio"] = table["seconds"] / table["reference_seconds"]
    table["particles"] = arguments.particles
    table["machine"] = f"{platform.machine()} {platform.processor()} Python {platform.python_version()} numpy {np.__version__}"
    print(table[["what", "seconds", "reference", "reference_seconds", "ratio"]].to_string(index=False, float_format=lambda x: f"{x:.3g}"))
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    table.to_parquet(arguments.output)


if __name__ == "__main__":
    main()
