"""What the tests of the physics share: models, prepared samples, and plain re-implementations that use nothing of the library's kernels."""

import itertools
import warnings

import numpy as np
import pytest
import scipy.sparse as sp
from vitrine.errors import InputError
from vitrine.models import GlassFormer, glass_former
from vitrine.models.potential import PairPotential, force_shifted
from vitrine.preparation.minimise import minimise
from vitrine.preparation.swap import SwapMonteCarlo
from vitrine.samples import Sample

POLY = {
    "dimension": 3,
    "density": 0.58,
    "exponent": 10,
    "cutoff": 1.4,
    "smoothness": 3,
    "nonadditivity": 0.1,
    "size_ratio": 2.22,
    "size_exponent": 3,
    "sizes": "quantiles",
    "size_levels": 0,
}
PLANAR = {"dimension": 2, "density": 0.65}
SMALL = {"size_ratio": 1.3, "cutoff": 1.3, "density": 1.3}  # so short a range that 54 particles fill a box of twice the range


def poly(**changes) -> GlassFormer:
    """The published model, or one with other parameters."""
    return glass_former("poly", {**POLY, **changes})


def refusal(name, parameters) -> str:
    """What `glass_former` says to bad parameters: one short sentence."""
    with pytest.raises(InputError) as error:
        glass_former(name, parameters)
    sentence = str(error.value)
    assert "\n" not in sentence and len(sentence) < 300
    return sentence


def binary() -> GlassFormer:
    """A planar mixture of two types with force-shifted Lennard-Jones interactions, in the manner of Kob and Andersen; no sizes of its own."""
    lennard_jones = force_shifted([(4.0, -12.0), (-4.0, -6.0)], 2.5)
    return GlassFormer(
        "binary", {}, lennard_jones, 2, 1.1, lambda n, rng: (np.ones(n), (np.arange(n) % 3 == 0).astype(np.int64)), 1.0,
        scales=np.array([[1.0, 0.8], [0.8, 0.88]]), energies=np.array([[1.0, 1.5], [1.5, 0.5]]),
    )  # fmt: skip


def unit_spheres(density: float = 1.2, ratio: float = 1.4) -> GlassFormer:
    """Harmonic spheres of two sizes and equal stiffness k = 1 (001 App. B): the energies are those that make phi'' = 1 for every pair."""
    potential = PairPotential(((0.5, 0.0), (-1.0, 1.0), (0.5, 2.0)), 1.0)
    scales = np.array([[1.0, (1 + ratio) / 2], [(1 + ratio) / 2, ratio]])
    return GlassFormer(
        "harmonic", {}, potential, 3, density, lambda n, rng: (np.ones(n), np.arange(n) % 2), 1.0, scales=scales, energies=scales**2
    )  # fmt: skip


# Prepared samples are the same on every machine, though each makes its own: the start comes from a generator, no minimisation of overlapping
# particles magnifies its rounding, and neither decisions of Monte Carlo nor a quench from a low energy do (test_minimise.py). So a test may assert of
# such a sample what not all of them show. Molecular dynamics is chaotic, and what it makes differs between machines: see `unless_by_chance`.


def scattered(model: GlassFormer, particles: int, rng: np.random.Generator) -> Sample:
    """Particles on sites of a square or cubic lattice, a tenth of them or more left empty, each moved by up to 0.15 of the spacing."""
    d, (sizes, types) = model.dimension, model.composition(particles, rng)
    side = int(np.ceil((1.1 * particles) ** (1 / d)))
    spacing = model.box_length(particles) / side
    sites = np.array(np.unravel_index(rng.choice(side**d, particles, replace=False), (side,) * d)).T
    return Sample((sites + rng.uniform(-0.15, 0.15, (particles, d))) * spacing, sizes, types, np.eye(d) * spacing * side, model)


def liquid(model: GlassFormer, particles: int, temperature: float, sweeps: int = 300, seed: int = 1, noise: float = 0.0) -> Sample:
    """A liquid after a short run from scattered particles; `noise` disturbs the start by so much of its positions, as rounding would."""
    rng = np.random.default_rng(seed)
    start = scattered(model, particles, rng)
    disturbed = start.positions * (1 + noise * np.random.default_rng(0).uniform(-1, 1, start.positions.shape))
    chain = SwapMonteCarlo(start.moved(disturbed), temperature, rng)
    chain.tune(100, 0.25)
    chain.advance(sweeps)
    return chain.current()


