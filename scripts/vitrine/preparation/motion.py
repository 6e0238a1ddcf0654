"""What dynamics is made of, whichever engine runs it: a bath, a ramp of its temperature, and the state of motion from which a run goes on exactly.

k_B is one, and so are masses unless the sample has others. Steps are absolute: they count from the start of a sample's dynamics, so a ramp survives
a restart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from vitrine.samples.sample import Sample

RUNAWAY = 100.0  # a kinetic temperature beyond this multiple of the bath's is a time step that blew up


class BlowUp(Exception):
    """The time step was too large: particles flew apart. `step` is the absolute step at which it was seen."""

    def __init__(self, step: int) -> None:
        super().__init__(f"the dynamics blew up at step {step}")
        self.step = step

    def flag(self, time_step: float) -> str:
        """What a sample is flagged with."""
        return f"blew up at step {self.step} with time step {time_step:g}"


@dataclass(frozen=True)
class Ramp:
    """Temperature [epsilon/k_B] against the absolute step: `start` until step `begin`, linear over `steps`, then `end`."""

    begin: int
    steps: int
    start: float
    end: float

    def at(self, step: int) -> float:
        """Temperature at an absolute step."""
        if step < self.begin:
            return self.start
        if step >= self.begin + self.steps:
            return self.end
        return self.start + (self.end - self.start) * (step - self.begin) / self.steps


@dataclass(frozen=True)
class Bath:
    """The surroundings: a thermostat (`bussi`, `langevin`, `mttk`, or `none` for constant energy) and, for constant pressure, a barostat.

    Times in lambda_min sqrt(m/epsilon); `langevin` has the friction 1/thermostat_time. pressure [epsilon/lambda_min^d]; None keeps the volume.
    """

    thermostat: str
    thermostat_time: float
    pressure: float | None = None
    barostat_time: float = 1.0


@dataclass
class Motion:
    """All that is needed to go on exactly.

    positions (N, d) folded into the box; images (N, d) whole numbers of boxes that each particle has crossed; velocities (N, d); sizes (N,); box
    (d, d); memory: variables of thermostat and barostat by name; step: absolute.
    """

    step: int
    positions: np.ndarray
    images: np.ndarray
    velocities: np.ndarray
    sizes: np.ndarray
    box: np.ndarray
    memory: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def unfolded(self) -> np.ndarray:
        """Positions followed through the periodic boundaries, (N, d)."""
        return self.positions + self.images @ self.box.T


class Integrator(Protocol):
    """An engine that moves a sample in time. Noise is fixed by (stream, step at which the integrator was made)."""

    def __init__(self, sample: Sample, motion: Motion, ramp: Ramp, bath: Bath, time_step: float, stream: int, device: str = "auto") -> None: ...

    @property
    def description(self) -> dict: ...

    @property
    def motion(self) -> Motion: ...

    @property
    def positions(self) -> np.ndarray: ...

    @property
    def velocities(self) -> np.ndarray: ...

    @property
    def box(self) -> np.ndarray: ...

    def run(self, steps: int) -> None: ...

    def exchange(self, sizes: np.ndarray) -> None: ...

    def pressure(self) -> float: ...

    def kinetic_temperature(self) -> float: ...


def folded(positions: np.ndarray, box: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Positions (N, d) folded into a rectangular box, and the boxes crossed (N, d) as whole numbers."""
    edges = np.diag(box)
    images = np.floor(positions / edges).astype(np.int64)
    inside = positions - images * edges
    over = inside >= edges  # rounding can leave a tiny negative number at the far edge
    return np.where(over, 0.0, inside), images + over


def thermal_motion(sample: Sample, temperature: float, rng: np.random.Generator) -> Motion:
    """A sample set in motion: velocities (N, d) drawn at a temperature, of variance T/m_i, the total momentum taken out."""
    velocities = rng.standard_normal(sample.positions.shape) * np.sqrt(temperature)
    if sample.masses is None:
        drift = velocities.mean(axis=0)
    else:
        velocities /= np.sqrt(sample.masses)[:, None]
        drift = np.average(velocities, axis=0, weights=sample.masses)
    positions, images = folded(sample.positions, sample.box)
    return Motion(0, positions, images, velocities - drift, sample.sizes.copy(), sample.box.copy())


def twice_kinetic_energy(velocities: np.ndarray, masses: np.ndarray | None) -> float:
    """Sum m v^2 of velocities (N, d); masses (N,), None where all are one."""
    return float(np.sum(velocities**2 if masses is None else masses[:, None] * velocities**2))
