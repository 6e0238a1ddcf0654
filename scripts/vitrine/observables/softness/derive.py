"""The glass transition of a cooled liquid: where the line of the energies of the liquid meets that of the glass (003, T_g = 0.32)."""

from __future__ import annotations

import numpy as np

from vitrine.aggregation.results import Results, Rows
from vitrine.schema import TEMPERATURE

LEAST = 3  # temperatures on each side


def fit_softness(rows: Rows, results: Results) -> None:
    """T_g from two lines through U/N of the liquids and glasses of all rungs against T, where there are three temperatures on each side of it."""
    settings = results.settings
    if not settings.thermal:
        return
    warm, values, samples = results.series("energy_liquid")
    found, window = crossing(warm, values)
    rows.add("glass_transition", found, TEMPERATURE, window, int(samples.sum()))


def crossing(temperatures: np.ndarray, energies: np.ndarray) -> tuple[np.ndarray, str]:
    """Where two lines meet, (R,), that lie best through energies (R, T) at rising temperatures (T,), and in words which temperatures they take.

    Every division with LEAST temperatures on each side is tried by least squares. NaN where there are too few, or where the lines meet outside the
    gap between the two sides by more than its width.
    """
    number, blank = len(temperatures), np.full(len(energies), np.nan)
    if number < 2 * LEAST:
        return blank, f"{number} temperatures: two lines need {2 * LEAST}"
    best, found, where = np.full(len(energies), np.inf), blank.copy(), np.zeros(len(energies), dtype=int)
    for cut in range(LEAST, number - LEAST + 1):
        sides = [_line(temperatures[side], energies[:, side]) for side in (slice(0, cut), slice(cut, number))]
        residual = sides[0][2] + sides[1][2]
        with np.errstate(divide="ignore", invalid="ignore"):
            meeting = (sides[1][1] - sides[0][1]) / (sides[0][0] - sides[1][0])
        better = residual < best
        best, found, where = np.where(better, residual, best), np.where(better, meeting, found), np.where(better, cut, where)
    low, high = temperatures[where - 1], temperatures[where]
    found = np.where((found > low - (high - low)) & (found < high + (high - low)), found, np.nan)
    glass, liquid = temperatures[: where[0]], temperatures[where[0] :]
    named = "; ".join(", ".join(f"{value:g}" for value in side) for side in (glass, liquid))
    return found, f"lines through T = {named}"


def _line(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Slope, intercept and sum of squared residuals (R,) of y (R, T) at x (T,)."""
    moved = x - x.mean()
    slope = y @ moved / np.sum(moved**2)
    intercept = y.mean(axis=1) - slope * x.mean()
    return slope, intercept, np.sum((y - slope[:, None] * x - intercept[:, None]) ** 2, axis=1)
