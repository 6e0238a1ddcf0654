"""Record the dynamics of a liquid at its temperature: frames at equal intervals of time, for observables that take trajectories."""

from __future__ import annotations

import logging
from collections.abc import Mapping

import numpy as np

from vitrine.errors import SampleError
from vitrine.preparation.dynamics import Dynamics
from vitrine.preparation.motion import BlowUp, Ramp
from vitrine.samples import Sample, Trajectory


def record_trajectory(liquid: Sample, temperature: float, dynamics: Mapping, settings: Mapping, rng: np.random.Generator) -> Trajectory:
    """Run a liquid on with thermostatted dynamics and keep `frames` frames, `interval` apart, after it has settled for a time `settle`.

    dynamics: the config's preparation.dynamics, with `engine` resolved; settings: its section trajectories. A liquid with a flag is not run; a time
    step that blows up flags the sample, as does what its engine cannot run.
    """
    if liquid.flag or liquid.particles == 0:
        return Trajectory.missing(liquid.index, liquid.flag)
    every = max(1, round(settings["interval"] / dynamics["time_step"]))
    frames = []
    try:
        chain = Dynamics(liquid, Ramp(0, 0, temperature, temperature), {**dynamics, "steps_per_sweep": 1}, rng)
        chain.advance(max(1, round(settings["settle"] / dynamics["time_step"])))
        for _ in range(settings["frames"]):
            frames.append(chain.motion)
            chain.advance(every)
    except BlowUp as trouble:
        flag = f"blew up at step {trouble.step} with time step {dynamics['time_step']:g}"
        logging.getLogger("vitrine").warning("sample %d: %s", liquid.index, flag)
        return Trajectory.missing(liquid.index, flag)
    except SampleError as trouble:
        return Trajectory.missing(liquid.index, str(trouble))
    first = frames[0].step
    return Trajectory(
        liquid.index,
        np.array([(motion.step - first) * dynamics["time_step"] for motion in frames]),
        np.array([motion.unfolded for motion in frames]),
        np.array([motion.velocities for motion in frames]),
        np.array([motion.box for motion in frames]),
        liquid.moved(frames[0].unfolded, box=frames[0].box, sizes=frames[0].sizes),
    )
