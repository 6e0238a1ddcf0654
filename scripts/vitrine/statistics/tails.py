"""The exponent of a tail p(x) ~ x^-y in nested windows: numbers above a threshold, y = 1 + n/sum ln(x/threshold), with errors over samples.

Numbers of one sample need not be independent: the bootstrap draws samples. An exponent that is not that of its window's outermost quarter belongs to
the window and to no law.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vitrine.statistics.bootstrap import ratio, standard_error
from vitrine.statistics.laws import CERTAIN

FEWEST, FEWEST_SAMPLES = 30, 8  # numbers above a threshold, and samples that have one, for an exponent
FURTHER = 4.0  # the tail's exponent must be that of its outermost quarter
DRIFTS = "the exponent depends on its window"


@dataclass(frozen=True)
class Window:
    """The numbers that make up a share of all: the threshold above which they lie, y with its replicates (R,), how many they are, of how many
    samples."""

    share: float
    threshold: float
    exponents: np.ndarray
    count: int
    samples: int

    @property
    def row(self) -> dict[str, float]:
        """As a row of a table."""
        told = {"share": self.share, "threshold": self.threshold, "exponent": self.exponents[0]}
        return told | {"exponent_error": float(standard_error(self.exponents)), "count": self.count, "samples": self.samples}


def window(values: np.ndarray, owner: np.ndarray, weights: np.ndarray, share: float) -> Window | None:
    """The window of the largest of positive values (n,), of samples `owner` (n,) with weights (R, S); None where numbers or samples are too few."""
    number = int(np.floor(share * len(values)))
    if number < FEWEST:
        return None
    threshold = np.partition(values, len(values) - number - 1)[len(values) - number - 1]
    above = values > max(threshold, 0.0)
    counts = np.bincount(owner[above], minlength=weights.shape[1]).astype(float)
    if not threshold > 0 or np.count_nonzero(counts) < FEWEST_SAMPLES:
        return None
    logs = np.bincount(owner[above], np.log(values[above] / threshold), minlength=weights.shape[1])
    exponents = 1 + ratio(weights @ counts, weights @ logs)
    return Window(share, float(threshold), exponents, int(above.sum()), int(np.count_nonzero(counts)))


def doubt(told: Window, outer: Window | None, few: str) -> str:
    """Why the exponent of a window is none of a law; empty where it is that of its outermost quarter. few: what is said where that is too small."""
    if outer is None:
        return few
    change = outer.exponents - told.exponents
    return DRIFTS if abs(change[0]) > CERTAIN * standard_error(change) else ""
