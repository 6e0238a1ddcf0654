"""Runs from one configuration with fresh velocities (003 Fig. 3d): the propensity of every particle (Widmer-Cooper et al., PRL 93, 135701)."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import numpy as np
import pandas as pd

from vitrine.errors import SampleError
from vitrine.preparation.dynamics import Dynamics
from vitrine.preparation.motion import BlowUp, Ramp
from vitrine.preparation.restart import Keeper, Restarts
from vitrine.samples import Sample, Trajectory
from vitrine.statistics.displacements import without_drift

STORED = ("done", "escapes", "squares")


def run_isoconfigurational(
    trajectory: Trajectory,
    softness_particles: pd.DataFrame,
    rng: np.random.Generator,
    dynamics: Mapping,
    restarts: Restarts | None = None,
    runs: int = 100,
    time: float = 960.0,
    nearest: float = 0.9,
) -> dict[str, np.ndarray]:
    """Columns of PROPENSITY: every run starts from the first frame of the recorded run, in its box, with Maxwell velocities at its temperature.

    dynamics: the preparation's, with `engine` resolved; its thermostat is kept, its volume too. restarts: where what was done is stored after every
    run; a run's velocities come from a stream of its own, so that an interruption changes nothing. Raises SampleError where a time step blows up.
    """
    start, softness = trajectory.start, softness_particles["softness"].to_numpy(dtype=float)
    streams = rng.spawn(runs)
    keeper = restarts.keeper(f"{start.index:08d}", lambda sweep: rng, start.index, runs) if restarts else None
    done, escapes, squares = _stored(keeper, start.particles)
    for number in range(done, runs):
        moved = displacements(start, dynamics, time, streams[number])
        escapes += moved > nearest
        squares += moved**2
        logging.getLogger("vitrine").info("sample %d: run %d of %d", start.index, number + 1, runs)
        if keeper:
            keeper.save(dict(zip(STORED, (np.int64(number + 1), escapes, squares), strict=True)), {})
    return {
        "particle": np.arange(start.particles),
        "species": start.types,
        "softness": softness,
        "runs": np.full(start.particles, runs),
        "escapes": escapes,
        "propensity": squares / runs,
    }


def _stored(keeper: Keeper | None, particles: int) -> tuple[int, np.ndarray, np.ndarray]:
    """Runs that were done before an interruption, with their sums."""
    stored = keeper.load() if keeper else None
    if not stored:
        return 0, np.zeros(particles, dtype=np.int64), np.zeros(particles)
    done, escapes, squares = (stored["progress"][name].copy() for name in STORED)
    return int(done), escapes, squares


def displacements(start: Sample, dynamics: Mapping, time: float, rng: np.random.Generator) -> np.ndarray:
    """|r_i(time) - r_i(0)| (N,) of one run at the sample's temperature and volume, the drift of all taken away. SampleError where it blows up."""
    temperature = start.parent_temperature
    try:
        chain = Dynamics(start, Ramp(0, 0, temperature, temperature), {**dynamics, "pressure": None, "steps_per_sweep": 1}, rng)
        first = chain.positions
        chain.advance(max(1, round(time / dynamics["time_step"])))
    except BlowUp as trouble:
        raise SampleError(trouble.flag(dynamics["time_step"])) from trouble
    path = without_drift(np.array([first, chain.positions]), start.masses)
    return np.linalg.norm(path[1] - path[0], axis=1)
