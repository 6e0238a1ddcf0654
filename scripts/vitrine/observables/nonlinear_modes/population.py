"""The modes of one kind in an ensemble, and what is averaged over them under every row of bootstrap weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from vitrine.observables.modes.soft_modes import SoftModes
from vitrine.statistics.bootstrap import ratio, weighted_mean
from vitrine.statistics.histograms import BinnedSums, LogBins
from vitrine.statistics.laws import FEWEST, Windows, at, law_window, stable_window, turns
from vitrine.statistics.weibull import censored_fit
from vitrine.statistics.wells import DEEPER, TWO_WELLS, beyond, cubic_barrier, quartic_barrier

BARRIER_BINS = LogBins(-12, 6, per_decade=40)
DISPLAYED = 8  # bins of barriers to a decade in tables
TELLING = 169  # modes that tell p(B) ~ B^(1/4) from a constant by 2.6 errors of 1.25/sqrt(n)
SOFTEST_LAW = "omega^5 range of the cumulative"
LAW = "p(B) ~ B^(1/4), a fifth power of B^(1/4) in the cumulative"


class BarrierSums(BinnedSums):
    """Barriers are few and spread widely: wider bins are displayed."""

    @property
    def joined(self) -> int:
        """Number of bins that make up one bin of the tables."""
        return self.bins.per_decade // DISPLAYED


@dataclass(frozen=True)
class Population:
    """modes: rows of the modes of a kind; failed_starts: of the starts that ended in none; samples (S,) sorted, weights (R, S).

    owner (M,), failed_owner: places of the rows' samples.
    """

    modes: pd.DataFrame
    failed_starts: pd.DataFrame
    samples: np.ndarray
    weights: np.ndarray

    @classmethod
    def of(cls, rows: pd.DataFrame, samples: np.ndarray, weights: np.ndarray) -> Population:
        """From all rows of the kind."""
        good = rows["mode"] >= 0
        return cls(rows[good], rows[~good], samples, weights)

    @cached_property
    def owner(self) -> np.ndarray:
        """Places (M,) of the modes' samples."""
        return np.searchsorted(self.samples, self.modes["sample"].to_numpy(dtype=int))

    @property
    def used(self) -> int:
        """Samples that have a mode of this kind."""
        return int(np.isfinite(self.of_softest("omega")).sum())

    def column(self, name: str) -> np.ndarray:
        """A column of the modes (M,)."""
        return self.modes[name].to_numpy(dtype=float)

    def total(self, values: np.ndarray) -> np.ndarray:
        """Weighted sum (R,) of a number of each mode (M,)."""
        return self.weights @ np.bincount(self.owner, weights=np.asarray(values, dtype=float), minlength=len(self.samples))

    def of_softest(self, name: str) -> np.ndarray:
        """A column of each sample's softest mode (S,); NaN where it has none."""
        out, first = np.full(len(self.samples), np.nan), self.modes["mode"].to_numpy(dtype=int) == 0
        out[self.owner[first]] = self.column(name)[first]
        return out

    def mean_of_softest(self, name: str) -> np.ndarray:
        """Mean (R,) over samples of a column of the softest mode."""
        return weighted_mean(self.weights, self.of_softest(name))

    def weibull(self) -> np.ndarray:
        """Weibull exponent (R,) of the softest mode's frequency, nothing of it censored: phonons do not take part."""
        minimal = self.of_softest("omega")
        present = np.isfinite(minimal)
        return censored_fit(self.weights[:, present], minimal[present], np.full(present.sum(), np.inf))[0]

    def minimal_exponent(self) -> tuple[np.ndarray, str]:
        """Exponent (R,) of the cumulative distribution of the softest modes, and why it is not that of the law."""
        minimal = self.of_softest("omega")
        present = np.flatnonzero(np.isfinite(minimal))
        windows = self.windows(minimal[present], present)
        law = law_window(windows, len(present), SOFTEST_LAW, "that are the softest of their samples")
        place = stable_window(windows)
        return _at_window(windows, place, len(self.weights)), law.reason

    def windows(self, values: np.ndarray, owner: np.ndarray) -> Windows:
        """Nested windows of values (M,) of samples at the places `owner` (M,), from the least value on, the widest with all of them."""
        top = np.nextafter(values.max(initial=0.0), np.inf)
        return SoftModes(values, owner, np.full(len(self.samples), top)).windows(self.weights, values.min(initial=np.inf))

    def number(self) -> np.ndarray:
        """Distinct modes (R,) of a sample, of those in which a start was made at all."""
        asked = np.union1d(self.modes["sample"], self.failed_starts["sample"]).astype(int)
        return ratio(self.total(np.ones(len(self.modes))), self.weights @ np.isin(self.samples, asked))

    def starts_for_each(self) -> np.ndarray:
        """Starts (R,) that fall onto one mode."""
        return ratio(self.total(self.column("starts")), self.total(np.ones(len(self.modes))))

    def failed(self) -> np.ndarray:
        """Share (R,) of starts that ended in no mode."""
        owner = np.searchsorted(self.samples, self.failed_starts["sample"].to_numpy(dtype=int))
        lost = self.weights @ np.bincount(owner, weights=self.failed_starts["starts"].to_numpy(dtype=float), minlength=len(self.samples))
        return ratio(lost, lost + self.total(self.column("starts")))

    def solves(self) -> np.ndarray:
        """Solves (R,) that a start takes to a mode."""
        return ratio(self.total(self.column("solves")), self.total(self.column("starts")))

    def share_beyond(self, line: float) -> np.ndarray:
        """Share (R,) of modes with b3^2 > line b2 b4."""
        return ratio(self.total(beyond(*map(self.column, ("b2", "b3", "b4")), line)), self.total(np.ones(len(self.modes))))

    def share_below(self, line: float) -> np.ndarray:
        """Share (R,) of modes with b3^2 < line b2 b4."""
        b2, b3, b4 = map(self.column, ("b2", "b3", "b4"))
        return ratio(self.total(b3**2 < line * b2 * b4), self.total(np.ones(len(self.modes))))

    def slope(self, name: str, softest: bool = True) -> np.ndarray:
        """Slope (R,) of ln b against ln omega by least squares over the softest modes or all; those with b <= 0 are left out."""
        values = self.column(name)
        there = (values > 0) & ((self.column("mode") == 0) | (not softest))
        x, y = (np.log(np.where(there, one, 1.0)) for one in (self.column("omega"), values))
        # About the means of all modes: sums about zero would lose digits.
        x, y = (np.where(there, one - one[there].mean() if there.any() else 0.0, 0.0) for one in (x, y))
        count, sx, sy, sxx, sxy = (self.total(one) for one in (there, x, y, x * x, x * y))
        variance = count * sxx - sx**2
        return ratio(count * sxy - sx * sy, np.where(count > 2, variance, 0.0))

    def barriers(self) -> dict[str, BarrierSums]:
        """Histograms of the barriers of the cubic expansion, and of the quartic one where it has two wells."""
        b2, b3, b4 = map(self.column, ("b2", "b3", "b4"))
        found = {}
        for expansion, values in (("cubic", cubic_barrier(b2, b3)), ("quartic", quartic_barrier(b2, b3, b4))):
            there = np.isfinite(values)
            found[expansion] = BarrierSums(BARRIER_BINS, len(self.weights))
            found[expansion].add(self.weights, self.owner[there], values[there])
        return found

    def wells(self) -> tuple[dict[str, np.ndarray], str]:
        """The quantities of the energy along modes, and why there is no exponent of p(B), empty where there is one."""
        histograms = self.barriers()
        exponent, reason = self.barrier_exponent()
        values = {"double": self.share_beyond(TWO_WELLS), "deeper": self.share_beyond(DEEPER)}
        values |= {f"{name}_slope": self.slope(name) for name in ("b3", "b4")} | {
            f"{name}_slope_all": self.slope(name, False) for name in ("b3", "b4")
        }
        double = median(histograms["quartic"])
        double = double if histograms["quartic"]["count"][0].sum() >= FEWEST else np.full(len(double), np.nan)
        values |= {"barrier": median(histograms["cubic"]), "double_barrier": double, "barrier_exponent": exponent}
        return values, reason

    def barrier_exponent(self) -> tuple[np.ndarray, str]:
        """Exponent (R,) of p(B) as B -> 0 over modes with two wells, and why it is none.

        p(B) ~ B^(1/4) has a cumulative that grows as the fifth power of x = B^(1/4): the law of statistics.laws, looked for in its nested windows.
        """
        x = quartic_barrier(*map(self.column, ("b2", "b3", "b4"))) ** 0.25
        there = np.isfinite(x)
        windows = self.windows(x[there], self.owner[there])
        law = law_window(windows, there.sum(), LAW, "with two wells")
        reason = law.reason
        if law.place >= 0 and windows.counts[0, law.place] < TELLING:
            number = windows.counts[0, law.place]
            reason = f"no {LAW}: {number:.0f} modes with two wells where it may hold, at least {TELLING} tell it from a constant"
        return _at_window(windows, stable_window(windows), len(self.weights)) / 4 - 1, reason


def _at_window(windows: Windows, place: int, rows: int) -> np.ndarray:
    """The exponents (R,) in a window, replicates in turn also in those just narrower; NaN where there is no window."""
    return at(windows.exponents, turns(windows.counts[0], place, rows)) if place >= 0 else np.full(rows, np.nan)


def median(sums: BinnedSums) -> np.ndarray:
    """Median (R,) of what is in a histogram, logarithmically between the edges of its bin; NaN where there is nothing."""
    below, edges = sums.below(), sums.bins.edges
    half = below[:, -1:] / 2 + sums["count"][:, -1:] / 2
    place = np.argmax(below >= half, axis=1)[:, None]
    upper, lower = (np.take_along_axis(below, at_place, axis=1) for at_place in (place, np.maximum(place - 1, 0)))
    share = np.clip(ratio(half - lower, upper - lower), 0, 1)
    middle = edges[np.maximum(place - 1, 0)] * (edges[place] / edges[np.maximum(place - 1, 0)]) ** share
    return np.where(half > 0, middle, np.nan)[:, 0]
