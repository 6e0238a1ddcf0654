"""Whether a power law is there, and over which range: D(omega) ~ omega^4 below some frequency, P(lambda) ~ lambda^(-7/2) above some lambda.

Both are one law, since lambda = omega^-2: the number of modes below a frequency grows as omega^5. So both are looked at in nested windows, from the
softest mode to an end that is drawn in step by step; in each the exponent of the cumulative is n/sum ln(omega_end/omega_i), 5 for the law, with the
error exponent/sqrt(n). Under the law five times that sum is Gamma distributed with the shape n, which tests the law exactly also for few modes.

The law is there where some window has at least `FEWEST` modes over at least the factor `EXTENT` in omega, and in this and in all narrower ones the
exponent is compatible with 5. The widest such window is the law's. Where the data refuse the widest of all, a narrower one needs `NARROWED` modes:
few modes are compatible with anything. The law's own exponent is told from the widest window in which it does not depend on the window's end,
whatever it is: that choice knows nothing of 5.

The choice of a window is a part of the error: the bootstrap's replicates take turns at the window and those narrower ones that hold at least half of
its modes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import gamma

from vitrine.statistics.bootstrap import ratio

EXPONENT = 5.0
FEWEST = 8  # modes in a window: they give a prefactor to a third
NARROWED = 60  # modes in a window that is narrower than the widest: they tell 5 from 3 and from 8
EXTENT = 1.5  # least factor in omega from the softest mode to the end of a window
UNLIKELY = 0.01  # probability, under the law, of an exponent so far from 5 that it is another one; there are several windows
CERTAIN = 2.6  # errors of the same probability: beyond them two exponents differ, or a slope is none of chance
ROUNDING = 1e-9  # share of a level below which a slope is the rounding of equal numbers
CONFIDENCE = 0.95  # of an upper limit
STEP = np.sqrt(2.0)  # of the number of modes from one window to the next
SHARE = 0.5  # of the modes of a window that those have which stand for its choice


@dataclass(frozen=True)
class Windows:
    """Nested windows, the widest first: their ends (K,), modes in them and exponents of their cumulative (R, K), and their extents in omega (K,)."""

    ends: np.ndarray
    counts: np.ndarray
    exponents: np.ndarray
    extents: np.ndarray

    @classmethod
    def of(cls, ends: np.ndarray, counts: np.ndarray, logs: np.ndarray, extents: np.ndarray) -> Windows:
        """From the modes in each window (R, K) and their sums of ln(omega_end/omega), the widest first."""
        return cls(ends, counts, ratio(counts, logs), extents)

    def __len__(self) -> int:
        return len(self.ends)

    @property
    def errors(self) -> np.ndarray:
        """Standard errors (K,) of the exponents."""
        return ratio(self.exponents[0], np.sqrt(self.counts[0]))


def thinned(counts: np.ndarray) -> np.ndarray:
    """The places of the windows to look at: from the widest on, each with fewer modes than the last by `STEP`, none with fewer than `FEWEST`."""
    kept, last = [], np.inf
    for place, number in enumerate(counts):
        if FEWEST <= number <= last / STEP:
            kept.append(place)
            last = number
    return np.array(kept, dtype=int)


@dataclass(frozen=True)
class Law:
    """The law's window: its place among the windows, -1 where there is none, and then the reason in words."""

    place: int
    reason: str = ""


def law_window(windows: Windows, modes: float, name: str = "omega^4 range", what: str = "below the cutoff") -> Law:
    """The widest window in which, and in all narrower ones, the exponent is compatible with 5.

    modes: how many there are at most. name, what: of the law and of its modes, for the reason.
    """
    if not len(windows):
        return Law(-1, f"no {name}: {modes:.0f} modes {what}, at least {FEWEST} are needed")
    compatible = probability(windows.counts[0], windows.exponents[0]) >= UNLIKELY
    narrower = np.logical_and.accumulate(compatible[::-1])[::-1]
    enough = (windows.counts[0] >= NARROWED) | (np.arange(len(windows)) == 0)
    allowed = narrower & enough & (windows.extents >= EXTENT)
    if allowed.any():
        return Law(int(np.argmax(allowed)))
    exponent, error = windows.exponents[0, 0], windows.errors[0]
    if narrower[0]:
        extent = windows.extents[0]
        return Law(-1, f"no {name}: the exponent of the cumulative is compatible with 5 over a factor {extent:.2f} in omega alone, not {EXTENT}")
    return Law(-1, f"no {name}: the exponent of the cumulative is {exponent:.1f} ± {error:.1f} over a factor {windows.extents[0]:.2f}, not 5")


