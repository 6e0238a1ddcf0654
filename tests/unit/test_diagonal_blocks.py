"""The diagonal blocks of H^+ against the dense inverse, the sum over modes and its identities; any division into blocks, any order of particles."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from naive import liquid, poly, pseudo_inverse, saddle, with_rattler
from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.linalg import dissected, full_spectrum
from vitrine.linalg.diagonal_blocks import diagonal_blocks


def blocks_of(bonds, undivided=15):
    """Those of a dissection down to few particles, so that the small glasses of the tests are cut several times."""
    return lambda: dissected(bonds.sample.positions, bonds.sample.box, bonds.i, bonds.j, undivided)


def naive(bonds, dimension):
    """The blocks of the dense pseudo-inverse, particle by particle."""
    inverse = pseudo_inverse(bonds.hessian.toarray(), dimension)
    own = [slice(i * dimension, (i + 1) * dimension) for i in range(bonds.sample.particles)]
    return np.array([inverse[i, i] for i in own])


def distance(blocks, others):
    """The largest difference relative to the largest element of its block."""
    return np.max(np.abs(blocks - others).max(axis=(1, 2)) / np.abs(others).max(axis=(1, 2)))


@pytest.mark.parametrize("undivided", [1, 15, 60])
def test_they_are_those_of_the_dense_pseudo_inverse(bonds, dimension, undivided):
    blocks = diagonal_blocks(bonds.hessian, dimension, blocks_of(bonds, undivided))
    assert blocks.shape == (bonds.sample.particles, dimension, dimension)
    assert distance(blocks, naive(bonds, dimension)) < 1e-10


def test_without_a_dissection_they_are_the_same(bonds, dimension):
    assert distance(diagonal_blocks(bonds.hessian, dimension), diagonal_blocks(bonds.hessian, dimension, blocks_of(bonds))) < 1e-12


def test_blocks_are_symmetric_and_positive(bonds, dimension):
    blocks = diagonal_blocks(bonds.hessian, dimension, blocks_of(bonds))
    assert np.array_equal(blocks, blocks.transpose(0, 2, 1))
    assert np.linalg.eigvalsh(blocks).min() > 0


def test_traces_sum_to_the_inverse_squares_of_the_frequencies(bonds, dimension):
    traces = np.trace(diagonal_blocks(bonds.hessian, dimension, blocks_of(bonds)), axis1=1, axis2=2)
    stiffness, _ = full_spectrum(bonds.hessian, dimension)
    assert traces.sum() == pytest.approx(np.sum(1 / stiffness), rel=1e-10)


def test_traces_are_the_sum_over_modes(bonds, dimension):
    """Psi_i of 000 eq. 1."""
    stiffness, modes = full_spectrum(bonds.hessian, dimension, vectors=True)
    vibrability = np.sum((modes**2 / stiffness).reshape(-1, dimension, len(stiffness)), axis=(1, 2))
    traces = np.trace(diagonal_blocks(bonds.hessian, dimension, blocks_of(bonds)), axis1=1, axis2=2)
    assert np.allclose(traces, vibrability, rtol=1e-12, atol=0)


def test_a_well_conditioned_solid_to_the_last_digits():
    """A ring of springs of stiffness 1 and on every site another of 1 to the next but one: omega^2 = 4 sin^2(q/2) + 4 sin^2(q), all sites alike."""
    n = 24
    i = np.arange(n)
    bonds = np.concatenate([np.stack([i, (i + 1) % n]), np.stack([i, (i + 2) % n])], axis=1)
    matrix = np.zeros((n, n))
    for a, b in bonds.T:
        matrix[[a, b], [a, b]] += 1
        matrix[[a, b], [b, a]] -= 1
    q = 2 * np.pi * np.arange(1, n) / n
    exact = np.sum(1 / (4 * np.sin(q / 2) ** 2 + 4 * np.sin(q) ** 2)) / n
    for blocks in (None, lambda: [i[2:10], i[12:22], i[[0, 1, 10, 11, 22, 23]]]):
        assert np.allclose(diagonal_blocks(sp.csc_array(matrix), 1, blocks)[:, 0, 0], exact, rtol=1e-13, atol=0)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_particles_does_not_matter(bonds, dimension, seed):
    """Another particle is held, and the blocks are others; those of every particle stay."""
    sample, order = bonds.sample, np.random.default_rng(seed).permutation(bonds.sample.particles)
    mixed = Interactions.of(replace(sample, positions=sample.positions[order], sizes=sample.sizes[order], types=sample.types[order]))
    blocks, others = (diagonal_blocks(each.hessian, dimension, blocks_of(each)) for each in (bonds, mixed))
    assert distance(others, blocks[order]) < 1e-10


CASES = ["a particle, its neighbours, the rest", "at random", "some empty", "the held particle alone"]


@pytest.mark.parametrize("case", CASES)
def test_any_division_gives_the_same(bonds, dimension, case):
    particles = bonds.sample.particles
    cut = np.array_split(np.random.default_rng(4).permutation(particles), 7)
    if case == "a particle, its neighbours, the rest":  # the rest comes before the neighbours: two parts that do not touch
        around = np.unique(np.concatenate([bonds.j[bonds.i == 5], bonds.i[bonds.j == 5]]))
        cut = [np.array([5]), np.setdiff1d(np.arange(particles), [5, *around]), around]
    elif case == "some empty":
        cut = [cut[0][:0], *cut, np.zeros(0, dtype=int)]
    elif case == "the held particle alone":
        cut = [np.array([0]), np.arange(1, particles)]
    assert distance(diagonal_blocks(bonds.hessian, dimension, lambda: cut), naive(bonds, dimension)) < 1e-10


def test_a_single_particle_has_nothing_to_move_against():
    assert np.array_equal(diagonal_blocks(sp.csc_array((3, 3)), 3), np.zeros((1, 3, 3)))


def test_two_particles_on_a_spring():
    """H^+ = 1/(4 k) [[1, -1], [-1, 1]]."""
    k = 3.0
    assert np.allclose(diagonal_blocks(sp.csc_array([[k, -k], [-k, k]]), 1), 1 / (4 * k), rtol=1e-15)


def test_the_hessian_is_left_alone_and_the_bits_are_the_same(bonds, dimension):
    before = bonds.hessian.copy()
    first, second = (diagonal_blocks(bonds.hessian, dimension, blocks_of(bonds)) for _ in range(2))
    assert np.array_equal(first, second)
    assert (before != bonds.hessian).nnz == 0


# --- states that are no minima ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("depth", [1.0, 1e-3])
def test_a_saddle_is_named(bonds, dimension, depth):
    with pytest.raises(SampleError, match="not a minimum: its Hessian has a negative mode"):
        diagonal_blocks(saddle(bonds, dimension, depth), dimension, blocks_of(bonds))


def test_a_liquid_is_named():
    hot = Interactions.of(liquid(poly(), 160, 1.3))
    with pytest.raises(SampleError, match="not a minimum"):
        diagonal_blocks(hot.hessian, 3, blocks_of(hot))


@pytest.mark.parametrize("place", ["first", "last"])
def test_a_rattler_is_named(bonds, dimension, place):
    """A particle without contacts, wherever it stands; the blocks are of particles in the order of their numbers."""
    hessian = with_rattler(bonds.hessian, dimension, place)
    cut = np.array_split(np.arange(bonds.sample.particles + 1), 5)
    with pytest.raises(SampleError, match="not a rigid minimum"):
        diagonal_blocks(hessian, dimension, lambda: cut)
