"""Energy, forces, Hessian, compatibility matrix and pressure of a sample, against plain loops and against finite differences."""

import naive
import numpy as np
import pytest
from naive import PLANAR, SMALL, binary, jittered, liquid, poly, strained, unit_spheres
from vitrine.interactions import Interactions
from vitrine.interactions.forces import listed_pairs, pair_energy_and_virial, pair_forces, system
from vitrine.interactions.neighbours import padded

SHEAR = np.array([[1.0, 0.2, -0.15], [0.0, 1.0, 0.1], [0.0, 0.0, 1.0]])


def tilted(sample):
    """The sample in a sheared box, with particles taken some boxes away."""
    d = sample.dimension
    sheared = strained(sample, SHEAR[:d, :d])
    away = np.random.default_rng(5).integers(-3, 4, sheared.positions.shape)
    return sheared.moved(sheared.positions + away @ sheared.box.T)


SAMPLES = {
    "published": lambda: liquid(poly(), 200, 1.0),
    "short_range": lambda: liquid(poly(**SMALL), 60, 1.0),
    "short_range_tilted": lambda: tilted(liquid(poly(**{**SMALL, "density": 1.2}), 100, 1.0)),
    "planar": lambda: liquid(poly(**PLANAR), 64, 1.0),
    "planar_tilted": lambda: tilted(liquid(poly(**PLANAR), 80, 1.0)),
    "two_types": lambda: jittered(binary(), 8),
    "harmonic_types": lambda: liquid(unit_spheres(), 108, 0.1),
}


@pytest.fixture(scope="module", params=SAMPLES.values(), ids=SAMPLES)
def sample(request):
    return request.param()


@pytest.fixture(scope="module")
def bonds(sample):
    return Interactions.of(sample)


def test_bonds_against_all_pairs(sample, bonds):
    i, j, vectors, distances, *law = naive.all_pairs(sample)
    assert len(i) > 2 * sample.particles
    assert np.array_equal(bonds.i, i) and np.array_equal(bonds.j, j)
    assert np.allclose(bonds.vectors, vectors, atol=1e-13 * np.abs(sample.positions).max())
    assert np.allclose(bonds.distances, distances, rtol=1e-12)
    for ours, plain in zip(bonds.derivatives, law, strict=False):
        assert np.allclose(ours, plain, rtol=1e-9, atol=1e-12 * np.abs(plain).max())


def test_energy_forces_and_hessian_against_loops(sample, bonds):
    assert bonds.energy == pytest.approx(naive.energy(sample), rel=1e-12)
    forces, hessian, unit = naive.forces(sample), naive.hessian(sample), naive.hessian(sample, unit=True)
    assert np.allclose(bonds.forces, forces, rtol=0, atol=1e-12 * np.abs(bonds.pair_forces).max())
    assert np.allclose(bonds.hessian.toarray(), hessian, rtol=0, atol=1e-12 * np.abs(hessian).max())
    assert np.allclose(bonds.unit_hessian.toarray(), unit, rtol=0, atol=1e-12)
    assert np.allclose(bonds.compatibility.toarray(), naive.compatibility(sample), rtol=0, atol=1e-12)


def test_forces_are_the_gradient_of_the_energy(sample, bonds):
    rng, step = np.random.default_rng(1), 1e-5
    for _ in range(4):
        direction = rng.standard_normal(sample.positions.shape)
        low, high = (naive.energy(sample.moved(sample.positions + sign * step * direction)) for sign in (-1, 1))
        along = np.sum(bonds.forces * direction)
        assert (low - high) / (2 * step) == pytest.approx(along, abs=1e-7 * np.linalg.norm(bonds.forces) * np.linalg.norm(direction))


def test_hessian_is_the_gradient_of_the_forces(sample, bonds):
    rng, step = np.random.default_rng(2), 1e-5
    for _ in range(3):
        direction = rng.standard_normal(sample.positions.shape)
        low, high = (Interactions.of(sample.moved(sample.positions + sign * step * direction)).forces for sign in (-1, 1))
        along = (bonds.hessian @ direction.ravel()).reshape(direction.shape)
        # Bonds that open or close on the way cost a little where phi'' jumps at the cutoff (harmonic, force-shifted).
        kinked = sample.model.name in ("harmonic", "binary")
        assert np.allclose((low - high) / (2 * step), along, rtol=0, atol=(1e-3 if kinked else 1e-7) * np.abs(along).max())


def test_hessian_by_finite_differences_of_the_energy_alone():
    """Every entry of a few rows, from nothing but plain sums of pair energies."""
    sample, step = liquid(poly(**SMALL), 54, 1.0), 3e-4
    hessian = Interactions.of(sample).hessian.toarray()
    rng = np.random.default_rng(3)

    def energy(*moves):
        positions = sample.positions.copy()
        for index, shift in moves:
            positions.flat[index] += shift
        return naive.energy(sample.moved(positions))

    for a, b in [(0, 0), (4, 4), (0, 1), (7, 8), *rng.integers(0, hessian.shape[0], (25, 2))]:
        corners = [sa * sb * energy((a, sa * step), (b, sb * step)) for sa in (-1, 1) for sb in (-1, 1)]
        assert sum(corners) / (4 * step**2) == pytest.approx(hessian[a, b], abs=3e-5 * np.abs(hessian).max())


