"""Masses against an independent code: LAMMPS, which has one mass for each type, at inherent states of mixtures in the plane and in space."""

import dataclasses

import lammps_runs
import numpy as np
import pytest
from lammps_runs import KOB_ANDERSEN_2D, KOB_ANDERSEN_3D
from naive import liquid
from vitrine.interactions import Interactions
from vitrine.linalg import dynamical_matrix
from vitrine.models import glass_former
from vitrine.observables.modes.measure import find_mode_vectors, find_modes
from vitrine.preparation.builtin_dynamics import BuiltinIntegrator
from vitrine.preparation.minimise import minimise
from vitrine.preparation.motion import Bath, Ramp, thermal_motion

pytestmark = [pytest.mark.lammps, pytest.mark.skipif(lammps_runs.LMP is None, reason="the program lmp of LAMMPS is absent")]

SPATIAL = {"dimension": 3, "density": 1.2, "small_fraction": 0.2, "cutoff": 2.5, "cutoff_of": "pair"}
PLANAR = {"dimension": 2, "density": 1.2, "small_fraction": 0.35, "cutoff": 2.5, "cutoff_of": "pair"}
CASES = {
    "2d": (PLANAR, KOB_ANDERSEN_2D, 120),
    "3d": (SPATIAL, KOB_ANDERSEN_3D.replace("0.8\n", "0.8 2.0\n").replace("0.88\n", "0.88 2.2\n").replace("1.0 1.0\n", "1.0 1.0 2.5\n"), 180),
}
LIGHT, HEAVY = 0.4, 3.7


@pytest.fixture(scope="module", params=CASES.values(), ids=CASES)
def case(request):
    """A glass of two masses, and its interactions in LAMMPS's words."""
    parameters, interactions, particles = request.param
    end = minimise(liquid(glass_former("kob_andersen", parameters), particles, 1.0), "lbfgs", tolerance=1e-12, maximum_iterations=20_000)
    sample = end.sample
    return dataclasses.replace(sample, masses=np.where(sample.types == 1, LIGHT, HEAVY)), interactions


def test_the_dynamical_matrix_and_its_frequencies(case, tmp_path):
    """LAMMPS displaces every particle to either side: exact but for the square of the displacement and the rounding of forces."""
    sample, interactions = case
    theirs, d = lammps_runs.dynamical_matrix(tmp_path, sample, interactions, 1e-6), sample.dimension
    ours = dynamical_matrix(Interactions.of(sample).hessian, d, sample.masses).toarray()
    apart = np.abs(ours - theirs).max() / np.abs(ours).max()
    stiffness = np.linalg.eigvalsh((theirs + theirs.T) / 2)[d:]
    frequencies = np.abs(find_modes(sample)["omega"] ** 2 - stiffness).max() / stiffness.max()
    print(f"largest difference to LAMMPS: matrix {apart:.1e}, omega^2 {frequencies:.1e}")
    assert max(apart, frequencies) < 1e-9
    of_one_mass = np.abs(dynamical_matrix(Interactions.of(sample).hessian, d, None).toarray() - theirs).max()
    assert of_one_mass > 0.1 * np.abs(ours).max()


@pytest.mark.parametrize("thermostat", ["none", "mttk"])
def test_the_trajectory(case, thermostat, tmp_path):
    """A thermal start, step by step, at constant energy and in a Nose-Hoover bath."""
    sample, interactions = case
    start, bath = thermal_motion(sample, 0.5, np.random.default_rng(4)), 1.0
    fix = {"none": "nve", "mttk": f"nvt temp {bath} {bath} 0.2 tchain 2"}[thermostat]
    x, v = lammps_runs.trajectory(tmp_path, sample.moved(start.positions), interactions, fix, start.velocities, 0.002, 100)

    def distance(masses):
        there = dataclasses.replace(sample, masses=masses)
        motion = BuiltinIntegrator(there, start, Ramp(0, 0, bath, bath), Bath(thermostat, 0.2), 0.002, 1)
        motion.run(100)
        moved = motion.motion.positions - x
        moved -= np.rint(moved / np.diag(sample.box)) * np.diag(sample.box)
        return max(np.abs(moved).max(), np.abs(motion.motion.velocities - v).max())

    print(f"{thermostat}: after 100 steps {distance(sample.masses):.1e} apart; with masses of one {distance(None):.1e}")
    assert distance(sample.masses) < 1e-11 and distance(None) > 1e-2


@pytest.mark.parametrize("which", [0, "middle", -1])
def test_a_mode_oscillates_with_our_frequency_in_lammps(case, which, tmp_path):
    """Displaced along u of a mode, LAMMPS is back after 2 pi/omega and on the other side after half of that."""
    sample, interactions = case
    count = sample.positions.size - sample.dimension
    omega, modes = find_mode_vectors(sample, count)
    k = count // 2 if which == "middle" else which
    field, amplitude = modes[:, k].reshape(sample.positions.shape), 1e-5
    displaced = sample.moved(sample.positions + amplitude * field)
    for periods in (0.5, 1.0):
        steps, step = int(1000 * periods), 2 * np.pi / omega[k] / 1000
        x, _ = lammps_runs.trajectory(tmp_path, displaced, interactions, "nve", np.zeros(field.shape), float(step), steps)
        moved = x - sample.positions
        moved -= np.rint(moved / np.diag(sample.box)) * np.diag(sample.box)
        expected = np.cos(2 * np.pi * periods) * field
        assert np.abs(moved / amplitude - expected).max() < 2e-3 * np.abs(field).max()
