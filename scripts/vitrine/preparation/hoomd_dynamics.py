"""Molecular dynamics by HOOMD-blue, 4.8 and later, on a CPU core or a GPU.

HOOMD-blue's noise is a function of a seed of 16 bits and of the lower 40 bits of its time step. It counts its time steps from an offset that is the
sample's own, so that samples that share a seed still share no noise. Steps seen from outside are without the offset.
"""

from __future__ import annotations

import hoomd
import hoomd.md
import numpy as np

from vitrine.errors import InputError, SampleError
from vitrine.preparation.hoomd_forces import Species, device_of, finite, neighbour_list, pair_force, placed, snapshot_of
from vitrine.preparation.motion import RUNAWAY, Bath, BlowUp, Motion, Ramp
from vitrine.samples.sample import Sample

WATCH = 1000  # steps after which a run is looked at for signs of blowing up
THERMOSTATS = ("bussi", "langevin", "mttk", "none")


class HoomdIntegrator:
    """A `motion.Integrator`. `force_error` is the measured bound of the tabulated force, see `hoomd_forces.Table`; zero where the force is exact.

    A state of motion that is taken up goes on without what is left of the last step's noise of `langevin`; nothing else is lost.
    Raises InputError for too many species, for a GPU that is not there, for an unknown thermostat, and for `langevin` at constant pressure, which
    HOOMD-blue does not have; SampleError where the box is narrower than twice the range or tilted, and for masses that are not one.
    """

    def __init__(self, sample: Sample, motion: Motion, ramp: Ramp, bath: Bath, time_step: float, stream: int, device: str = "auto") -> None:
        if bath.thermostat not in THERMOSTATS:
            raise InputError(f"config key preparation.dynamics.thermostat is {bath.thermostat}: allowed are {', '.join(THERMOSTATS)}")
        if bath.thermostat == "langevin" and bath.pressure is not None:
            raise InputError("config key preparation.dynamics.thermostat is langevin at constant pressure: HOOMD-blue allows bussi and mttk there")
        if np.any(motion.box != np.diag(np.diag(motion.box))):
            raise SampleError("dynamics needs a rectangular box, this one is tilted")
        if sample.masses is not None:  # HOOMD-blue has one friction per type, and a type here is a size
            raise SampleError("it has masses that are not one, with which HOOMD-blue is not run here: set config key preparation.engine to builtin")
        self._sample = sample.moved(motion.positions, sizes=motion.sizes.copy(), box=motion.box).checked()
        self._ramp, self._bath = ramp, bath
        self._offset = (int(stream) >> 16) % 2**40
        self._species = Species.of(self._sample)
        members = self._species.members(sample.types, motion.sizes)
        self._simulation = hoomd.Simulation(device_of(device), seed=int(stream) % 2**16)
        self._simulation.timestep = motion.step + self._offset
        self._simulation.create_state_from_snapshot(snapshot_of(motion, self._species, members))
        self._force, self.force_error = pair_force(sample.model, self._species, neighbour_list(self._sample), max(ramp.start, ramp.end))
        self._integrator = hoomd.md.Integrator(time_step, forces=[self._force])
        self._simulation.operations.integrator = self._integrator
        self._simulation.always_compute_pressure = bath.pressure is not None  # the barostat needs it from the first step on
        self._set_method(motion.memory)
        self._settle()

    @property
    def description(self) -> dict:
        """Engine, its version, its device and the bound of its force error, for provenance."""
        device = type(self._simulation.device).__name__
        return {"engine": f"HOOMD-blue {hoomd.version.version}", "device": device, "force_error": self.force_error}

    @property
    def motion(self) -> Motion:
        """A copy of the present state."""
        snapshot, box = self._simulation.state.get_snapshot(), self.box
        positions, images = placed(snapshot, box)
        velocities = snapshot.particles.velocity[:, : len(box)].copy()
        return Motion(self._step, positions, images, velocities, self._sample.sizes.copy(), box, self._memory)

    @property
    def positions(self) -> np.ndarray:
        """Positions followed through the periodic boundaries, (N, d)."""
        snapshot, box = self._simulation.state.get_snapshot(), self.box
        return snapshot.particles.position[:, : len(box)] + snapshot.particles.image[:, : len(box)] @ box.T

    @property
    def velocities(self) -> np.ndarray:
        """Velocities (N, d), a copy."""
        return self._simulation.state.get_snapshot().particles.velocity[:, : self._sample.dimension].copy()

    @property
    def box(self) -> np.ndarray:
        """The present box (d, d)."""
        return np.diag(np.array(self._simulation.state.box.L, dtype=float)[: self._sample.dimension])

    def run(self, steps: int) -> None:
        """Go on by so many steps. BlowUp when particles fly apart; SampleError when a shrinking box becomes too narrow for the interaction."""
        while steps > 0:
            stretch = min(steps, WATCH)
            self._advance(stretch)
            steps -= stretch
            if self._has_run_away():
                raise BlowUp(self._step)

    def exchange(self, sizes: np.ndarray) -> None:
        """Give the particles new sizes (N,); positions and velocities stay. ValueError for a size that none of its type had at the start.

        The next step must see no force of the old sizes. HOOMD-blue keeps what it has once computed for a time step: neighbour list and forces, the
        accelerations of the coming half kick, and the pressure in the barostat. `set_snapshot` discards all but the last, which belongs to the
        integration method, so a barostat is made anew with its variables. The noise of `langevin` is part of the acceleration and half of it is yet
        to come: it is put back, or the liquid would be too cold, by 1/(4 n) of its temperature with exchanges every n steps.
        """
        members = self._species.members(self._sample.types, sizes)
        snapshot = self._simulation.state.get_snapshot()
        noise = snapshot.particles.acceleration - self._force.forces if self._bath.thermostat == "langevin" else None
        snapshot.particles.typeid[:] = members
        memory = self._memory
        self._simulation.state.set_snapshot(snapshot)
        self._sample = self._sample.moved(self._sample.positions, sizes=np.array(sizes, dtype=float))
        if self._bath.pressure is not None:
            self._set_method(memory)
        if noise is not None:
            self._settle()
            with self._simulation.state.cpu_local_snapshot as local:
                tags = np.array(local.particles.tag)
                local.particles.acceleration[:] = np.array(local.particles.acceleration) + noise[tags]

    def pressure(self) -> float:
        """(sum m v^2 + sum f r)/(d V) at this moment, with the tabulated forces [epsilon/lambda_min^d]."""
        wanted = self._simulation.always_compute_pressure
        self._simulation.always_compute_pressure = True
        virial = float(self._force.virials[:, [0, 3, 5]].sum())
        self._simulation.always_compute_pressure = wanted
        box = self.box
        kinetic = self._twice_kinetic_energy(self._simulation.state.get_snapshot())
        return (kinetic + virial) / (len(box) * float(np.prod(np.diag(box))))

    def kinetic_temperature(self) -> float:
        """sum m v^2 over the degrees of freedom: N d - d, or N d for `langevin`, which moves the centre of mass too."""
        return self._twice_kinetic_energy(self._simulation.state.get_snapshot()) / self._degrees_of_freedom

    @property
    def _step(self) -> int:
        return self._simulation.timestep - self._offset

    @property
    def _memory(self) -> dict[str, np.ndarray]:
        """Variables of thermostat and barostat, as `_set_method` takes them."""
        memory = {}
        if self._bath.thermostat == "mttk":
            memory["mttk_xi_eta"] = np.array(self._method.thermostat.translational_dof, dtype=float)
        if self._bath.pressure is not None:
            memory["barostat_nu"] = np.array(self._method.barostat_dof, dtype=float)
        return memory

    @property
    def _degrees_of_freedom(self) -> int:
        n, d = self._sample.positions.shape
        return n * d if self._bath.thermostat == "langevin" else n * d - d

    @staticmethod
    def _twice_kinetic_energy(snapshot: hoomd.Snapshot) -> float:
        return float(np.sum(snapshot.particles.velocity**2))

    def _has_run_away(self) -> bool:
        snapshot = self._simulation.state.get_snapshot()
        temperature = self._twice_kinetic_energy(snapshot) / self._degrees_of_freedom  # not a number if any velocity is none
        return not (finite(snapshot.particles.position) and temperature <= RUNAWAY * max(self._ramp.start, self._ramp.end))

    def _set_method(self, memory: dict[str, np.ndarray]) -> None:
        """Make the integration method, from the variables of thermostat and barostat where there are any."""
        bath, ramp, methods = self._bath, self._ramp, hoomd.md.methods
        everything = hoomd.filter.All()
        temperature = hoomd.variant.Ramp(A=ramp.start, B=ramp.end, t_start=ramp.begin + self._offset, t_ramp=ramp.steps)
        if bath.thermostat == "langevin":
            self._method = methods.Langevin(everything, kT=temperature, default_gamma=1 / bath.thermostat_time)
        else:
            thermostat = None
            if bath.thermostat == "bussi":
                thermostat = methods.thermostats.Bussi(kT=temperature, tau=bath.thermostat_time)
            elif bath.thermostat == "mttk":
                thermostat = methods.thermostats.MTTK(kT=temperature, tau=bath.thermostat_time)
                thermostat.translational_dof = tuple(memory.get("mttk_xi_eta", (0.0, 0.0)))
            if bath.pressure is None:
                self._method = methods.ConstantVolume(everything, thermostat=thermostat)
            else:
                couple = "xyz" if self._sample.dimension == 3 else "xy"
                self._method = methods.ConstantPressure(everything, S=bath.pressure, tauS=bath.barostat_time, couple=couple, thermostat=thermostat)
                self._method.barostat_dof = tuple(memory.get("barostat_nu", (0.0,) * 6))
        self._integrator.methods = [self._method]

    def _settle(self) -> None:
        """Compute forces and accelerations of the present state."""
        self._advance(0)

    def _advance(self, steps: int) -> None:
        try:
            self._simulation.run(steps)
        except RuntimeError as error:
            if "no longer in the simulation box" in str(error):
                raise BlowUp(self._step) from error
            if "too small" in str(error):
                raise SampleError(f"its box became narrower than twice the range of the interaction and its margin at step {self._step}") from error
            raise
