"""Dynamics as a chain: blocks of thermostatted time steps, and with the hybrid sampler blocks of exchanges of sizes between them.

The unit of time is the sweep here too: `steps_per_sweep` time steps, and then, for the hybrid, a number of trial exchanges for each particle. Time
steps keep the canonical (or constant-pressure) ensemble to the order of the step squared, exchanges keep it exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from vitrine.errors import SampleError
from vitrine.interactions.forces import configurational_terms, energy_and_virial
from vitrine.preparation.engines import integrator
from vitrine.preparation.motion import Bath, Motion, Ramp, thermal_motion
from vitrine.preparation.swap import SwapMonteCarlo
from vitrine.samples.sample import Sample


class Dynamics:
    """A chain of `equilibrate.Chain` made of dynamics.

    sample: the start; ramp: the temperature; settings: the config's preparation.dynamics, with `engine` resolved; refinement: how often the time step
    has been halved (a sweep then has twice as many); exchanges: trial exchanges for each particle and sweep; `rng` draws the velocities, and then the
    exchanges. Raises motion.BlowUp from `advance`, and SampleError for a sample at constant pressure that boils.
    """

    def __init__(
        self,
        sample: Sample,
        ramp: Ramp,
        settings: Mapping,
        rng: np.random.Generator,
        *,
        refinement: int = 0,
        exchanges: float = 0.0,
        swap_range: float = np.inf,
    ) -> None:
        self._sample, self._ramp, self._settings = sample, ramp, settings
        self._bath = Bath(settings["thermostat"], settings["thermostat_time"], settings["pressure"], settings["barostat_time"])
        self.step = settings["time_step"] / 2**refinement
        self._steps = settings["steps_per_sweep"] * 2**refinement
        self._trials, self._swap_range = round(exchanges * sample.particles), swap_range
        self._stream = int(rng.integers(2**63))
        self._start(thermal_motion(sample, ramp.start, rng), rng)

    def _start(self, motion: Motion, rng: np.random.Generator) -> None:
        sample = replace(self._sample, positions=motion.positions, sizes=motion.sizes, box=motion.box)
        self._engine = integrator(self._settings["engine"])(
            sample, motion, self._ramp, self._bath, self.step, self._stream, device=self._settings["device"]
        )
        self._swaps = None
        if self._trials:
            self._swaps = SwapMonteCarlo(sample.moved(motion.unfolded), self._ramp.end, rng, swap_range=self._swap_range)

    def tune(self, sweeps: int, target: float) -> None:
        """Nothing: the time step is given."""

    def advance(self, sweeps: int) -> np.ndarray:
        """Run `sweeps` sweeps; return zero, zero, trial exchanges, accepted ones."""
        counts = np.zeros(4, dtype=np.int64)
        if self._swaps is None:
            self._engine.run(sweeps * self._steps)
            self._check_density()
            return counts
        for _ in range(sweeps):
            self._engine.run(self._steps)
            self._swaps.follow(self._engine.positions)
            counts += self._swaps.exchange(self._trials)
            self._engine.exchange(self._swaps.sizes)
        return counts

    def _check_density(self) -> None:
        """Raise SampleError where the density at constant pressure fell out of the liquid branch."""
        least = self._settings.get("least_density")
        if self._bath.pressure is None or not least:
            return
        density, usual = self._sample.particles / float(np.prod(np.diag(self._engine.box))), self._sample.model.density
        if density < least * usual:
            raise SampleError(
                f"boiled: its density fell to {density:.3g} at the pressure {self._bath.pressure:g} and the temperature {self._ramp.end:g}, below "
                f"{least:g} (preparation.dynamics.least_density) of the model's {usual:g}; start at a lower temperature"
            )

    @property
    def energy(self) -> float:
        """Potential energy, by the exact potential whatever the engine tabulates."""
        return energy_and_virial(self.current())[0]

    @property
    def positions(self) -> np.ndarray:
        """Unfolded positions (N, d)."""
        return self._engine.positions

    @property
    def velocities(self) -> np.ndarray:
        """Velocities (N, d), a copy."""
        return self._engine.velocities

    def configurational_terms(self) -> tuple[float, float]:
        """|grad U|^2 and the Laplacian of U; the ratio of their averages is k_B T in equilibrium."""
        return configurational_terms(self.current())

    def pressure(self) -> float:
        """Instantaneous pressure [epsilon/lambda_min^d]."""
        return self._engine.pressure()

    def current(self) -> Sample:
        """The present configuration, folded into the present box."""
        motion = self._engine.motion
        return replace(self._sample, positions=motion.positions, sizes=motion.sizes, box=motion.box)

    @property
    def motion(self) -> Motion:
        """The present state of motion."""
        return self._engine.motion

    def state(self) -> dict[str, np.ndarray]:
        """All that the chain is, but for the stream of its exchanges."""
        fields = vars(self._engine.motion)
        memory = {f"memory.{name}": value for name, value in fields["memory"].items()}
        return {**{name: np.asarray(value) for name, value in fields.items() if name != "memory"}, **memory}

    def take_up(self, state: Mapping[str, np.ndarray], rng: np.random.Generator) -> None:
        """Go on from a state, with a new engine and another stream of exchanges."""
        memory = {name.removeprefix("memory."): value for name, value in state.items() if name.startswith("memory.")}
        fields = {name: value for name, value in state.items() if not name.startswith("memory.")}
        self._start(Motion(**{**fields, "step": int(fields["step"]), "memory": memory}), rng)

    @property
    def description(self) -> dict:
        """Engine, its version and accuracy, thermostat and time step, for provenance."""
        return {**self._engine.description, "thermostat": self._bath.thermostat, "time_step": self.step}
