r"""Hamiltonian Monte Carlo with exchanges of sizes: swap Monte Carlo whose displacements move all particles at once.

A trial is a trajectory (Duane, Kennedy, Pendleton, Roweth, Phys. Lett. B 195, 216): velocities are drawn at T without a drift of the centre, the
particles follow Newton's equations for a time t, and the end is accepted with probability

    min(1, exp(-dH/k_B T)),    H = U + sum_i v_i^2/2,

else all go back. It is made of drifts x += a h v and kicks v += b h F(x): each keeps the volume of phase space, and their sequence, which is the same
read backwards, undoes itself when all velocities are turned round. So p(v) exp(-U(x)/T) is as likely to go from start to end as back, and the
canonical distribution is kept exactly, whatever the step h is. Velocities are drawn anew each time, and h by a tenth about its value, so that no
vibration returns to its start every time. Trial exchanges of two sizes follow each trajectory, by the rules of `swap.py`.

The canonical distribution is that of swap Monte Carlo; only the way through it differs. A trajectory is counted as TRAJECTORY sweeps.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from vitrine.compile_cache import njit
from vitrine.preparation.exchanges import exchange_sizes
from vitrine.preparation.neighbourhood import Neighbourhood, follow, neighbourhood
from vitrine.preparation.stream import normal, stream_of, uniform
from vitrine.preparation.swap import SwapMonteCarlo
from vitrine.preparation.trajectories import KICKS, follow_forces
from vitrine.samples.sample import Sample

TRAJECTORY = 10  # sweeps that a trajectory with its exchanges is counted as
REST = TRIAL = 0.9  # of the skin of the neighbour lists [lambda_min]; near the fastest at every temperature
FIRST_STEP = 0.02  # time for each evaluation of the forces [lambda_min sqrt(m/epsilon)]
GAIN, SLOWER = 0.3, 5  # of the tuning: how ln step follows one trajectory at first, and after how many trajectories by less


@dataclass
class HamiltonianMonteCarlo(SwapMonteCarlo):
    """A chain of Hamiltonian Monte Carlo with exchanges of sizes.

    As SwapMonteCarlo, but `step` is the time for each evaluation of the forces, trajectory_time that of a trajectory [lambda_min sqrt(m/epsilon)];
    exchanges: trial exchanges for each particle after a trajectory. Raises ValueError for models without sizes to exchange or of several types.
    """

    step: float = FIRST_STEP
    trajectory_time: float = 0.3
    exchanges: float = 8.0
    largest_step: ClassVar[float] = 0.2

    def __post_init__(self) -> None:
        super().__post_init__()
        model = self.sample.model
        if not model.polydisperse or len(model.scales) > 1:
            raise ValueError(f"Hamiltonian Monte Carlo needs particles of one type and of many sizes, those of {model.name} are not")
        self._judged = np.zeros(2)

    def _lists(self, sample: Sample) -> Neighbourhood:
        return neighbourhood(sample, REST, TRIAL)

    def advance(self, sweeps: int) -> np.ndarray:
        """Run `sweeps` sweeps, a multiple of TRAJECTORY; return trajectories, accepted ones, trial exchanges, accepted ones."""
        if sweeps % TRAJECTORY:
            raise ValueError(f"{sweeps} sweeps are asked for, which is no multiple of {TRAJECTORY}, of one trajectory")
        counts = np.zeros(4, dtype=np.int64)
        step = len(KICKS) * self.step
        with stream_of(self.rng) as stream:
            _run(
                self._state, self._kernel, self._energies, self._repulsive, self.temperature, self.sample.dimension, step,
                max(1, round(self.trajectory_time / step)), self.swap_range, round(self.exchanges * self.sample.particles),
                sweeps // TRAJECTORY, stream, counts, self._judged,
            )  # fmt: skip
        return counts

    def tune(self, sweeps: int, target: float) -> None:
        """Run `sweeps` sweeps and bring the mean probability of acceptance to `target`.

        ln step follows the probability of each trajectory less the target, with a gain that falls (Robbins and Monro, Ann. Math. Stat. 22, 400). What
        is kept is its mean over the second half, for that of one moment is known to the scatter of a few trajectories only.
        """
        turns, steps = max(2, sweeps // TRAJECTORY), []
        for turn in range(turns):
            self._judged[:] = 0.0
            self.advance(TRAJECTORY)
            gain = GAIN / np.sqrt(1 + turn / SLOWER)
            self.step = float(np.clip(self.step * np.exp(gain * (self._judged[1] - target)), 1e-4, self.largest_step))
            steps.append(self.step)
        self.step = float(np.exp(np.mean(np.log(steps[turns // 2 :]))))

    @property
    def description(self) -> dict:
        """The engine, for provenance."""
        return {"engine": "builtin Hamiltonian Monte Carlo", "trajectory_time": self.trajectory_time, "exchanges": self.exchanges}


@njit
def _draw_velocities(temperature, dimension, stream, v):
    """Velocities v (N, 3) of a temperature, their mean taken out; returns their kinetic energy."""
    kinetic = 0.0
    for axis in range(dimension):
        mean = 0.0
        for i in range(v.shape[0]):
            v[i, axis] = math.sqrt(temperature) * normal(stream)
            mean += v[i, axis] / v.shape[0]
        for i in range(v.shape[0]):
            v[i, axis] -= mean
            kinetic += 0.5 * v[i, axis] ** 2
    return kinetic


@njit
def _run(
    state, kernel, energy_of, repulsive, temperature, dimension, step, steps, swap_range, trials, trajectories, stream, counts, judged
):  # fmt: skip
    """Trajectories of `steps` steps, each followed by `trials` trial exchanges; adds to `counts`, and to `judged` (trajectories, their sum of
    probabilities)."""
    n = state.body.shape[0]
    v, moved, before = np.zeros((n, 3)), np.empty(n), np.empty((n, 3))
    for _ in range(trajectories):
        before[:] = state.body[:, :3]
        cost = -0.5 * energy_of.sum() - _draw_velocities(temperature, dimension, stream, v)
        sound = follow_forces(state, kernel, v, step * (0.9 + 0.2 * uniform(stream)), steps, moved)
        cost += 0.5 * moved.sum() + 0.5 * np.sum(v * v)
        probability = math.exp(-max(cost, 0.0) / temperature) if sound and np.isfinite(cost) else 0.0
        judged[0] += 1.0
        judged[1] += probability
        counts[0] += 1
        if uniform(stream) < probability:
            counts[1] += 1
            energy_of[:] = moved
        else:
            follow(before, state)
        exchange_sizes(state, kernel, energy_of, repulsive, temperature, swap_range, trials, stream, counts)
