r"""An independent code: LAMMPS, for the mixtures of Kob and Andersen, of inverse-power-law particles, and the crystal (000 Methods, 003 sec. II).

Single configurations: potential energy, forces and virial pressure. Dynamics: a trajectory at constant energy, step by step, and averages in a bath.
Baths: 003 ran LAMMPS with its Nose-Hoover thermostat, `fix nvt`, and N d - d degrees of freedom. The same averages are asked of the built-in dynamics
with another thermostat; both are velocity Verlet of one time step, so that even the error of the time step is common to them.
"""

from dataclasses import dataclass, replace
from functools import cache

import lammps_runs
import numpy as np
import pytest
from lammps_runs import BINARY_IPL, IPL_CRYSTAL, KOB_ANDERSEN_2D, KOB_ANDERSEN_3D
from naive import block_error, liquid, strained, unless_by_chance
from vitrine.interactions import Interactions
from vitrine.interactions.forces import energy_and_virial
from vitrine.models import glass_former
from vitrine.models.potential import LENNARD_JONES, PairPotential
from vitrine.preparation.builtin_dynamics import BuiltinIntegrator
from vitrine.preparation.motion import Bath, Ramp, thermal_motion

pytestmark = [pytest.mark.lammps, pytest.mark.skipif(lammps_runs.LMP is None, reason="the program lmp of LAMMPS is absent")]

SPATIAL = {"dimension": 3, "density": 1.2, "small_fraction": 0.2, "cutoff": 2.5, "cutoff_of": "AA"}
PLANAR = {"dimension": 2, "density": 1.2, "small_fraction": 0.35, "cutoff": 2.5, "cutoff_of": "pair"}
IPL = {"dimension": 2, "density": 0.86, "exponent": 10, "cutoff": 1.48}
MIXTURE = {**IPL, "truncation": "force_shift", "smoothness": 3, "large_fraction": 0.5, "sigma_ab": 1.18, "sigma_bb": 1.4}
MODELS = {
    "kob_andersen_3d": ("kob_andersen", SPATIAL, KOB_ANDERSEN_3D, 300),
    "kob_andersen_2d": ("kob_andersen", PLANAR, KOB_ANDERSEN_2D, 200),
    "binary_ipl_2d": ("binary_ipl", MIXTURE, BINARY_IPL, 200),
    "binary_ipl_3d": ("binary_ipl", {**MIXTURE, "dimension": 3, "density": 0.82}, BINARY_IPL, 300),
    "ipl_crystal": ("ipl_crystal", IPL, IPL_CRYSTAL, 120),
}
TIME_STEP, STEPS, BLOCKS, BINS, RANGE = 0.004, 51_200, 32, 50, 2.5


def drawn(name, parameters, particles, temperature=1.0, seed=1):
    """A liquid by Monte Carlo; where that knows only one potential for all pairs, with the cutoff of each pair, then given the model's."""
    model = glass_former(name, parameters)
    simpler = model if len(model.potentials) == 1 else glass_former(name, {**parameters, "cutoff_of": "pair"})
    sample = liquid(simpler, particles, temperature, seed=seed)
    return sample.moved(sample.positions, model=model)


def variants(model):
    """Kob and Andersen's mixture cut off in other ways: bare, with the potential shifted alone, and with a cutoff for every pair."""
    bare, shifted = [], []
    for potential in model.potentials:
        x = potential.cutoff
        bare.append(PairPotential(LENNARD_JONES, x))
        shifted.append(PairPotential((*LENNARD_JONES, (-sum(c * x**p for c, p in LENNARD_JONES), 0.0)), x))
    each = glass_former("kob_andersen", {**model.parameters, "cutoff_of": "pair"}).potential
    return {"bare": tuple(bare), "potential shifted": tuple(shifted), "cutoff of each pair": each}


def with_potential(sample, potential):
    return sample.moved(sample.positions, model=replace(sample.model, potential=potential))


@pytest.fixture(scope="module", params=MODELS.values(), ids=MODELS)
def case(request):
    name, parameters, interactions, particles = request.param
    return drawn(name, parameters, particles), interactions


@pytest.mark.parametrize("shear", [0.0, 0.1])
def test_energy_pressure_and_forces(case, shear, tmp_path):
    """Also in a sheared box."""
    sample, interactions = case
    if shear:
        sample = strained(sample, np.eye(sample.dimension) + shear * np.eye(sample.dimension, k=1))
        assert sample.box[0, 1] > 0.05 * sample.box[1, 1]
    ours, types = Interactions.of(sample), len(sample.model.scales)
    energy, pressure, forces = lammps_runs.static(tmp_path, sample, interactions, types)
    relative = ours.energy / energy - 1, ours.pressure / pressure - 1, np.abs(ours.forces - forces).max() / np.abs(forces).max()
    print("relative differences to LAMMPS: energy {:.1e}, pressure {:.1e}, forces {:.1e}".format(*relative))
    assert np.abs(relative).max() < 1e-12