def probability(counts: np.ndarray, exponents: np.ndarray) -> np.ndarray:
    """Probability, two-sided, that n modes of the law have an exponent as far from 5 as these."""
    sums = EXPONENT * counts / exponents
    return 2 * np.minimum(gamma.cdf(sums, counts), gamma.sf(sums, counts))


def largest_mean(count: int) -> float:
    """The largest mean of a Poisson variable under which no more than `count` have the probability 1 - CONFIDENCE: -ln 0.05 = 3.0 for none."""
    return float(gamma.ppf(CONFIDENCE, count + 1))


def stable_window(windows: Windows) -> int:
    """The place of the widest window whose exponent does not change where the window is narrowed; -1 where there is none.

    The modes of a narrower window are among those of the wider one, so the variance of the difference is that of the narrower less that of the wider.
    """
    counts, exponents = windows.counts[0], windows.exponents[0]
    for place in range(len(windows)):
        inner = slice(place + 1, None)
        spread = exponents[place] * np.sqrt(1 / counts[inner] - 1 / counts[place])
        if np.all(np.abs(exponents[inner] - exponents[place]) <= CERTAIN * spread):
            return place
    return -1


def turns(counts: np.ndarray, place: int, rows: int) -> np.ndarray:
    """The window of every replicate (R,): they take turns at `place` and the narrower ones with at least `SHARE` of its modes; `place` for the first.

    counts (K,): modes of the windows.
    """
    near = [inner for inner in range(place, len(counts)) if counts[inner] >= SHARE * counts[place]]
    chosen = np.resize(near, max(rows - 1, 0)) if rows > 1 else np.empty(0, dtype=int)
    return np.concatenate([[place], chosen]).astype(int)


def at(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """The value (R,) of each replicate at its own window, from values (R, K)."""
    return np.take_along_axis(values, places[:, None], axis=1)[:, 0]


@dataclass(frozen=True)
class Profile:
    """A profile against ln lambda over nested windows above an onset: mean (R, K) and slope (R, K), the error of the slope (K,), counts (R, K)."""

    means: np.ndarray
    slopes: np.ndarray
    slope_errors: np.ndarray
    counts: np.ndarray

    @classmethod
    def of(cls, count: np.ndarray, x: np.ndarray, xx: np.ndarray, y: np.ndarray, xy: np.ndarray, yy: np.ndarray) -> Profile:
        """From sums over the values of each window, (R, K) each: their number, x, x^2, y, x y and y^2, with x = ln lambda."""
        variance = ratio(xx, count) - ratio(x, count) ** 2
        covariance = ratio(xy, count) - ratio(x, count) * ratio(y, count)
        slopes = ratio(covariance, variance)
        residual = ratio(yy, count)[0] - ratio(y, count)[0] ** 2 - slopes[0] * covariance[0]
        errors = np.sqrt(ratio(np.maximum(residual, 0.0), variance[0] * np.maximum(count[0] - 2, 1.0)))
        return cls(ratio(y, count), slopes, errors, count)


def plateau_window(profile: Profile, fewest: int = FEWEST) -> Law:
    """The widest window in which, and in all narrower ones, the slope of a profile is compatible with zero."""
    enough = profile.counts[0] >= fewest
    if not enough.any():
        return Law(-1, f"no plateau: {profile.counts[0].max(initial=0):.0f} modes in the tail, at least {fewest} are needed")
    level = np.abs(profile.slopes[0]) <= CERTAIN * profile.slope_errors + ROUNDING * np.abs(profile.means[0])
    narrower = np.logical_and.accumulate((level | ~enough)[::-1])[::-1] & enough
    if narrower.any():
        return Law(int(np.argmax(narrower)))
    slope, error = profile.slopes[0][enough][0], profile.slope_errors[enough][0]
    return Law(-1, f"no plateau: it changes by {slope:.2g} ± {error:.2g} for each factor e in lambda")
