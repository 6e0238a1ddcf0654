r"""The replica-symmetric solution of the mean-field oscillators (004 eq. 10, Fig. 8a; derived in docs/mean_field.md).

One oscillator in the field of all others sits at the lowest minimum of its own potential,

    (kappa - w) x + x^3/6 = h + sigma z,  z normal,     K = kappa - w + x^2/2 its stiffness,
    w = J^2 chi, chi = <1/K>,             sigma^2 = J^2 q, q = <x^2>,

averages over z and over kappa, uniform on [k_min, k_0]. h, sigma and w give everything else: J^2 = w/chi, and sigma^2 = J^2 q is one equation
for them. The solution ends where J^2 <1/K^2> = 1, with D ~ omega^2 there, or where w = k_min, P(K) ~ K^(3/2) and D ~ omega^4, whichever comes first.
Averages are integrals over x, of density K p(y(x)) with y the field and p its normal density: no root of the cubic enters but at their ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.optimize import brentq, root

from vitrine.errors import InputError
from vitrine.oscillators.parameters import Oscillators

REACH = 9.0  # standard deviations of the field that are integrated over
NODES, WEIGHTS = np.polynomial.legendre.leggauss(8)
GRADED = np.concatenate([[0.0], np.geomspace(1e-7, 0.05, 7), np.arange(1, 13) / 12])  # panels, narrow towards 0, where x or kappa - w may vanish
TOLERANCE = 1e-10
TINY = 1e-12


@dataclass(frozen=True)
class Solution:
    """The state of one oscillator, given by h, sigma and w; for w > k_min its lowest minimum is taken, which is no solution of the model."""

    h: float
    sigma: float
    w: float
    k_min: float
    k_0: float

    @cached_property
    def moments(self) -> tuple[float, float, float]:
        """chi = <1/K>, <1/K^2> and q = <x^2>."""
        kappa, share = self._stiffnesses()
        x, weight = self._positions(kappa)
        stiffness = kappa[:, None] - self.w + x**2 / 2
        field = (kappa[:, None] - self.w) * x + x**3 / 6
        density = weight * share[:, None] * np.exp(-(((field - self.h) / self.sigma) ** 2) / 2) / (self.sigma * np.sqrt(2 * np.pi))
        inverse = np.divide(density, stiffness, out=np.zeros_like(density), where=stiffness > 0)
        return float(density.sum()), float(inverse.sum()), float((density * stiffness * x**2).sum())

    @property
    def chi(self) -> float:
        """<1/K>."""
        return self.moments[0]

    @property
    def coupling(self) -> float:
        """Coupling to which w belongs."""
        return np.sqrt(self.w / self.chi)

    @property
    def marginality(self) -> float:
        """J^2 <1/K^2>: 1 where the solution loses its stability."""
        return self.w / self.chi * self.moments[1]

    @property
    def mismatch(self) -> float:
        """ln of J^2 q/sigma^2: 0 for a solution."""
        return float(np.log(self.w / self.chi * self.moments[2] / self.sigma**2))

    @property
    def soft_prefactor(self) -> float:
        """A_g of D = A_g omega^4 where w >= k_min < k_0: 2 c/(1 - J^2 <1/K^2>)^(5/2) with P(K) = c K^(3/2); infinite where that is 1, or more.

        At the lowest minima |x| <= (3 K)^(1/2), so c has 2 3^(1/2) where w > k_min; at w = k_min |x| <= (2 K)^(1/2), and it has 2 2^(1/2).
        """
        at_zero = np.exp(-((self.h / self.sigma) ** 2) / 2) / (self.sigma * np.sqrt(2 * np.pi))
        reach = np.sqrt(2 if self.w <= self.k_min else 3)
        return 4 * reach * at_zero / (self.k_0 - self.k_min) * max(1 - self.marginality, 1e-9) ** -2.5 if self.marginality < 1 else np.inf

    def _stiffnesses(self) -> tuple[np.ndarray, np.ndarray]:
        """kappa (n,) and their weights, close together about w."""
        if self.k_0 == self.k_min:
            return np.array([self.k_min]), np.ones(1)
        turn = float(np.clip(self.w, self.k_min, self.k_0))
        above, weights = _panels(np.array([0.0]), np.array([self.k_0 - turn]))
        below, lower = _panels(np.array([0.0]), np.array([turn - self.k_min]))
        kappa, share = np.concatenate([turn - below[0], turn + above[0]]), np.concatenate([lower[0], weights[0]])
        return kappa[share > 0], share[share > 0] / (self.k_0 - self.k_min)

    def _positions(self, kappa: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """x (n, m) of the lowest minima and their weights: within `REACH` of the mean field, without what lies between two wells."""
        stiffness = kappa - self.w
        low, high = (lowest_minimum(stiffness, self.h + side * REACH * self.sigma) for side in (-1, 1))
        well = np.sqrt(6 * np.maximum(-stiffness, 0.0))
        left, right = np.minimum(low, -well), np.where(low < 0, well, low)
        down, lower = _panels(well, -left)
        up, upper = _panels(right, np.maximum(high, right))
        return np.hstack([-down, up]), np.hstack([lower, upper])


def _panels(start: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights (n, m) of Gauss and Legendre between `start` and `end` (n,), close together at the start."""
    edges = start[:, None] + np.maximum(end - start, 0.0)[:, None] * GRADED
    half = np.diff(edges)[:, :, None] / 2
    nodes = edges[:, :-1, None] + half * (1 + NODES)
    return nodes.reshape(len(start), -1), (half * WEIGHTS).reshape(len(start), -1)


