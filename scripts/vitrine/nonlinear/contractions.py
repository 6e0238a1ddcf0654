r"""Contractions of the third and fourth derivatives of the energy with displacements (004, eqs. 11-15; 002, S-3), bond by bond, without tensors.

A bond R = x_j - x_i changes by z = z_j - z_i. With p = R.z, s = z.z and the derivatives of phi by w = r^2/2

    psi_1 = phi'/r,   psi_2 = phi''/r^2 - phi'/r^3,   psi_3 = phi'''/r^3 - 3 phi''/r^4 + 3 phi'/r^5,
    psi_4 = phi''''/r^4 - 6 phi'''/r^5 + 15 phi''/r^6 - 15 phi'/r^7

the derivatives of phi(|R + e z|) by e at e = 0 are

    psi_2 p^2 + psi_1 s,    psi_3 p^3 + 3 psi_2 p s,    psi_4 p^4 + 6 psi_3 p^2 s + 3 psi_2 s^2

Their sums over bonds are b2 = U2:zz, b3 = U3:.zzz, b4 = U4::zzzz; a gradient by z over the order gives the vectors U3:zz and U4:.zzz. Bonds are held
fixed: phi'''' may jump at the cutoff.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from vitrine.compile_cache import njit
from vitrine.interactions import Interactions


@dataclass(frozen=True)
class Contractions:
    """The contractions of a sample's bonds with fields of displacements (N d,) or, as columns, (N d, k)."""

    bonds: Interactions

    @cached_property
    def _psi(self) -> np.ndarray:
        """psi_1 to psi_4 of every bond, (n, 4)."""
        r, (_, first, second, third, fourth) = self.bonds.distances, self.bonds.derivatives
        psi = np.empty((len(r), 4))
        psi[:, 0] = first / r
        psi[:, 1] = second / r**2 - first / r**3
        psi[:, 2] = third / r**3 - 3 * second / r**4 + 3 * first / r**5
        psi[:, 3] = fourth / r**4 - 6 * third / r**5 + 15 * second / r**6 - 15 * first / r**7
        return psi

    def quadratic(self, fields: np.ndarray) -> np.ndarray:
        """q = sum_j |z_ij|^2 z_ij over interacting pairs (001, sec. C1), in the place of U4:.zzz; same shape as the fields."""
        return self._apply(2, fields)

    def cubic(self, fields: np.ndarray) -> np.ndarray:
        """U3:zz, same shape as the fields [epsilon/lambda_min^3]."""
        return self._apply(3, fields)

    def quartic(self, fields: np.ndarray) -> np.ndarray:
        """U4:.zzz, same shape as the fields [epsilon/lambda_min^4]."""
        return self._apply(4, fields)

    def cubic_of_covariances(self, covariances: np.ndarray) -> np.ndarray:
        """U3:M (N, d) from what a matrix M (N d, N d) is for the difference of every bond's ends, (n, d, d), symmetric: U3:zz where M = z z^T."""
        vectors, psi = self.bonds.vectors, self._psi
        turned = np.einsum("bac,bc->ba", covariances, vectors)
        along = psi[:, 2] * np.einsum("ba,ba->b", vectors, turned) + psi[:, 1] * np.trace(covariances, axis1=1, axis2=2)
        return self.bonds.incidence @ (along[:, None] * vectors + 2 * psi[:, 1, None] * turned)

    def orders(self, fields: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """b2 = U2:zz, b3 = U3:.zzz and b4 = U4::zzzz of each field."""
        return tuple(np.einsum("i...,i...->...", fields, force) for force in (self.bonds.hessian @ fields, self.cubic(fields), self.quartic(fields)))

    def _apply(self, order: int, fields: np.ndarray) -> np.ndarray:
        d = self.bonds.sample.dimension
        columns = np.ascontiguousarray(fields.reshape(len(fields), -1).T)
        out = np.zeros_like(columns)
        shape = (len(columns), -1, d)
        _contract(columns.reshape(shape), self.bonds.i, self.bonds.j, self.bonds.vectors, self._psi, order, out.reshape(shape))
        return np.ascontiguousarray(out.T).reshape(fields.shape)


@njit(error_model="numpy")
def _contract(fields, i, j, vectors, psi, order, out):
    """Add along R + across z of every bond to its second particle and subtract it from its first: q (order 2), U3:zz (3) or U4:.zzz (4)."""
    d = vectors.shape[1]
    for k in range(fields.shape[0]):
        z, force = fields[k], out[k]
        for b in range(i.size):
            p, s = 0.0, 0.0
            for a in range(d):
                change = z[j[b], a] - z[i[b], a]
                p += vectors[b, a] * change
                s += change * change
            if order == 2:
                along, across = 0.0, s
            elif order == 3:
                along, across = psi[b, 2] * p * p + psi[b, 1] * s, 2.0 * psi[b, 1] * p
            else:
                along = p * (psi[b, 3] * p * p + 3.0 * psi[b, 2] * s)
                across = 3.0 * (psi[b, 2] * p * p + psi[b, 1] * s)
            for a in range(d):
                value = along * vectors[b, a] + across * (z[j[b], a] - z[i[b], a])
                force[j[b], a] += value
                force[i[b], a] -= value
