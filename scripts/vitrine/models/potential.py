r"""Pair potentials that are sums of powers of x = r/lambda_ij, cut off at x_c.

    phi(r) = eps sum_k C_k x^{p_k}   for x < x_c,   0 beyond.

Smoothed inverse powers, Lennard-Jones with shifted force and harmonic spheres are all of this kind, so one set of compiled kernels serves them. Two
representations are kept: the plain list of (C_k, p_k), from which all derivatives follow, and Horner polynomials in y = x^2 and 1/y for the hot
loops, where only the energy and the force are needed.
"""

from __future__ import annotations

import math
from collections import namedtuple
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

# Horner form: phi = even(y) + inverse(1/y) + x odd(y) + sum C x^p of the remaining powers; tuples, so that the compiler unrolls them.
Kernel = namedtuple("Kernel", "even inverse odd powers cutoff2")


class OfDistance:
    """A potential by `_by_distance`: phi/eps and its first four derivatives by x, (5, n), at x (n,) below `cutoff`."""

    cutoff: float

    def derivatives(self, r: np.ndarray, scale: np.ndarray, energy: np.ndarray) -> np.ndarray:
        """phi and its first four derivatives by r, shape (5, n), for distances r, lengths lambda_ij and energies eps_ij of shape (n,)."""
        x, out = np.asarray(r, dtype=float) / scale, np.zeros((5, len(r)))
        inside = x < self.cutoff
        out[:, inside] = self._by_distance(x[inside])
        return out * energy / np.asarray(scale) ** np.arange(5)[:, None]

    def energy_and_slope(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """phi/eps and its derivative by x at x (n,) below the cutoff."""
        found = self._by_distance(np.atleast_1d(np.asarray(x, dtype=float)))
        return (found[0], found[1]) if np.ndim(x) else (found[0, 0], found[1, 0])


@dataclass(frozen=True)
class PairPotential:
    """A sum of powers: `terms` are (C_k, p_k), `cutoff` is x_c, both dimensionless."""

    terms: tuple[tuple[float, float], ...]
    cutoff: float

    @cached_property
    def kernel(self) -> Kernel:
        """The Horner form for the compiled loops."""
        even, inverse, odd, powers = {0: 0.0}, {1: 0.0}, {}, []
        for coefficient, exponent in self.terms:
            if exponent % 2 == 0 and exponent >= 0:
                even[int(exponent) // 2] = even.get(int(exponent) // 2, 0.0) + coefficient
            elif exponent % 2 == 0:
                inverse[-int(exponent) // 2] = inverse.get(-int(exponent) // 2, 0.0) + coefficient
            elif exponent % 2 == 1 and exponent > 0:
                odd[int(exponent) // 2] = odd.get(int(exponent) // 2, 0.0) + coefficient
            else:
                powers.append((coefficient, exponent))
        dense = [
            tuple(float(part.get(k, 0.0)) for k in range(first, max(part, default=-1) + 1)) for part, first in ((even, 0), (inverse, 1), (odd, 0))
        ]
        return Kernel(*dense, tuple(float(value) for term in powers for value in term), float(self.cutoff) ** 2)

    @property
    def highest(self) -> float:
        """The largest phi/eps that two particles reach as they overlap: infinite where a power is negative."""
        return math.inf if any(power < 0 for _, power in self.terms) else sum(c for c, p in self.terms if p == 0)

    def energy_and_slope(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """phi/eps and its derivative by x at x (n,) below the cutoff."""
        return sum(c * x**p for c, p in self.terms), sum(c * p * x ** (p - 1) for c, p in self.terms if p != 0)

    def derivatives(self, r: np.ndarray, scale: np.ndarray, energy: np.ndarray) -> np.ndarray:
        """phi and its first four derivatives by r, shape (5, n), for distances r, lengths lambda_ij and energies eps_ij of shape (n,)."""
        coefficients, exponents = (np.array(column, dtype=float) for column in zip(*self.terms, strict=True))
        from vitrine.models.kernels import derivatives  # compiled code is slow to import, and a config is checked without it

        return derivatives(
            np.ascontiguousarray(r, dtype=float), np.ascontiguousarray(scale, dtype=float), np.ascontiguousarray(energy, dtype=float),
            coefficients, exponents, float(self.cutoff),
        )  # fmt: skip


def smoothed_inverse_power(exponent: float, cutoff: float, smoothness: int) -> PairPotential:
    r"""x^-beta + sum_{l=0}^q c_{2l} x^{2l}: phi and its first q derivatives vanish at x_c (001 sec. II, 002 App. A; recipes of the POLY model).

    c_{2l} solve the (q+1) linear conditions; in closed form, with b = beta/2,
    c_{2l} = (-1)^{l+1} C(b+l-1, l) C(b+q, q-l) x_c^{-(beta+2l)}, binomials of real argument.
    """
    b, q = exponent / 2, smoothness
    terms = [(1.0, -float(exponent))]
    for order in range(q + 1):
        rising = math.prod((b + k) / (k + 1) for k in range(order))
        upper = math.prod((b + order + 1 + k) / (k + 1) for k in range(q - order))
        terms.append(((-1) ** (order + 1) * rising * upper * cutoff ** -(exponent + 2 * order), 2.0 * order))
    return PairPotential(tuple(terms), float(cutoff))


def force_shifted(terms: Sequence[tuple[float, float]], cutoff: float) -> PairPotential:
    """The sum of powers `terms` with potential and force shifted to zero at the cutoff (000 Methods; 003 sec. II)."""
    value = sum(c * cutoff**p for c, p in terms)
    slope = sum(c * p * cutoff ** (p - 1) for c, p in terms)
    return PairPotential((*((float(c), float(p)) for c, p in terms), (slope * cutoff - value, 0.0), (-slope, 1.0)), float(cutoff))


LENNARD_JONES = ((4.0, -12.0), (-4.0, -6.0))
"""Powers of 4 (x^-12 - x^-6), to be shifted by `force_shifted`."""

HARMONIC = PairPotential(((0.5, 0.0), (-1.0, 1.0), (0.5, 2.0)), 1.0)
"""Harmonic spheres (1 - x)^2/2 (001 App. B); finite at overlap, so random starts are relaxed with it."""
