r"""Nonlinear modes: fields that do not hybridise with phonons (001 sec. C1; 002 S-3; 004 sec. VI).

    pseudo_harmonic   C(z) = b2^2/sum_<ij> |z_ij|^4   t = q = sum_j |z_ij|^2 z_ij   (001, eq. 14)
    cubic             B(z) = (2/3) b2^3/b3^2          t = U3:zz                     (004, eq. 14)
    quartic           G(z) = b2^2/b4                  t = U4:.zzz                   (002, eq. S6)

With b2 = z.H.z and b_n = t.z every one is stationary where H z = (b2/b_n) t. The map z <- H^+ t/|H^+ t| is the unit step of descent that H
preconditions, so that a step costs one solve and one contraction. `map` is the bare map: monotone for pseudo-harmonic and quartic modes, it turns
round and round for cubic ones. `preconditioned` is its conjugate gradient (Polak-Ribiere, never negative), with secants on the slope along a
direction; where the map is monotone it takes the map's steps until a mode is near, so that a start falls into the mode below it.
Runs end by the residual |H z - (b2/b_n) t|/|H z|: a step that is short may only linger near a saddle.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from vitrine.linalg import Factor, without_translation
from vitrine.nonlinear.contractions import Contractions

TOLERANCE = 1e-8  # of the residual
MOST_STEPS = 500
NEAR = 0.1  # residual below which conjugate directions are taken where the map is monotone
SECANTS = 4  # evaluations of a line search
SAME = 0.99  # |overlap| of two modes above which they are one
TRANSLATION = 1e-8  # share of a field's length that is left where it was a translation
DEGENERATE = 1e-10  # |b_n| over b2/a0^(n-2) below which a field has no nonlinearity


@dataclass(frozen=True)
class Kind:
    """A kind of mode: its name, the order of its nonlinearity, and the contraction t."""

    name: str
    order: int
    contraction: Callable[[Contractions, np.ndarray], np.ndarray]

    @property
    def power(self) -> int:
        """Factor of the gradient of ln(cost): twice the power of b2 in it."""
        return 6 if self.order == 3 else 4

    def cost(self, b2: np.ndarray, bn: np.ndarray) -> np.ndarray:
        """The mode's own cost function."""
        return 2 / 3 * b2**3 / bn**2 if self.order == 3 else b2**2 / bn


KINDS = {
    "pseudo_harmonic": Kind("pseudo_harmonic", 4, Contractions.quadratic),
    "cubic": Kind("cubic", 3, Contractions.cubic),
    "quartic": Kind("quartic", 4, Contractions.quartic),
}


@dataclass(frozen=True)
class NonlinearModes:
    """Where starts (k of them) ended.

    vectors (N d, k), translation-free and of length one; b2, bn (k,) of the kind; cost (k,); residual (k,); solves (k,) with H; flag (k,) says why a
    start gave no mode, empty where it did.
    """

    kind: str
    vectors: np.ndarray
    b2: np.ndarray
    bn: np.ndarray
    cost: np.ndarray
    residual: np.ndarray
    solves: np.ndarray
    flag: np.ndarray


def nonlinear_modes(
    contractions: Contractions,
    factor: Factor,
    starts: np.ndarray,
    kind: str = "quartic",
    algorithm: str = "preconditioned",
    tolerance: float = TOLERANCE,
    most_steps: int = MOST_STEPS,
) -> NonlinearModes:
    """Follow every start (N d, k) to a mode of a kind; all of them in step, so that they share the solves.

    algorithm: `preconditioned` or `map` (at the head of this module). A start that is a translation, whose b_n vanishes, or that does not
    converge in `most_steps` is flagged.
    """
    return _Descent(contractions, factor, KINDS[kind], algorithm).run(np.array(starts, dtype=float), tolerance, most_steps)


