r"""A potential of any law phi(x), cut off at x_c and smoothed there.

    none            phi
    shifted_energy  phi - phi(x_c)
    shifted_force   phi - phi(x_c) - (x - x_c) phi'(x_c)
    polynomial      phi + sum_{l=0}^q c_2l x^2l: it and its first q derivatives vanish at x_c (001 sec. II)

The last sum is minus the Taylor polynomial of phi in x^2 about x_c^2. Below x_0, `inner`, the potential goes on as a parabola in x^2 that repels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from vitrine.errors import InputError
from vitrine.models.piecewise import ROUNDING, Spline, by_distance, by_square, evaluated, fitted, parabola
from vitrine.models.potential import OfDistance

SMOOTHINGS = ("none", "shifted_energy", "shifted_force", "polynomial")
INNER = 1 / 32  # x_0 over x_c where none is given
LOOKS = 4000  # distances at which a law is looked at before anything is built on it


class Law(Protocol):
    """phi of one variable; `exact` where its derivatives can be had to rounding, else they are those of the spline that is made of it."""

    exact: bool

    def derivatives(self, x: np.ndarray, order: int = 4) -> np.ndarray:
        """phi and its first `order` derivatives at x (n,), shape (order + 1, n)."""


@dataclass(frozen=True)
class CutPotential(OfDistance):
    """A law between `inner` and `cutoff`, smoothed at the cutoff as `smoothing` says; q is `smoothness`, of `polynomial` alone."""

    law: Law
    cutoff: float
    inner: float
    smoothing: str
    smoothness: int = 0

    @cached_property
    def at_cutoff(self) -> np.ndarray:
        """phi and as many derivatives of the law at x_c as smoothing takes, by v = (x/x_c)^2 for `polynomial` and by x otherwise."""
        order = {"none": 0, "shifted_energy": 0, "shifted_force": 1, "polynomial": self.smoothness}[self.smoothing]
        end = np.array([self.cutoff])
        found = self.law.derivatives(end, order)
        return (by_square(found, end, self.cutoff) if self.smoothing == "polynomial" else found)[:, 0]

    @cached_property
    def _spline(self) -> tuple[Spline, float, float]:
        return fitted(self._by_square, (self.inner / self.cutoff) ** 2, self.cutoff)

    @property
    def kernel(self) -> Spline:
        """The piecewise polynomial for the compiled loops."""
        return self._spline[0]

    def checked(self) -> CutPotential:
        """The potential itself. Raises InputError, without the key, for a law that is not finite, not smooth, or does not repel at `inner`."""
        x = np.geomspace(self.inner, self.cutoff, LOOKS)
        bad = ~np.all(np.isfinite(self.law.derivatives(x)), axis=0)
        if np.any(bad) or not np.all(np.isfinite(self.at_cutoff)):
            where = float(x[bad].max()) if np.any(bad) else self.cutoff
            raise InputError(f"it is not finite at {where:.4g}: it must be from inner, {self.inner:.4g}, to the cutoff, {self.cutoff:.4g}")
        spline, error, where = self._spline
        if self.law.exact and not error <= ROUNDING:
            place = self.cutoff * math.sqrt(where)
            raise InputError(
                f"it is singular, or far from smooth, near {place:.4g}: it may be so only below inner, {self.inner:.4g}, and beyond the cutoff"
            )
        if spline.slope > 0:
            least = x[np.nonzero(self.derivatives(x, np.ones(LOOKS), np.ones(LOOKS))[1] < 0)[0][:1]]
            hint = f"set inner, the distance at which the formula ends, to more than {least[0]:.4g}" if len(least) else "no distance repels"
            raise InputError(f"it attracts at the shortest distance, inner = {self.inner:.4g}, and particles would fall into each other: {hint}")
        return self

    @property
    def highest(self) -> float:
        """The largest phi/eps that two particles reach as they overlap."""
        return float(self._by_distance(np.zeros(1))[0, 0])

    def _by_distance(self, x: np.ndarray) -> np.ndarray:
        """phi and four derivatives by x at x (n,) below the cutoff."""
        v = (x / self.cutoff) ** 2
        if not self.law.exact:
            return by_distance(evaluated(self.kernel, v), x, self.cutoff)
        out, under = np.zeros((5, len(x))), v < self.kernel.low
        beyond = ~under
        smoothing = by_distance(self._even(v[beyond]), x[beyond], self.cutoff)
        out[:, beyond] = self.law.derivatives(x[beyond]) + self._straight(x[beyond]) + smoothing
        out[:, under] = by_distance(parabola(self.kernel, v[under], float(self.kernel.coefficients[0, 0])), x[under], self.cutoff)
        return out

    def _by_square(self, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """phi and four derivatives by v at v (n,), and the size of the terms that make up phi there (n,)."""
        x = self.cutoff * np.sqrt(v)
        bare, straight, even = self.law.derivatives(x), self._straight(x), self._even(v)
        with np.errstate(all="ignore"):
            size = np.abs(bare[0]) + np.abs(x * bare[1]) + np.abs(x**2 * bare[2]) + np.abs(straight[0]) + np.abs(even[0])
            return by_square(bare + straight, x, self.cutoff) + even, size

    def _straight(self, x: np.ndarray) -> np.ndarray:
        """The straight line that shifts energy, or force, to zero at the cutoff: with its derivatives by x, (5, n)."""
        out = np.zeros((5, len(x)))
        if self.smoothing in ("shifted_energy", "shifted_force"):
            out[0] = -self.at_cutoff[0]
        if self.smoothing == "shifted_force":
            out[0] -= (x - self.cutoff) * self.at_cutoff[1]
            out[1] = -self.at_cutoff[1]
        return out

    def _even(self, v: np.ndarray) -> np.ndarray:
        """The even polynomial with its derivatives by v, (5, n)."""
        out = np.zeros((5, len(v)))
        if self.smoothing == "polynomial":
            for order in range(5):
                for power, value in enumerate(self.at_cutoff[order:]):
                    out[order] -= value * (v - 1) ** power / math.factorial(power)
        return out
