"""What the tests of the built-in integrator share: samples, baths, and a plain velocity Verlet that uses nothing of the library's loops."""

from dataclasses import replace
from functools import cache

import numpy as np
from naive import PLANAR, SMALL, jittered, liquid, poly, unit_spheres
from vitrine.interactions import Interactions
from vitrine.models import glass_former
from vitrine.preparation.builtin_dynamics import BuiltinIntegrator
from vitrine.preparation.motion import Bath, Ramp, thermal_motion
from vitrine.samples import Sample

TEMPERATURE = 0.6
ISOLATED = Bath("none", 1.0)
BATHS = {
    "none": ISOLATED, "bussi": Bath("bussi", 0.1), "langevin": Bath("langevin", 0.1), "mttk": Bath("mttk", 0.2),
    "bussi NPT": Bath("bussi", 0.1, 12.0, 0.5), "langevin NPT": Bath("langevin", 0.5, 12.0, 0.5), "mttk NPT": Bath("mttk", 0.2, 12.0, 0.5),
}  # fmt: skip


@cache
def liquids():
    """`tight` lives in a box hardly wider than twice the range, `binary` has two types and a potential for each pair of them."""
    mixture = {"dimension": 2, "density": 1.1, "small_fraction": 0.35, "cutoff": 2.5, "cutoff_of": "AA"}
    return {
        "planar": liquid(poly(**PLANAR), 64, TEMPERATURE),
        "spatial": liquid(poly(), 160, TEMPERATURE),
        "tight": liquid(poly(**SMALL), 54, 2 * TEMPERATURE),
        "binary": jittered(glass_former("kob_andersen", mixture), 8, jitter=0.05),
    }


def gas(particles, volume, dimension=2, seed=1):
    """Particles that do not feel one another, at random places."""
    model = replace(unit_spheres(), dimension=dimension, density=particles / volume, scales=np.full((2, 2), 1e-3), energies=np.zeros((2, 2)))
    edge = volume ** (1 / dimension)
    positions = np.random.default_rng(seed).uniform(0, edge, (particles, dimension))
    return Sample(positions, np.ones(particles), np.zeros(particles, dtype=np.int64), np.eye(dimension) * edge, model)


def engine(sample, bath=ISOLATED, time_step=0.005, temperature=TEMPERATURE, stream=1, motion=None, ramp=None):
    motion = thermal_motion(sample, temperature, np.random.default_rng(4 + stream)) if motion is None else motion
    return BuiltinIntegrator(sample, motion, ramp or Ramp(0, 0, temperature, temperature), bath, time_step, stream)


def present(sample, moving):
    """The sample as it is now."""
    motion = moving.motion
    return replace(sample, positions=motion.positions, sizes=motion.sizes, box=motion.box)


def energy(sample, moving):
    return Interactions.of(present(sample, moving)).energy + 0.5 * np.sum(moving.motion.velocities**2)


def naive_forces(sample, x, sizes):
    """Every pair compared, each with its nearest image."""
    i, j = np.triu_indices(len(x), 1)
    vectors = x[j] - x[i]
    vectors -= np.rint(vectors / np.diag(sample.box)) * np.diag(sample.box)
    r = np.linalg.norm(vectors, axis=1)
    pull = (sample.model.derivatives(r, i, j, sizes, sample.types)[1] / r)[:, None] * vectors
    out = np.zeros_like(x)
    np.add.at(out, i, pull)
    np.add.at(out, j, -pull)
    return out


def naive_verlet(sample, x, v, sizes, time_step, steps):
    """Velocity Verlet of unfolded positions."""
    x, v, force = x.copy(), v.copy(), naive_forces(sample, x, sizes)
    for _ in range(steps):
        v += 0.5 * time_step * force
        x += time_step * v
        force = naive_forces(sample, x, sizes)
        v += 0.5 * time_step * force
    return x, v
