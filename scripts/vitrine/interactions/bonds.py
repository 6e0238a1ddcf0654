r"""The interactions of a sample: its bonds and what follows from them.

For bonds b = (i, j) with R = x_j - x_i (minimum image), r = |R|, n = R/r and derivatives phi', phi'' of their pair potential:

    U = sum_b phi,    F_i = sum phi' n,    S_{b,k} = dr_b/dx_k    (compatibility matrix, 001 eq. 2: S_{b,i} = -n, S_{b,j} = +n)
    H = S^T diag(phi'') S + sum_b (phi'/r) (1 - n n^T) terms       (Hessian, called M in 001)
    p = -1/(d V) sum_b phi' r

A many-body potential adds sum_i F(rho_i) to U (`many_body.py`); phi' and phi'' of a bond then hold F' of its ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from vitrine.interactions.many_body import ManyBody
from vitrine.interactions.neighbours import cell_counts, close_pairs, padded
from vitrine.samples.sample import Sample, widths


@dataclass(frozen=True)
class Interactions:
    """Bonds of a sample, sorted by (i, j).

    i, j (n,) particle indices, i < j; vectors (n, d) from i to j [lambda_min]; derivatives (5, n): phi and its derivatives by r to fourth order.
    many: what a many-body potential has beside; its `derivatives` are then phi, and the slope and curvature by r that a bond has with the densities'
    derivatives F' held; the third and fourth are NaN.
    """

    sample: Sample
    i: np.ndarray
    j: np.ndarray
    vectors: np.ndarray
    derivatives: np.ndarray
    many: ManyBody | None = None

    @classmethod
    def of(cls, sample: Sample) -> Interactions:
        """Find every interacting pair of a sample (its box must be wider than twice the range)."""
        model = sample.model
        x, h = padded(sample.positions, sample.box)
        counts = cell_counts(widths(sample.box), model.range)
        sizes, types = np.ascontiguousarray(sample.sizes, dtype=float), np.ascontiguousarray(sample.types, dtype=np.int64)
        i, j = close_pairs(x, h, counts, sizes, types, model.ranges, model.nonadditivity, 0.0, (0.0,) * len(h))
        i, j = np.minimum(i, j), np.maximum(i, j)
        order = np.lexsort((j, i))
        i, j = i[order], j[order]
        vectors = minimum_images(sample.positions[j] - sample.positions[i], sample.box)
        distances = np.linalg.norm(vectors, axis=1)
        derivatives = model.derivatives(distances, i, j, sizes, types)
        if model.embedding is None:
            return cls(sample, i, j, vectors, derivatives)
        many = ManyBody.of(model.embedding, types, i, j, distances)
        derivatives[1:3] += many.slopes
        return cls(sample, i, j, vectors, derivatives, many)

    @cached_property
    def distances(self) -> np.ndarray:
        """r of shape (n,)."""
        return np.linalg.norm(self.vectors, axis=1)

    @cached_property
    def directions(self) -> np.ndarray:
        """n = R/r of shape (n, d)."""
        return self.vectors / self.distances[:, None]

    @property
    def energy(self) -> float:
        """Potential energy U."""
        return float(self.derivatives[0].sum()) + (self.many.energy if self.many else 0.0)

    @property
    def pair_forces(self) -> np.ndarray:
        """f = -phi'(r) of shape (n,), positive for repulsion."""
        return -self.derivatives[1]

    @property
    def forces(self) -> np.ndarray:
        """Net force on every particle, shape (N, d)."""
        return self.compatibility.T.dot(self.pair_forces).reshape(self.sample.positions.shape)

    @property
    def residual(self) -> float:
        """Largest net force on a particle over the root-mean-square pair force; zero where no two particles touch."""
        if not len(self.i):
            return 0.0
        return float(np.linalg.norm(self.forces, axis=1).max() / np.sqrt(np.mean(self.pair_forces**2)))

    @property
    def pressure(self) -> float:
        """Virial pressure at zero temperature."""
        return float(self.pair_forces @ self.distances / (self.sample.dimension * self.sample.volume))

    @cached_property
    def incidence(self) -> sp.csr_array:
        """Shape (N, n): 1 where a particle is the second of a bond, -1 where it is the first. It sums what bonds do to particles."""
        bond, ends = np.arange(len(self.i)), np.ones(len(self.i))
        entries = np.concatenate([ends, -ends]), (np.concatenate([self.j, self.i]), np.concatenate([bond, bond]))
        return sp.csr_array(entries, shape=(self.sample.particles, len(self.i)))

    @cached_property
    def compatibility(self) -> sp.csr_array:
        """S (001 eq. 2), shape (n, N d)."""
        n, d = self.vectors.shape
        columns = np.concatenate([self.i[:, None] * d + np.arange(d), self.j[:, None] * d + np.arange(d)], axis=1)
        values = np.concatenate([-self.directions, self.directions], axis=1)
        return sp.csr_array((values.ravel(), columns.ravel(), np.arange(0, 2 * d * n + 1, 2 * d)), shape=(n, self.sample.particles * d))

    @cached_property
    def hessian(self) -> sp.csc_array:
        """H = d2U/dx dx, shape (N d, N d) [epsilon/lambda_min^2]."""
        _, slope, curvature = self.derivatives[:3]
        hessian = self._assemble(curvature, slope / self.distances)
        return hessian if self.many is None else self.many.added_to(hessian, self.compatibility)

    @cached_property
    def couplings(self) -> tuple[np.ndarray, np.ndarray]:
        """Pairs of particles (i, j), i < j, between which the Hessian has a block: bonds, and of a many-body potential those with a common end."""
        if self.many is None:
            return self.i, self.j
        bonded = abs(self.incidence) @ abs(self.incidence).T
        near = sp.coo_array(sp.triu(bonded @ bonded, 1))
        return near.row, near.col

    @cached_property
    def unit_hessian(self) -> sp.csc_array:
        """S^T S, the Hessian of the same bonds as unstressed unit springs."""
        return self._assemble(np.ones(len(self.i)), np.zeros(len(self.i)))

    def _assemble(self, parallel: np.ndarray, transverse: np.ndarray) -> sp.csc_array:
        """Matrix of the bonds' blocks parallel n n^T + transverse (1 - n n^T): minus off the diagonal, summed on it. Symmetric to the last bit."""
        d, particles = self.sample.dimension, self.sample.particles
        projector = self.directions[:, :, None] * self.directions[:, None, :]
        block = parallel[:, None, None] * projector + transverse[:, None, None] * (np.eye(d) - projector)
        diagonal = (abs(self.incidence) @ block.reshape(-1, d * d)).reshape(-1, d, d)
        own = np.arange(particles)
        rows, columns = np.concatenate([self.i, self.j, own]), np.concatenate([self.j, self.i, own])
        values = np.concatenate([-block, -block, diagonal])
        place = sp.csr_array((np.arange(len(values)), (rows, columns)), shape=(particles, particles))  # of every block, row by row
        whole = sp.bsr_array((values[place.data], place.indices, place.indptr), shape=(particles * d, particles * d)).tocsr()
        return sp.csc_array((whole.data, whole.indices, whole.indptr), shape=whole.shape)  # rows are columns: it is symmetric


def minimum_images(vectors: np.ndarray, box: np.ndarray) -> np.ndarray:
    """Shortest periodic images of vectors (n, d) in an upper triangular box (d, d)."""
    vectors = np.array(vectors, dtype=float)
    for axis in range(box.shape[0] - 1, -1, -1):
        vectors -= np.rint(vectors[:, axis] / box[axis, axis])[:, None] * box[:, axis]
    return vectors