def test_another_cutoff_would_be_seen(tmp_path):
    """What the comparison above can tell: energies in other ways of cutting off differ by far more."""
    sample = drawn("kob_andersen", SPATIAL, 300)
    energy, pressure, _ = lammps_runs.static(tmp_path, sample, KOB_ANDERSEN_3D)
    for potential in variants(sample.model).values():
        other = Interactions.of(with_potential(sample, potential))
        assert abs(other.energy / energy - 1) > 1e-3 and abs(other.pressure / pressure - 1) > 1e-3


@pytest.mark.parametrize("thermostat", ["none", "mttk"])
@pytest.mark.parametrize("name", ["kob_andersen_3d", "kob_andersen_2d", "binary_ipl_3d"])
def test_trajectory(name, thermostat, tmp_path):
    """Both are velocity Verlet, with a Nose-Hoover chain of two as LAMMPS has it or without: over some steps, before chaos magnifies the rounding,
    positions and velocities are the same. Liquids drawn at T = 1, in a bath of T = 1.5."""
    kind, parameters, interactions, particles = MODELS[name]
    sample, steps, bath = drawn(kind, parameters, particles), 100, 1.5
    start = thermal_motion(sample, 1.0, np.random.default_rng(4))
    fix = {"none": "nve", "mttk": f"nvt temp {bath} {bath} 0.2 tchain 2"}[thermostat]
    theirs = lammps_runs.trajectory(tmp_path, sample.moved(start.positions), interactions, fix, start.velocities, TIME_STEP, steps)

    def distance(factor, tau):
        """Largest difference of a position or velocity, where time step and time of the bath are longer by a factor."""
        motion = BuiltinIntegrator(sample, start, Ramp(0, 0, bath, bath), Bath(thermostat, 0.2 * tau), TIME_STEP * factor, 1)
        motion.run(steps)
        moved = motion.motion.positions - theirs[0]
        moved -= np.rint(moved / np.diag(sample.box)) * np.diag(sample.box)
        return max(np.abs(moved).max(), np.abs(motion.motion.velocities - theirs[1]).max())

    wrong = [distance(1.001, 1.0)] + [distance(1.0, 1.01)] * (thermostat == "mttk")
    print(f"{name}, {thermostat}: after {steps} steps {distance(1.0, 1.0):.1e} apart; with wrong times at least {min(wrong):.1e}")
    assert distance(1.0, 1.0) < 1e-11 and min(wrong) > 1e-4


@dataclass
class Averages:
    """Mean and standard error of energy and volume per particle, and of pressure; pair correlations (pairs of types, bins) with errors; some
    configurations."""

    energy: tuple[float, float]
    volume: tuple[float, float]
    pressure: tuple[float, float]
    correlations: tuple[np.ndarray, np.ndarray]
    temperature: float
    looks: list

    @classmethod
    def of(cls, particles, series, correlations, looks=()):
        """From series (looks, 4) of temperature, energy, pressure and volume, and correlations (blocks, pairs of types, bins)."""
        temperature, energy, pressure, volume = np.asarray(series).T
        known = [(np.mean(one), block_error(one, BLOCKS)) for one in (energy / particles, volume / particles, pressure)]
        mean, error = correlations.mean(axis=0), correlations.std(axis=0, ddof=1) / np.sqrt(len(correlations))
        return cls(*known, (mean, error), float(np.mean(temperature)), list(looks))


def pair_counts(sample):
    """Pairs of A-A, A-B and B-B in bins of the distance, over what an ideal gas has: (pairs of types, bins)."""
    edges, box = np.linspace(0, RANGE, BINS + 1), np.diag(sample.box)
    i, j = np.triu_indices(sample.particles, 1)
    vectors = sample.positions[i] - sample.positions[j]
    vectors -= np.rint(vectors / box) * box
    distance, kind = np.sqrt(np.einsum("nk,nk->n", vectors, vectors)), sample.types[i] + sample.types[j]
    shells = 4 / 3 * np.pi * np.diff(edges**3) / sample.volume
    return np.array([np.histogram(distance[kind == pair], edges)[0] / (np.sum(kind == pair) * shells) for pair in range(3)])


