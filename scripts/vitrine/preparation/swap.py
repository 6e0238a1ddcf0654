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
from vitrine.models.kernels import reduced_energy, reduced_energy_of_both
from vitrine.preparation.neighbourhood import REST, TRIAL, follow, neighbourhood, renew, used_skin
from vitrine.samples.sample import Sample

BLOCK = 16  # entries that the compiler's vector loops take at once, or a multiple of it
LARGEST_STEP = (TRIAL - REST) / np.sqrt(3)  # a trial displacement never uses more skin than a trial may


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
        self.energy = self.measured_energy()

    def advance(self, sweeps: int) -> np.ndarray:
        """Run `sweeps` sweeps; return trial displacements, accepted ones, trial exchanges, accepted ones."""
        return self._moves(sweeps * self.sample.particles, self.swap_fraction)

    def exchange(self, trials: int) -> np.ndarray:
        """Try exchanges of sizes alone; counts as those of `advance`."""
        return self._moves(trials, 1.0)

    def _moves(self, moves: int, swap_fraction: float) -> np.ndarray:
        counts = np.zeros(4, dtype=np.int64)
        self.energy += _run(
            self._state, self._kernel, self.sample.dimension, self.temperature, self.step, swap_fraction, self.swap_range, moves, self.rng, counts
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

    @property
    def sizes(self) -> np.ndarray:
        """The present sizes (N,)."""
        return self._state.body[:, 3].copy()

    def measured_energy(self) -> float:
        """Potential energy, summed anew over all pairs."""
        return _total_energy(self._state, self._kernel)

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


@numba.njit(cache=True)
def _padded(count):
    """The next multiple of BLOCK: loops over whole blocks leave no rest to be done one by one. What stands in the padding is never used."""
    return (count + BLOCK - 1) // BLOCK * BLOCK


@numba.njit(cache=True, error_model="numpy")
def _gather(i, state):
    """Copy the neighbours of particle i into `near`: vectors from i (0-2), sizes (3), scales (4) and energies (5) of the pair of types."""
    body, edges, near = state.body, state.edges, state.near
    count, padded = state.counts[i], _padded(state.counts[i])
    for k in range(count):
        j = state.lists[i, k]
        near[0, k], near[1, k], near[2, k], near[3, k] = body[j, 0], body[j, 1], body[j, 2], body[j, 3]
    for axis in range(3):
        edge, inverse, own = edges[axis], 1.0 / edges[axis], body[i, axis]
        row = near[axis]
        for k in range(padded):
            delta = row[k] - own
            row[k] = delta - edge * np.rint(delta * inverse)
    if state.scales.shape[0] > 1:
        for k in range(count):
            near[4, k] = state.scales[state.types[i], state.types[state.lists[i, k]]]
            near[5, k] = state.energies[state.types[i], state.types[state.lists[i, k]]]
    return count


@numba.njit(cache=True, error_model="numpy")
def _gathered_changes(count, mx, my, mz, old_size, new_size, state, kernel, out):
    """Changes of the energy with each gathered neighbour of a particle that moves by (mx, my, mz) and takes another size, into `out` (count,).

    At and beyond the cutoff the potential is evaluated at the cutoff: no branch, so the loop runs on vectors. Both y = r^2/lambda^2 and both 1/y come
    from one division, the slowest instruction here.
    """
    x, y, z, sizes, scales, energies = state.near[0], state.near[1], state.near[2], state.near[3], state.near[4], state.near[5]
    y_cut, w_cut = kernel.cutoff2, 1.0 / kernel.cutoff2
    for k in range(_padded(count)):
        old_scale = (scales[k] * mixed_size(old_size, sizes[k], state.nonadditivity)) ** 2
        new_scale = (scales[k] * mixed_size(new_size, sizes[k], state.nonadditivity)) ** 2
        dx, dy, dz = x[k] - mx, y[k] - my, z[k] - mz
        old_r2 = x[k] * x[k] + y[k] * y[k] + z[k] * z[k]
        new_r2 = dx * dx + dy * dy + dz * dz
        old_product, new_product = old_r2 * old_scale, new_r2 * new_scale
        inverse = 1.0 / (old_product * new_product)
        old_inverse, new_inverse = inverse * new_product, inverse * old_product
        old_y, old_w = min(old_r2 * old_r2 * old_inverse, y_cut), max(old_scale * old_scale * old_inverse, w_cut)
        new_y, new_w = min(new_r2 * new_r2 * new_inverse, y_cut), max(new_scale * new_scale * new_inverse, w_cut)
        out[k] = energies[k] * (reduced_energy_of_both(new_y, new_w, kernel) - reduced_energy_of_both(old_y, old_w, kernel))


@numba.njit(cache=True)
def _cost(i, mx, my, mz, size, skip, state, kernel):
    """Change of energy when particle i moves by (mx, my, mz) and takes a size, its pair with particle `skip` left out."""
    count = _gather(i, state)
    changes = state.near[6]
    _gathered_changes(count, mx, my, mz, state.body[i, 3], size, state, kernel, changes)
    if skip >= 0:
        for k in range(count):
            if state.lists[i, k] == skip:
                changes[k] = 0.0
    changes[count : _padded(count)] = 0.0
    # Four sums side by side: one alone would wait for each addition.
    a, b, c, d = 0.0, 0.0, 0.0, 0.0
    for k in range(0, count, 4):
        a += changes[k]
        b += changes[k + 1]
        c += changes[k + 2]
        d += changes[k + 3]
    return (a + b) + (c + d)


@numba.njit(cache=True)
def _settle(i, state):
    """After an accepted move: new references where particle i has used more than its share of the skin, or shrunk until its list is too long."""
    body = state.body
    if used_skin(i, body[i, 0], body[i, 1], body[i, 2], body[i, 3], state) > REST or body[i, 3] < state.reference[i, 3] - 0.3:
        renew(i, body[i, 3], state)


@numba.njit(cache=True)
def _run(state, kernel, dimension, temperature, step, swap_fraction, swap_range, moves, rng, counts):
    """Elementary moves; returns the change of energy and adds to `counts` (tried, accepted displacements; tried, accepted exchanges)."""
    body = state.body
    n = body.shape[0]
    change = 0.0
    for _ in range(moves):
        i = int(rng.random() * n)
        if rng.random() >= swap_fraction:
            counts[0] += 1
            mx, my = step * (2.0 * rng.random() - 1.0), step * (2.0 * rng.random() - 1.0)
            mz = step * (2.0 * rng.random() - 1.0) if dimension == 3 else 0.0
            cost = _cost(i, mx, my, mz, body[i, 3], -1, state, kernel)
            if cost <= 0.0 or rng.random() < np.exp(-cost / temperature):
                body[i, 0] += mx
                body[i, 1] += my
                body[i, 2] += mz
                change += cost
                counts[1] += 1
                _settle(i, state)
            continue
        counts[2] += 1
        j = int(rng.random() * n)
        a, b = body[i, 3], body[j, 3]
        if i == j or abs(a - b) > swap_range:
            continue
        for one, size in ((i, b), (j, a)):
            if used_skin(one, body[one, 0], body[one, 1], body[one, 2], size, state) > TRIAL:
                renew(one, max(a, b), state)
        # The pair (i, j) itself is left out: exchanging the two sizes leaves lambda_ij as it is.
        cost = _cost(i, 0.0, 0.0, 0.0, b, j, state, kernel) + _cost(j, 0.0, 0.0, 0.0, a, i, state, kernel)
        if cost <= 0.0 or rng.random() < np.exp(-cost / temperature):
            body[i, 3], body[j, 3] = b, a
            change += cost
            counts[3] += 1
            _settle(i, state)
            _settle(j, state)
    return change


@numba.njit(cache=True)
def _total_energy(state, kernel):
    total = 0.0
    for i in range(state.body.shape[0]):
        for k in range(_gather(i, state)):
            r2 = state.near[0, k] ** 2 + state.near[1, k] ** 2 + state.near[2, k] ** 2
            u = r2 / (state.near[4, k] * mixed_size(state.body[i, 3], state.near[3, k], state.nonadditivity)) ** 2
            if u < kernel.cutoff2:
                total += state.near[5, k] * reduced_energy(u, kernel)
    return 0.5 * total
