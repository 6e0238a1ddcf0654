r"""The exact density of modes of the mean-field oscillators in their replica-symmetric phase.

The Hessian is kappa_i + x_i^2/2 on the diagonal and J_ij beside it; in the limit of many oscillators its resolvent solves

    G(lambda) = <1/(K + w - lambda - J^2 G(lambda))>.

With zeta = lambda - w + J^2 G = u + i v, lambda is real on the curve J^2 int P(K)/((K - u)^2 + v^2) dK = 1, which has one v > 0 for each u at most
(P. Biane, Indiana Univ. Math. J. 46, 705 (1997)), and there D(lambda) = v/(pi J^2). P is known from its cumulative, taken as constant in narrow bins.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

from vitrine.oscillators.replica_symmetric import NODES, REACH, WEIGHTS, Solution, lowest_minimum

BINS = 1500
POINTS = 700  # of the curve
TURNS = np.array([-REACH, -4, -2, -1, 0, 1, 2, 4, REACH])  # of the field, between which the cumulative is integrated panel by panel


@dataclass(frozen=True)
class Spectrum:
    """Frequencies omega (n,), ascending from the edge, with D(omega) per oscillator and the share of modes up to each."""

    omega: np.ndarray
    density: np.ndarray
    share: np.ndarray

    @property
    def gap(self) -> float:
        """Lowest frequency."""
        return float(self.omega[0])

    def below(self, omega: np.ndarray | float) -> np.ndarray:
        """Share of the modes below frequencies of any shape."""
        return np.interp(omega, self.omega, self.share, left=0.0, right=1.0)

    def at(self, omega: np.ndarray | float) -> np.ndarray:
        """D at frequencies of any shape."""
        return np.interp(omega, self.omega, self.density, left=0.0, right=0.0)


def stiffness_cumulative(solution: Solution, stiffness: np.ndarray) -> np.ndarray:
    """Share of oscillators with K below each of `stiffness` (n,).

    |x| < X there, with X^2/2 = K - kappa + w, hence |y| < K X - X^3/3: of one kappa a difference of normal cumulatives, of many an integral over X.
    """
    least, most = (np.sqrt(2 * np.maximum(stiffness - k + solution.w, 0.0)) for k in (solution.k_0, solution.k_min))
    if solution.k_0 == solution.k_min:
        return _within(solution, stiffness, most)
    most = np.minimum(most, np.sqrt(3 * np.maximum(stiffness, 0.0)))
    least = np.minimum(least, most)
    fields = solution.h + solution.sigma * TURNS
    edges = np.sort(np.clip(np.hstack([least[:, None], _turns(stiffness, fields), most[:, None]]), least[:, None], most[:, None]), axis=1)
    half = np.diff(edges)[:, :, None] / 2
    X = edges[:, :-1, None] + half * (1 + NODES)
    inside = (half * WEIGHTS * X * _within(solution, stiffness[:, None, None], X)).sum(axis=(1, 2))
    return inside / (solution.k_0 - solution.k_min)


def _within(solution: Solution, stiffness: np.ndarray, X: np.ndarray) -> np.ndarray:
    """Probability that the field is no stronger than what moves an oscillator of that stiffness by X."""
    field = np.maximum(stiffness * X - X**3 / 3, 0.0)
    return ndtr((field - solution.h) / solution.sigma) - ndtr((-field - solution.h) / solution.sigma)


def _turns(stiffness: np.ndarray, fields: np.ndarray) -> np.ndarray:
    """Where K X - X^3/3 equals one of the fields, in either sign: the two positive roots (n, 4 m); sqrt(K) where the fields are too strong."""
    root = np.sqrt(np.maximum(stiffness, 0.0))[:, None]
    strength = np.abs(fields)[None]
    cosine = -np.minimum(1.5 * strength / np.maximum(root**3, 1e-300), 1.0)
    angle = np.arccos(cosine) / 3
    return np.hstack([2 * root * np.cos(angle), 2 * root * np.cos(angle - 2 * np.pi / 3)])


def stiffness_edges(solution: Solution) -> np.ndarray:
    """Edges (BINS + 1,) of the range of K, close together at its lower end."""
    kappa = np.linspace(solution.k_min, solution.k_0, 400)
    fields = solution.h + REACH * solution.sigma * np.array([-1.0, 0.0, 1.0])
    fields = np.append(fields, 0.0) if fields[0] < 0 else fields
    x = lowest_minimum((kappa - solution.w)[:, None], fields)
    stiffness = (kappa - solution.w)[:, None] + x**2 / 2
    low, high = max(stiffness.min() * (1 - 1e-6), 0.0), stiffness.max() * (1 + 1e-6)
    return low + (high - low) * np.linspace(0, 1, BINS + 1) ** 2


def spectrum(solution: Solution) -> Spectrum:
    """D(omega) of the solution, from the edge upwards; zero points of D(lambda) below omega = 0 are left out."""
    edges, coupling = stiffness_edges(solution), solution.coupling**2
    height = np.diff(stiffness_cumulative(solution, edges)) / np.diff(edges)
    first, last = _ends(edges, height, coupling)
    u = first + (last - first) * (1 - np.cos(np.pi * np.linspace(0, 1, POINTS) ** 1.5)) / 2
    low, high = np.full(POINTS, -80.0), np.full(POINTS, np.log(np.sqrt(coupling) * 1.01))
    for _ in range(48):
        middle = (low + high) / 2
        inside = coupling * _poles(edges, height, u, np.exp(middle)) > 1
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    v = np.where(low > -80, np.exp(low), 0.0)
    distance = (edges[None] - u[:, None]) ** 2 + v[:, None] ** 2
    real = (height * np.diff(np.log(np.maximum(distance, 1e-300)), axis=1)).sum(axis=1) / 2
    eigenvalue, density = u + solution.w - coupling * real, v / (np.pi * coupling)
    share = np.append(0.0, np.cumsum(np.diff(eigenvalue) * (density[1:] + density[:-1]) / 2))
    kept = eigenvalue > 0
    omega = np.sqrt(eigenvalue[kept])
    return Spectrum(omega, 2 * omega * density[kept], share[kept])


def _poles(edges: np.ndarray, height: np.ndarray, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """int P(K)/((K - u)^2 + v^2) dK at points u + i v, (n,)."""
    away, v = edges[None] - u[:, None], v[:, None]
    angle = np.arctan2(v * np.diff(edges), v**2 + away[:, 1:] * away[:, :-1])  # the difference of two angles, without cancellation
    return (height * angle).sum(axis=1) / v[:, 0]


def _ends(edges: np.ndarray, height: np.ndarray, coupling: float) -> tuple[float, float]:
    """Where J^2 int P/(K - u)^2 is 1 below and above the range of K; its ends, where the integral stays below 1."""
    span = edges[-1] - edges[0]

    def excess(log_distance: float, side: int) -> float:
        u = edges[0] - np.exp(log_distance) if side < 0 else edges[-1] + np.exp(log_distance)
        return coupling * float((height * (1 / (edges[:-1] - u) - 1 / (edges[1:] - u))).sum()) - 1

    ends = []
    for side, edge in ((-1, edges[0]), (1, edges[-1])):
        near, far = np.log(1e-9 * span), np.log(span + 10 * np.sqrt(coupling))
        ends.append(edge if excess(near, side) < 0 else edge + side * np.exp(brentq(excess, near, far, args=(side,), xtol=1e-12)))
    return ends[0], ends[1]
