"""Spectra of several samples at once on a GPU, and hundreds of chains of swap Monte Carlo, against the same on the CPU."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from vitrine.interactions import Interactions
from vitrine.linalg import dissected, full_pencil, full_spectrum
from vitrine.linalg.gpu import find_gpu
from vitrine.models import glass_former
from vitrine.preparation.counted import CountedSwap
from vitrine.preparation.minimise import minimise
from vitrine.preparation.start import random_start
from vitrine.preparation.swap import SwapMonteCarlo
from vitrine.preparation.swap_gpu import GpuChains
from vitrine.samples.sample import Sample

Row = tuple[str, float, str, float]
Clock = Callable[[Callable[[], object]], float]

SIZES = (256, 2000)
SAMPLES, AT_ONCE = 16, 4  # timed together, and under way at a time
CORES = 16
CHAINS, COLD = 396, 0.4


def gpu_rows(config: dict, seconds: Clock) -> list[Row]:
    """Rows of the benchmark table, in seconds for a sample: by the clock on the wall on the GPU, of one core on the CPU. Without a GPU, none."""
    gpu = find_gpu()
    if isinstance(gpu, str):
        print(f"there is no GPU ({gpu}): its rows are left out")
        return []
    rows, section = [], config["model"]
    for particles in SIZES:
        start = random_start(glass_former(section["name"], section[section["name"]]), particles, np.random.default_rng(0))
        bonds = Interactions.of(minimise(start).sample)
        for name, action in _actions(bonds).items():
            ours, core = _wall(lambda run=action: run("gpu")), seconds(lambda run=action: run("cpu"))
            print(f"{name}, N = {particles}: {1 / ours:.3g} samples/s on the {gpu.name}, {CORES / core:.3g} at best on {CORES} cores")
            rows.append((f"{name}, N = {particles}, on the GPU", ours, "one CPU core", core))
        if particles == max(SIZES):
            rows += chain_rows(start, seconds)
    return rows


def chain_rows(start: Sample, seconds: Clock, chains: int = CHAINS, sweeps: int = 30) -> list[Row]:
    """A trial move of one of many chains on the GPU, by the clock on the wall, against one of swap Monte Carlo on a core; T = 0.4."""
    core, counted = SwapMonteCarlo(start, COLD, np.random.default_rng(0)), CountedSwap(start, COLD, np.random.default_rng(0))
    core.tune(100, 0.25)
    side_by_side, seats, begun = GpuChains(start, core.swap_fraction, core.swap_range, chains), list(range(chains)), 10 * start.particles
    body = np.column_stack([core.positions, np.zeros((start.particles, 3 - start.dimension)), core.sizes])
    for seat in seats:
        side_by_side.put(seat, body, np.array([seat, 1]), COLD)
    side_by_side.advance(seats, [core.step] * chains, [0] * chains, [begun] * chains)
    moves, from_clock = sweeps * start.particles, time.perf_counter()
    side_by_side.advance(seats, [core.step] * chains, [begun] * chains, [moves] * chains)
    ours, many = (time.perf_counter() - from_clock) / (moves * chains), 20 * start.particles
    rows = [(f"move of swap Monte Carlo, {chains} chains on the GPU", ours, "one CPU core", seconds(lambda: core.advance(20)) / many)]
    return [*rows, ("counted move on one CPU core", seconds(lambda: counted.advance(20)) / many, rows[0][2], rows[0][3])]


def _actions(bonds: Interactions) -> dict[str, Callable[[str], object]]:
    hessian, unit, dimension = bonds.hessian, bonds.unit_hessian, bonds.sample.dimension
    blocks = partial(dissected, bonds.sample.positions, bonds.sample.box, bonds.i, bonds.j)
    return {
        "spectrum of H, values": lambda device: full_spectrum(hessian, dimension, device=device),
        "spectrum of H, vectors": lambda device: full_spectrum(hessian, dimension, vectors=True, device=device),
        "P(lambda), values": lambda device: full_pencil(unit, hessian, dimension, blocks=blocks, device=device),
    }


def _wall(action: Callable[[], object]) -> float:
    """Seconds by the clock on the wall for one of many, after a first round that warms up."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda _: action(), range(AT_ONCE)))
        start = time.perf_counter()
        list(pool.map(lambda _: action(), range(SAMPLES)))
        return (time.perf_counter() - start) / SAMPLES
