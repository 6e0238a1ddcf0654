"""Swap Monte Carlo of which every move has its own random numbers, by its number alone: what a GPU can run, here on the CPU.

The rules are those of `swap.py`. Move m of a chain takes its random numbers from a counter-based generator, Philox4x32-10 (Salmon, Moraes, Dror,
Shaw, Proc. SC11, 16), at the counter m under the chain's key: which particle, which kind of move, where to, and what energy it may cost. So whoever
makes move m makes the same one, and several moves can be judged side by side (`swap_gpu.cu`), as long as none is judged by a place that an earlier
one changed.

Lists are those of `neighbourhood.py`, with a skin in which every trial has room: a trial never needs a new list.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from vitrine.compile_cache import njit
from vitrine.interactions.neighbours import mixed_size
from vitrine.models import GlassFormer
from vitrine.preparation.moves import pair_energy
from vitrine.preparation.neighbourhood import Neighbourhood, growth_of, neighbourhood, outgrown, renew, used_skin
from vitrine.preparation.swap import SwapMonteCarlo
from vitrine.samples.sample import Sample

REST = 0.2  # what a particle at rest may use of the skin [lambda_min]
LARGEST_STEP = 0.2  # of a displacement along an axis [lambda_min]
MULTIPLIERS, WEYL, ROUNDS = (0xD2511F53, 0xCD9E8D57), (0x9E3779B9, 0xBB67AE85), 10  # of Philox4x32
LOW, TWO32 = np.uint64(0xFFFFFFFF), 2.0**-32


def room(model: GlassFormer, swap_range: float) -> float:
    """How much more of the skin a trial may use than a particle at rest: by the longest displacement or the largest growth [lambda_min]."""
    return max(LARGEST_STEP * math.sqrt(model.dimension), growth_of(model) * swap_range)


@dataclass
class CountedSwap(SwapMonteCarlo):
    """A chain of swap Monte Carlo whose moves are counted. Its key comes from the generator, when it is made and whenever it is taken up.

    Raises ValueError for models of several types, or with a potential that is no sum of even powers.
    """

    largest_step: ClassVar[float] = LARGEST_STEP

    def __post_init__(self) -> None:
        model = self.sample.model
        if len(model.scales) > 1 or not model.of_even_powers:
            raise ValueError(f"counted moves need particles of one type and a potential of even powers, those of {model.name} are not")
        super().__post_init__()
        self._key, self._made = self.rng.integers(0, 2**32, 2, dtype=np.uint64), 0

    def _lists(self, sample: Sample) -> Neighbourhood:
        return neighbourhood(sample, REST, REST + room(sample.model, self.swap_range))

    def _moves(self, moves: int) -> np.ndarray:
        counts = np.zeros(4, dtype=np.int64)
        steps = np.where(np.arange(3) < self.sample.dimension, self.step, 0.0)
        run_counted(
            self._state, self._kernel, self.temperature, steps, self.swap_fraction, self.swap_range, self._key, self._made, moves, counts
        )  # fmt: skip
        self._made += moves
        return counts

    @property
    def energy(self) -> float:
        """Potential energy, summed anew: no move keeps it up."""
        return self.measured_energy()

    @property
    def description(self) -> dict:
        """The engine, for provenance."""
        return {"engine": "builtin swap Monte Carlo of counted moves"}


@njit
def philox(out, k0, k1):
    """Turn a counter of four words, each uint64 below 2^32, into the random words that belong to it under a key of two, in place."""
    for _ in range(ROUNDS):
        first, second = np.uint64(MULTIPLIERS[0]) * out[0], np.uint64(MULTIPLIERS[1]) * out[2]
        x1, x3 = out[1], out[3]
        out[0], out[1] = (second >> np.uint64(32)) ^ x1 ^ k0, second & LOW
        out[2], out[3] = (first >> np.uint64(32)) ^ x3 ^ k1, first & LOW
        k0, k1 = (k0 + np.uint64(WEYL[0])) & LOW, (k1 + np.uint64(WEYL[1])) & LOW


@njit
def _words(move, key, words):
    """The eight words of a move's random numbers."""
    low, high = np.uint64(move) & LOW, np.uint64(move) >> np.uint64(32)
    for half in range(2):
        block = words[4 * half : 4 * half + 4]
        block[0], block[1], block[2], block[3] = low, high, half, 0
        philox(block, key[0], key[1])


@njit(error_model="numpy")
def _cost(i, now, then, skip, state, kernel):
    """What the energy of particle i gains if it goes from `now` to `then`, (4,): place and size; the pair with particle `skip` does not count."""
    body, (e0, e1, e2), gained = state.body, state.edges, 0.0
    for k in range(state.counts[i, 0]):
        j = state.lists[i, k]
        if j == skip:
            continue
        for sign, at in ((-1.0, now), (1.0, then)):
            dx, dy, dz = body[j, 0] - at[0], body[j, 1] - at[1], body[j, 2] - at[2]
            dx -= e0 * np.rint(dx / e0)
            dy -= e1 * np.rint(dy / e1)
            dz -= e2 * np.rint(dz / e2)
            lambda_ij = state.scales[0, 0] * mixed_size(at[3], body[j, 3], state.nonadditivity)
            gained += sign * state.energies[0, 0] * pair_energy(dx * dx + dy * dy + dz * dz, lambda_ij, kernel)
    return gained


@njit
def run_counted(state, kernel, temperature, steps, swap_fraction, swap_range, key, first, moves, counts):
    """Moves first..first + moves of the chain with a key (2,); adds to `counts` (tried, accepted displacements; tried, accepted exchanges)."""
    body, n = state.body, state.body.shape[0]
    words, who, now, then = np.zeros(8, dtype=np.uint64), np.zeros(2, dtype=np.int64), np.zeros((2, 4)), np.zeros((2, 4))
    for move in range(first, first + moves):
        _words(move, key, words)
        parts = 2 if words[1] * TWO32 < swap_fraction else 1
        who[0], who[1] = np.int64((words[0] * np.uint64(n)) >> np.uint64(32)), np.int64((words[2] * np.uint64(n)) >> np.uint64(32))
        for part in range(parts):
            now[part], then[part] = body[who[part]], body[who[part]]
        counts[2 * (parts - 1)] += 1
        if parts == 1:
            for axis in range(3):
                then[0, axis] += steps[axis] * (2.0 * ((words[2 + axis] + 0.5) * TWO32) - 1.0)
        elif who[0] == who[1] or abs(now[0, 3] - now[1, 3]) > swap_range:
            continue
        else:
            then[0, 3], then[1, 3] = now[1, 3], now[0, 3]
        uniform = (np.float64(words[5] >> np.uint64(5)) * 67108864.0 + np.float64(words[6] >> np.uint64(6)) + 1.0) * 2.0**-53
        gained = 0.0
        for part in range(parts):
            gained += _cost(who[part], now[part], then[part], who[1 - part] if parts == 2 else -1, state, kernel)
        if not gained <= -temperature * math.log(uniform):
            continue
        counts[2 * parts - 1] += 1
        for part in range(parts):
            body[who[part]] = then[part]
        for part in range(parts):
            i = who[part]
            if outgrown(used_skin(i, state), body[i, 3], state.reference[i, 3], state.rest):
                renew(i, body[i, 0], body[i, 1], body[i, 2], body[i, 3], state)
