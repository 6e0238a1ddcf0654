"""Winding of fields round plaquettes: vortices that are made, on both meshes; plaquettes by brute force; no charge in all."""

import numpy as np
import pytest
from naive import PLANAR, poly, strained
from vitrine.errors import SampleError
from vitrine.geometry import Cells
from vitrine.geometry.winding import delaunay, grid
from vitrine.samples import Sample


def planar(positions: np.ndarray, box: np.ndarray) -> Sample:
    """Points in the plane as a sample, whatever its model."""
    n = len(positions)
    return Sample(np.asarray(positions, dtype=float), np.ones(n), np.zeros(n, dtype=np.int64), np.asarray(box, dtype=float), poly(**PLANAR))


@pytest.fixture(scope="module")
def scattered():
    """300 points in a tilted box, each moved at random from a site of a lattice."""
    box, rng = np.array([[18.0, 3.0], [0.0, 17.0]]), np.random.default_rng(4)
    sites = np.array([[(k + 0.5 * (row % 2)) / 20, row / 15] for row in range(15) for k in range(20)])
    return planar((sites + rng.uniform(-0.3, 0.3, (300, 2)) / [20, 15]) @ box.T, box)


def crossed(sample: Sample, first: tuple[float, float], second: tuple[float, float]) -> np.ndarray:
    """(sin(a - a0), sin(b - b0)) of the two phases 2 pi of the box: a vortex where both vanish, of charge +1, -1, +1, -1 at the four such places."""
    phases = 2 * np.pi * (sample.positions @ np.linalg.inv(sample.box).T - np.array([first[0], second[0]]))
    return np.sin(phases)


def places_of(mesh, charges: np.ndarray, box: np.ndarray) -> dict[tuple[float, float], int]:
    """{fractional place: charge} of the charged plaquettes."""
    where = np.flatnonzero(charges)
    return {tuple(one): int(charge) for one, charge in zip((mesh.centres[where] @ np.linalg.inv(box).T) % 1, charges[where], strict=True)}


def fractional_distance(a: tuple, b: tuple, box: np.ndarray) -> float:
    apart = np.array(a) - np.array(b)
    return float(np.linalg.norm(box @ (apart - np.rint(apart))))


@pytest.mark.parametrize("which", ["particles", "grid"])
def test_vortices_are_found_where_they_are(scattered, which):
    """Four of them: +1 where the slopes of the two sines have the same sign, else -1; the mirrored field has them the other way round."""
    field = crossed(scattered, (0.21, 0), (0.37, 0))
    expected = {(0.21, 0.37): 1, (0.71, 0.87): 1, (0.71, 0.37): -1, (0.21, 0.87): -1}
    mesh, on_mesh = (delaunay(Cells.of(scattered)), field) if which == "particles" else _on_grid(scattered, field)
    for sign in (1, -1):
        charges = mesh.charges(on_mesh * [1, sign])
        found = places_of(mesh, charges, scattered.box)
        assert sorted(found.values()) == [-1, -1, 1, 1] and charges.sum() == 0
        for place, charge in found.items():
            nearest = min(expected, key=lambda one: fractional_distance(one, place, scattered.box))
            assert expected[nearest] * sign == charge and fractional_distance(nearest, place, scattered.box) < 0.9


def _on_grid(sample, field):
    lattice = grid(sample, 1.0, 0.6)
    return lattice.mesh, lattice.field(field)


def test_a_uniform_field_and_a_wave_have_no_defects(scattered):
    phase = 2 * np.pi * (scattered.positions @ np.linalg.inv(scattered.box).T)[:, 0]
    for field in (np.ones((300, 2)), np.column_stack([2 + np.sin(phase), np.cos(phase)])):
        for mesh, values in ((delaunay(Cells.of(scattered)), field), _on_grid(scattered, field)):
            assert not mesh.charges(values).any()


def test_random_fields_have_no_charge_in_all_and_every_charge_is_that_of_its_triangle(scattered):
    """Against angles that are summed round every triangle by hand; a triangle turns by one at most."""
    field = np.random.default_rng(2).normal(size=(300, 2))
    mesh = delaunay(Cells.of(scattered))
    charges, angles = mesh.charges(field), np.arctan2(field[:, 1], field[:, 0])
    assert charges.sum() == 0 and set(charges) == {-1, 0, 1} and len(charges) == 600
    for face in range(0, 600, 7):
        sides = np.flatnonzero(mesh.face == face)
        assert len(sides) == 3
        start = {int(mesh.a[side]): int(mesh.b[side]) for side in sides}
        turn, here = 0.0, int(mesh.a[sides[0]])
        for _ in range(3):
            turn += (angles[start[here]] - angles[here] + np.pi) % (2 * np.pi) - np.pi
            here = start[here]
        assert here == mesh.a[sides[0]] and round(turn / (2 * np.pi)) == charges[face]


