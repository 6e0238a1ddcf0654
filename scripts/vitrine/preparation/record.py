"""Record the dynamics of a liquid or glass at its temperature: frames at equal intervals of time, for observables that take trajectories.

Between two frames the velocities can be looked at much more often, for spectra: they go into running Fourier sums and are not stored.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

import numpy as np

from vitrine.errors import SampleError
from vitrine.preparation.dynamics import Dynamics
from vitrine.preparation.motion import BlowUp, Motion, Ramp
from vitrine.samples import Sample, Trajectory
from vitrine.samples.velocities import RunningSums, VelocitySums

# What of the dynamics of the preparation a run at its temperature keeps: all, the thermostat alone, or neither.
ENSEMBLES: dict[str, dict] = {"as_prepared": {}, "nvt": {"pressure": None}, "nve": {"pressure": None, "thermostat": "none"}}


def record_trajectory(liquid: Sample, temperature: float, dynamics: Mapping, settings: Mapping, rng: np.random.Generator) -> Trajectory:
    """Run a liquid on with dynamics and keep `frames` frames, `interval` apart, after it has settled for a time `settle`.

    dynamics: the config's preparation.dynamics, with `engine` resolved; settings: its section trajectories. A liquid with a flag is not run; a time
    step that blows up flags the sample, as does what its engine cannot run, and a run that is too short for its spectra.
    """
    if liquid.flag or liquid.particles == 0:
        return Trajectory.missing(liquid.index, liquid.flag)
    step = dynamics["time_step"]
    try:
        chain = running(liquid, temperature, dynamics, settings, rng)
        frames, sums = _frames(chain, step, settings)
    except BlowUp as trouble:
        flag = trouble.flag(step)
        logging.getLogger("vitrine").warning("sample %d: %s", liquid.index, flag)
        return Trajectory.missing(liquid.index, flag)
    except SampleError as trouble:
        return Trajectory.missing(liquid.index, str(trouble))
    first = frames[0].step
    return Trajectory(
        liquid.index,
        np.array([(motion.step - first) * step for motion in frames]),
        np.array([motion.unfolded for motion in frames]),
        np.array([motion.velocities for motion in frames]),
        np.array([motion.box for motion in frames]),
        liquid.moved(frames[0].unfolded, box=frames[0].box, sizes=frames[0].sizes),
        sums=sums,
    )


def running(liquid: Sample, temperature: float, dynamics: Mapping, settings: Mapping, rng: np.random.Generator) -> Dynamics:
    """A chain at a temperature, with velocities drawn by `rng`, settled under its thermostat; then of the ensemble of the settings.

    In `nvt` and `nve` the box stays that of the liquid. Raises BlowUp and SampleError.
    """
    kept = ENSEMBLES[settings.get("ensemble", "as_prepared")]
    ramp = Ramp(0, 0, temperature, temperature)
    settled = {**dynamics, "steps_per_sweep": 1} | {name: value for name, value in kept.items() if name != "thermostat"}
    chain = Dynamics(liquid, ramp, settled, rng)
    chain.advance(max(1, round(settings["settle"] / dynamics["time_step"])))
    if "thermostat" in kept:
        state = chain.state()
        chain = Dynamics(liquid, ramp, settled | kept, rng)
        chain.take_up(state, rng)
    return chain


def _frames(chain: Dynamics, step: float, settings: Mapping) -> tuple[list[Motion], VelocitySums | None]:
    """The frames of the run, and the sums of the velocities in between where the settings ask for them."""
    every = max(1, round(settings["interval"] / step))
    frames: list[Motion] = []
    often, sums = every, None
    if settings.get("sampling"):
        often = max(1, round(settings["sampling"] / step))
        looks = settings["frames"] * (every // often)
        sums = RunningSums(looks, often * step, *chain.velocities.shape, settings["highest"], settings["resolution"])
    for _ in range(settings["frames"]):
        frames.append(chain.motion)
        for _ in range(every // often):
            if sums:
                sums.add(chain.velocities)
            chain.advance(often)
    return frames, sums.sums() if sums else None
