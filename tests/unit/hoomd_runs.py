"""What the tests of HOOMD-blue share: small samples of several glass formers, pair forces summed naively, velocity Verlet in plain numpy."""

from functools import cache

import numpy as np
from naive import PLANAR, SMALL, binary, poly
from vitrine.models import glass_former
from vitrine.preparation.hoomd_forces import table_of
from vitrine.preparation.start import random_start
from vitrine.samples import Sample

KOB_ANDERSEN = {"dimension": 3, "density": 1.2, "small_fraction": 0.2, "cutoff": 2.5, "cutoff_of": "AA"}
MORSE = {
    "dimension": 3, "density": 1.1, "fractions": {"A": 0.6, "B": 0.4}, "formula": "D*(exp(-2*a*(r - r0)) - 2*exp(-a*(r - r0)))", "cutoff": 2.2,
    "constants": {"D": {"AA": 1.0, "AB": 1.5, "BB": 0.5}, "a": 6.0, "r0": {"AA": 1.12, "AB": 0.9, "BB": 1.0}},
}  # fmt: skip
STARTS = {
    "poly": lambda: (poly(**SMALL, size_levels=8), 125),
    "planar_poly": lambda: (poly(**PLANAR, size_levels=8), 64),
    "binary": lambda: (binary(), 100),
    "kob_andersen": lambda: (glass_former("kob_andersen", KOB_ANDERSEN), 216),
    "morse": lambda: (glass_former("pair", MORSE), 200),
}
TABULATED, EXACT = ("poly", "planar_poly", "morse"), ("binary", "kob_andersen")


@cache
def start(name: str) -> Sample:
    """A random start, relaxed until nothing overflows."""
    model, particles = STARTS[name]()
    return random_start(model, particles, np.random.default_rng(7))


def shaken(name: str) -> Sample:
    """The start with every particle moved by some hundredths of its size, so that forces are large."""
    sample = start(name)
    return sample.moved(sample.positions + 0.05 * np.random.default_rng(8).standard_normal(sample.positions.shape))


def pairs(sample: Sample):
    """All pairs i < j: i, j, vectors, distances, lambda_ij and eps_ij."""
    model, sizes, types = sample.model, sample.sizes, sample.types
    i, j = np.triu_indices(sample.particles, 1)
    edges = np.diag(sample.box)
    vectors = sample.positions[j] - sample.positions[i]
    vectors -= np.rint(vectors / edges) * edges
    scale = model.scales[types[i], types[j]] * 0.5 * (sizes[i] + sizes[j]) * (1 - model.nonadditivity * np.abs(sizes[i] - sizes[j]))
    return i, j, vectors, np.linalg.norm(vectors, axis=1), scale, model.energies[types[i], types[j]]


def reduced_force(potential, x, tabulated):
    """-phi'(x) in units of eps/lambda, as a sum of powers, or read from the table as HOOMD-blue's manual says that it does."""
    if not tabulated:
        inside = x < potential.cutoff
        if not hasattr(potential, "terms"):  # a formula
            return -potential.derivatives(x, np.ones_like(x), np.ones_like(x))[1]
        return np.where(inside, -sum(c * p * x ** (p - 1) for c, p in potential.terms), 0.0)
    table = table_of(potential)
    points = np.linspace(table.start, potential.cutoff, len(table.force) + 1)
    return np.interp(x, points, np.append(table.force, 0.0), left=0.0, right=0.0)


def pair_forces(sample: Sample, tabulated: bool):
    """i, j, vectors and distances of all pairs, their forces -phi'(r), and eps/lambda."""
    i, j, vectors, distances, scale, energy = pairs(sample)
    force = np.zeros(len(i))
    for a, b in np.ndindex(sample.model.scales.shape):
        of = (sample.types[i] == a) & (sample.types[j] == b)
        force[of] = energy[of] / scale[of] * reduced_force(sample.model.potential_of(a, b), distances[of] / scale[of], tabulated)
    return i, j, vectors, distances, force, energy / scale


def net_forces(sample: Sample, tabulated: bool, listed=None):
    """F (N, d), from all pairs or from those marked in `listed`."""
    i, j, vectors, distances, force, _ = pair_forces(sample, tabulated)
    push = vectors * (force / distances)[:, None]
    if listed is not None:
        push[~listed] = 0.0
    out = np.zeros_like(sample.positions)
    np.add.at(out, j, push)
    np.add.at(out, i, -push)
    return out


def verlet(sample: Sample, velocities, time_step: float, steps: int, tabulated: bool, exchanges=None, fault: str = ""):
    """Velocity Verlet: unfolded positions and velocities after `steps`, with new sizes at the steps of `exchanges`.

    fault: `kick`, the first half kick after an exchange is by forces of the old sizes; `list`, pairs out of range at an exchange stay unseen.
    """
    listed = None
    force = net_forces(sample, tabulated)
    velocities = velocities.copy()
    for step in range(steps):
        if exchanges and step in exchanges:
            if fault == "list":
                _, _, _, distances, scale, _ = pairs(sample)
                listed = distances < scale * sample.model.potential.cutoff
            sample = sample.moved(sample.positions, sizes=exchanges[step])
            if fault != "kick":
                force = net_forces(sample, tabulated, listed)
        velocities += 0.5 * time_step * force
        sample = sample.moved(sample.positions + time_step * velocities)
        force = net_forces(sample, tabulated, listed)
        velocities += 0.5 * time_step * force
    return sample.positions, velocities


def shuffled(sample: Sample, rng: np.random.Generator) -> np.ndarray:
    """The sizes, those of each type among themselves rearranged at random."""
    sizes = sample.sizes.copy()
    for kind in np.unique(sample.types):
        of = np.flatnonzero(sample.types == kind)
        sizes[of] = rng.permutation(sizes[of])
    return sizes