def test_translations_are_zero_modes(sample, bonds):
    d = sample.dimension
    shifts = np.tile(np.eye(d), (sample.particles, 1))
    for matrix in (bonds.hessian, bonds.unit_hessian):
        assert np.abs(matrix @ shifts).max() < 1e-12 * np.abs(matrix).max()
    assert np.abs(bonds.compatibility @ shifts).max() < 1e-14
    assert np.abs(bonds.forces.sum(axis=0)).max() < 1e-11 * np.abs(bonds.pair_forces).max()


def test_matrices_are_symmetric_to_the_last_bit(bonds):
    for matrix in (bonds.hessian, bonds.unit_hessian):
        assert np.array_equal(matrix.toarray(), matrix.toarray().T)


def test_unit_springs_are_s_transposed_s(bonds):
    squared = (bonds.compatibility.T @ bonds.compatibility).toarray()
    assert np.allclose(bonds.unit_hessian.toarray(), squared, rtol=0, atol=1e-13)


def test_hessian_is_springs_and_prestress(bonds):
    """H = S^T diag(phi'') S + the tension of the bonds across them: the first term alone where no bond is stressed."""
    s, d = bonds.compatibility.toarray(), bonds.sample.dimension
    springs = s.T @ (bonds.derivatives[2][:, None] * s)
    tension = np.zeros_like(springs)
    for b, (i, j) in enumerate(zip(bonds.i, bonds.j, strict=True)):
        across = (np.eye(d) - np.outer(bonds.directions[b], bonds.directions[b])) * bonds.derivatives[1, b] / bonds.distances[b]
        tension[i * d : i * d + d, i * d : i * d + d] += across
        tension[j * d : j * d + d, j * d : j * d + d] += across
        tension[i * d : i * d + d, j * d : j * d + d] -= across
        tension[j * d : j * d + d, i * d : i * d + d] -= across
    assert np.allclose(bonds.hessian.toarray(), springs + tension, rtol=0, atol=1e-12 * np.abs(springs).max())


def test_compatibility_is_the_gradient_of_the_distances(sample, bonds):
    rng, step = np.random.default_rng(4), 1e-6
    direction = rng.standard_normal(sample.positions.shape)
    low, high = (naive.nearest_images(sample.moved(sample.positions + sign * step * direction))[bonds.i, bonds.j] for sign in (-1, 1))
    change = (np.linalg.norm(high, axis=1) - np.linalg.norm(low, axis=1)) / (2 * step)
    assert np.allclose(bonds.compatibility @ direction.ravel(), change, rtol=0, atol=1e-7)


def test_pressure_is_minus_the_slope_of_the_energy_by_volume(sample, bonds):
    d, step = sample.dimension, 1e-5
    low, high = (naive.energy(strained(sample, np.eye(d) * (1 + sign * step))) for sign in (-1, 1))
    volumes = [sample.volume * (1 + sign * step) ** d for sign in (-1, 1)]
    assert bonds.pressure == pytest.approx((low - high) / (volumes[1] - volumes[0]), rel=1e-6)


def test_residual_is_the_largest_net_force_over_the_typical_pair_force(sample, bonds):
    largest = np.linalg.norm(naive.forces(sample), axis=1).max()
    assert bonds.residual == pytest.approx(largest / np.sqrt(np.mean(bonds.pair_forces**2)), rel=1e-10)


def test_hot_loops_against_loops(sample):
    """The forces and the energy of the minimisers, with lists older than the positions."""
    model, d, skin = sample.model, sample.dimension, 0.1
    x, _ = padded(sample.positions, sample.box)
    pairs = listed_pairs(x, system(sample, skin), skin)
    moves = np.random.default_rng(6).standard_normal((sample.particles, d))
    later = sample.moved(sample.positions + 0.049 * moves / np.linalg.norm(moves, axis=1)[:, None])
    x, _ = padded(later.positions, later.box)
    force = np.full_like(x, np.nan)
    typical, largest = pair_forces(x, pairs, model.kernels, force)
    bonds = Interactions.of(later)
    size = np.abs(bonds.pair_forces).max()
    assert np.allclose(force[:, :d], naive.forces(later), rtol=0, atol=1e-11 * size)
    assert np.all(force[:, d:] == 0.0)
    assert typical == pytest.approx(np.sqrt(np.mean(bonds.pair_forces**2)), rel=1e-10)
    assert largest == pytest.approx(np.linalg.norm(naive.forces(later), axis=1).max(), rel=1e-9)
    energy, virial = pair_energy_and_virial(x, pairs, model.kernels)
    assert energy == pytest.approx(naive.energy(later), rel=1e-11)
    assert virial == pytest.approx(d * later.volume * bonds.pressure, rel=1e-11)


def test_a_sample_without_contacts_has_no_energy():
    sample = liquid(poly(), 160, 1.0)
    apart = strained(sample.moved(sample.positions), np.eye(3) * 5)
    bonds = Interactions.of(apart)
    assert (len(bonds.i), bonds.energy, bonds.pressure) == (0, 0.0, 0.0)
    assert np.all(bonds.forces == 0.0) and bonds.hessian.nnz == 0 or np.all(bonds.hessian.toarray() == 0.0)