def lowest_minimum(stiffness: np.ndarray, field: np.ndarray | float) -> np.ndarray:
    """x at the lowest minimum of stiffness x^2/2 + x^4/24 - field x: the root of its sign that is largest. Arrays of one shape, or numbers."""
    stiffness, field = np.broadcast_arrays(np.asarray(stiffness, dtype=float), np.asarray(field, dtype=float))
    load, scale = np.abs(field), 1 + np.abs(stiffness) + np.abs(field)
    x = np.sqrt(6 * np.maximum(-stiffness, 0.0)) + np.cbrt(6 * load) + 1e-300 * scale  # above the root, from where Newton's steps fall
    x = np.where(stiffness > 0, np.minimum(x, load / np.where(stiffness > 0, stiffness, 1.0)), x)
    for _ in range(100):
        slope = stiffness + x**2 / 2
        step = np.divide(stiffness * x + x**3 / 6 - load, slope, out=np.zeros_like(x), where=slope > 0)
        x = x - step
        if np.all(np.abs(step) <= 1e-15 * np.abs(x)):
            break
    return np.copysign(x, field)


def solve(model: Oscillators, edge: Solution | None = None) -> Solution | None:
    """The replica-symmetric solution; None where there is none: the coupling is above that of the transition, or k_min = 0. edge: the transition."""
    if model.k_min == 0:
        return None
    edge = edge or boundary(model.h, model.k_min, model.k_0)
    excess = model.J / edge.coupling - 1
    if excess > 1e-9:
        return None
    if excess > -1e-9:
        return edge
    w = brentq(lambda w: np.log(_at(model.h, w, model.k_min, model.k_0).coupling / model.J), 1e-12 * edge.w, edge.w, xtol=1e-14, rtol=1e-12)
    return _at(model.h, w, model.k_min, model.k_0)


def weak_coupling(model: Oscillators) -> Solution:
    """The solution with the lowest minima of single oscillators where w > k_min, which the model itself has not: good for weak coupling alone."""
    sure = max(model.J * 1e-3, 1e-9)

    def equations(unknown: np.ndarray) -> np.ndarray:
        one = Solution(model.h, np.exp(unknown[0]), np.exp(unknown[1]), model.k_min, model.k_0)
        return np.array([one.mismatch, np.log(one.coupling / model.J)])

    q = 1.5 * 6 ** (1 / 3) * model.h ** (4 / 3) / model.k_0 + sure**2
    start = [np.log(model.J * np.sqrt(q)), np.log(2 * model.J**2 / model.k_0)]
    found = root(equations, start, tol=TOLERANCE)
    return Solution(model.h, *np.exp(found.x), model.k_min, model.k_0) if found.success else Solution(model.h, np.nan, np.nan, model.k_min, model.k_0)


def _at(h: float, w: float, k_min: float, k_0: float) -> Solution:
    """The solution of a given w, for some J. Without a field sigma is 0, and is taken as tiny."""
    blank = Solution(h, TINY, w, k_min, k_0)
    if h == 0:
        return blank

    def mismatch(log_sigma: float) -> float:
        return replace(blank, sigma=np.exp(log_sigma)).mismatch

    low = high = np.log(h) - 3
    while mismatch(low) < 0:
        low -= 3
    while mismatch(high) > 0:
        low, high = high, high + 1
    return replace(blank, sigma=np.exp(brentq(mismatch, low, high, xtol=1e-12)))


def boundary(h: float, k_min: float, k_0: float) -> Solution:
    """The solution at the transition at this field: of w = k_min where it is stable (omega^4), else the one of J^2 <1/K^2> = 1 (omega^2).

    Raises InputError for k_min = 0, where there is no replica-symmetric phase.
    """
    if not k_min > 0:
        raise InputError("k_min = 0: there is no replica-symmetric phase, and no transition; allowed is k_min > 0")
    quartic = _at(h, k_min, k_min, k_0)
    if quartic.marginality <= 1:
        return quartic
    w = brentq(lambda w: np.log(_at(h, w, k_min, k_0).marginality), 1e-6 * k_min, k_min, xtol=1e-12)
    return _at(h, w, k_min, k_0)


def special_point(k_min: float, k_0: float) -> Solution | None:
    """Where the branches of the transition meet, with w = k_min and J^2 <1/K^2> = 1; None where there is one branch alone, as for k_min = k_0."""

    def unstable(log_field: float) -> float:
        return np.log(_at(np.exp(log_field), k_min, k_min, k_0).marginality)

    low, high = np.log(1e-3), np.log(1e3)
    if k_min == k_0 or not unstable(low) > 0 > unstable(high):
        return None
    return _at(np.exp(brentq(unstable, low, high, xtol=1e-9)), k_min, k_min, k_0)
