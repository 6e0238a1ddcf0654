"""Modes of an ensemble of oscillators, pooled: how many lie below a frequency, D(omega) per oscillator, and the omega^4 law.

Samples whose lowest modes alone are known count up to the frequency below which every sample's modes are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Ledger, read_batches
from vitrine.observables.modes.soft_modes import SoftModes
from vitrine.schema import Table
from vitrine.statistics.bootstrap import ratio, standard_error
from vitrine.statistics.laws import Windows, at, law_window, stable_window, turns

BINS = 10  # to a decade of omega


@dataclass(frozen=True)
class PooledModes:
    """Frequencies (M,) with the places of their samples, the samples' indices (S,) and weights (R, S), N, and up to where all modes are known."""

    size: int
    samples: np.ndarray
    weights: np.ndarray
    owner: np.ndarray
    omega: np.ndarray
    complete: float

    @classmethod
    def read(cls, table: Table, paths: Sequence[str | Path], ensemble: Ensemble, ledger: Ledger) -> PooledModes:
        """From the batches of a table with a row for each mode; samples with a flag are left out."""
        frames = [batch[["sample", "omega"]] for batch in read_batches(table, paths, ensemble, ledger, positive=("omega",))]
        data = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame({"sample": [], "omega": []})
        data = data[~data["sample"].isin(ledger.reasons.keys())].sort_values(["sample", "omega"], kind="stable")
        samples, owner, counts = np.unique(data["sample"].to_numpy(dtype=int), return_inverse=True, return_counts=True)
        omega, size = data["omega"].to_numpy(dtype=float), ensemble.point.particles
        tops = omega[np.cumsum(counts) - 1][counts < size] if len(samples) else np.empty(0)
        return cls(size, samples, ensemble.weights(samples), owner, omega, tops.min(initial=np.inf))

    @property
    def total(self) -> np.ndarray:
        """Weighted number of oscillators (R,)."""
        return self.size * self.weights.sum(axis=1)

    @property
    def softest(self) -> float:
        """Lowest frequency of all samples; infinite without samples."""
        return float(self.omega.min(initial=np.inf))

    def below(self, levels: np.ndarray) -> np.ndarray:
        """Weighted number of modes (R, L) below each frequency."""
        counts = [np.bincount(self.owner[self.omega < level], minlength=len(self.samples)) for level in levels]
        return np.stack([self.weights @ count for count in counts], axis=1) if counts else np.empty((len(self.weights), 0))

    def density(self, table: Table) -> pd.DataFrame:
        """omega_low, omega_high, density, density_error and count, from the softest mode to where all are known."""
        top = min(self.complete, self.omega.max(initial=0.0) * (1 + 1e-9))
        if not len(self.samples) or not self.softest < top:
            return pd.DataFrame(columns=table.names)
        first, last = np.floor(BINS * np.log10(self.softest)), np.floor(BINS * np.log10(top))
        edges = 10 ** (np.arange(first, last + 1) / BINS)
        edges = np.append(edges, top) if not np.isfinite(self.complete) else edges
        if len(edges) < 2:
            return pd.DataFrame(columns=table.names)
        counts = np.diff(self.below(edges), axis=1)
        density = ratio(counts, self.total[:, None] * np.diff(edges))
        columns = {"omega_low": edges[:-1], "omega_high": edges[1:], "density": density[0], "density_error": standard_error(density)}
        return pd.DataFrame({**columns, "count": np.rint(counts[0]).astype(np.int64)})

    def law(self, cutoff: float) -> SoftLaw:
        """The omega^4 law below a cutoff, looked for as in glasses (statistics.laws)."""
        cutoffs = np.full(len(self.samples), min(cutoff, self.complete))
        soft = SoftModes.of(np.arange(len(self.samples)), cutoffs, self.owner, self.omega)
        windows = soft.windows(self.weights, self.softest)
        found = law_window(windows, len(soft.omega))
        rows = len(self.weights)
        if not len(windows):
            return SoftLaw(windows, np.full(rows, np.nan), np.full(rows, np.nan), float(cutoffs.max(initial=np.nan)), found.reason)
        place = max(found.place, 0)
        chosen = turns(windows.counts[0], place, rows)
        ends = windows.ends[chosen]
        prefactor = ratio(5 * at(windows.counts, chosen), self.total * ends**5)
        stable = stable_window(windows)
        exponent = at(windows.exponents, turns(windows.counts[0], max(stable, 0), rows)) - 1
        return SoftLaw(windows, prefactor, exponent, float(windows.ends[place]), found.reason)


@dataclass(frozen=True)
class SoftLaw:
    """A_g (R,) of D = A_g omega^4 from the number of modes in the law's window, the exponent of D (R,), the window's end, and why there is none.

    Where there is no law, A_g is that of the widest window and `reason` its flag.
    """

    windows: Windows
    prefactor: np.ndarray
    exponent: np.ndarray
    end: float
    reason: str
