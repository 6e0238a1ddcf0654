"""The clock of a chain is its own memory: the self-overlap Q(t) = (1/N) sum_i theta(a - |r_i(t0 + t) - r_i(t0)|), the drift of the centre removed.

Each time Q falls to 1/e a relaxation is counted and a new origin t0 is taken. With swaps a particle is a place in the structure, whatever its size: Q
follows the structure.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

CHECK = 10  # sweeps between looks at the overlap and the energy, unless a sampler has its own


def look_sweeps(settings: Mapping) -> int:
    """Sweeps between looks at a liquid, of a sampler's settings."""
    return settings["swap_gpu"]["look_sweeps"] if settings["sampler"] == "swap_gpu" else CHECK


def curve_times(every: int) -> np.ndarray:
    """Times [sweeps] at which Q(t) is kept, of looks that are `every` sweeps apart: eight to a decade."""
    return np.unique(np.round(every * 10 ** (np.arange(0, 49) / 8)).astype(np.int64) // every * every)


class RelaxationClock:
    """Counts relaxations of the self-overlap and averages Q(t) over the origins, each followed until the end of the next one's relaxation."""

    def __init__(self, positions: np.ndarray, length: float, every: int = CHECK) -> None:
        self.length, self.every, self.times = length, every, curve_times(every)
        self.durations: list[int] = []
        self._origins = [(0, positions)]
        self._sums = np.zeros(len(self.times))
        self._counts = np.zeros(len(self.times), dtype=np.int64)

    def look(self, time: int, positions: np.ndarray) -> None:
        """Take note of the positions (N, d, unfolded) at a time."""
        for start, origin in self._origins:
            place = np.searchsorted(self.times, time - start)
            if place < len(self.times) and self.times[place] == time - start:
                self._sums[place] += self._overlap(origin, positions)
                self._counts[place] += 1
        start, origin = self._origins[-1]
        if self._overlap(origin, positions) < np.exp(-1):
            self.durations.append(time - start)
            self._origins = [self._origins[-1], (time, positions)]

    def _overlap(self, origin: np.ndarray, positions: np.ndarray) -> float:
        moved = positions - origin
        moved -= moved.mean(axis=0)
        return float(np.mean(np.einsum("ij,ij->i", moved, moved) < self.length**2))

    def arrays(self) -> dict[str, np.ndarray]:
        """All that the clock knows, to be stored."""
        return {
            "durations": np.array(self.durations, dtype=np.int64),
            "origin_times": np.array([time for time, _ in self._origins], dtype=np.int64),
            "origin_positions": np.array([positions for _, positions in self._origins]),
            "sums": self._sums,
            "counts": self._counts,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray], length: float, every: int = CHECK) -> RelaxationClock:
        """The clock that `arrays` describes."""
        clock = cls(arrays["origin_positions"][0], length, every)
        clock.durations = arrays["durations"].tolist()
        clock._origins = list(zip(arrays["origin_times"].tolist(), arrays["origin_positions"], strict=True))
        clock._sums, clock._counts = arrays["sums"].copy(), arrays["counts"].copy()
        return clock

    @property
    def relaxation_time(self) -> float:
        """Mean duration over the second half of the relaxations; NaN before the first."""
        return float(np.mean(self.durations[len(self.durations) // 2 :])) if self.durations else np.nan

    @property
    def curve(self) -> list[tuple[int, float]]:
        """(time, mean overlap) at the times that were reached."""
        seen = self._counts > 0
        return [(int(t), float(q)) for t, q in zip(self.times[seen], self._sums[seen] / self._counts[seen], strict=True)]
