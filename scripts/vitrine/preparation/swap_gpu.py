"""Chains of swap Monte Carlo on a GPU, side by side: the host's side of `swap_gpu.cu`, through CuPy."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vitrine.errors import InputError
from vitrine.preparation.counted import REST, room
from vitrine.preparation.neighbourhood import FULL, SHRUNK, capacity_of, growth_of
from vitrine.preparation.side_by_side import Moved
from vitrine.samples.sample import Sample

SOURCE = Path(__file__).with_suffix(".cu")
WARPS = 8  # that judge moves side by side in a chain
SHARED = 72 * 1024  # bytes of shared memory that bodies may take, so that several chains have room on a multiprocessor
LARGEST = 65535  # particles: their numbers are kept in two bytes


class GpuChains:
    """So many chains, told apart by their seats 0, 1, ..., of the model and in the box of a sample, which must be rectangular.

    As `side_by_side.Chains`. warps: how many moves of a chain are judged side by side; no number depends on it. Raises InputError for more particles
    than LARGEST.
    """

    def __init__(self, sample: Sample, swap_fraction: float, swap_range: float, chains: int, warps: int = WARPS) -> None:
        if sample.particles > LARGEST:
            raise InputError(
                f"config key ensembles.axes.particles has {sample.particles}: with preparation.sampler swap_gpu at most {LARGEST} are allowed"
            )
        import cupy

        model, particles, edges, trial = sample.model, sample.particles, np.diag(sample.box), REST + room(sample.model, swap_range)
        self.cupy, self.threads = cupy, 32 * warps
        reach = model.range + REST + trial
        self.capacity = capacity_of(sample, reach)
        shared = 32 * particles if 32 * particles <= SHARED else 0
        kernel = model.kernels[0]
        values = {
            "N": particles, "CAPACITY": self.capacity, "WARPS": warps, "SHARED": int(shared > 0), "DIMENSION": model.dimension,
            "RANGE": float(np.max(model.ranges)), "CUTOFF2": kernel.cutoff2, "SCALE": float(model.scales[0, 0]),
            "ENERGY": float(model.energies[0, 0]), "NONADDITIVITY": model.nonadditivity, "GROWTH": growth_of(model), "REST": REST,
            "TRIAL": trial, "SHRUNK": SHRUNK, "SWAP_FRACTION": swap_fraction, "SWAP_RANGE": swap_range, "EDGES": [*edges, 1.0][:3],
            "EVEN": kernel.even or [0.0], "INVERSE": kernel.inverse or [0.0],
        }  # fmt: skip
        head = "\n".join(f"#define {name} {_literal(value)}" for name, value in values.items())
        module = cupy.RawModule(code=f"{head}\n{SOURCE.read_text(encoding='utf-8')}", options=("-std=c++17",))
        self._advance, self._fill, self._measure = (module.get_function(name) for name in ("advance", "fill", "measure"))
        self._shared = shared
        if shared:
            self._advance.max_dynamic_shared_size_bytes = shared
        self._bodies, self._references = cupy.zeros((chains, particles, 4)), cupy.zeros((chains, particles, 4))
        self._lists = cupy.zeros((chains, particles, self.capacity), dtype=cupy.uint16)
        self._lengths, self._overflows = cupy.zeros((chains, particles), dtype=cupy.int32), cupy.zeros(chains, dtype=cupy.int32)
        self._keys, self._temperatures, self._steps = cupy.zeros((chains, 2), dtype=cupy.uint32), cupy.zeros(chains), cupy.zeros(chains)
        self._firsts, self._moves = cupy.zeros(chains, dtype=cupy.uint64), cupy.zeros(chains, dtype=cupy.uint64)
        self._counts, self._measures = cupy.zeros((chains, 4), dtype=cupy.uint64), cupy.zeros((chains, 4))

    def put(self, seat: int, body: np.ndarray, key: np.ndarray, temperature: float) -> None:
        """A chain's places and sizes (N, 4), its key (2,) and temperature; its lists are made anew."""
        self._bodies[seat], self._keys[seat] = self.cupy.asarray(body), self.cupy.asarray(key, dtype=self.cupy.uint32)
        self._temperatures[seat], self._overflows[seat] = temperature, 0
        which = self.cupy.asarray([seat], dtype=self.cupy.int32)
        self._fill((1,), (self.threads,), (which, self._bodies, self._references, self._lists, self._lengths, self._overflows))

    def advance(self, seats: list[int], steps: list[float], firsts: list[int], moves: list[int]) -> list[Moved]:
        """Make moves of some chains, from their numbers `firsts` on."""
        which = self.cupy.asarray(seats, dtype=self.cupy.int32)
        self._steps[which], self._firsts[which], self._moves[which] = map(self.cupy.asarray, (steps, np.uint64(firsts), np.uint64(moves)))
        self._counts[which] = 0
        grid, block = (len(seats),), (self.threads,)
        self._advance(
            grid, block,
            (which, self._bodies, self._references, self._lists, self._lengths, self._keys, self._temperatures, self._steps, self._firsts,
             self._moves, self._counts, self._overflows), shared_mem=self._shared,
        )  # fmt: skip
        self._measure(grid, block, (which, self._bodies, self._lists, self._lengths, self._measures))
        counts, bodies, measures, overflows = (
            self.cupy.asnumpy(array[which]) for array in (self._counts, self._bodies, self._measures, self._overflows)
        )  # fmt: skip
        return [
            Moved(counts[n].astype(np.int64), bodies[n], *measures[n].tolist(), FULL if overflows[n] else "") for n in range(len(seats))
        ]  # fmt: skip


def _literal(value: object) -> str:
    """A value as CUDA C++ writes it, to the last bit."""
    if isinstance(value, list | tuple):
        return "{" + ", ".join(map(_literal, value)) + "}"
    return f"{float(value)!r}" if isinstance(value, float) else str(value)