def jittered(model: GlassFormer, side: int, seed: int = 1, jitter: float = 0.15) -> Sample:
    """A square or cubic lattice of side^d particles, each moved by up to `jitter` of the spacing."""
    rng = np.random.default_rng(seed)
    n, d = side**model.dimension, model.dimension
    spacing = model.box_length(n) / side
    positions = np.array(list(itertools.product(range(side), repeat=d)), dtype=float) + rng.uniform(-jitter, jitter, (n, d))
    sizes, types = model.composition(n, rng)
    return Sample(positions * spacing, sizes, types, np.eye(d) * spacing * side, model)


def quenched(model: GlassFormer, particles: int, temperature: float = 0.7, sweeps: int = 300, seed: int = 1, noise: float = 0.0) -> Sample:
    """A glass: the inherent state of a short liquid."""
    end = minimise(liquid(model, particles, temperature, sweeps, seed, noise), "cg", tolerance=1e-11)
    assert end.converged
    return end.sample


def fcc(cells: int, density: float, **changes) -> Sample:
    """A face-centred cubic crystal of one size, 4 cells^3 particles."""
    model = poly(size_ratio=1.0, density=density, **changes)
    corners = np.array(list(itertools.product(range(cells), repeat=3)), dtype=float)
    basis = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
    edge = (4 / density) ** (1 / 3)
    positions = (corners[:, None] + basis[None]).reshape(-1, 3) * edge
    n = len(positions)
    return Sample(positions, np.ones(n), np.zeros(n, dtype=np.int64), np.eye(3) * edge * cells, model)


def strained(sample: Sample, gradient: np.ndarray) -> Sample:
    """The sample after x -> F x, box included, turned so that the box is upper triangular again: a rotation changes no energy."""
    deformed = gradient @ sample.box
    q, r = np.linalg.qr(deformed)
    signs = np.sign(np.diag(r))
    return Sample(sample.positions @ gradient.T @ (q * signs), sample.sizes, sample.types, r * signs[:, None], sample.model)


def pair_law(potential: PairPotential, r, scale, energy):
    """phi, phi' and phi'' summed term by term."""
    x, inside = r / scale, r / scale < potential.cutoff
    phi, slope, curvature = np.zeros_like(x), np.zeros_like(x), np.zeros_like(x)
    for c, p in potential.terms:
        phi += c * x**p
        slope += c * p * x ** (p - 1)
        curvature += c * p * (p - 1) * x ** (p - 2)
    return tuple(np.where(inside, energy * value, 0.0) for value in (phi, slope / scale, curvature / scale**2))


def nearest_images(sample: Sample):
    """Vectors x_j - x_i (N, N, d), the shortest of all images within two boxes on every side."""
    x, d = sample.positions, sample.dimension
    fractional = x @ np.linalg.inv(sample.box).T
    x = (fractional - np.floor(fractional)) @ sample.box.T
    vectors = x[None, :] - x[:, None]
    best, shortest = vectors.copy(), np.full(vectors.shape[:2], np.inf)
    for shift in itertools.product((-2, -1, 0, 1, 2) if np.any(np.triu(sample.box, 1)) else (-1, 0, 1), repeat=d):
        image = vectors + sample.box @ np.array(shift, dtype=float)
        distance = np.einsum("ijk,ijk->ij", image, image)
        nearer = distance < shortest
        best[nearer], shortest[nearer] = image[nearer], distance[nearer]
    return best


def mixed(sample: Sample):
    """lambda_ij and eps_ij of all pairs, (N, N)."""
    s, t, model = sample.sizes, sample.types, sample.model
    scale = model.scales[t[:, None], t[None, :]] * 0.5 * (s[:, None] + s[None, :]) * (1 - model.nonadditivity * np.abs(s[:, None] - s[None, :]))
    return scale, model.energies[t[:, None], t[None, :]]


def all_pairs(sample: Sample):
    """Every interacting pair i < j in the order of (i, j): i, j, vectors, distances, phi, phi', phi''."""
    vectors = nearest_images(sample)
    scale, energy = mixed(sample)
    distance = np.linalg.norm(vectors, axis=2)
    i, j = np.nonzero(np.triu(distance < sample.model.potential.cutoff * scale, 1))
    law = pair_law(sample.model.potential, distance[i, j], scale[i, j], energy[i, j])
    return i, j, vectors[i, j], distance[i, j], *law


def energy(sample: Sample) -> float:
    """U."""
    return float(all_pairs(sample)[4].sum())


