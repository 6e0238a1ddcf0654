"""Voronoi cells in the plane: areas and their gradients against finite differences, lattices, a published cell; parts of a field; its divergence."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.linalg
from naive import PLANAR, poly, strained
from vitrine.errors import SampleError
from vitrine.geometry import Cells
from vitrine.geometry.decomposition import divergence, longitudinal, net_projection
from vitrine.samples import Sample


def planar(positions: np.ndarray, box: np.ndarray) -> Sample:
    """Points in the plane as a sample, whatever its model."""
    n = len(positions)
    return Sample(np.asarray(positions, dtype=float), np.ones(n), np.zeros(n, dtype=np.int64), np.asarray(box, dtype=float), poly(**PLANAR))


@pytest.fixture(scope="module")
def scattered():
    """60 points at random in a tilted box."""
    box = np.array([[9.0, 2.0], [0.0, 7.0]])
    return planar(np.random.default_rng(4).uniform(-1, 2, (60, 2)) @ box.T, box)


def test_cells_of_a_square_lattice_with_a_small_shift_of_rows():
    """Every particle has six neighbours and the same area; moved apart by less than rounding it has four."""
    side, shift = 6, 0.3
    x = np.array([[k + shift * (row % 2), row] for row in range(side) for k in range(side)], dtype=float)
    cells = Cells.of(planar(x, np.diag([side, side])))
    np.testing.assert_allclose(cells.areas, 1, rtol=1e-12)
    assert set(cells.neighbours) == {6}
    square = Cells.of(planar(np.array([[k, row] for row in range(side) for k in range(side)], dtype=float), np.diag([side, side])))
    assert set(square.neighbours) == {4}
    np.testing.assert_allclose(square.lengths, 1, rtol=1e-12)


def test_areas_fill_the_box_and_edges_are_seen_from_both_sides(scattered, planar_glass):
    for sample in (scattered, planar_glass, strained(planar_glass, np.array([[1.0, 0.4], [0.0, 1.0]]))):
        cells = Cells.of(sample)
        assert cells.areas.min() > 0
        np.testing.assert_allclose(cells.areas.sum(), sample.volume, rtol=1e-12)
        seen = {(i, j, round(x, 9), round(y, 9)) for i, j, (x, y) in zip(cells.i, cells.j, cells.vectors, strict=True)}
        assert all((j, i, round(-x, 9) + 0.0, round(-y, 9) + 0.0) in {(a, b, c + 0.0, d + 0.0) for a, b, c, d in seen} for i, j, x, y in seen)
        # Both ends of an edge are as far from it as each other, and in the mean a cell has six neighbours (Euler).
        assert cells.neighbours.mean() == 6


def test_cells_do_not_know_where_the_box_begins(scattered):
    moved = scattered.moved(scattered.positions + [3.3, -1.7] + scattered.box @ [4, -2])
    np.testing.assert_allclose(Cells.of(moved).areas, Cells.of(scattered).areas, rtol=1e-10)


def test_area_gradients_are_finite_differences(scattered):
    cells, step = Cells.of(scattered), 1e-6
    gradients = cells.area_gradients.toarray()
    for unknown in np.random.default_rng(1).choice(120, 25, replace=False):
        change = np.zeros(120)
        change[unknown] = step
        up, down = (Cells.of(scattered.moved(scattered.positions + sign * change.reshape(-1, 2))).areas for sign in (1, -1))
        np.testing.assert_allclose(gradients[:, unknown], (up - down) / (2 * step), atol=2e-6)


def test_what_changes_no_area(scattered):
    """A motion of the whole; and the total area is fixed."""
    cells = Cells.of(scattered)
    for axis in np.eye(2):
        np.testing.assert_allclose(cells.volume_matrix @ np.tile(axis, 60), 0, atol=1e-10)
    np.testing.assert_allclose(cells.areas @ cells.volume_matrix, 0, atol=1e-9)
    values = np.linalg.svd(cells.volume_matrix.toarray(), compute_uv=False)
    assert values[-1] < 1e-10 * values[0] < values[-2]  # one null vector and no more


def test_parts_of_a_field_against_a_dense_pseudo_inverse(scattered):
    cells = Cells.of(scattered)
    u = np.random.default_rng(2).normal(size=(120, 3))
    part, dense = longitudinal(cells, u), cells.volume_matrix.toarray()
    np.testing.assert_allclose(part, np.linalg.pinv(dense, rcond=1e-12) @ dense @ u, atol=1e-9)
    rest = u - part
    np.testing.assert_allclose(dense @ rest, 0, atol=1e-9)
    np.testing.assert_allclose(np.einsum("ik,ik->k", part, rest), 0, atol=1e-9)
    np.testing.assert_allclose((u**2).sum(axis=0), (part**2).sum(axis=0) + (rest**2).sum(axis=0), rtol=1e-12)
    np.testing.assert_allclose(longitudinal(cells, part), part, atol=1e-9)
    np.testing.assert_allclose(longitudinal(cells, u[:, 0]), part[:, 0], atol=1e-12)
    assert scipy.linalg.null_space(dense).shape[1] == 120 - 59


def test_plane_waves_are_what_their_names_say():
    """On a fine triangular lattice a longitudinal wave is longitudinal, and a transverse one transverse, to the square of its wave number."""
    rows, columns = 24, 28
    x = np.array([[k + 0.5 * (row % 2), row * np.sqrt(3) / 2] for row in range(rows) for k in range(columns)])
    sample = planar(x, np.diag([columns, rows * np.sqrt(3) / 2]))
    cells = Cells.of(sample)
    wave = np.sin(2 * np.pi * x[:, 0] / columns)
    along, across = np.zeros_like(x), np.zeros_like(x)
    along[:, 0], across[:, 1] = wave, wave
    share = [np.sum(longitudinal(cells, field.ravel()) ** 2) / np.sum(field**2) for field in (along, across)]
    assert share[0] > 0.999 and share[1] < 1e-3


def test_net_projection_and_divergence_against_loops(scattered):
    cells, rng = Cells.of(scattered), np.random.default_rng(3)
    u = rng.normal(size=(60, 2))
    expected, spread = -u.copy(), np.zeros(60)
    for i, j, r in zip(cells.i, cells.j, cells.vectors, strict=True):
        n = r / np.linalg.norm(r)
        expected[i] += np.dot(u[j], n) * n
    np.testing.assert_allclose(net_projection(cells, u), expected, atol=1e-12)
    for i in range(60):
        own = [np.dot(r, expected[j] - expected[i]) for a, j, r in zip(cells.i, cells.j, cells.vectors, strict=True) if a == i]
        spread[i] = np.mean(own)
    np.testing.assert_allclose(divergence(cells, expected), spread, atol=1e-12)


def test_divergence_of_an_expansion_is_that_of_its_neighbours(planar_glass):
    """u = e R has div_i = e <|R_ij|^2> over the neighbours."""
    cells = Cells.of(planar_glass)
    u = 0.01 * planar_glass.positions
    inner = np.linalg.norm(planar_glass.positions[cells.j] - planar_glass.positions[cells.i] - cells.vectors, axis=1) < 1e-9
    whole = np.bincount(cells.i, weights=~inner, minlength=planar_glass.particles) == 0
    mean = np.bincount(cells.i, weights=np.sum(cells.vectors**2, axis=1), minlength=planar_glass.particles) / cells.neighbours
    np.testing.assert_allclose(divergence(cells, u)[whole], 0.01 * mean[whole], rtol=1e-10)
    assert whole.sum() > 10


def test_what_has_no_cells_says_so(glass, scattered):
    with pytest.raises(SampleError, match="two dimensions alone, and it has 3"):
        Cells.of(glass)
    with pytest.raises(SampleError, match="no Voronoi cells"):
        Cells.of(replace(scattered, positions=np.full((60, 2), np.nan)))
