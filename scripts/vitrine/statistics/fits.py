"""Fits over parent temperatures, each done once per bootstrap replicate: the Boltzmann law of soft spots, the onset, the size scaling.

Replicates have shape (R, T): row 0 is the estimate. Every fit says in words which temperatures it used, and why it has no value where it has none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from vitrine.statistics.bootstrap import ratio, standard_error

ONSET_STEPS = 600
UNLIKELY = 0.01  # probability of so large a spread below which estimates are not one number
SIGNIFICANT = 6.0  # fall of chi^2 that two more parameters reach by chance in one case of twenty


@dataclass(frozen=True)
class LineFit:
    """y = intercept + slope x: (R,) each; `chi_square` of the estimate per degree of freedom or NaN; the points `used` (T,); `window` in words."""

    slope: np.ndarray
    intercept: np.ndarray
    chi_square: float
    used: np.ndarray
    window: str


def fit_line(x: np.ndarray, y: np.ndarray) -> LineFit:
    """Least squares of y (R, T) on x (T,), weighted by the bootstrap errors of y.

    Points whose value or error is not finite and positive are left out. Two points give a slope with its bootstrap error but no goodness of fit;
    fewer give NaN. A replicate with a NaN among the points used is NaN.
    """
    errors = standard_error(y)
    used = np.isfinite(y[0]) & np.isfinite(errors) & (errors > 0)
    blank = np.full(len(y), np.nan)
    count = int(used.sum())
    if count < 2:
        return LineFit(blank, blank, np.nan, used, f"{count} usable points: no fit")
    x, y, weights = x[used], y[:, used], errors[used] ** -2.0
    centre = np.sum(weights * x) / weights.sum()
    slope = y @ (weights * (x - centre)) / np.sum(weights * (x - centre) ** 2)
    intercept = y @ weights / weights.sum() - slope * centre
    residuals = y[0] - intercept[0] - slope[0] * x
    chi_square = float(np.sum(weights * residuals**2) / (count - 2)) if count > 2 else np.nan
    return LineFit(slope, intercept, chi_square, used, f"{count} points" if count > 2 else "2 points: no check of linearity")


def boltzmann_fit(temperatures: np.ndarray, numbers: np.ndarray, unit_temperature: float, highest: float = np.inf) -> LineFit:
    """Fit ln N = intercept - E/T_p to N (R, T) at T_p <= `highest` (Rainone et al. 2020, eq. 3); `slope` is E in units of k_B `unit_temperature`.

    A non-positive N has no logarithm and is left out.
    """
    inside = temperatures <= highest * (1 + 1e-9)
    logs = np.log(np.where(numbers[:, inside] > 0, numbers[:, inside], np.nan))
    line = fit_line(unit_temperature / temperatures[inside], logs)
    used = inside.copy()
    used[inside] = line.used
    limit = f"T_p <= {highest:g}" if np.isfinite(highest) else "all T_p"
    return LineFit(-line.slope, line.intercept, line.chi_square, used, f"{limit}: {_listed(temperatures[used])}; {line.window}")


@dataclass(frozen=True)
class OnsetFit:
    """G = plateau + steepness max(0, onset - T): (R,) each, and what was done in words."""

    plateau: np.ndarray
    onset: np.ndarray
    steepness: np.ndarray
    window: str


def onset_fit(temperatures: np.ndarray, modulus: np.ndarray) -> OnsetFit:
    """Two-segment fit of the shear modulus (R, T): a plateau above the onset, a line below it, weighted by bootstrap errors.

    For each trial onset the fit is linear; the best of a fine grid between the second coldest and the hottest temperature is taken. NaN, with the
    reason, for fewer than 4 temperatures, and where a straight line or a constant does as well: by less than `SIGNIFICANT` in chi^2, or with the best
    onset at an end of the grid. There is then no plateau, or no slope, in the data.
    """
    errors = standard_error(modulus)
    used = np.isfinite(modulus[0]) & np.isfinite(errors) & (errors > 0)
    blank = np.full(len(modulus), np.nan)
    if used.sum() < 4:
        return OnsetFit(blank, blank, blank, f"{int(used.sum())} usable temperatures: a plateau and a slope need 4")
    order = np.argsort(temperatures[used])
    warm, values, weights = temperatures[used][order], modulus[:, used][:, order], errors[used][order] ** -2.0
    grid = np.linspace(warm[1], warm[-1], ONSET_STEPS + 1)[1:]
    chi, plateau, steepness = _segments(warm, values, weights, grid)
    best = np.where(np.isfinite(chi).any(axis=1), np.argmin(np.where(np.isfinite(chi), chi, np.inf), axis=1), len(grid) - 1)
    rows = np.arange(len(values))
    found = (best > 0) & (best < len(grid) - 1) & (steepness[rows, best] > 0)
    # The last trial onset, the hottest temperature itself, is a straight line through all points.
    constant = np.sum(weights * (values[0] - np.average(values[0], weights=weights)) ** 2)
    if not found[0] or min(chi[0, -1], constant) - chi[0, best[0]] < SIGNIFICANT:
        return OnsetFit(blank, blank, blank, f"{_listed(warm)}: no plateau and slope to tell apart")
    lost = int((~found[1:]).sum())
    window = f"all T_p: {_listed(warm)}" + (f"; {lost} of {len(values) - 1} replicates found no onset" if lost else "")
    onset, level, steep = (np.where(found, column, np.nan) for column in (grid[best], plateau[rows, best], steepness[rows, best]))
    return OnsetFit(level, onset, steep, window)


def _segments(temperatures: np.ndarray, values: np.ndarray, weights: np.ndarray, grid: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """chi^2, plateau and steepness (R, grid) of the linear fit at each trial onset: one small solve serves all replicates."""
    chi, plateau, steepness = (np.empty((len(values), len(grid))) for _ in range(3))
    for column, onset in enumerate(grid):
        ramp = np.maximum(0.0, onset - temperatures)
        centre = np.sum(weights * ramp) / weights.sum()
        slope = values @ (weights * (ramp - centre)) / np.sum(weights * (ramp - centre) ** 2)
        level = values @ weights / weights.sum() - slope * centre
        chi[:, column] = ((values - level[:, None] - slope[:, None] * ramp) ** 2) @ weights
        plateau[:, column], steepness[:, column] = level, slope
    return chi, plateau, steepness


@dataclass(frozen=True)
class Pooled:
    """Mean (R,) of several estimates by their errors, which were used (T,), and whether they are one number.

    chi_square of the estimates about their mean, for one less degrees of freedom than there are; probability: of a larger one, were they one number.
    """

    mean: np.ndarray
    used: np.ndarray
    chi_square: float
    probability: float

    @property
    def one_number(self) -> bool:
        """Whether chance alone would spread the estimates so."""
        return not self.probability < UNLIKELY

    @property
    def words(self) -> str:
        """chi^2 and its degrees of freedom; empty for a single estimate."""
        degrees = int(self.used.sum()) - 1
        return f"chi^2 = {self.chi_square:.3g} for {degrees}" if degrees > 0 else ""


def pooled_mean(replicates: np.ndarray, error_from: float | None = None) -> Pooled:
    """Pool estimates (R, T), weighted by their errors, replicate by replicate; NaN when none has an error.

    error_from: the value from which on the error of an estimate grows in proportion to it, None where it does not. An estimate that happens to be
    low then has too small an error, and weights by it would draw the mean down: weights are those of the relative errors, and chi^2 takes the
    errors that the estimates would have, were they all the mean.
    """
    origin = 0.0 if error_from is None else error_from
    values, errors = replicates - origin, standard_error(replicates)
    size = np.ones(values.shape[1]) if error_from is None else values[0]
    used = np.isfinite(values[0]) & np.isfinite(errors) & (errors > 0) & (size > 0)
    weights = np.where(used, (size / np.where(used, errors, 1.0)) ** 2, 0.0)
    present = np.isfinite(values) & used
    mean = ratio(np.where(present, values, 0.0) @ weights, present @ weights)
    residuals = (values[0, used] - mean[0]) / (1.0 if error_from is None else mean[0])
    chi_square = float(np.sum(weights[used] * residuals**2))
    return Pooled(mean + origin, used, chi_square, float(chi2.sf(chi_square, used.sum() - 1)) if used.sum() > 1 else 1.0)


def _listed(temperatures: np.ndarray) -> str:
    """Temperatures as text, cold to hot."""
    return ", ".join(f"{temperature:g}" for temperature in np.sort(temperatures)) or "none"
