"""Tension of every particle of a glass, and its mean over a trajectory (003 Fig. 4: 100 configurations, 0.02 apart)."""

from __future__ import annotations

import numpy as np

from vitrine.errors import InputError, SampleError
from vitrine.interactions import Interactions
from vitrine.interactions.stress import atomic_stresses, shear_stress, tension
from vitrine.observables.named_numbers import named_numbers
from vitrine.samples import Sample, Trajectory
from vitrine.statistics.correlation import pearson

AT_REST = 1e-2  # largest net force over the rms pair force; positions in single precision leave less than a hundredth of it


def measure_atomic_stress(sample: Sample, thermal: bool = False, against: str | None = None, **given: object) -> dict[str, dict[str, np.ndarray]]:
    """The table ATOMIC_STRESS, one row for each state and species, and the field: `tension`, `shear` (N,), and where asked `thermal`, `against`.

    Stresses in epsilon/lambda_min^d, positive in tension. given: `trajectories`, the sample's, where `thermal`; and the field or table that `against`
    names. Raises InputError where one of them is missing or does not fit, SampleError where the sample is not at rest or the trajectory has no frame.
    """
    numbers, bonds = named_numbers(against, given, sample.particles), Interactions.of(sample)
    if bonds.residual > AT_REST:
        raise SampleError(f"not a minimum: its largest net force is {bonds.residual:.1g} of the rms pair force")
    stresses = atomic_stresses(bonds)
    field = {"tension": tension(stresses), "shear": shear_stress(stresses)}
    rows = _rows("inherent", sample.types, field["tension"], field["shear"], np.zeros(sample.particles), numbers)
    if thermal:
        if not isinstance(given.get("trajectories"), Trajectory):
            raise InputError("thermal is true: measure_atomic_stress then needs the trajectory of the sample, as `trajectories`")
        mean, kinetic = time_averages(sample, given["trajectories"])
        field["thermal"] = tension(mean)
        rows += _rows("thermal", sample.types, field["thermal"], shear_stress(mean), kinetic, numbers)
    if numbers is not None:
        field["against"] = numbers
    table = {name: np.array([row[name] for row in rows], dtype=object if name == "state" else None) for name in rows[0]}
    return {"atomic_stress": table, "atomic_stress_field": field}


def time_averages(sample: Sample, trajectory: Trajectory) -> tuple[np.ndarray, np.ndarray]:
    """Mean virial stress (N, d, d) over the frames of a trajectory, and mean kinetic part -(N/V) m v^2/d (N,)."""
    if trajectory.start is None or not len(trajectory.times):
        raise SampleError("its trajectory has no frame")
    start = trajectory.start
    masses = np.ones(start.particles) if start.masses is None else start.masses
    stresses, kinetic = np.zeros((start.particles, start.dimension, start.dimension)), np.zeros(start.particles)
    for positions, velocities, box in zip(trajectory.positions, trajectory.velocities, trajectory.boxes, strict=True):
        now = start.moved(positions, box=box, model=sample.model)
        stresses += atomic_stresses(Interactions.of(now))
        kinetic -= masses * np.sum(velocities**2, axis=1) * (now.particles / now.volume / now.dimension)
    return stresses / len(trajectory.times), kinetic / len(trajectory.times)


def _rows(state: str, types: np.ndarray, tensions: np.ndarray, shears: np.ndarray, kinetic: np.ndarray, numbers: np.ndarray | None) -> list[dict]:
    """A row for each species that is there."""
    rows = []
    for kind in np.unique(types):
        of = types == kind
        rows.append(
            {
                "state": state,
                "species": kind,
                "particles_of": of.sum(),
                "mean": tensions[of].mean(),
                "deviation": tensions[of].std(),
                "shear": shears[of].mean(),
                "kinetic": kinetic[of].mean(),
                "correlation": np.nan if numbers is None else pearson(tensions[of], numbers[of]),
            }
        )
    return rows
