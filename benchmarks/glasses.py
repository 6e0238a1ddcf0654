"""The liquids and glasses that are measured: POLY at T = 0.6 after a few hundred sweeps of swap Monte Carlo, and quenched.

Not in equilibrium, and near enough: what a step takes depends on N and the neighbours. Large ones take minutes, so they are kept in a folder.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import numpy as np
import yaml
from vitrine.files import whole_file
from vitrine.models import GlassFormer, glass_former
from vitrine.preparation.minimise import minimise
from vitrine.preparation.start import random_start
from vitrine.preparation.swap import SwapMonteCarlo
from vitrine.samples import Sample

CONFIG = Path(__file__).resolve().parent.parent / "config.yaml"
FOLDER = Path("results/benchmarks/glasses")
TEMPERATURE = 0.6
PLANAR = {"dimension": 2, "density": 0.65}  # POLY in two dimensions
MOVES = 400_000  # of swap Monte Carlo after the tuning, or LEAST_SWEEPS where that is more
LEAST_SWEEPS = 100


def config() -> dict:
    """The default config."""
    return yaml.safe_load(CONFIG.read_text(encoding="utf-8"))


def poly(dimension: int = 3) -> GlassFormer:
    """The default glass former, in two or three dimensions."""
    return glass_former("poly", {**config()["model"]["poly"], **(PLANAR if dimension == 2 else {})})


def liquid_chain(model: GlassFormer, particles: int) -> SwapMonteCarlo:
    """A chain at TEMPERATURE with its step tuned, some hundred sweeps from a random start."""
    chain = SwapMonteCarlo(random_start(model, particles, np.random.default_rng(0)), TEMPERATURE, np.random.default_rng(1))
    chain.tune(200, 0.25)
    chain.advance(max(LEAST_SWEEPS, MOVES // particles))
    return chain


def stored(particles: int, dimension: int = 3, folder: Path = FOLDER) -> Path:
    """The file of a glass and its liquid; made by a process of its own where there is none, so that the caller stays small."""
    path = folder / f"N{particles}_d{dimension}.npz"
    if not path.exists():
        subprocess.run([sys.executable, "-m", "benchmarks.glasses", str(particles), str(dimension), str(path)], check=True)
    return path


def load(path: Path, dimension: int) -> tuple[Sample, Sample, float]:
    """Liquid, glass and the step of the chain [lambda_min] from a file."""
    with np.load(path) as kept:
        liquid = Sample(kept["liquid"], kept["sizes"], kept["types"], kept["box"], poly(dimension), parent_temperature=TEMPERATURE)
        return liquid, liquid.moved(kept["glass"]), float(kept["step"])


def main() -> None:
    """Make one glass and write it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.glasses", description=__doc__)
    parser.add_argument("particles", type=int)
    parser.add_argument("dimension", type=int, choices=[2, 3])
    parser.add_argument("path", type=Path)
    arguments = parser.parse_args()
    chain = liquid_chain(poly(arguments.dimension), arguments.particles)
    liquid = chain.current()
    glass = minimise(liquid).sample
    with whole_file(arguments.path) as partial:
        np.savez(
            partial,
            liquid=liquid.positions,
            glass=glass.positions,
            sizes=liquid.sizes,
            types=liquid.types,
            box=liquid.box,
            step=np.float64(chain.step),
        )


if __name__ == "__main__":
    main()
