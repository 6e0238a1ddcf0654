r"""Collapse of curves onto one: y_p(r) = A_p f(r/xi_p) with lengths xi_p and factors A_p to be found (002, Figs. S2b and S4b).

ln f is a polynomial in ln(r/xi). It, the lengths and the factors are fitted together: least squares in ln y, weighted with the errors of the curves.
A collapse fixes lengths and factors up to one of each: those of the curve `reference` are one. A straight line is no use, since a shift along it is a
shift across it: lengths are known as well as f bends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

DEGREE = 3  # of the polynomial
LEAST = 5  # values of a curve that takes part
MOST_STEPS = 60
SHIFTS = np.linspace(-0.9, 0.9, 61)  # trial logarithms of a length, for the first guess
BOUND = np.log(4.0)  # of the logarithm of a length: beyond, a curve has none
DIGITS = 1e-10  # of the last step


@dataclass(frozen=True)
class Curve:
    """ln y (R, n) at ln r (n,), its errors (n,); replicate 0 is the estimate. Values that are not finite, or have no error, take no part."""

    log_r: np.ndarray
    log_y: np.ndarray
    errors: np.ndarray

    @property
    def taken(self) -> np.ndarray:
        """Which values take part (n,)."""
        return np.all(np.isfinite(self.log_y), axis=0) & np.isfinite(self.errors) & (self.errors > 0)


@dataclass(frozen=True)
class Collapse:
    """ln xi and ln A (R, P), NaN for a curve that takes no part; misfit (P,), root-mean-square deviation of ln y of the estimate from the one curve;
    chi_square of the estimate per degree of freedom; taken, whether a curve takes part (P,)."""

    log_xi: np.ndarray
    log_a: np.ndarray
    misfit: np.ndarray
    chi_square: float
    taken: np.ndarray


def collapse(curves: Sequence[Curve], reference: int, degree: int = DEGREE) -> Collapse:
    """Lengths and factors of curves, replicate by replicate, relative to those of the curve `reference`.

    A curve with fewer than five values takes no part; without the reference, or without another curve, none does. A replicate that does not converge
    is NaN.
    """
    replicates, number = len(curves[0].log_y), len(curves)
    taken = np.array([np.count_nonzero(curve.taken) >= LEAST for curve in curves])
    blank = np.full((replicates, number), np.nan)
    if not taken[reference] or taken.sum() < 2:
        return Collapse(blank, blank.copy(), np.full(number, np.nan), np.nan, np.zeros(number, bool))
    fit = _Fit([curves[place] for place in np.flatnonzero(taken)], int(np.count_nonzero(taken[:reference])), degree)
    log_xi, log_a, misfit = blank, blank.copy(), np.full(number, np.nan)
    start = fit.first_guess()
    best, _ = fit.solve(start, 0)
    for replicate in range(replicates):
        parameters, converged = fit.solve(best if np.all(np.isfinite(best)) else start, replicate)
        if converged:
            log_xi[replicate, taken], log_a[replicate, taken] = fit.lengths(parameters), fit.factors(parameters)
    residuals = fit.residuals(best, 0)
    misfit[taken] = [np.sqrt(np.mean((residuals[fit.owner == place] * fit.errors[fit.owner == place]) ** 2)) for place in range(fit.number)]
    freedom = len(residuals) - len(best)
    return Collapse(log_xi, log_a, misfit, float(residuals @ residuals / freedom) if freedom > 0 else np.nan, taken)


class _Fit:
    """Gauss and Newton with a damping: parameters are the polynomial's coefficients, then ln xi and ln A of all curves but the reference."""

    def __init__(self, curves: Sequence[Curve], reference: int, degree: int) -> None:
        self.number, self.reference, self.degree = len(curves), reference, degree
        self.owner = np.concatenate([np.full(np.count_nonzero(curve.taken), place) for place, curve in enumerate(curves)])
        self.x = np.concatenate([curve.log_r[curve.taken] for curve in curves])
        self.y = np.concatenate([curve.log_y[:, curve.taken] for curve in curves], axis=1)
        self.errors = np.concatenate([curve.errors[curve.taken] for curve in curves])
        self.centre = self.x.mean()
        self.free = np.array([place for place in range(self.number) if place != reference])

    def lengths(self, parameters: np.ndarray) -> np.ndarray:
        """ln xi of every curve."""
        return self._of_curves(parameters[self.degree + 1 : self.degree + self.number])

    def factors(self, parameters: np.ndarray) -> np.ndarray:
        """ln A of every curve."""
        return self._of_curves(parameters[self.degree + self.number :])

    def _of_curves(self, free: np.ndarray) -> np.ndarray:
        whole = np.zeros(self.number)
        whole[self.free] = free
        return whole

    def residuals(self, parameters: np.ndarray, replicate: int) -> np.ndarray:
        """Deviations from the one curve in units of the errors."""
        powers = self._powers(parameters)
        return (self.y[replicate] - powers @ parameters[: self.degree + 1] - self.factors(parameters)[self.owner]) / self.errors

    def _powers(self, parameters: np.ndarray) -> np.ndarray:
        return np.vander(self.x - self.centre - self.lengths(parameters)[self.owner], self.degree + 1, increasing=True)

    def first_guess(self) -> np.ndarray:
        """The polynomial through the reference alone; every other curve moved along it to where it fits best."""
        mine = self.owner == self.reference
        order = min(self.degree, 2)  # what lies beyond the reference is extrapolated
        own = np.polynomial.polynomial.polyfit(self.x[mine] - self.centre, self.y[0, mine], order, w=1 / self.errors[mine])
        guesses = np.zeros((2, len(self.free)))
        for column, place in enumerate(self.free):
            values = self.owner == place
            weights = self.errors[values] ** -2.0
            gaps = self.y[0, values] - np.polynomial.polynomial.polyval(self.x[values] - self.centre - SHIFTS[:, None], own)
            heights = gaps @ weights / weights.sum()
            best = np.argmin((gaps - heights[:, None]) ** 2 @ weights)
            guesses[:, column] = SHIFTS[best], heights[best]
        return np.concatenate([own, np.zeros(self.degree - order), *guesses])

    def solve(self, start: np.ndarray, replicate: int) -> tuple[np.ndarray, bool]:
        """Parameters of one replicate, and whether they were found."""
        parameters, damping = start.copy(), 1e-3
        residuals = self.residuals(parameters, replicate)
        for _ in range(MOST_STEPS):
            slopes = self._slopes(parameters)
            normal, downhill = slopes.T @ slopes, slopes.T @ residuals
            step = np.linalg.lstsq(normal + damping * np.diag(np.diag(normal)), downhill, rcond=None)[0]
            trial = parameters + step
            moved = self.residuals(trial, replicate)
            if moved @ moved <= residuals @ residuals:
                parameters, residuals, damping = trial, moved, damping / 10
                if np.linalg.norm(step) <= DIGITS * (1 + np.linalg.norm(parameters)):
                    break
            else:
                damping *= 10
                if damping > 1e12:
                    break
        return parameters, bool(np.all(np.abs(self.lengths(parameters)) < BOUND))

    def _slopes(self, parameters: np.ndarray) -> np.ndarray:
        """Derivatives of the one curve at every value by the parameters, in units of the errors."""
        powers = self._powers(parameters)
        coefficients = parameters[: self.degree + 1]
        slope = powers[:, :-1] @ (coefficients[1:] * np.arange(1, self.degree + 1))
        own = self.owner[:, None] == self.free
        return np.concatenate([powers, -slope[:, None] * own, own], axis=1) / self.errors[:, None]
