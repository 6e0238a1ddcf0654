"""Pairs by linked cells against all pairs over all images: two and three dimensions, tilted boxes, every number of cells, unfolded positions."""

import itertools

import numpy as np
import pytest
from vitrine.interactions import minimum_images
from vitrine.interactions.coordinates import nearest_image
from vitrine.interactions.neighbours import cell_counts, close_pairs, padded
from vitrine.samples.sample import widths

REACH = 2.0  # the longest interaction of the tests, skin included
SCALES = np.array([[1.0, 0.8], [0.8, 0.9]])
CUTOFF, SKIN, NONADDITIVITY = 1.2, 0.2, 0.1  # sizes up to 1.5: 1.2 * 1.5 + 0.2 = 2.0


def particles(box, number, seed=1):
    rng = np.random.default_rng(seed)
    d = len(box)
    positions = rng.random((number, d)) @ box.T
    return positions, rng.uniform(0.8, 1.5, number), rng.integers(0, 2, number)


def brute_force(positions, box, sizes, types):
    """Pairs i < j with any image within reach, and how near the nearest comes to the limit."""
    d = len(box)
    fractional = positions @ np.linalg.inv(box).T
    folded = (fractional - np.floor(fractional)) @ box.T
    vectors = folded[None] - folded[:, None]
    shortest = np.full(vectors.shape[:2], np.inf)
    for shift in itertools.product(range(-2, 3), repeat=d):
        shortest = np.minimum(shortest, np.linalg.norm(vectors + box @ np.array(shift, dtype=float), axis=2))
    a, b = sizes[:, None], sizes[None]
    reach = CUTOFF * SCALES[types[:, None], types[None]] * 0.5 * (a + b) * (1 - NONADDITIVITY * np.abs(a - b)) + SKIN
    return set(zip(*np.nonzero(np.triu(shortest < reach, 1)), strict=True))


def found_pairs(positions, box, sizes, types, counts=None):
    x, h = padded(positions, box)
    counts = cell_counts(widths(box), REACH) if counts is None else np.array(counts, dtype=np.int64)
    i, j = close_pairs(x, h, counts, sizes, types, CUTOFF * SCALES, NONADDITIVITY, SKIN, (0.0,) * len(h))
    runs = np.count_nonzero(np.diff(i)) + min(len(i), 1)
    assert runs == len(set(i.tolist())), "pairs of one first particle stand together"
    pairs = list(zip(np.minimum(i, j).tolist(), np.maximum(i, j).tolist(), strict=True))
    assert len(set(pairs)) == len(pairs), "a pair came twice"
    assert np.all(i != j)
    return set(pairs)


TILTS = {"straight": np.zeros((3, 3)), "tilted": np.array([[0, 0.37, -0.42], [0, 0, 0.45], [0, 0, 0]])}


@pytest.mark.parametrize("tilt", TILTS.values(), ids=TILTS)
@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("edges", [(2.2, 2.2, 2.2), (3.3, 3.3, 3.3), (4.4, 2.5, 3.6), (6.3, 6.6, 5.2)], ids=str)
def test_pairs_against_brute_force(dimension, edges, tilt):
    """Edges in units of the reach: two, three, mixed and many cells."""
    box = (np.diag(edges[:dimension]) + tilt[:dimension, :dimension] * edges[0]) * REACH
    box *= max(1.0, 2.02 * REACH / widths(box).min())
    positions, sizes, types = particles(box, 250)
    pairs = found_pairs(positions, box, sizes, types)
    assert pairs == brute_force(positions, box, sizes, types)
    assert len(pairs) > 100


@pytest.mark.parametrize("counts", [(1, 1, 1), (2, 5, 5), (5, 2, 5), (5, 5, 2), (3, 3, 3), (3, 4, 5), (5, 5, 5)], ids=str)
def test_number_of_cells_changes_nothing(counts):
    box = np.array([[10.2, 1.5, -2.0], [0, 10.3, 2.5], [0, 0, 10.4]]) * 1.05
    positions, sizes, types = particles(box, 300)
    assert found_pairs(positions, box, sizes, types, counts) == brute_force(positions, box, sizes, types)


