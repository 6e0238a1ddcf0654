"""The modes of an ensemble below its phonons, and the nested windows in which the omega^4 law is looked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vitrine.statistics.histograms import OMEGA_BINS
from vitrine.statistics.laws import Windows, thinned


@dataclass(frozen=True)
class SoftModes:
    """The modes below their samples' cutoffs: frequencies and samples' places (M,), and the cutoff of each sample (S,)."""

    omega: np.ndarray
    owner: np.ndarray
    cutoff: np.ndarray

    @classmethod
    def of(cls, samples: np.ndarray, cutoff: np.ndarray, owner: np.ndarray, omega: np.ndarray) -> SoftModes:
        """From frequencies (M,) with the indices of their samples (M,); samples (S,) sorted, with their cutoffs."""
        place = np.searchsorted(samples, owner)
        kept = omega < cutoff[place]
        return cls(omega[kept], place[kept], cutoff)

    def inside(self, end: float) -> tuple[np.ndarray, np.ndarray]:
        """Per sample (S,): modes below its cutoff and below `end`, and their sum of ln(min(cutoff, end)/omega)."""
        kept = self.omega < end
        owner, top = self.owner[kept], np.minimum(self.cutoff, end)
        logs = np.bincount(owner, weights=np.log(top[owner] / self.omega[kept]), minlength=len(self.cutoff))
        return np.bincount(owner, minlength=len(self.cutoff)), logs

    def windows(self, weights: np.ndarray, softest: float) -> Windows:
        """Windows that end at the cutoffs, and then at edges of the bins drawn in step by step. softest: the lowest frequency of all samples."""
        edges, highest = OMEGA_BINS.edges, self.cutoff.max(initial=0.0)
        ends = np.concatenate([[highest], edges[(edges < highest) & (edges > softest)][::-1]])
        ends = ends[thinned(np.searchsorted(np.sort(self.omega), ends))]
        inside = [self.inside(end) for end in ends]
        counts, logs = (np.stack([weights @ one[part] for one in inside], axis=1) if inside else np.empty((len(weights), 0)) for part in (0, 1))
        return Windows.of(ends, counts, logs, ends / softest)
