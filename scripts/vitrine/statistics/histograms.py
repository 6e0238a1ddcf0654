"""Histograms on fixed logarithmic bins, filled batch by batch under every bootstrap weight at once.

The bins are the same for every sample, batch and parent temperature. They are fine (`PER_DECADE` to a decade), so that fits may take their window
from bin edges, where a cumulative count is exact; `BinnedSums.displayed` joins them into the `DISPLAY_PER_DECADE` bins of tables and figures.
Values outside the range are kept in two outer bins: nothing is lost from a cumulative or from a normalisation.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from vitrine.statistics.exact import exact_product

PER_DECADE = 200
DISPLAY_PER_DECADE = 20


@dataclass(frozen=True)
class LogBins:
    """`per_decade` bins to a decade from 10^low to 10^high; bin k holds edges[k-1] <= x < edges[k], bins 0 and n + 1 what lies outside."""

    low: int
    high: int
    per_decade: int = PER_DECADE

    @property
    def edges(self) -> np.ndarray:
        """The n + 1 edges."""
        return 10.0 ** (self.low + np.arange((self.high - self.low) * self.per_decade + 1) / self.per_decade)

    def index(self, values: np.ndarray) -> np.ndarray:
        """Bin of each value, 0..n + 1."""
        return np.searchsorted(self.edges, values, side="right")


OMEGA_BINS = LogBins(-3, 3)
LAMBDA_BINS = LogBins(-4, 6)
FORCE_BINS = LogBins(-12, 3, per_decade=5)


@dataclass
class BinnedSums:
    """Sums over values in each bin under R rows of integer weights, exact so that neither batches nor order can change them.

    `self[name]` has shape (R, n + 2), `sums[name]` the two parts of it that `exact_product` gives. The sum "count" is always there.
    """

    bins: LogBins
    rows: int
    sums: dict[str, np.ndarray] = field(default_factory=dict)

    def add(self, weights: np.ndarray, owner: np.ndarray, values: np.ndarray, **quantities: np.ndarray) -> None:
        """Add values (M,) that belong to samples `owner` (M,), columns of `weights` (R, S), and per-value `quantities` (M,) to be summed."""
        index = self.bins.index(values)
        for name, quantity in {"count": None, **quantities}.items():
            per_sample = _sums_of_samples(owner, index, quantity, weights.shape[1], len(self.bins.edges) + 1)
            if name not in self.sums:
                self.sums[name] = np.zeros((2, self.rows, per_sample.shape[1]))
            self.sums[name] += exact_product(weights, per_sample)

    def __getitem__(self, name: str) -> np.ndarray:
        """The sum `name` in each bin, (R, n + 2); zeros when nothing was added."""
        return self.sums[name].sum(axis=0) if name in self.sums else np.zeros((self.rows, len(self.bins.edges) + 1))

    def below(self, name: str = "count") -> np.ndarray:
        """The sum over values below each edge, (R, n + 1)."""
        return np.cumsum(self[name][:, :-1], axis=1)

    def above(self, name: str = "count") -> np.ndarray:
        """The sum over values at or above each edge, (R, n + 1)."""
        return np.cumsum(self[name][:, :0:-1], axis=1)[:, ::-1]

    def displayed(self, name: str = "count") -> np.ndarray:
        """The sum in each bin of the tables, (R, n'), the outer bins left out."""
        inner = self[name][:, 1:-1]
        return inner.reshape(self.rows, -1, self.joined).sum(axis=2)

    @property
    def joined(self) -> int:
        """Number of bins that make up one bin of the tables."""
        return max(1, self.bins.per_decade // DISPLAY_PER_DECADE)

    @property
    def displayed_edges(self) -> np.ndarray:
        """Edges of the bins of the tables, (n' + 1,)."""
        return self.bins.edges[:: self.joined]


def _sums_of_samples(owner: np.ndarray, index: np.ndarray, quantity: np.ndarray | None, samples: int, bins: int) -> np.ndarray:
    """Sum of `quantity` (or the count) per sample and bin, (S, bins): one matrix product with the weights then serves every replicate."""
    flat = np.bincount(owner * bins + index, weights=quantity, minlength=samples * bins)
    return flat.reshape(samples, bins).astype(float)


def filled_range(counts: np.ndarray) -> slice:
    """From the first to the last bin that holds anything; an empty slice when none does."""
    filled = np.flatnonzero(counts)
    return slice(filled[0], filled[-1] + 1) if len(filled) else slice(0, 0)