@pytest.mark.parametrize("counts", [(1, 1, 1), (2, 4, 1), (3, 3, 1), (4, 5, 1)], ids=str)
def test_number_of_cells_changes_nothing_in_the_plane(counts):
    box = np.array([[10.2, 1.5], [0, 10.6]])
    positions, sizes, types = particles(box, 150)
    assert found_pairs(positions, box, sizes, types, counts) == brute_force(positions, box, sizes, types)


@pytest.mark.parametrize("dimension", [2, 3])
def test_unfolded_positions(dimension):
    box = (np.diag([9.0, 8.5, 8.2]) + TILTS["tilted"] * 3)[:dimension, :dimension]
    positions, sizes, types = particles(box, 200)
    pairs = found_pairs(positions, box, sizes, types)
    away = np.random.default_rng(2).integers(-4, 5, positions.shape)
    assert found_pairs(positions + away @ box.T, box, sizes, types) == pairs


def test_particles_on_the_faces():
    """Faces, corners and the last number below and above them belong to some cell, and to one only."""
    box = np.eye(3) * 8.0
    marks = [0.0, -1e-300, -1e-17, 1e-17, 8.0, np.nextafter(8.0, 0), np.nextafter(8.0, 9), 4.0, 16.0, -8.0]
    positions = np.array(list(itertools.product(marks, repeat=3)))
    positions = positions[np.random.default_rng(1).permutation(len(positions))[:200]]
    sizes, types = np.full(200, 1.1), np.zeros(200, dtype=np.int64)
    assert found_pairs(positions, box, sizes, types) == brute_force(positions, box, sizes, types)


def test_one_large_particle_among_small_ones_is_not_overlooked():
    """The cells' bound uses the largest size present, here a single one."""
    box = np.eye(3) * 10.0
    positions, sizes, types = particles(box, 300)
    sizes = np.where(np.arange(300) == 17, 1.5, 0.8)
    assert found_pairs(positions, box, sizes, types) == brute_force(positions, box, sizes, types)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_hardly_any_particles(number):
    box = np.eye(3) * 10.0
    positions, sizes, types = particles(box, 2)
    positions[:] = [[0.1, 0.1, 0.1], [9.9, 9.9, 9.9]]
    expected = {(0, 1)} if number == 2 else set()
    if number:
        assert found_pairs(positions[:number], box, sizes[:number], types[:number]) == expected


@pytest.mark.parametrize("dimension", [2, 3])
def test_minimum_images_against_all_images(dimension):
    box = (np.diag([9.0, 8.5, 8.2]) + TILTS["tilted"] * 4)[:dimension, :dimension]
    vectors = np.random.default_rng(1).uniform(-20, 20, (400, dimension))
    images = np.array([vectors + box @ np.array(shift) for shift in itertools.product(range(-5, 6), repeat=dimension)])
    shortest = np.take_along_axis(images, np.linalg.norm(images, axis=2).argmin(axis=0)[None, :, None], axis=0)[0]
    near = np.linalg.norm(shortest, axis=1) < widths(box).min() / 2
    assert near.sum() > 100
    assert np.allclose(minimum_images(vectors, box)[near], shortest[near], atol=1e-12)
    x, h = padded(vectors, box)
    compiled = np.array([nearest_image(tuple(row), h) for row in x])
    assert np.allclose(compiled[near, :dimension], shortest[near], atol=1e-12)


def test_cells_are_at_least_as_wide_as_the_reach():
    for edges in ([2.0, 2.1, 3.9], [4.0, 7.99, 8.0], [1.0, 1e6, 20.0]):
        counts = cell_counts(np.array(edges), 2.0)
        assert np.all(counts >= 1) and np.all((counts == 1) | (np.array(edges) / counts >= 2.0))
    assert cell_counts(np.array([9.0, 9.0]), 2.0).tolist() == [4, 4, 1]


def test_widths_are_distances_between_faces():
    assert np.allclose(widths(np.diag([2.0, 3.0, 4.0])), [2, 3, 4])
    box = np.array([[2.0, 1.0], [0.0, 3.0]])
    assert np.allclose(widths(box), [6 / np.sqrt(10), 3])
