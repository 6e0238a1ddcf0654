"""Equilibrate a liquid at its parent temperature, and measure that it is in equilibrium.

The clock of a chain is its own memory: the self-overlap Q(t) = (1/N) sum_i theta(a - |r_i(t0 + t) - r_i(t0)|), the drift of the centre removed.
Each time Q falls to 1/e a relaxation is counted and a new origin t0 is taken. The chain runs until it has counted as many relaxations as asked
for; a chain whose budget ends first says so. With swaps a particle is a place in the structure, whatever its size: Q follows the structure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from vitrine.samples.sample import Sample

CHECK = 10  # sweeps between looks at the overlap and the energy
TERMS_EVERY = 5  # looks between measurements of the configurational temperature, which cost as much as a sweep
CURVE_TIMES = np.unique(np.round(CHECK * 10 ** (np.arange(0, 49) / 8)).astype(np.int64) // CHECK * CHECK)  # [sweeps]
SERIES_POINTS = 64  # of the energy series that is kept


class Engine(Protocol):
    """What equilibration needs of a sampler of the canonical ensemble; its time unit is the sweep."""

    energy: float
    step: float
    positions: np.ndarray

    def tune(self, sweeps: int, target: float) -> None: ...

    def advance(self, sweeps: int) -> np.ndarray: ...

    def configurational_terms(self) -> tuple[float, float]: ...

    def current(self) -> Sample: ...


@dataclass
class Equilibration:
    """How a chain ran. Times in sweeps, energies per particle; `flag` is empty when the chain did all that was asked for."""

    relaxation_time: float
    energy_relaxation_time: float
    sweeps: int
    relaxations: int
    energy: float
    energy_drift: float
    configurational_temperature: float
    step: float
    displacement_acceptance: float
    swap_acceptance: float
    flag: str
    overlap_curve: list[tuple[int, float]] = field(default_factory=list)
    energy_series: list[tuple[int, float]] = field(default_factory=list)


class RelaxationClock:
    """Counts relaxations of the self-overlap and averages Q(t) over the origins, each followed until the end of the next one's relaxation."""

    def __init__(self, positions: np.ndarray, length: float) -> None:
        self.length = length
        self.durations: list[int] = []
        self._origins = [(0, positions)]
        self._sums = np.zeros(len(CURVE_TIMES))
        self._counts = np.zeros(len(CURVE_TIMES), dtype=np.int64)

    def look(self, time: int, positions: np.ndarray) -> None:
        """Take note of the positions (N, d, unfolded) at a time."""
        for start, origin in self._origins:
            place = np.searchsorted(CURVE_TIMES, time - start)
            if place < len(CURVE_TIMES) and CURVE_TIMES[place] == time - start:
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

    @property
    def relaxation_time(self) -> float:
        """Mean duration over the second half of the relaxations; NaN before the first."""
        return float(np.mean(self.durations[len(self.durations) // 2 :])) if self.durations else np.nan

    @property
    def curve(self) -> list[tuple[int, float]]:
        """(time, mean overlap) at the times that were reached."""
        seen = self._counts > 0
        return [(int(t), float(q)) for t, q in zip(CURVE_TIMES[seen], self._sums[seen] / self._counts[seen], strict=True)]


def equilibrate(
    engine: Engine,
    *,
    relaxation_times: int,
    minimum_sweeps: int,
    maximum_sweeps: int,
    tuning_sweeps: int,
    target_acceptance: float,
    overlap_length: float,
    maximum_drift: float,
) -> Equilibration:
    """Run an engine from its present state until it has forgotten it `relaxation_times` times.

    The step is tuned first and then frozen; nothing of the tuning is measured. The flag says when the budget ended the run, or when the energy of
    the last quarter differs from the third's by more than `maximum_drift` standard errors.
    """
    particles = len(engine.positions)
    engine.tune(tuning_sweeps, target_acceptance)
    clock = RelaxationClock(engine.positions, overlap_length)
    counts = np.zeros(4, dtype=np.int64)
    energies, terms, time = [], [], 0
    while time < maximum_sweeps and (time < minimum_sweeps or len(clock.durations) < relaxation_times):
        counts += engine.advance(CHECK)
        time += CHECK
        clock.look(time, engine.positions)
        energies.append(engine.energy / particles)
        if len(energies) % TERMS_EVERY == 0 or not terms:
            terms.append(engine.configurational_terms())
    energies, half = np.array(energies), len(energies) // 2
    squares, laplacians = np.array(terms[len(terms) // 2 :]).mean(axis=0)
    drift = energy_drift(energies)
    flag = ""
    if len(clock.durations) < relaxation_times:
        flag = f"not equilibrated: fewer than {relaxation_times} relaxation times within {maximum_sweeps} sweeps"
    elif np.isnan(drift):
        flag = "not equilibrated: the run is too short to judge the drift of its energy"
    elif abs(drift) > maximum_drift:
        flag = f"not equilibrated: the energy drifts by more than {maximum_drift:g} standard errors"
    return Equilibration(
        relaxation_time=clock.relaxation_time,
        energy_relaxation_time=CHECK * correlation_time(energies[half:]),
        sweeps=time,
        relaxations=len(clock.durations),
        energy=float(energies[half:].mean()),
        energy_drift=drift,
        configurational_temperature=float(squares / laplacians),
        step=engine.step,
        displacement_acceptance=float(counts[1] / max(counts[0], 1)),
        swap_acceptance=float(counts[3] / max(counts[2], 1)),
        flag=flag,
        overlap_curve=clock.curve,
        energy_series=_block_means(energies),
    )


def correlation_time(series: np.ndarray) -> float:
    """Integrated autocorrelation time tau_int = 1/2 + sum rho(t), in steps of the series, summed up to t = 5 tau_int (Sokal's window).

    A series of fewer than four points, or without variance, has tau_int = 1/2: nothing in it shows a correlation.
    """
    n = len(series)
    if n < 4 or np.ptp(series) == 0:
        return 0.5
    deviation = series - series.mean()
    spectrum = np.abs(np.fft.rfft(deviation, 2 * n)) ** 2
    correlation = np.fft.irfft(spectrum)[:n]
    tau = 0.5 + np.cumsum(correlation[1:] / correlation[0])
    beyond = np.arange(1, n) >= 5 * tau
    return float(max(0.5, tau[np.argmax(beyond)] if beyond.any() else tau[-1]))


def energy_drift(series: np.ndarray) -> float:
    """Mean of the last quarter minus mean of the third, in standard errors that count correlated points once.

    Variance and correlation time are those of the second half about its own straight line: about its mean, a drift would hide in its own spread.
    n independent points give the error to a relative (2 n)^(-1/2) only; it is widened as Student's is. NaN for fewer than 16 points or n <= 4:
    such a run cannot be judged.
    """
    quarter = len(series) // 4
    if quarter < 4:
        return np.nan
    half = series[2 * quarter : 4 * quarter]
    time = np.arange(len(half)) - (len(half) - 1) / 2
    level = half - half.mean()
    scatter = level - time * (time @ level) / (time @ time)
    independent = len(half) / (2 * correlation_time(scatter))
    if np.ptp(half) == 0:
        return 0.0
    if independent <= 4:
        return np.nan
    error = np.sqrt(4 * scatter.var() / independent * (independent - 1) / (independent - 3))
    return float((half[quarter:].mean() - half[:quarter].mean()) / error)


def _block_means(energies: np.ndarray) -> list[tuple[int, float]]:
    """The energy series as at most SERIES_POINTS block means, each at the end of its block [sweeps]."""
    edges = np.unique(np.linspace(0, len(energies), SERIES_POINTS + 1).astype(int))
    return [(int(CHECK * b), float(energies[a:b].mean())) for a, b in zip(edges[:-1], edges[1:], strict=True)]
