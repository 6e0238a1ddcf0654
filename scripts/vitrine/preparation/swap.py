"""Swap Monte Carlo in the canonical ensemble (Ninarello, Berthier, Coslovich, PRX 7, 021039; 002 App. A).

An elementary move is a displacement of one particle, uniform in a cube, or with probability `swap_fraction` an exchange of the sizes of two
particles. Both are proposed symmetrically and accepted with probability min(1, exp(-dU/k_B T)); exchanges of sizes that differ by more than
`swap_range` are rejected at once, which is symmetric too. A sweep is N elementary moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from vitrine.compile_cache import njit
from vitrine.errors import SampleError
from vitrine.interactions.forces import configurational_terms, energy_and_virial
from vitrine.models.glass_former import GlassFormer
from vitrine.preparation.columns import EIGHT, take_eight
from vitrine.preparation.exchanges import exchange_sizes
from vitrine.preparation.moves import NEW, OLD, gather_kinds, padded, pair_energies, sum_new, tell
from vitrine.preparation.neighbourhood import TRIAL, Neighbourhood, follow, neighbourhood, outgrown, renew, used_skin
from vitrine.preparation.stream import exponential, stream_of, uniform
from vitrine.samples.sample import Sample

LARGEST_STEP = TRIAL / np.sqrt(3)  # from its reference, a trial displacement never uses more skin than a trial may


@dataclass
class SwapMonteCarlo:
    """A chain of swap Monte Carlo.

    sample: the start; temperature [epsilon/k_B]; step: largest displacement along an axis [lambda_min]; the generator is the chain's own, of numpy's
    default kind: a chain with another one raises ValueError when it moves.
    """

    sample: Sample
    temperature: float
    rng: np.random.Generator
    swap_fraction: float = 0.2
    swap_range: float = 0.35
    step: float = 0.1
    largest_step: ClassVar[float] = LARGEST_STEP

    def __post_init__(self) -> None:
        if np.any(self.sample.box != np.diag(np.diag(self.sample.box))):
            raise ValueError("swap Monte Carlo needs a rectangular box, this one is tilted")
        if self.sample.dimension > 3:
            raise ValueError(f"swap Monte Carlo has 2 and 3 dimensions, this sample has {self.sample.dimension}")
        if not 0 < self.step <= self.largest_step:
            raise ValueError(f"the step is {self.step:g}: it must be positive and at most {self.largest_step:.4g}, what the neighbour lists allow")
        if len(self.sample.model.kernels) > 1:
            raise ValueError(
                f"swap Monte Carlo needs one reduced potential for all pairs, model {self.sample.model.name} has one for each pair of types"
            )
        self._kernel = self.sample.model.kernels[0]
        if not self.sample.model.polydisperse:
            self.swap_fraction = 0.0
        elif self.sample.masses is not None:
            raise SampleError("it has masses that are not one, and exchanges of sizes would part them from their particles' sizes")
        self._repulsive = purely_repulsive(self.sample.model)
        self._begin()

    def _begin(self) -> None:
        """Neighbour lists, and the energy of each particle."""
        self._state, self._energies = self._lists(self.sample), np.empty(self.sample.particles)
        _sum_energies(self._state, self._kernel, self._energies)

    def _lists(self, sample: Sample) -> Neighbourhood:
        return neighbourhood(sample)

    def advance(self, sweeps: int) -> np.ndarray:
        """Run `sweeps` sweeps; return trial displacements, accepted ones, trial exchanges, accepted ones."""
        return self._moves(sweeps * self.sample.particles)

    def _moves(self, moves: int) -> np.ndarray:
        counts = np.zeros(4, dtype=np.int64)
        steps = np.where(np.arange(3) < self.sample.dimension, self.step, 0.0)
        with stream_of(self.rng) as stream:
            _run(
                self._state, self._kernel, self._energies, self._repulsive, self.temperature, steps, self.swap_fraction, self.swap_range, moves,
                stream, counts,
            )  # fmt: skip
        return counts

    def exchange(self, trials: int) -> np.ndarray:
        """Try exchanges of sizes alone; counts as those of `advance`."""
        counts = np.zeros(4, dtype=np.int64)
        with stream_of(self.rng) as stream:
            exchange_sizes(
                self._state, self._kernel, self._energies, self._repulsive, self.temperature, self.swap_range, trials, stream, counts
            )  # fmt: skip
        return counts

    def tune(self, sweeps: int, target: float) -> None:
        """Run `sweeps` sweeps in blocks of ten and bring the acceptance of displacements to `target`."""
        for _ in range(max(1, sweeps // 10)):
            tried, accepted = self.advance(10)[:2]
            self.step = float(np.clip(self.step * np.clip(accepted / max(tried, 1) / target, 0.8, 1.25), 1e-4, self.largest_step))

    def follow(self, positions: np.ndarray) -> None:
        """Take all particles to positions (N, d), unfolded, as dynamics moved them."""
        follow(positions, self._state)
        _sum_energies(self._state, self._kernel, self._energies)

    @property
    def energy(self) -> float:
        """Potential energy, kept up move by move."""
        return 0.5 * float(self._energies.sum())

    @property
    def sizes(self) -> np.ndarray:
        """The present sizes (N,)."""
        return self._state.body[:, 3].copy()

    def measured_energy(self) -> float:
        """Potential energy, summed anew over all pairs."""
        energies = np.empty(self.sample.particles)
        _sum_energies(self._state, self._kernel, energies)
        return 0.5 * float(energies.sum())

    def configurational_terms(self) -> tuple[float, float]:
        """|grad U|^2 and the Laplacian of U; the ratio of their averages is k_B T in equilibrium."""
        return configurational_terms(self.current())

    def pressure(self) -> float:
        """Pressure [epsilon/lambda_min^d]: that of the ideal gas and the virial."""
        return self._pressure(energy_and_virial(self.current())[1])

    def _pressure(self, virial: float) -> float:
        return (self.sample.particles * self.temperature + virial / self.sample.dimension) / self.sample.volume

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


def purely_repulsive(model: GlassFormer) -> bool:
    """Whether no pair of particles ever has a negative energy, but for rounding; then a sum over some neighbours is a lower bound."""
    for potential in model.potentials:
        x = potential.cutoff * np.linspace(0.0, 1.0, 4097)[1:]
        phi = potential.derivatives(x, np.ones_like(x), np.ones_like(x))[0]
        if np.any(phi < -1e-12):
            return False
    return bool(np.all(model.energies >= 0))


@njit(forceinline=True)
def _gather(i, begin, end, part, state):
    """Copy positions and sizes of the neighbours begin..end of particle i into near[part]; the padding is out of everybody's range."""
    for k in range(begin, end, EIGHT):
        take_eight(state.body, state.lists, i, k, end, state.near, part)