def forces(sample: Sample) -> np.ndarray:
    """F (N, d)."""
    i, j, vectors, r, _, slope, _ = all_pairs(sample)
    out = np.zeros_like(sample.positions)
    for a, b, vector, length, pull in zip(i, j, vectors, r, slope, strict=True):
        out[a] += pull * vector / length
        out[b] -= pull * vector / length
    return out


def hessian(sample: Sample, unit: bool = False) -> np.ndarray:
    """H (N d, N d), bond by bond; with `unit` that of unstressed unit springs."""
    d = sample.dimension
    out = np.zeros((sample.particles * d, sample.particles * d))
    for a, b, vector, length, _, slope, curvature in zip(*all_pairs(sample), strict=True):
        k, tension = (1.0, 0.0) if unit else (curvature, slope / length)
        projector = np.outer(vector, vector) / length**2
        block = k * projector + tension * (np.eye(d) - projector)
        for p, q, sign in ((a, a, 1), (b, b, 1), (a, b, -1), (b, a, -1)):
            out[p * d : (p + 1) * d, q * d : (q + 1) * d] += sign * block
    return out


def compatibility(sample: Sample) -> np.ndarray:
    """S (N_b, N d)."""
    i, j, vectors, r, *_ = all_pairs(sample)
    d = sample.dimension
    out = np.zeros((len(i), sample.particles * d))
    for bond, (a, b) in enumerate(zip(i, j, strict=True)):
        out[bond, a * d : (a + 1) * d] = -vectors[bond] / r[bond]
        out[bond, b * d : (b + 1) * d] = vectors[bond] / r[bond]
    return out


def pseudo_inverse(matrix: np.ndarray, zero_modes: int) -> np.ndarray:
    """Inverse on the complement of the `zero_modes` softest eigenvectors."""
    values, vectors = np.linalg.eigh(matrix)
    order = np.argsort(np.abs(values))[zero_modes:]
    return (vectors[:, order] / values[order]) @ vectors[:, order].T


def block_error(series: np.ndarray, blocks: int = 32) -> float:
    """Standard error of the mean of a correlated series, from the scatter of block means; of `blocks` and half as many the larger one."""
    return max(_scatter(series, count) for count in (blocks, blocks // 2))


def _scatter(series, blocks):
    length = len(series) // blocks
    means = np.asarray(series)[: length * blocks].reshape(blocks, length).mean(axis=1)
    return float(means.std(ddof=1) / np.sqrt(blocks))


def jackknife(estimate, *series: np.ndarray, blocks: int = 32) -> tuple[float, float]:
    """estimate(means of the series) and its standard error, by leaving out one of `blocks` blocks at a time."""
    length = len(series[0]) // blocks
    means = [np.asarray(one)[: length * blocks].reshape(blocks, length, *one.shape[1:]).mean(axis=1) for one in series]
    left = np.array([estimate(*((one.sum(axis=0) - one[k]) / (blocks - 1) for one in means)) for k in range(blocks)])
    return float(estimate(*(one.mean(axis=0) for one in means))), float(np.sqrt((blocks - 1) * np.mean((left - left.mean()) ** 2)))


def unless_by_chance(trial) -> None:
    """Run `trial(seed, length)`, which asserts what a right program fails by chance once in some thousands of trials; what fails is to fail again.

    The second trial is independent, of another seed, and four times as long: what is wrong stands out twice as far there. Chance fails both once in
    ten million times. Dynamics needs this: it is chaotic, and every kind of processor makes another trial of the same seed.
    """
    try:
        trial(1, 1)
    except AssertionError as first:
        warnings.warn(f"a trial failed, chance or not: four times as long a one decides; {str(first)[:300]}", stacklevel=2)
        trial(2, 4)


def saddle(bonds, dimension, depth=1.0) -> sp.csc_array:
    """The Hessian with its softest mode turned over: exactly one negative eigenvalue."""
    values, vectors = np.linalg.eigh(bonds.hessian.toarray())
    soft = vectors[:, dimension]
    return sp.csc_array(bonds.hessian.toarray() - (1 + depth) * values[dimension] * np.outer(soft, soft))


def with_rattler(matrix, dimension, place) -> sp.csc_array:
    """The matrix with one more particle, that touches nothing."""
    blank = sp.csc_array((dimension, dimension))
    n = matrix.shape[0] // dimension
    order = {"first": [blank, matrix], "last": [matrix, blank]}[place]
    assert n > 1
    return sp.csc_array(sp.block_diag(order, format="csc"))
