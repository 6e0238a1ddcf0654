"""Spectra of velocities: those of a long run of a large glass, and what the running sums add to its time steps.

python -m benchmarks.velocities PARTICLES FRAMES prints JSON: it is a process of its own, whose peak memory is told.
"""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
from vitrine.models import glass_former
from vitrine.preparation.builtin_dynamics import BuiltinIntegrator
from vitrine.preparation.motion import Bath, Ramp, thermal_motion
from vitrine.preparation.start import random_start
from vitrine.samples.velocities import RunningSums
from vitrine.statistics.neighbourhoods import groups

from benchmarks.memory import peak_bytes
from benchmarks.timing import seconds

PARTICLES, FRAMES, STEP = 4000, 20_000, 0.05  # of the run: 1000 units of time
HIGHEST, RESOLUTION = 0.6, 0.25
STEPS_BETWEEN = 25  # time steps of 0.002 between two looks at the velocities
TIMED = 200  # time steps that are timed
KOB_ANDERSEN = {"dimension": 3, "density": 1.2, "small_fraction": 0.2, "cutoff": 2.5, "cutoff_of": "AA"}


def velocity_rows(particles: int = PARTICLES, frames: int = FRAMES) -> list[tuple]:
    """Time and memory of the spectra of a run, with means over species, and the share of the sums in the time of its steps."""
    asked = [sys.executable, "-m", "benchmarks.velocities", str(particles), str(frames)]
    taken, gigabytes = json.loads(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)
    name = f"spectra of N = {particles} x {frames} velocities"
    return [
        (name, taken, "60 s", 60.0),
        (f"peak memory with the {name}", gigabytes, "1 GB", 1.0, "GB"),
        (f"running sums of {STEPS_BETWEEN} time steps, N = {particles}", taken / frames, "the time steps", STEPS_BETWEEN * time_step(particles)),
    ]


def spectra(particles: int, frames: int) -> None:
    """Sums of a run of noise, and the mean spectra of all particles and of two species."""
    velocities, types = np.random.default_rng(1).standard_normal((16, particles, 3)), np.arange(particles) % 5 // 4
    sums = RunningSums(frames, STEP, particles, 3, HIGHEST, RESOLUTION)
    for number in range(frames):
        sums.add(velocities[number % 16])
    found = sums.sums()
    for part in (found.low_spectra(), found.whole_spectra()):
        for _, members in groups(types):
            part[:, members].mean(axis=1)


def time_step(particles: int) -> float:
    """Seconds of one time step of the builtin engine, Kob-Andersen at T = 0.26."""
    start = random_start(glass_former("kob_andersen", KOB_ANDERSEN), particles, np.random.default_rng(2))
    motion = thermal_motion(start, 0.26, np.random.default_rng(3))
    engine = BuiltinIntegrator(start, motion, Ramp(0, 0, 0.26, 0.26), Bath("none", 1.0), 0.002, 1)
    engine.run(TIMED)
    return seconds(lambda: engine.run(TIMED)) / TIMED


if __name__ == "__main__":
    numbers = tuple(map(int, sys.argv[1:3]))
    print(json.dumps([seconds(lambda: spectra(*numbers)), peak_bytes() / 1e9]))
