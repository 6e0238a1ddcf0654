"""Random starts: uniform positions, relaxed until nothing overflows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vitrine.models import GlassFormer
from vitrine.preparation.minimise import minimise
from vitrine.samples.sample import Sample


def random_start(model: GlassFormer, particles: int, rng: np.random.Generator) -> Sample:
    """A cubic (square) box of N particles at the model's density, of uniformly random positions.

    Overlaps are pushed apart with harmonic repulsions first, finite at any distance, and then with a few steps of the model's own potential.
    """
    sizes, types = model.composition(particles, rng)
    length = model.box_length(particles)
    box = np.eye(model.dimension) * length
    masses = None if model.masses is None else model.masses[types]
    sample = Sample(rng.random((particles, model.dimension)) * length, sizes, types, box, model, masses=masses).checked()
    pushed = minimise(replace(sample, model=model.softened()), "cg", tolerance=1e-3, maximum_iterations=500).sample
    return minimise(replace(pushed, model=model), "cg", tolerance=1e-2, maximum_iterations=200).sample
