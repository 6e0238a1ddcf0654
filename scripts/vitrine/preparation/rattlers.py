"""Rattlers: particles that the contact network does not hold, found and taken out of a glass of touching spheres (001 App. B; 004 sec. IV D)."""

from __future__ import annotations

import numpy as np

from vitrine.interactions import Interactions
from vitrine.samples import Sample


def rattlers(bonds: Interactions) -> np.ndarray:
    """Which particles (N,) have fewer than d + 1 contacts, not counting contacts with such particles: repeated until none is found."""
    particles, least = bonds.sample.particles, bonds.sample.dimension + 1
    loose = np.zeros(particles, dtype=bool)
    while True:
        holding = ~loose[bonds.i] & ~loose[bonds.j]
        contacts = np.bincount(np.concatenate([bonds.i[holding], bonds.j[holding]]), minlength=particles)
        found = ~loose & (contacts < least)
        if not found.any():
            return loose
        loose |= found


def without(sample: Sample, loose: np.ndarray) -> Sample:
    """The sample without the particles `loose` (N,)."""
    kept = ~loose
    masses = None if sample.masses is None else sample.masses[kept]
    return sample.moved(sample.positions[kept], sizes=sample.sizes[kept], types=sample.types[kept], masses=masses)
