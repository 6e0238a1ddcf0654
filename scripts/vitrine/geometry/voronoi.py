r"""Voronoi cells of a planar sample with periodic boundaries, and how their areas change when particles move (000, Methods, eq. 6).

A cell i and its neighbour j at R_j share an edge of length e_ij with midpoint m_ij:

    dV_i/dR_j = (e_ij/R_ij)(R_j - m_ij),    dV_i/dR_i = sum_j (e_ij/R_ij)(m_ij - R_i)

The volume matrix has the rows A_i = (1/V_i) dV_i/dR. The whole area is fixed, sum_i V_i A_i = 0, and no cell changes when all particles move as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from scipy.spatial import QhullError, Voronoi

from vitrine.errors import SampleError
from vitrine.samples.sample import Sample, widths

MARGIN = 5.0  # images up to so many a0 outside the box are seen first; the margin grows until every cell is whole
SHORTEST = 1e-9  # edges below this share of a0 are corners where four cells meet


@dataclass(frozen=True)
class Cells:
    """The cells of a planar sample (N particles), by their edges (n, each seen once from either side, so that i and j take every order).

    i, j (n,): the cell, and its neighbour. vectors (n, 2): R_j - R_i of the nearest images that share the edge. lengths (n,): of the edges e_ij.
    midpoints (n, 2): m_ij - R_i. areas (N,).
    """

    sample: Sample
    i: np.ndarray
    j: np.ndarray
    vectors: np.ndarray
    lengths: np.ndarray
    midpoints: np.ndarray
    areas: np.ndarray

    @classmethod
    def of(cls, sample: Sample) -> Cells:
        """The cells. Raises SampleError in another dimension than two, and where the particles span no cells."""
        if sample.dimension != 2:
            raise SampleError(f"Voronoi cells are made in two dimensions alone, and it has {sample.dimension}")
        margin = MARGIN * sample.spacing
        while True:
            points, owners = with_images(sample, margin)
            try:
                diagram = Voronoi(points)
            except (QhullError, ValueError) as error:
                raise SampleError(f"its particles span no Voronoi cells ({str(error).split(chr(10))[0]})") from error
            found = _edges(sample, diagram, owners)
            if found is not None:
                return found
            if margin > widths(sample.box).min():
                raise SampleError("its particles span no Voronoi cells: some have no end")
            margin *= 2

    @cached_property
    def neighbours(self) -> np.ndarray:
        """Number of neighbours of every cell, (N,)."""
        return np.bincount(self.i, minlength=self.sample.particles)

    @cached_property
    def area_gradients(self) -> sp.csr_array:
        """dV_i/dR_ja, shape (N, 2 N) [lambda_min]."""
        n, distances = self.sample.particles, np.linalg.norm(self.vectors, axis=1)
        of_neighbour = (self.lengths / distances)[:, None] * (self.vectors - self.midpoints)
        of_own = (self.lengths / distances)[:, None] * self.midpoints
        rows = np.repeat(np.concatenate([self.i, self.i]), 2)
        columns = np.concatenate([2 * self.j[:, None] + np.arange(2), 2 * self.i[:, None] + np.arange(2)]).ravel()
        return sp.coo_array((np.concatenate([of_neighbour, of_own]).ravel(), (rows, columns)), shape=(n, 2 * n)).tocsr()

    @cached_property
    def volume_matrix(self) -> sp.csr_array:
        """A, shape (N, 2 N) [1/lambda_min]: relative changes of the areas."""
        return sp.csr_array(sp.diags_array(1 / self.areas) @ self.area_gradients)


def with_images(sample: Sample, margin: float) -> tuple[np.ndarray, np.ndarray]:
    """Positions folded into the box, and behind them their images within `margin` of it; the particle that each of them is."""
    box = sample.box
    fractional = sample.positions @ np.linalg.inv(box).T
    fractional -= np.floor(fractional)
    reach = margin / widths(box)
    rounds = np.ceil(reach).astype(int)
    parts, owners = [fractional], [np.arange(len(fractional))]
    for a in range(-rounds[0], rounds[0] + 1):
        for b in range(-rounds[1], rounds[1] + 1):
            if a or b:
                image = fractional + [a, b]
                near = np.all((image > -reach) & (image < 1 + reach), axis=1)
                parts.append(image[near])
                owners.append(np.flatnonzero(near))
    return np.concatenate(parts) @ box.T, np.concatenate(owners)


def _edges(sample: Sample, diagram: Voronoi, owners: np.ndarray) -> Cells | None:
    """The cells of the particles in the box; None where one of them has no end, or reaches the outermost images."""
    n = sample.particles
    pairs, vertices = diagram.ridge_points, np.array(diagram.ridge_vertices, dtype=object)
    own = pairs.min(axis=1) < n
    pairs = pairs[own]
    ends = np.array([list(ridge) if len(ridge) == 2 else [-1, -1] for ridge in vertices[own]], dtype=np.int64).reshape(-1, 2)
    if np.any(ends < 0):
        return None
    first, second = diagram.vertices[ends[:, 0]], diagram.vertices[ends[:, 1]]
    lengths, middle = np.linalg.norm(first - second, axis=1), 0.5 * (first + second)
    # Every edge is seen from each of its ends that lies in the box.
    sides = np.concatenate([pairs, pairs[:, ::-1]])
    lengths, middle = np.tile(lengths, 2), np.tile(middle, (2, 1))
    kept = (sides[:, 0] < n) & (lengths > SHORTEST * sample.spacing)
    sides, lengths, middle = sides[kept], lengths[kept], middle[kept]
    points = diagram.points
    vectors, midpoints = points[sides[:, 1]] - points[sides[:, 0]], middle - points[sides[:, 0]]
    i, j = sides[:, 0], owners[sides[:, 1]]
    distances = np.linalg.norm(vectors, axis=1)
    areas = np.bincount(i, weights=0.25 * lengths * distances, minlength=n)  # triangles of height R/2 upon the edges
    if not np.isclose(areas.sum(), sample.volume, rtol=1e-9):
        return None
    order = np.lexsort((j, i))
    return Cells(sample, i[order], j[order], vectors[order], lengths[order], midpoints[order], areas)
