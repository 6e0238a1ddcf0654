"""Equilibrate a liquid at its parent temperature, and measure that it is in equilibrium.

A chain runs until its clock (`relaxation.py`) has counted as many relaxations as asked for; a chain whose budget ends first says so. Every
`keeper.every` sweeps the run is stored and taken up anew from what was stored, so that a run which was stopped there gives the same bits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from vitrine.preparation.drift import correlation_time, energy_drift
from vitrine.preparation.relaxation import CHECK, RelaxationClock
from vitrine.preparation.restart import Keeper
from vitrine.samples.sample import Sample

TERMS_EVERY = 5  # looks between measurements of configurational temperature and pressure, which cost as much as a sweep
SERIES_POINTS = 64  # of the energy series that is kept


class Chain(Protocol):
    """What equilibration needs of a sampler of the canonical ensemble; its time unit is the sweep."""

    energy: float
    step: float
    positions: np.ndarray
    description: dict

    def tune(self, sweeps: int, target: float) -> None: ...

    def advance(self, sweeps: int) -> np.ndarray: ...

    def configurational_terms(self) -> tuple[float, float]: ...

    def pressure(self) -> float: ...

    def current(self) -> Sample: ...

    def state(self) -> dict[str, np.ndarray]: ...

    def take_up(self, state: Mapping[str, np.ndarray], rng: np.random.Generator) -> None: ...


@dataclass
class Equilibration:
    """How a chain ran. Times in sweeps, energies per particle; `flag` is empty when the chain did all that was asked for."""

    relaxation_time: float
    energy_relaxation_time: float
    sweeps: int
    relaxations: int
    energy: float
    energy_drift: float
    pressure: float
    configurational_temperature: float
    step: float
    displacement_acceptance: float
    swap_acceptance: float
    flag: str
    overlap_curve: list[tuple[int, float]] = field(default_factory=list)
    energy_series: list[tuple[int, float]] = field(default_factory=list)


@dataclass
class Progress:
    """What a run has measured so far: its time [sweeps] (below zero before anything is measured), its counts of moves, its series, its clock."""

    time: int
    counts: np.ndarray = field(default_factory=lambda: np.zeros(4, dtype=np.int64))
    energies: list[float] = field(default_factory=list)
    terms: list[tuple[float, float, float]] = field(default_factory=list)
    clock: RelaxationClock | None = None

    def arrays(self) -> dict[str, np.ndarray]:
        """All of it, to be stored."""
        clock = {f"clock.{name}": value for name, value in self.clock.arrays().items()} if self.clock else {}
        return {"time": np.int64(self.time), "counts": self.counts, "energies": np.array(self.energies), "terms": np.array(self.terms), **clock}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray], overlap_length: float) -> Progress:
        """The progress that `arrays` describes."""
        clock = {name.removeprefix("clock."): value for name, value in arrays.items() if name.startswith("clock.")}
        return cls(
            int(arrays["time"]),
            arrays["counts"].copy(),
            arrays["energies"].tolist(),
            [tuple(row) for row in arrays["terms"].tolist()],
            RelaxationClock.from_arrays(clock, overlap_length) if clock else None,
        )

    def look(self, chain: Chain, particles: int) -> None:
        """Measure the chain at the present time."""
        self.clock.look(self.time, chain.positions)
        self.energies.append(chain.energy / particles)
        if len(self.energies) % TERMS_EVERY == 0 or not self.terms:
            self.terms.append((*chain.configurational_terms(), chain.pressure()))


def equilibrate(
    chain: Chain,
    *,
    relaxation_times: int,
    minimum_sweeps: int,
    maximum_sweeps: int,
    tuning_sweeps: int,
    target_acceptance: float,
    overlap_length: float,
    maximum_drift: float,
    approach_sweeps: int = 0,
    keeper: Keeper | None = None,
) -> Equilibration:
    """Run a chain from its present state until it has forgotten it `relaxation_times` times.

    The step is tuned first and then frozen, and `approach_sweeps` more are run (a cooling ramp, velocities that settle); nothing of this is measured.
    The flag says when the budget ended the run, or when the energy of the last quarter differs from the third's by more than `maximum_drift` standard
    errors; relaxation_times = 0 asks for no equilibrium and flags nothing.
    """
    stored = keeper.load() if keeper else None
    if stored:
        progress = Progress.from_arrays(stored["progress"], overlap_length)
        chain.take_up(stored["chain"], keeper.stream(progress.time))
    else:
        chain.tune(tuning_sweeps, target_acceptance)
        progress = Progress(-CHECK * -(-approach_sweeps // CHECK))
    taken_up_at = progress.time if stored else None
    particles = len(chain.positions)
    while progress.time < maximum_sweeps and (
        progress.time < minimum_sweeps or progress.clock is None or len(progress.clock.durations) < relaxation_times
    ):
        if keeper and progress.time % keeper.every == 0 and progress.time != taken_up_at:
            state = chain.state()
            keeper.save(progress.arrays(), state)
            chain.take_up(state, keeper.stream(progress.time))
        if progress.time == 0:
            progress.clock = RelaxationClock(chain.positions, overlap_length)
        counts = chain.advance(CHECK)
        progress.time += CHECK
        if progress.clock:
            progress.counts += counts
            progress.look(chain, particles)
    if keeper and progress.time != taken_up_at:
        keeper.save(progress.arrays(), chain.state())
    return _summary(chain, progress, relaxation_times, maximum_sweeps, maximum_drift)


def _summary(chain: Chain, progress: Progress, relaxation_times: int, maximum_sweeps: int, maximum_drift: float) -> Equilibration:
    energies, half, clock = np.array(progress.energies), len(progress.energies) // 2, progress.clock
    squares, laplacian, pressure = np.array(progress.terms[len(progress.terms) // 2 :]).mean(axis=0)
    drift = energy_drift(energies)
    flag = ""
    if relaxation_times and len(clock.durations) < relaxation_times:
        flag = f"not equilibrated: fewer than {relaxation_times} relaxation times within {maximum_sweeps} sweeps"
    elif relaxation_times and np.isnan(drift):
        flag = "not equilibrated: the run is too short to judge the drift of its energy"
    elif relaxation_times and abs(drift) > maximum_drift:
        flag = f"not equilibrated: the energy drifts by more than {maximum_drift:g} standard errors"
    tried_moves, accepted_moves, tried_swaps, accepted_swaps = progress.counts
    return Equilibration(
        relaxation_time=clock.relaxation_time,
        energy_relaxation_time=CHECK * correlation_time(energies[half:]),
        sweeps=progress.time,
        relaxations=len(clock.durations),
        energy=float(energies[half:].mean()),
        energy_drift=drift,
        pressure=float(pressure),
        configurational_temperature=float(squares / laplacian),
        step=chain.step,
        displacement_acceptance=float(accepted_moves / tried_moves) if tried_moves else np.nan,
        swap_acceptance=float(accepted_swaps / tried_swaps) if tried_swaps else np.nan,
        flag=flag,
        overlap_curve=clock.curve,
        energy_series=_block_means(energies),
    )


def _block_means(energies: np.ndarray) -> list[tuple[int, float]]:
    """The energy series as at most SERIES_POINTS block means, each at the end of its block [sweeps]."""
    edges = np.unique(np.linspace(0, len(energies), SERIES_POINTS + 1).astype(int))
    return [(int(CHECK * b), float(energies[a:b].mean())) for a, b in zip(edges[:-1], edges[1:], strict=True)]
