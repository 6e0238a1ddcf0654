"""A short run of the planar glass at constant energy, with its sums: what observables of dynamics take."""

import dataclasses

import numpy as np
from vitrine.preparation.record import record_trajectory
from vitrine.samples import Sample, Trajectory

DYNAMICS = {"engine": "builtin", "device": "cpu", "time_step": 0.005, "steps_per_sweep": 25, "exchanges_per_particle": 1.0} | {
    "thermostat": "bussi", "thermostat_time": 0.5, "pressure": None, "barostat_time": 5.0, "halvings": 2,
}  # fmt: skip
RUN = {"frames": 60, "interval": 1.0, "settle": 5.0, "ensemble": "nve", "sampling": 0.05, "highest": 1.2, "resolution": 0.25}


def recorded_run(glass: Sample, temperature: float = 0.05) -> Trajectory:
    """60 frames, 1 apart, and the sums of 1200 velocities."""
    start = dataclasses.replace(glass, index=3, parent_temperature=temperature)
    return record_trajectory(start, temperature, DYNAMICS, RUN, np.random.default_rng(1))