def by_builtin(sample, temperature, pressure, seed, length):
    start, bath = thermal_motion(sample, temperature, np.random.default_rng(6 + seed)), Bath("bussi", 0.5, pressure)
    motion = BuiltinIntegrator(sample, start, Ramp(0, 0, temperature, temperature), bath, TIME_STEP, 10 + seed)
    motion.run(STEPS // 10)
    series, counts, looks = [], [], []
    for look in range(STEPS * length // 40):
        motion.run(40)
        now = sample.moved(motion.motion.positions, box=motion.box)
        series.append((motion.kinetic_temperature(), energy_and_virial(now)[0], motion.pressure(), now.volume))
        if look % 2:
            counts.append(pair_counts(now))
        if look % 100 == 0:
            looks.append(now)
    return Averages.of(sample.particles, series, np.array(counts).reshape(BLOCKS, -1, 3, BINS).mean(axis=1), looks)


def by_lammps(sample, temperature, pressure, folder, length):
    fix = (
        f"nvt temp {temperature} {temperature} 0.5" if pressure is None else f"npt temp {temperature} {temperature} 0.5 iso {pressure} {pressure} 1.0"
    )
    return Averages.of(sample.particles, *lammps_runs.bath(folder, sample, KOB_ANDERSEN_3D, fix, TIME_STEP, STEPS * length, BINS))


@pytest.fixture(scope="module")
def baths(tmp_path_factory):
    """Averages of 256 particles at a temperature, and a pressure where one is given: built-in, LAMMPS; each trial is run once."""

    @cache
    def at(seed, length, temperature, pressure=None):
        sample, folder = drawn("kob_andersen", SPATIAL, 256, 1.5, seed), tmp_path_factory.mktemp("lammps")
        return by_builtin(sample, temperature, pressure, seed, length), by_lammps(sample, temperature, pressure, folder, length)

    return at


def apart(one, other):
    """Difference of two means in combined standard errors."""
    return abs(one[0] - other[0]) / np.hypot(one[1], other[1])


@pytest.mark.parametrize(
    ("state", "known"), [((1.0,), ("energy", "pressure")), ((0.8,), ("energy", "pressure")), ((0.6, 0.0), ("energy", "volume", "pressure"))]
)
def test_energy_pressure_and_volume_in_a_bath(baths, state, known):
    """Two liquids at density 1.2, and one at the zero pressure of 003, where the box breathes."""

    def trial(seed, length):
        ours, theirs = baths(seed, length, *state)
        for quantity in known:
            one, other = getattr(ours, quantity), getattr(theirs, quantity)
            print(f"{quantity} at (T, P) = {state}: built-in {one[0]:.4f} +- {one[1]:.4f}, LAMMPS {other[0]:.4f} +- {other[1]:.4f}")
            assert apart(one, other) < 4
        assert "volume" not in known or np.hypot(ours.volume[1], theirs.volume[1]) < 0.003 * theirs.volume[0]
        assert ours.temperature == pytest.approx(state[0], rel=0.01) and theirs.temperature == pytest.approx(state[0], rel=0.01)

    unless_by_chance(trial)


@pytest.mark.parametrize("temperature", [1.0, 0.8])
def test_errors_are_well_below_what_another_cutoff_costs(baths, temperature):
    """By how much energy and pressure of the same configurations differ with another cutoff: to first order, what a wrong one would change."""
    ours, theirs = baths(1, 1, temperature)
    n, d, volume = ours.looks[0].particles, 3, ours.looks[0].volume
    for name, potential in variants(ours.looks[0].model).items():
        change = np.mean([np.subtract(energy_and_virial(with_potential(look, potential)), energy_and_virial(look)) for look in ours.looks], axis=0)
        print(f"T = {temperature}, {name}: energy per particle {change[0] / n:+.3f}, pressure {change[1] / (d * volume):+.3f}")
        assert abs(change[0]) / n > 10 * np.hypot(ours.energy[1], theirs.energy[1])


def squares(ours, theirs):
    """Squared differences of g(r) in combined standard errors, in the bins where either has seen a pair in most of the blocks."""
    (one, first), (other, second) = ours.correlations, theirs.correlations
    seen = (one > 0.02) & (other > 0.02)
    return (one - other)[seen] ** 2 / (first**2 + second**2)[seen]


@pytest.mark.parametrize("temperature", [1.0, 0.8])
def test_pair_correlations(baths, temperature):
    """The mean over some hundred bins, which is one for equal g(r) and errors that are right, and the largest."""

    def trial(seed, length):
        chi = squares(*baths(seed, length, temperature))
        print(f"g(r) at T = {temperature}: chi-square per bin {chi.mean():.2f} of {len(chi)} bins, largest {np.sqrt(chi.max()):.1f} errors")
        assert len(chi) > 80 and chi.mean() < 2 and chi.max() < 25

    unless_by_chance(trial)


def test_pair_correlations_can_tell(baths):
    """Those of another temperature fail by far."""
    assert squares(baths(1, 1, 1.0)[0], baths(1, 1, 0.8)[1]).mean() > 10
