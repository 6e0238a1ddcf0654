r"""Thermostatted dynamics in compiled Python: the engine that is always there. k_B is one, and so are masses unless the sample has others.

Velocity Verlet moves the particles; one step keeps the canonical ensemble to the order of the time step squared. The thermostats:

    bussi     one factor for all velocities after every step: the exact propagator of the kinetic energy (Bussi, Donadio, Parrinello,
              J. Chem. Phys. 126, 014101)
    langevin  friction m/tau on every particle, in the order kick, drift, bath, drift, kick (Leimkuhler and Matthews,
              Appl. Math. Res. Express 2013, 34)
    mttk      Nose-Hoover chain of two, half a step of it before and half after (Martyna et al., Mol. Phys. 87, 1117); its masses are f T tau^2 and
              T tau^2, with the present T
    none      constant energy

Degrees of freedom f: N d - d, for the total momentum is zero; N d with langevin, which sets the centre in motion too.

Constant pressure is isotropic stochastic cell rescaling (Bernetti and Bussi, J. Chem. Phys. 153, 114107): positions scale with the box, velocities
inversely, and lambda = sqrt(V) follows an overdamped Langevin equation of constant noise,

    d lambda = -(beta lambda/2 tau) (P - P_int - T/2V) dt + sqrt(T beta/2 tau) dW,    P_int = (sum m v^2 + sum f r)/(d V).

NOTE: it is integrated in steps of about a twentieth of tau, and each is accepted or rejected (a Metropolis-adjusted Langevin step), so that it keeps
the ensemble exactly, whatever beta is: P(V) ~ V^(f/d) exp(-P V/T) times the average of exp(-U/T) over scaled coordinates. The average of P_int is
then P, and an ideal gas has V ~ Gamma(f/d + 1, T/P).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from vitrine.compile_cache import njit
from vitrine.errors import InputError, SampleError
from vitrine.interactions.forces import PairList, listed_pairs, pair_energy_and_virial, pair_forces, system
from vitrine.interactions.neighbours import padded
from vitrine.interactions.rows import add, furthest, square
from vitrine.preparation.motion import RUNAWAY, Bath, BlowUp, Motion, Ramp, folded, twice_kinetic_energy
from vitrine.samples.sample import Sample

SKIN = 0.5  # margin of the pair list [lambda_min]; 0.4 to 0.8 are as fast
CHUNK = 1000  # steps between two looks at the kinetic temperature, at most
COMPRESSIBILITY = 0.02  # beta [lambda_min^d/epsilon], of the order of a dense liquid's; it sets the pace of the volume, not its distribution
BAROSTAT_STEPS = 20  # steps of the barostat in one barostat time
NONE, BUSSI, LANGEVIN, MTTK = range(4)
THERMOSTATS = {"none": NONE, "bussi": BUSSI, "langevin": LANGEVIN, "mttk": MTTK}


@dataclass
class _Place:
    """Where the particles are, as the compiled loops take it: x (N, w) and what a `system` is; the pair list, where (N, w) and at which edge of the
    box (1,) it was made, and the force (N, w)."""

    x: np.ndarray
    matter: tuple
    pairs: PairList
    origin: np.ndarray
    listed: np.ndarray
    force: np.ndarray


class BuiltinIntegrator:
    """`motion.Integrator` on one core: N = 2000 in three dimensions at about 1500 steps per second.

    What it is after construction depends on the arguments alone, not on what was run before. Raises SampleError where the box is narrower than twice
    the range, at the start or under pressure, and for a tilted box; InputError for an unknown thermostat.
    """

    description = {"engine": "builtin"}

    def __init__(self, sample: Sample, motion: Motion, ramp: Ramp, bath: Bath, time_step: float, stream: int, device: str = "auto") -> None:
        if bath.thermostat not in THERMOSTATS:
            raise InputError(f"the thermostat is {bath.thermostat!r}: allowed are {', '.join(THERMOSTATS)}")
        if bath.thermostat == "mttk" and min(ramp.start, ramp.end) <= 0:
            raise InputError("the thermostat mttk needs temperatures above zero, the masses of its chain are proportional to them")
        if np.any(motion.box != np.diag(np.diag(motion.box))):
            raise SampleError("dynamics needs a rectangular box, this one is tilted")
        self._ramp, self._bath, self._time_step = ramp, bath, time_step
        self._sample = replace(sample, positions=motion.positions, sizes=motion.sizes.copy(), box=motion.box.copy()).checked()
        self._rng = np.random.default_rng([stream, motion.step])
        self._step = motion.step
        self._v, _ = padded(motion.velocities, motion.box)
        self._masses = np.ones(0) if sample.masses is None else sample.masses  # empty where all are one
        self._images = np.zeros(self._v.shape, dtype=np.int64)
        self._images[:, : sample.dimension] = motion.images
        self._chain = np.array(motion.memory.get("chain", np.zeros(4)))  # velocities and positions of the thermostats
        self._freedom = sample.particles * sample.dimension - (0 if bath.thermostat == "langevin" else sample.dimension)
        self._pause = max(1, round(bath.barostat_time / (BAROSTAT_STEPS * time_step)))  # time steps in one step of the barostat
        x, _ = padded(motion.positions, motion.box)
        self._place = self._listed(x)

    @property
    def motion(self) -> Motion:
        """A copy of the present state."""
        d = self._sample.dimension
        positions, images = folded(self._place.x[:, :d], self._sample.box)
        memory = {"chain": self._chain.copy()} if self._bath.thermostat == "mttk" else {}
        return Motion(
            self._step, positions, images + self._images[:, :d], self._v[:, :d].copy(), self._sample.sizes.copy(), self.box, memory
        )  # fmt: skip

    @property
    def positions(self) -> np.ndarray:
        """Positions followed through the periodic boundaries, (N, d)."""
        return self.motion.unfolded

    @property
    def velocities(self) -> np.ndarray:
        """Velocities (N, d), a copy."""
        return self._v[:, : self._sample.dimension].copy()

    @property
    def box(self) -> np.ndarray:
        """The present box (d, d), a copy."""
        return self._sample.box.copy()

    def run(self, steps: int) -> None:
        """Take `steps` time steps. Raises BlowUp, after which the state is of no use."""
        end = self._step + steps
        while self._step < end:
            stop = min(end, self._step + CHUNK)
            if self._bath.pressure is not None:
                stop = min(stop, (self._step // self._pause + 1) * self._pause)
            self._advance(stop)
            if self._bath.pressure is not None and self._step % self._pause == 0:
                self._breathe(self._ramp.at(self._step))

    def exchange(self, sizes: np.ndarray) -> None:
        """Give the particles other sizes (N,); positions and velocities stay."""
        self._sample = replace(self._sample, sizes=np.array(sizes, dtype=float)).checked()
        _fold(self._place.x, self._images, self._place.matter[0])
        self._place = self._listed(self._place.x)

    def pressure(self) -> float:
        """Instantaneous pressure (sum m v^2 + sum f r)/(d V)."""
        _, virial = self._energy_and_virial(self._place)
        return (twice_kinetic_energy(self._v, self._sample.masses) + virial) / (self._sample.dimension * self._sample.volume)

    def kinetic_temperature(self) -> float:
        """Sum m v^2 over the degrees of freedom."""
        return twice_kinetic_energy(self._v, self._sample.masses) / self._freedom

    def _listed(self, x: np.ndarray) -> _Place:
        """Particles at x in the present box, with a new pair list."""
        matter = system(self._sample, SKIN)
        pairs, force = listed_pairs(x, matter, SKIN), np.empty_like(x)
        pair_forces(x, pairs, self._sample.model.kernels, force)
        return _Place(x, matter, pairs, x.copy(), matter[0][0, :1].copy(), force)

    def _energy_and_virial(self, place: _Place) -> tuple[float, float]:
        return pair_energy_and_virial(place.x, place.pairs, self._sample.model.kernels)

    def _advance(self, stop: int) -> None:
        place, model, code = self._place, self._sample.model, THERMOSTATS[self._bath.thermostat]
        temperatures = np.array([self._ramp.at(step) for step in range(self._step, stop)])
        place.pairs, taken, sound = _verlet(
            place.x, self._v, self._masses, place.force, self._images, place.origin, place.listed, place.pairs, place.matter, model.kernels,
            model.range, self._sample.dimension, code, float(self._bath.thermostat_time), self._freedom, self._chain, temperatures,
            float(self._time_step), RUNAWAY * max(self._ramp.start, self._ramp.end) * self._freedom, self._rng,
        )  # fmt: skip
        self._step += taken
        if not sound:
            raise BlowUp(self._step)

    def _breathe(self, temperature: float) -> None:
        """One step of the barostat."""
        bath, before, sample = self._bath, self._place, self._sample
        span = self._pause * self._time_step
        diffusion = 0.25 * COMPRESSIBILITY / bath.barostat_time  # of lambda, over T
        root = math.sqrt(sample.volume)
        weight, push = self._volume_weight(before, root, self._v, temperature)
        trial = root + span * diffusion * push + math.sqrt(2 * diffusion * temperature * span) * self._rng.standard_normal()
        luck = self._rng.random()
        if not trial > 0.0:
            return
        scale = (trial / root) ** (2 / sample.dimension)
        self._sample = replace(sample, box=sample.box * scale)
        if np.min(np.diag(self._sample.box)) < 2 * sample.model.range:
            raise SampleError(
                f"at step {self._step} the pressure of {bath.pressure:g} brings the box to a width of {np.min(np.diag(self._sample.box)):.4g}, "
                f"below twice the range of the interaction, {2 * sample.model.range:.4g}"
            )
        after = self._scaled(before, scale)
        new_weight, back_push = self._volume_weight(after, trial, self._v / scale, temperature)
        forth, back = trial - root - span * diffusion * push, root - trial - span * diffusion * back_push
        gain = new_weight - weight - (back**2 - forth**2) / (4 * diffusion * span)  # T times the logarithm of the acceptance
        if gain >= temperature * math.log(1.0 - luck):
            self._place = after
            self._v /= scale
        else:
            self._sample = sample

    def _volume_weight(self, place: _Place, root: float, v: np.ndarray, temperature: float) -> tuple[float, float]:
        """T ln w and T d ln w/d lambda at lambda = `root`, where w is the weight of lambda at fixed scaled coordinates and momenta."""
        energy, virial = self._energy_and_virial(place)
        twice_kinetic, volume = twice_kinetic_energy(v, self._sample.masses), root**2
        inner = (twice_kinetic + virial) / (self._sample.dimension * volume)
        weight = temperature * math.log(root) - 0.5 * twice_kinetic - energy - self._bath.pressure * volume
        return weight, temperature / root - 2 * root * (self._bath.pressure - inner)

    def _scaled(self, place: _Place, scale: float) -> _Place:
        """The particles moved apart with the box, which is already the new one; the pair list is scaled with them where it still serves."""
        x, origin = place.x * scale, place.origin * scale
        matter = system(self._sample, SKIN)
        margin = _margin(matter[0], place.listed[0], self._sample.model.range, self._sample.dimension)
        if furthest(x, origin) > margin * abs(margin):
            return self._listed(x)
        pairs, force = place.pairs._replace(shifts=place.pairs.shifts * scale), np.empty_like(x)
        pair_forces(x, pairs, self._sample.model.kernels, force)
        return _Place(x, matter, pairs, origin, place.listed, force)


@njit
def _margin(h, listed, reach, dimension):
    """How far every particle may be from where the list was made (moved along with the box, whose edge h_00 was `listed`) before the list is stale.

    Two conditions: no pair outside range and skin may have come within the range; and no other image of a pair than the listed one may have.
    """
    scale = h[0, 0] / listed
    edge = h[0, 0]
    for axis in range(1, dimension):
        edge = min(edge, h[axis, axis])
    return 0.5 * min(scale * SKIN - max(1.0 - scale, 0.0) * reach, 0.5 * edge - reach)


@njit
def _fold(x, images, h):
    """Move every particle into the box, and count the boxes it is moved by."""
    for i in range(x.shape[0]):
        for axis in range(x.shape[1]):
            crossed = np.floor(x[i, axis] / h[axis, axis])
            x[i, axis] -= crossed * h[axis, axis]
            images[i, axis] += int(crossed)


@njit
def _kick(v, force, masses, span):
    """Velocities after a time `span` in constant forces. masses (N,), empty where all are one, here and below."""
    if masses.size == 0:
        add(v, span, force)
    else:
        for i in range(v.shape[0]):
            for axis in range(v.shape[1]):
                v[i, axis] += span * force[i, axis] / masses[i]


@njit
def _twice_kinetic(v, masses):
    total = 0.0
    if masses.size == 0:
        for i in range(v.shape[0]):
            total += square(v, i)
    else:
        for i in range(v.shape[0]):
            total += masses[i] * square(v, i)
    return total


@njit
def _bussi(v, masses, freedom, temperature, decay, rng):
    """Rescale the velocities so that their kinetic energy moves as that of `freedom` particles in a Langevin bath; decay = exp(-dt/tau)."""
    twice_kinetic = _twice_kinetic(v, masses)
    one = rng.standard_normal()
    rest = 2.0 * rng.standard_gamma(0.5 * (freedom - 1)) if freedom > 1 else 0.0
    if twice_kinetic > 0.0:
        share = (1.0 - decay) * temperature / twice_kinetic
        cross = math.sqrt(decay * share) * one
        factor = math.sqrt(max(decay + share * (one * one + rest) + 2.0 * cross, 0.0))
        v *= -factor if decay + cross < 0.0 else factor


@njit
def _langevin(v, masses, dimension, temperature, decay, rng):
    """The exact propagator of friction and noise; decay = exp(-dt/tau)."""
    noise = math.sqrt(temperature * (1.0 - decay * decay))
    for i in range(v.shape[0]):
        if masses.size > 0:
            noise = math.sqrt(temperature * (1.0 - decay * decay) / masses[i])
        for axis in range(dimension):
            v[i, axis] = decay * v[i, axis] + noise * rng.standard_normal()


@njit
def _nose_hoover(v, masses, chain, freedom, temperature, tau, span):
    """Propagate the chain, and the velocities with it, over `span`. chain: two velocities, two positions (for the conserved energy alone)."""
    half, quarter = 0.5 * span, 0.25 * span
    first, second = freedom * temperature * tau**2, temperature * tau**2
    twice_kinetic = _twice_kinetic(v, masses)
    chain[1] += half * (first * chain[0] ** 2 - temperature) / second
    friction = math.exp(-quarter * chain[1])
    chain[0] = friction * (friction * chain[0] + half * (twice_kinetic - freedom * temperature) / first)
    factor = math.exp(-span * chain[0])
    v *= factor
    chain[2] += span * chain[0]
    chain[3] += span * chain[1]
    friction = math.exp(-quarter * chain[1])
    chain[0] = friction * (friction * chain[0] + half * (factor * factor * twice_kinetic - freedom * temperature) / first)
    chain[1] += half * (first * chain[0] ** 2 - temperature) / second


@njit
def _verlet(
    x, v, masses, force, images, origin, listed, pairs, matter, kernels, reach, dimension, thermostat, tau, freedom, chain, temperatures, dt,
    runaway, rng,
):  # fmt: skip
    """One time step for each of the temperatures, in place. Returns the pair list, the steps taken, and whether they went well.

    `force` is that at x on entry and on exit. A particle that moved by more than the box between two lists, or sum m v^2 beyond `runaway`, ends it.
    """
    h, decay = matter[0], math.exp(-dt / tau)
    for step in range(temperatures.size):
        if thermostat == MTTK:
            _nose_hoover(v, masses, chain, freedom, temperatures[step], tau, 0.5 * dt)
        _kick(v, force, masses, 0.5 * dt)
        if thermostat == LANGEVIN:
            add(x, 0.5 * dt, v)
            _langevin(v, masses, dimension, temperatures[step], decay, rng)
            add(x, 0.5 * dt, v)
        else:
            add(x, dt, v)
        moved, margin = furthest(x, origin), _margin(h, listed[0], reach, dimension)
        if not moved < h[0, 0] ** 2:
            return pairs, step + 1, False
        if moved > margin * abs(margin):
            if not _twice_kinetic(v, masses) <= runaway:
                return pairs, step + 1, False
            _fold(x, images, h)
            origin[:], listed[0] = x, h[0, 0]
            pairs = listed_pairs(x, matter, SKIN)
        pair_forces(x, pairs, kernels, force)
        _kick(v, force, masses, 0.5 * dt)
        if thermostat == BUSSI:
            _bussi(v, masses, freedom, temperatures[step], decay, rng)
        elif thermostat == MTTK:
            _nose_hoover(v, masses, chain, freedom, temperatures[step], tau, 0.5 * dt)
    return pairs, temperatures.size, _twice_kinetic(v, masses) <= runaway
