"""Swap Monte Carlo in the canonical ensemble (Ninarello, Berthier, Coslovich, PRX 7, 021039; 002 App. A).

An elementary move is a displacement of one particle, uniform in a cube, or with probability `swap_fraction` an exchange of the sizes of two
particles. Both are proposed symmetrically and accepted with probability min(1, exp(-dU/k_B T)); exchanges of sizes that differ by more than
`swap_range` are rejected at once, which is symmetric too. A sweep is N elementary moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numba
import numpy as np

from vitrine.interactions.forces import configurational_terms, energy_and_virial
from vitrine.interactions.neighbours import mixed_size
from vitrine.models.kernels import reduced_energy_of_both
from vitrine.preparation.neighbourhood import REST, SHRUNK, TRIAL, follow, neighbourhood, renew, used_skin
from vitrine.samples.sample import Sample

import os
BLOCK=int(os.environ.get('BLOCK','8'))
LARGEST_STEP = TRIAL / np.sqrt(3)  # a trial displacement never uses more skin than a trial may


@dataclass
class SwapMonteCarlo:
    """A chain of swap Monte Carlo.

    sample: the start; temperature [epsilon/k_B]; step: largest displacement along an axis [lambda_min]; the generator is the chain's own.
    """

    sample: Sample
    temperature: float
    rng: np.random.Generator
    swap_fraction: float = 0.2
    swap_range: float = 0.35
    step: float = 0.1

    def __post_init__(self) -> None:
        if np.any(self.sample.box != np.diag(np.diag(self.sample.box))):
            raise ValueError("swap Monte Carlo needs a rectangular box, this one is tilted")
        if not 0 < self.step <= LARGEST_STEP:
            raise ValueError(
                f"the step is {self.step:g}: it must be positive and at most {LARGEST_STEP:.4g} lambda_min, what the neighbour lists allow"
            )
        self._state = neighbourhood(self.sample)
        if len(self.sample.model.kernels) > 1:
            raise ValueError(
                f"swap Monte Carlo needs one reduced potential for all pairs, model {self.sample.model.name} has one for each pair of types"
            )
        self._kernel = self.sample.model.kernels[0]
        if not self.sample.model.polydisperse:
            self.swap_fraction = 0.0
        self._own = np.empty(self.sample.particles)
        _all_energies(self._state, self._kernel, self._own)
        self._repulsive = True

    def advance(self, sweeps: int) -> np.ndarray:
        """Run `sweeps` sweeps; return trial displacements, accepted ones, trial exchanges, accepted ones."""
        return self._moves(sweeps * self.sample.particles, self.swap_fraction)

    def exchange(self, trials: int) -> np.ndarray:
        """Try exchanges of sizes alone; counts as those of `advance`."""
        return self._moves(trials, 1.0)

    def _moves(self, moves: int, swap_fraction: float) -> np.ndarray:
        counts = np.zeros(4, dtype=np.int64)
        _run(
            self._state, self._kernel, self._own, self._repulsive, self.sample.dimension, self.temperature, self.step, swap_fraction, self.swap_range, moves, self.rng, counts
        )  # fmt: skip
        return counts

    def tune(self, sweeps: int, target: float) -> None:
        """Run `sweeps` sweeps in blocks of ten and bring the acceptance of displacements to `target`."""
        for _ in range(max(1, sweeps // 10)):
            tried, accepted = self.advance(10)[:2]
            self.step = float(np.clip(self.step * np.clip(accepted / max(tried, 1) / target, 0.8, 1.25), 1e-4, LARGEST_STEP))

    def follow(self, positions: np.ndarray) -> None:
        """Take all particles to positions (N, d), unfolded, as dynamics moved them; `energy` is not kept up."""
        follow(positions, self._state)
        _all_energies(self._state, self._kernel, self._own)

    @property
    def energy(self) -> float:
        return 0.5 * float(np.sum(self._own))

    @property
    def sizes(self) -> np.ndarray:
        """The present sizes (N,)."""
        return self._state.body[:, 3].copy()

    def measured_energy(self) -> float:
        """Potential energy, summed anew over all pairs."""
        own = np.empty(self.sample.particles)
        _all_energies(self._state, self._kernel, own)
        return 0.5 * float(np.sum(own))

    def configurational_terms(self) -> tuple[float, float]:
        """|grad U|^2 and the Laplacian of U; the ratio of their averages is k_B T in equilibrium."""
        return configurational_terms(self.current())

    def pressure(self) -> float:
        """Pressure [epsilon/lambda_min^d]: that of the ideal gas and the virial."""
        present = self.current()
        return (present.particles * self.temperature + energy_and_virial(present)[1] / present.dimension) / present.volume

    @property
    def positions(self) -> np.ndarray:
        """Unfolded positions (N, d)."""
        return self._state.body[:, : self.sample.dimension].copy()

    def current(self) -> Sample:
        """The present configuration, folded into the box."""
        edges = np.diag(self.sample.box)
        positions = self.positions
        return self.sample.moved(positions - np.floor(positions / edges) * edges, sizes=self.sizes)

    @property
    def description(self) -> dict:
        """The engine, for provenance."""
        return {"engine": "builtin swap Monte Carlo"}

    def state(self) -> dict[str, np.ndarray]:
        """All that the chain is, but for its stream of random numbers."""
        return {"positions": self.positions, "sizes": self.sizes, "step": np.float64(self.step)}

    def take_up(self, state: Mapping[str, np.ndarray], rng: np.random.Generator) -> None:
        """Go on from a state, with new neighbour lists and another stream."""
        self.sample, self.step, self.rng = self.sample.moved(state["positions"], sizes=np.array(state["sizes"])), float(state["step"]), rng
        self.__post_init__()


@numba.njit(cache=True, forceinline=True)
def _padded(count):
    return (count + BLOCK - 1) // BLOCK * BLOCK


@numba.njit(cache=True, error_model="numpy", forceinline=True)
def _gather(i, begin, end, part, state):
    body = state.body
    near = state.near
    mine = state.lists[i, begin:end]
    xs, ys, zs, sizes = near[part, 0, begin:], near[part, 1, begin:], near[part, 2, begin:], near[part, 3, begin:]
    for k in range(end - begin):
        j = mine[k]
        xs[k] = body[j, 0]
        ys[k] = body[j, 1]
        zs[k] = body[j, 2]
        sizes[k] = body[j, 3]
    for k in range(end - begin, _padded(end) - begin):
        xs[k] = np.nan
    if state.scales.shape[0] > 1:
        for k in range(begin, end):
            near[part, 4, k] = state.scales[state.types[i], state.types[state.lists[i, k]]]
            near[part, 5, k] = state.energies[state.types[i], state.types[state.lists[i, k]]]


@numba.njit(cache=True, error_model="numpy", forceinline=True)
def _pair_energies(begin, end, x, y, z, size, part, row, state, kernel):
    """Energies"""
    stop = _padded(end)
    edges, nonadditivity = state.edges, state.nonadditivity
    near = state.near
    xs, ys, zs = near[part, 0, begin:stop], near[part, 1, begin:stop], near[part, 2, begin:stop]
    sizes = near[part, 3, begin:stop]
    scales = near[part, 4, begin:stop]
    energies = near[part, 5, begin:stop]
    out = near[part, row, begin:stop]
    i0, i1, i2 = 1.0 / edges[0], 1.0 / edges[1], 1.0 / edges[2]
    for k in range(stop - begin):
        dx, dy, dz = xs[k] - x, ys[k] - y, zs[k] - z
        dx -= edges[0] * np.rint(dx * i0)
        dy -= edges[1] * np.rint(dy * i1)
        dz -= edges[2] * np.rint(dz * i2)
        r2 = dx * dx + dy * dy + dz * dz
        scale = scales[k] * mixed_size(size, sizes[k], nonadditivity)
        scale2 = scale * scale
        inverse = 1.0 / (r2 * scale2)
        value = energies[k] * reduced_energy_of_both(r2 * r2 * inverse, scale2 * scale2 * inverse, kernel)
        out[k] = value if r2 < kernel.cutoff2 * scale2 else 0.0


@numba.njit(cache=True, forceinline=True)
def _sum(begin, end, part, state):
    out = state.near[part, 6, begin:]
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    for k in range(0, _padded(end) - begin, 4):
        a += out[k]
        b += out[k + 1]
        c += out[k + 2]
        d += out[k + 3]
    return (a + b) + (c + d)


@numba.njit(cache=True, error_model="numpy")
def _run(state, kernel, own, repulsive, dimension, temperature, step, swap_fraction, swap_range, moves, rng, counts):
    """Elementary moves; adds to `counts` (tried, accepted displacements; tried, accepted exchanges)."""
    body = state.body
    lists = state.lists
    listed = state.counts
    near = state.near
    n = state.body.shape[0]
    who = np.zeros(2, dtype=np.int64)
    trial = np.zeros((2, 4))
    energy = np.zeros(2)
    for _ in range(moves):
        i = int(rng.random() * n)
        swap = rng.random() < swap_fraction
        if swap:
            counts[2] += 1
            j = int(rng.random() * n)
            if i == j or abs(body[i, 3] - body[j, 3]) > swap_range:
                continue
            if body[i, 3] > body[j, 3]:
                i, j = j, i
            who[0], who[1] = i, j
            for axis in range(3):
                trial[0, axis], trial[1, axis] = body[i, axis], body[j, axis]
            small, large = body[i, 3], body[j, 3]
            trial[0, 3], trial[1, 3] = large, small
            allowed = own[i] + own[j] + temperature * rng.standard_exponential()
            parts = 2
            body[i, 3], body[j, 3] = large, small
        else:
            counts[0] += 1
            who[0] = i
            for axis in range(dimension):
                trial[0, axis] = body[i, axis] + step * (2.0 * rng.random() - 1.0)
            trial[0, 3] = body[i, 3]
            allowed = own[i] + temperature * rng.standard_exponential()
            parts = 1
        limit = allowed if repulsive else np.inf
        part, total = 0, 0.0
        while part < parts and total <= limit:
            i = who[part]
            x, y, z, size = trial[part, 0], trial[part, 1], trial[part, 2], trial[part, 3]
            new, begin, count = 0.0, 0, listed[i, 0]
            end = min(count, _padded(listed[i, 1]))
            while begin < end and total + new <= limit:
                _gather(i, begin, end, part, state)
                _pair_energies(begin, end, x, y, z, size, part, 6, state, kernel)
                new += _sum(begin, end, part, state)
                begin, end = end, count
            if part == 0 and new <= limit and used_skin(i, x, y, z, size, state) > TRIAL:
                renew(i, size, state)
                continue
            energy[part] = new
            total += new
            part += 1
        if not total <= allowed:
            if swap:
                body[who[0], 3], body[who[1], 3] = small, large
            continue
        counts[3 if swap else 1] += 1
        for part in range(parts):
            i = who[part]
            own[i] = energy[part]
            if swap:
                size = large if part else small
            else:
                size = body[i, 3]
            count = listed[i, 0]
            _pair_energies(0, count, body[i, 0], body[i, 1], body[i, 2], size, part, 7, state, kernel)
            other = who[1 - part] if swap else -1
            mine = lists[i, :count]
            for k in range(count):
                j = mine[k]
                if j != other:
                    own[j] += near[part, 6, k] - near[part, 7, k]
        for part in range(parts):
            i = who[part]
            for axis in range(4):
                body[i, axis] = trial[part, axis]
            x, y, z, size = trial[part, 0], trial[part, 1], trial[part, 2], trial[part, 3]
            if used_skin(i, x, y, z, size, state) > REST or size < state.reference[i, 3] - SHRUNK:
                renew(i, size, state)


@numba.njit(cache=True)
def _all_energies(state, kernel, own):
    body = state.body
    for i in range(body.shape[0]):
        count = state.counts[i, 0]
        _gather(i, 0, count, 0, state)
        _pair_energies(0, count, body[i, 0], body[i, 1], body[i, 2], body[i, 3], 0, 6, state, kernel)
        own[i] = _sum(0, count, 0, state)
