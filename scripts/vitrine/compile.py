"""Compile every kernel once, into the cache that all jobs share: python -m vitrine.compile, or the first job that needs them.

Numba compiles a kernel anew for every kind of pair potential, which takes a minute. Jobs that start side by side would each do it for itself:
here one does, and the others wait.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import llvmlite.binding
import numba
import numpy as np
import scipy.sparse as sp
import yaml

from vitrine.compile_cache import folder
from vitrine.interactions import Interactions
from vitrine.linalg.pencil import reduced_pencil
from vitrine.linalg.tridiagonal import tridiagonal_eigenvalues
from vitrine.models import GlassFormer, glass_former
from vitrine.nonlinear.contractions import Contractions
from vitrine.preparation.counted import CountedSwap
from vitrine.preparation.dynamics import Dynamics
from vitrine.preparation.hamiltonian import TRAJECTORY, HamiltonianMonteCarlo
from vitrine.preparation.minimise import minimise
from vitrine.preparation.motion import Ramp
from vitrine.preparation.samplers import MONTE_CARLO
from vitrine.preparation.start import random_start
from vitrine.preparation.swap import SwapMonteCarlo
from vitrine.provenance import code_hash
from vitrine.statistics.radial import binned_medians

CONFIG = Path(__file__).resolve().parents[2] / "config.yaml"
SCRIPT = Path(__file__).resolve().parents[1] / "equilibrate_liquids.py"
CACHE = folder()
CHAINS = {"swap": SwapMonteCarlo, "swap_gpu": CountedSwap, "hamiltonian": HamiltonianMonteCarlo}
FEWEST = 160  # particles of the small sample, or what the range of the interaction asks for


def compile_once(model: GlassFormer, settings: Mapping, code: str) -> None:
    """Compile what preparing and measuring glasses of this model takes, unless it is in the cache already.

    settings: those of Study.preparation; code: the hash of the library's modules. Without a folder to keep it in, every job compiles for itself.
    """
    if CACHE is None:
        return
    kinds = (numba.typeof(model.kernels), settings["sampler"], model.dimension, llvmlite.binding.get_host_cpu_name(), numba.__version__, code)
    done = CACHE / f"compiled-{hashlib.sha256(repr(kinds).encode()).hexdigest()[:16]}"
    if done.exists():
        return
    with _alone(CACHE / "compiling"):
        if not done.exists():
            _prepare_and_measure(model, settings)
            with suppress(OSError):
                done.touch()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock of a file; nothing is held where the folder or the file system has no locks."""
    try:
        path.parent.mkdir(exist_ok=True)
        lock = path.open("w")
    except OSError:
        yield
        return
    with lock:
        with suppress(OSError):
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _prepare_and_measure(model: GlassFormer, settings: Mapping) -> None:
    """One small glass by all means that the settings ask for."""
    fewest = int(np.ceil((2.01 * model.range) ** model.dimension * model.density))
    start = random_start(model, max(FEWEST, fewest), np.random.default_rng(0))
    if settings["sampler"] in MONTE_CARLO:
        chain = CHAINS[settings["sampler"]](start, 1.0, np.random.default_rng(0))
        chain.advance(TRAJECTORY)
    else:
        exchanges = 1.0 if settings["sampler"] == "hybrid" else 0.0
        chain = Dynamics(start, Ramp(0, 0, 0.1, 0.1), {**settings["dynamics"], "engine": "builtin"}, np.random.default_rng(0), exchanges=exchanges)
        chain.advance(1)
    chain.configurational_terms()
    chain.pressure()
    for method, step in (("lbfgs", 0.1), ("cg", 0.1), ("fire", 0.01)):
        bonds = Interactions.of(minimise(chain.current(), method, maximum_iterations=10, step=step).sample)
    field, contractions = np.zeros(bonds.sample.positions.size), Contractions(bonds)
    for contract in (contractions.quadratic, contractions.cubic, contractions.quartic):
        contract(field)
    binned_medians(np.ones(2), np.ones(2), np.array([0.5, 1.5]))
    matrix = sp.csc_array(5 * np.eye(4) - 1)
    reduced_pencil(matrix, matrix, [np.array([0, 1]), np.array([2, 3])], vectors=False)
    tridiagonal_eigenvalues(np.ones(2), np.ones(1))


def main() -> None:
    """Compile for the default study."""
    config = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))
    section = config["model"]
    compile_once(glass_former(section["name"], section[section["name"]]), config["preparation"], code_hash(SCRIPT))


if __name__ == "__main__":
    main()
