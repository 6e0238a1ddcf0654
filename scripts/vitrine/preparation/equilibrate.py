"""Run a liquid's chain at its parent temperature, for a time that is known before it begins.

How long depends on no fluctuation of the chain's own: one that may stop as soon as it has forgotten its start stops early where its energy happens
to be high, since high energies relax fast, and the mean energy of an ensemble comes out too high. A pilot (`pilot.py`), whose chains are used for
nothing else, measures the relaxation time; then every sample of the ensemble runs as long as every other. The first half of a run is the approach,
the second is the measurement.

Every `keeper.every` sweeps the run is stored and taken up anew from what was stored, so that a run which was stopped there gives the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from vitrine.preparation.relaxation import CHECK, RelaxationClock
from vitrine.preparation.restart import Keeper
from vitrine.preparation.series import block_means, correlation_time
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
    """How a chain ran. Times in sweeps, energies per particle; energy_approach: of the second quarter; the others of the second half.

    `flag` is empty when the chain did all that was asked for.
    """

    relaxation_time: float
    energy_relaxation_time: float
    sweeps: int
    relaxations: int
    energy: float
    energy_approach: float
    energy_variance: float
    pressure: float
    configurational_temperature: float
    step: float
    displacement_acceptance: float
    swap_acceptance: float
    flag: str = ""
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
    def from_arrays(cls, arrays: Mapping[str, np.ndarray], overlap_length: float, look_sweeps: int = CHECK) -> Progress:
        """The progress that `arrays` describes."""
        clock = {name.removeprefix("clock."): value for name, value in arrays.items() if name.startswith("clock.")}
        return cls(
            int(arrays["time"]),
            arrays["counts"].copy(),
            arrays["energies"].tolist(),
            [tuple(row) for row in arrays["terms"].tolist()],
            RelaxationClock.from_arrays(clock, overlap_length, look_sweeps) if clock else None,
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
    sweeps: int,
    tuning_sweeps: int,
    target_acceptance: float,
    overlap_length: float,
    approach_sweeps: int = 0,
    look_sweeps: int = CHECK,
    keeper: Keeper | None = None,
    enough: Callable[[RelaxationClock], bool] = lambda clock: False,
) -> Equilibration:
    """Run a chain from its present state for `sweeps`, rounded up to a whole number of looks.

    The step is tuned first and then frozen, and `approach_sweeps` more are run (a cooling ramp, velocities that settle); nothing of this is measured.
    look_sweeps: sweeps between looks at the overlap and the energy. enough: ends the run earlier, as soon as it says so of the chain's clock; only a
    pilot may, since that biases what it measures.
    """
    stored = keeper.load() if keeper else None
    if stored:
        progress = Progress.from_arrays(stored["progress"], overlap_length, look_sweeps)
        chain.take_up(stored["chain"], keeper.stream(progress.time))
    else:
        chain.tune(tuning_sweeps, target_acceptance)
        progress = Progress(-look_sweeps * -(-approach_sweeps // look_sweeps))
    taken_up_at = progress.time if stored else None
    particles = len(chain.positions)
    while progress.time < sweeps and not (progress.clock and enough(progress.clock)):
        if keeper and progress.time % keeper.every == 0 and progress.time != taken_up_at:
            state = chain.state()
            keeper.save(progress.arrays(), state)
            chain.take_up(state, keeper.stream(progress.time))
        if progress.time == 0:
            progress.clock = RelaxationClock(chain.positions, overlap_length, look_sweeps)
        counts = chain.advance(look_sweeps)
        progress.time += look_sweeps
        if progress.clock:
            progress.counts += counts
            progress.look(chain, particles)
    if keeper and progress.time != taken_up_at:
        keeper.save(progress.arrays(), chain.state())
    return _summary(chain, progress)


def _summary(chain: Chain, progress: Progress) -> Equilibration:
    energies, clock = np.array(progress.energies), progress.clock
    quarter, half = len(energies) // 4, len(energies) // 2
    squares, laplacian, pressure = np.array(progress.terms[len(progress.terms) // 2 :]).mean(axis=0)
    tried_moves, accepted_moves, tried_swaps, accepted_swaps = progress.counts
    return Equilibration(
        relaxation_time=clock.relaxation_time,
        energy_relaxation_time=clock.every * correlation_time(energies[half:]),
        sweeps=progress.time,
        relaxations=len(clock.durations),
        energy=float(energies[half:].mean()),
        energy_approach=float(energies[quarter:half].mean()) if half > quarter else np.nan,
        energy_variance=float(energies[half:].var()),
        pressure=float(pressure),
        configurational_temperature=float(squares / laplacian),
        step=chain.step,
        displacement_acceptance=float(accepted_moves / tried_moves) if tried_moves else np.nan,
        swap_acceptance=float(accepted_swaps / tried_swaps) if tried_swaps else np.nan,
        overlap_curve=clock.curve,
        energy_series=[(clock.every * end, mean) for end, mean in block_means(energies, SERIES_POINTS)],
    )