def test_plaquettes_are_the_delaunay_triangles(scattered):
    """Brute force: three particles make one where the circle through them holds no other, images among them."""
    mesh, box = delaunay(Cells.of(scattered)), scattered.box
    shifts = np.array([[a, b] for a in (-1, 0, 1) for b in (-1, 0, 1)]) @ box.T
    images = (scattered.positions[None] + shifts[:, None]).reshape(-1, 2)
    for face in range(0, len(mesh.centres), 41):
        corners = [
            mesh.centres[face] + _apart(scattered.positions[mesh.a[side]] - mesh.centres[face], box) for side in np.flatnonzero(mesh.face == face)
        ]
        np.testing.assert_allclose(np.mean(corners, axis=0), mesh.centres[face], atol=1e-9)
        (ax, ay), (bx, by), (cx, cy) = corners
        assert (bx - ax) * (cy - ay) != (by - ay) * (cx - ax)
        d = 2 * (ax * (by - cy) + bx * (cy - ay) + cx * (ay - by))
        ux = ((ax**2 + ay**2) * (by - cy) + (bx**2 + by**2) * (cy - ay) + (cx**2 + cy**2) * (ay - by)) / d
        uy = ((ax**2 + ay**2) * (cx - bx) + (bx**2 + by**2) * (ax - cx) + (cx**2 + cy**2) * (bx - ax)) / d
        radius = np.hypot(ax - ux, ay - uy)
        circle = np.array([ux, uy])
        fractional = np.floor(circle @ np.linalg.inv(box).T)
        assert np.linalg.norm(images - (circle - box @ fractional), axis=1).min() >= radius * (1 - 1e-9)


def _apart(vector: np.ndarray, box: np.ndarray) -> np.ndarray:
    fractional = vector @ np.linalg.inv(box).T
    return (fractional - np.rint(fractional)) @ box.T


def test_four_cells_in_a_point_make_a_square():
    side = 6
    lattice = planar(np.array([[k, row] for row in range(side) for k in range(side)], dtype=float), np.diag([side, side]))
    mesh = delaunay(Cells.of(lattice))
    assert len(mesh.centres) == 36 and set(np.bincount(mesh.face)) == {4}
    np.testing.assert_allclose(np.sort(np.unique(np.round(mesh.centres % 1, 9))), [0.5])
    charges = mesh.charges(crossed(lattice, (0.3, 0), (0.3, 0)))
    assert sorted(charges[charges != 0]) == [-1, -1, 1, 1]


def test_amplitudes_are_means_over_corners(scattered):
    field = np.random.default_rng(3).normal(size=(300, 2))
    mesh = delaunay(Cells.of(scattered))
    lengths = np.linalg.norm(field, axis=1)
    for face in (0, 17, 401):
        corners = mesh.a[mesh.face == face]
        assert mesh.amplitudes(field)[face] == pytest.approx(lengths[corners].mean() / np.sqrt(np.mean(lengths**2)), rel=1e-12)


def test_the_grid_takes_gaussian_means_of_the_particles(scattered):
    """Against sums over all particles and images; nodes lie along the vectors of the box."""
    lattice, field = grid(scattered, 2.0, 0.5), np.random.default_rng(5).normal(size=(300, 2))
    values, a0, box = lattice.field(field), scattered.spacing, scattered.box
    nodes = np.rint(np.linalg.norm(box, axis=0) / (2 * a0)).astype(int)
    assert len(values) == nodes.prod() == len(lattice.mesh.centres)
    shifts = np.array([[a, b] for a in (-1, 0, 1) for b in (-1, 0, 1)]) @ box.T
    for node in (0, 5, len(values) - 1):
        p, q = divmod(node, nodes[1])
        place = box @ [p / nodes[0], q / nodes[1]]
        apart = np.linalg.norm(scattered.positions[None] + shifts[:, None] - place, axis=2)
        weights = np.where(apart < 5 * 0.5 * a0, np.exp(-(apart**2) / (2 * (0.5 * a0) ** 2)), 0).sum(axis=0)
        np.testing.assert_allclose(values[node], weights @ field / weights.sum(), rtol=1e-9)


def test_charges_do_not_know_where_the_box_begins(scattered, planar_glass):
    field = np.random.default_rng(7).normal(size=(300, 2))
    moved = scattered.moved(scattered.positions + [3.3, -1.7])
    assert [np.sum(delaunay(Cells.of(one)).charges(field) > 0) for one in (scattered, moved)] == [
        np.sum(delaunay(Cells.of(scattered)).charges(field) > 0)
    ] * 2
    tilted = strained(planar_glass, np.array([[1.0, 0.4], [0.0, 1.0]]))
    assert delaunay(Cells.of(tilted)).charges(field[:64]).sum() == 0


def test_what_is_too_small_or_in_space_says_so(scattered, glass):
    with pytest.raises(SampleError, match="two dimensions alone"):
        grid(glass, 1.0, 0.5)
    with pytest.raises(SampleError, match="too small for a grid"):
        grid(scattered, 1.0, 3.0)
    with pytest.raises(SampleError, match="too small for a grid"):
        grid(scattered, 12.0, 0.5)