class _Descent:
    """All starts on their way. What is followed are columns: fields z, forces H z and t, b2 and b_n."""

    def __init__(self, contractions: Contractions, factor: Factor, kind: Kind, algorithm: str) -> None:
        self.contractions, self.factor, self.kind, self.algorithm = contractions, factor, kind, algorithm
        self.hessian, self.d = contractions.bonds.hessian, contractions.bonds.sample.dimension
        self.unit = contractions.bonds.sample.spacing ** (kind.order - 2)  # of b2/b_n, where that is of the order of one

    def run(self, starts: np.ndarray, tolerance: float, most_steps: int) -> NonlinearModes:
        count = starts.shape[1]
        z, flag = self._normalised(starts)
        b2, bn, residual, solves = (np.full(count, np.nan) for _ in range(4))
        solves[:] = 0
        going = np.flatnonzero(flag == "")
        past = None  # gradient, preconditioned gradient and direction of the step before, of those that go on
        for step in range(most_steps + 1):
            if not len(going):
                break
            at = z[:, going]
            stiff = self.hessian @ at
            force = self.kind.contraction(self.contractions, at)
            b2[going], bn[going] = _dot(at, stiff), _dot(at, force)
            vanishing = np.abs(bn[going]) <= DEGENERATE * (b2[going] / self.unit if self.kind.name != "pseudo_harmonic" else 1.0)
            flag[going[vanishing]] = f"b{self.kind.order} vanishes"
            gradient = stiff - (b2[going] / np.where(vanishing, 1.0, bn[going])) * force
            residual[going] = np.linalg.norm(gradient, axis=0) / np.linalg.norm(stiff, axis=0)
            on = ~vanishing & (residual[going] > tolerance)
            if step == most_steps:
                flag[going[on]] = f"not converged: the residual is above {tolerance:g} after {most_steps} steps"
                break
            going, at, stiff, force, gradient = going[on], at[:, on], stiff[:, on], force[:, on], gradient[:, on]
            past = None if past is None else tuple(part[:, on] for part in past)
            if len(going):
                far = (self.kind.order == 4) & (self.algorithm == "preconditioned") & (residual[going] > NEAR)
                z[:, going], past = self._step(at, stiff, force, gradient, b2[going] / bn[going], past, far)
                solves[going] += 1
        return NonlinearModes(self.kind.name, z, b2, bn, self.kind.cost(b2, bn), residual, solves.astype(np.int64), flag)

    def _normalised(self, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Starts without translation, of length one, and a flag for those of which nothing is left."""
        whole = np.linalg.norm(starts, axis=0)
        z = without_translation(starts, self.d)
        left = np.linalg.norm(z, axis=0)
        bad = ~(left > TRANSLATION * whole)
        return z / np.where(bad, 1.0, left), np.where(bad, "a translation, or no field at all", "").astype(object)

    def _step(
        self, z: np.ndarray, stiff: np.ndarray, force: np.ndarray, gradient: np.ndarray, ratio: np.ndarray, past: tuple | None, far: np.ndarray
    ) -> tuple:
        """The fields after one step, of those that are `far` the map's, and what the next one needs of it."""
        downhill = z - ratio * self.factor.solve(force)
        if self.algorithm == "map":
            return self._turned(z - downhill)[0], None
        direction = -downhill
        if past is not None:
            old_gradient, old_downhill, old_direction = past
            share = np.maximum(0.0, _dot(gradient, downhill - old_downhill) / _dot(old_gradient, old_downhill))
            direction = direction + share * old_direction
            uphill = (_dot(gradient, direction) >= 0) | far
            direction[:, uphill] = -downhill[:, uphill]
        length = np.where(far, 1.0, self._line_search(z, stiff, direction, _dot(gradient, direction)))
        moved, scale = self._turned(z + length * direction)
        # Gradients and directions are those at the new length of z, so that the next step compares like with like.
        return moved, (gradient, downhill, direction / scale)

    def _turned(self, fields: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Fields of length one, without what rounding left of a translation, and the length that they had."""
        fields = without_translation(fields, self.d)
        length = np.linalg.norm(fields, axis=0)
        return fields / length, length

    def _line_search(self, z: np.ndarray, stiff: np.ndarray, direction: np.ndarray, slope: np.ndarray) -> np.ndarray:
        """Lengths (k,) at which the slope of the cost along the direction vanishes, by secants from the unit step; the slope at zero is negative."""
        along = self.hessian @ direction
        low, low_slope, high, high_slope = np.zeros(len(slope)), slope.copy(), np.full(len(slope), np.inf), np.full(len(slope), np.nan)
        length, best = np.ones(len(slope)), np.zeros(len(slope))
        for _ in range(SECANTS):
            at, force = z + length * direction, stiff + length * along
            nonlinear = self.kind.contraction(self.contractions, at)
            b2, bn = _dot(at, force), _dot(at, nonlinear)
            now = _dot(direction, force) - b2 / bn * _dot(direction, nonlinear)
            below = now < 0
            guess = np.where(below & ~np.isfinite(high), _extrapolated(low, low_slope, length, now), np.nan)
            low, low_slope = np.where(below, length, low), np.where(below, now, low_slope)
            high, high_slope = np.where(below, high, length), np.where(below, high_slope, now)
            best = length.copy()
            if np.all(np.abs(now) <= 0.1 * np.abs(slope)):
                break
            with np.errstate(invalid="ignore"):
                between = low + (high - low) * low_slope / (low_slope - high_slope)
            target = np.where(np.isfinite(high), between, guess)
            length = np.where(np.abs(now) <= 0.1 * np.abs(slope), length, target)
        return best


def _extrapolated(low: np.ndarray, low_slope: np.ndarray, length: np.ndarray, slope: np.ndarray) -> np.ndarray:
    """Where a slope that is still negative would vanish, between twice and four times as far."""
    with np.errstate(divide="ignore", invalid="ignore"):
        secant = length - slope * (length - low) / (slope - low_slope)
    return np.clip(np.where(np.isfinite(secant) & (secant > length), secant, 4 * length), 1.5 * length, 4 * length)


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.einsum("ik,ik->k", a, b)
