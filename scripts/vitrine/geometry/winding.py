r"""Topological defects of a field in the plane: how often its angle turns round the plaquettes of a mesh (000 Supplementary Note 1; Wu et al. 2023).

    q = (1/2 pi) sum over the sides a -> b of a plaquette, counterclockwise, of the angle from u_a to u_b in (-pi, pi]

A periodic field has no charge in all, since every side is seen from both of its plaquettes. Two meshes: the triangles of Voronoi neighbours
(Delaunay; of more corners where more cells meet in a point), whose corners are the particles, and a grid along the vectors of the box, onto whose
nodes the field is brought by Gaussian weights exp[-r^2/(2 w^2)].

The angle of a field is also there where the field hardly is: `amplitude` is the mean of |u| over the corners over its root mean square on the mesh.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from vitrine.errors import SampleError
from vitrine.geometry.voronoi import Cells, with_images
from vitrine.samples.sample import Sample, widths

REACH = 5.0  # of the Gaussian weights, in their widths
FEWEST = 3  # nodes of a grid along a side of the box
CLOSE = 1e-6  # of a0: vectors to two images of one neighbour differ by more


@dataclass(frozen=True)
class Mesh:
    """Plaquettes by their sides, counterclockwise: a, b (E,) corners of a side; face (E,): the plaquette to the left of it; centres (F, 2)."""

    a: np.ndarray
    b: np.ndarray
    face: np.ndarray
    centres: np.ndarray

    def charges(self, field: np.ndarray) -> np.ndarray:
        """q of every plaquette, (F,) whole numbers, of a field (nodes, 2)."""
        first, second = field[self.a], field[self.b]
        turns = np.arctan2(first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0], np.sum(first * second, axis=1))
        return np.rint(np.bincount(self.face, weights=turns, minlength=len(self.centres)) / (2 * np.pi)).astype(int)

    def amplitudes(self, field: np.ndarray) -> np.ndarray:
        """Mean |u| over the corners of every plaquette over the root mean square of the field, (F,); 0 of a field that is nowhere."""
        lengths = np.linalg.norm(field, axis=1)
        mean = np.bincount(self.face, weights=lengths[self.a]) / np.bincount(self.face)
        return mean / (np.sqrt(np.mean(lengths**2)) or 1.0)


def delaunay(cells: Cells) -> Mesh:
    """The plaquettes between Voronoi neighbours: each is a corner where three cells, or more, meet. Raises SampleError where they do not close."""
    i, j, vectors = cells.i, cells.j, cells.vectors
    sides = len(i)
    order = np.lexsort((np.arctan2(vectors[:, 1], vectors[:, 0]), i))  # round every particle, counterclockwise
    place = np.empty(sides, dtype=int)
    place[order] = np.arange(sides)
    first = np.concatenate([[0], np.cumsum(cells.neighbours)])
    before = place - 1
    before = np.where(before < first[i], first[i + 1] - 1, before)
    following = order[before][_reverse(cells)]  # having come to j, the next side lies clockwise of the way back
    number, face = connected_components(sp.coo_array((np.ones(sides), (np.arange(sides), following)), shape=(sides, sides)), directed=False)
    if number != sides // 2 - cells.sample.particles:
        raise SampleError("its Voronoi neighbours span no plaquettes: too few particles for the box")
    return Mesh(i, j, face, _centres(cells.sample.positions[i], vectors, face, following))


def _reverse(cells: Cells) -> np.ndarray:
    """The side j -> i of every side i -> j."""
    x, y = np.rint(cells.vectors / (CLOSE * cells.sample.spacing)).T
    there, back = np.lexsort((y, x, cells.j, cells.i)), np.lexsort((-y, -x, cells.i, cells.j))
    found = np.empty(len(x), dtype=int)
    found[there] = back
    return found


def _centres(starts: np.ndarray, vectors: np.ndarray, face: np.ndarray, following: np.ndarray) -> np.ndarray:
    """Means of the corners of every plaquette, walked round from one of its sides."""
    _, side = np.unique(face, return_index=True)
    here, sums, corners = starts[side].copy(), np.zeros((len(side), 2)), np.bincount(face)
    walker = side.copy()
    for step in range(corners.max()):
        under_way = step < corners
        sums[under_way] += here[under_way]
        here += vectors[walker]
        walker = following[walker]
    return sums / corners[:, None]


@dataclass(frozen=True)
class Grid:
    """A grid along the vectors of the box: its mesh, and the weights (nodes, N) that bring a field of particles onto its nodes."""

    mesh: Mesh
    weights: sp.csr_array

    def field(self, field: np.ndarray) -> np.ndarray:
        """A field (N, 2) of particles on the nodes."""
        return self.weights @ field


def grid(sample: Sample, spacing: float, width: float) -> Grid:
    """The grid of about `spacing` with weights of a width, both in a0. Raises SampleError in another dimension than two, or in too small a box."""
    if sample.dimension != 2:
        raise SampleError(f"a grid is laid in two dimensions alone, and it has {sample.dimension}")
    lengths = np.linalg.norm(sample.box, axis=0)
    nodes = np.rint(lengths / (spacing * sample.spacing)).astype(int)
    if nodes.min() < FEWEST or REACH * width * sample.spacing > 0.5 * widths(sample.box).min():
        raise SampleError(f"its box of width {widths(sample.box).min():.4g} is too small for a grid of {spacing:g} a0 with weights of {width:g} a0")
    p, q = np.divmod(np.arange(nodes.prod()), nodes[1])
    places = np.column_stack([p / nodes[0], q / nodes[1]]) @ sample.box.T
    east, north = (p + 1) % nodes[0] * nodes[1] + q, p * nodes[1] + (q + 1) % nodes[1]
    corner = (p + 1) % nodes[0] * nodes[1] + (q + 1) % nodes[1]
    own = np.arange(len(p))
    a, b = np.concatenate([own, east, corner, north]), np.concatenate([east, corner, north, own])
    mesh = Mesh(a, b, np.tile(own, 4), places + 0.5 * sample.box.T[0] / nodes[0] + 0.5 * sample.box.T[1] / nodes[1])
    return Grid(mesh, _weights(sample, places, width * sample.spacing))


def _weights(sample: Sample, places: np.ndarray, width: float) -> sp.csr_array:
    """Gaussian weights of the particles, and of their images, at places (nodes, 2) in the box; they sum to one at each."""
    points, owners = with_images(sample, REACH * width)
    near = cKDTree(places).sparse_distance_matrix(cKDTree(points), REACH * width, output_type="coo_matrix")
    weights = np.exp(-0.5 * (near.data / width) ** 2)
    table = sp.coo_array((weights, (near.row, owners[near.col])), shape=(len(places), sample.particles)).tocsr()
    return sp.csr_array(sp.diags_array(1 / table.sum(axis=1)) @ table)
