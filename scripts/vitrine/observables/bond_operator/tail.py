"""The largest eigenvalues of the bond operator, and the nested windows in which the lambda^(-7/2) law and the plateau of N e are looked for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from vitrine.observables.bond_operator import TAIL_WINDOWS
from vitrine.statistics.histograms import BinnedSums
from vitrine.statistics.laws import Law, Profile, Windows, law_window, plateau_window, thinned


@dataclass(frozen=True)
class Tail:
    """Onsets (K,), the lowest first; the windows above them, as frequencies lambda^(-1/2); the profile of N e there; the law and the plateau."""

    onsets: np.ndarray
    windows: Windows
    profile: Profile
    law: Law
    plateau: Law

    @classmethod
    def of(cls, sums: BinnedSums, eigenvalues: np.ndarray, complete: float, fraction: float) -> Tail:
        """From sums over bins. eigenvalues (R,): all there are; complete: every one above it was computed; fraction of all that the tail has at most.

        An eigenvalue is the frequency lambda^(-1/2) of a soft mode, so the window above an onset is one that reaches from the softest mode to the
        frequency of that onset.
        """
        edges, above = sums.bins.edges, sums.above()
        places = np.flatnonzero((above[0] <= fraction * eigenvalues[0]) & (edges > complete) & (above[0] > 0))
        modes = above[0, places[0]] if len(places) else 0.0
        highest = edges[places[-1] + 1] if len(places) and places[-1] + 1 < len(edges) else np.nan  # the largest eigenvalue, to a bin
        places = places[thinned(above[0, places])]
        counts, logs = above[:, places], sums.above("log")[:, places]
        windows = Windows.of(edges[places] ** -0.5, counts, (logs - counts * np.log(edges[places])) / 2, np.sqrt(highest / edges[places]))
        profile = Profile.of(*(sums.above(f"N_e{part}")[:, places] for part in ("_count", "_x", "_xx", "", "_xy", "_yy")))
        law = law_window(windows, modes, "lambda^-7/2 range", "in the tail")
        return cls(edges[places], windows, profile, law, plateau_window(profile))

    def table(self) -> pd.DataFrame:
        """The table TAIL_WINDOWS."""
        windows, profile = self.windows, self.profile
        frame = pd.DataFrame(
            {
                "onset": self.onsets,
                "extent": windows.extents,
                "count": windows.counts[0].astype(np.int64),
                "exponent": 1 + windows.exponents[0] / 2,
                "error": windows.errors / 2,
                "N_e": profile.means[0],
                "slope": profile.slopes[0],
                "slope_error": profile.slope_errors,
            }
        )
        return frame[TAIL_WINDOWS.names]