@njit(forceinline=True)
def _exchange(who, before, swap_range, state):
    """Exchange the sizes of two particles, if they may be; the one that grows comes first: most exchanges fail on it."""
    body = state.body
    if who[0] == who[1] or abs(body[who[0], 3] - body[who[1], 3]) > swap_range:
        return False
    if body[who[0], 3] > body[who[1], 3]:
        who[0], who[1] = who[1], who[0]
    for part in range(2):
        for axis in range(4):
            before[part, axis] = body[who[part], axis]
    body[who[0], 3], body[who[1], 3] = before[1, 3], before[0, 3]
    return True


@njit(forceinline=True)
def _displace(who, before, mx, my, mz, state):
    """Move a particle."""
    body, i = state.body, who[0]
    for axis in range(4):
        before[0, axis] = body[i, axis]
    body[i, 0] += mx
    body[i, 1] += my
    body[i, 2] += mz


@njit(forceinline=True)
def _undo(parts, who, before, state):
    """Take the particles back to where they were."""
    for part in range(parts):
        for axis in range(4):
            state.body[who[part], axis] = before[part, axis]


@njit
def _run(state, kernel, energy_of, repulsive, temperature, steps, swap_fraction, swap_range, moves, stream, counts):
    """Elementary moves, each made, judged, and undone if rejected; adds to `counts` (tried, accepted displacements; tried, accepted exchanges).

    The energy that a move may cost is drawn first. Where no pair attracts, a move is rejected as soon as a part of its new energy exceeds it; that
    holds also for a trial beyond the skin, whose list may lack neighbours: only if the listed ones do not forbid it, it gets a new list.
    """
    body = state.body
    state.measured[:] = False
    who, before, energy = np.zeros(2, dtype=np.int64), np.zeros((2, 4)), np.zeros(2)
    for _ in range(moves):
        who[0] = int(uniform(stream) * body.shape[0])
        parts = 2 if uniform(stream) < swap_fraction else 1
        counts[2 * (parts - 1)] += 1
        if parts == 1:
            allowed = energy_of[who[0]]
            mx, my = steps[0] * (2.0 * uniform(stream) - 1.0), steps[1] * (2.0 * uniform(stream) - 1.0)
            _displace(who, before, mx, my, steps[2] * (2.0 * uniform(stream) - 1.0) if steps[2] > 0 else 0.0, state)
        else:
            who[1] = int(uniform(stream) * body.shape[0])
            if not _exchange(who, before, swap_range, state):
                continue
            allowed = energy_of[who[0]] + energy_of[who[1]]
        allowed += temperature * exponential(stream)
        limit = allowed if repulsive else np.inf
        part, total = 0, 0.0
        while part < parts and total <= limit:
            i, begin, count = who[part], 0, state.counts[who[part], 0]
            energy[part], end = 0.0, min(count, padded(max(state.counts[i, 1], 1)))  # the close ones, then the others
            while begin < end and total + energy[part] <= limit:
                _gather(i, begin, end, part, state)
                gather_kinds(i, begin, end, part, state)
                pair_energies(body[i, 0], body[i, 1], body[i, 2], body[i, 3], begin, end, part, NEW, state, kernel)
                energy[part] += sum_new(begin, end, part, state)
                begin, end = end, count
            if total + energy[part] <= limit and used_skin(i, state) > state.trial:
                renew(i, before[part, 0], before[part, 1], before[part, 2], body[i, 3], state)
                continue
            total += energy[part]
            part += 1
        if not total <= allowed:
            _undo(parts, who, before, state)
            continue
        counts[2 * parts - 1] += 1
        for part in range(parts):
            i = who[part]
            energy_of[i] = energy[part]
            pair_energies(before[part, 0], before[part, 1], before[part, 2], before[part, 3], 0, state.counts[i, 0], part, OLD, state, kernel)
            tell(i, state.counts[i, 0], who[1 - part] if parts == 2 else -1, part, energy_of, state)  # their own pair keeps its lambda_ij
        for part in range(parts):
            i = who[part]
            if outgrown(used_skin(i, state), body[i, 3], state.reference[i, 3], state.rest):
                renew(i, body[i, 0], body[i, 1], body[i, 2], body[i, 3], state)


@njit
def _sum_energies(state, kernel, energy_of):
    """The energy of each particle with all others, summed anew."""
    for i in range(state.body.shape[0]):
        count = state.counts[i, 0]
        _gather(i, 0, count, 0, state)
        gather_kinds(i, 0, count, 0, state)
        x, y, z, size = state.body[i, 0], state.body[i, 1], state.body[i, 2], state.body[i, 3]
        pair_energies(x, y, z, size, 0, count, 0, NEW, state, kernel)
        energy_of[i] = sum_new(0, count, 0, state)
