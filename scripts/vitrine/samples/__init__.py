"""Samples: the type, and files of them."""

from vitrine.samples.fields import read_fields, read_fields_provenance, write_fields
from vitrine.samples.sample import Sample
from vitrine.samples.store import batch_samples, read_samples, write_samples
from vitrine.samples.trajectories import (
    Trajectory,
    read_trajectories,
    read_trajectories_provenance,
    velocity_sums,
    write_states,
    write_trajectories,
)

__all__ = [
    "Sample",
    "Trajectory",
    "batch_samples",
    "read_fields",
    "read_fields_provenance",
    "read_samples",
    "read_trajectories",
    "read_trajectories_provenance",
    "velocity_sums",
    "write_fields",
    "write_samples",
    "write_states",
    "write_trajectories",
]
