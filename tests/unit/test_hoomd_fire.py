"""FIRE by HOOMD-blue: it comes to rest where its forces say so, near a minimum of the exact potential, and keeps the time step that it used."""

import numpy as np
import pytest

pytest.importorskip("hoomd", reason="HOOMD-blue cannot be imported (envs/hoomd.yaml)")
pytest.importorskip("hoomd.md", reason="this HOOMD-blue was built without molecular dynamics")

from hoomd_runs import STARTS, TABULATED, net_forces, shaken, start
from naive import PLANAR, poly, unit_spheres
from vitrine.errors import InputError
from vitrine.interactions import Interactions, minimum_images
from vitrine.preparation.hoomd_fire import hoomd_fire
from vitrine.preparation.minimise import minimise
from vitrine.preparation.quench import quench
from vitrine.preparation.start import random_start

pytestmark = pytest.mark.hoomd


def rms(forces):
    """Root mean square of the components."""
    return float(np.sqrt(np.mean(forces**2)))


@pytest.mark.parametrize("name", STARTS)
def test_it_ends_near_a_minimum(name):
    """At rest by HOOMD-blue's forces; by the exact ones, after a polish that moves no particle by more than a hundredth of its size."""
    sample = shaken(name)
    tabulated = name in TABULATED
    assert rms(net_forces(sample, tabulated)) > 1.0
    moved, step, converged = hoomd_fire(sample, 0.02, tolerance=1e-4, device="cpu")
    assert converged and step == 0.02
    assert rms(net_forces(moved, tabulated)) < 1.01e-4
    end = minimise(moved, "cg", tolerance=1e-10, step=0.01)
    assert end.converged
    assert np.abs(minimum_images(end.sample.positions - moved.positions, sample.box)).max() < 0.01
    energies = [Interactions.of(state).energy for state in (sample, moved, end.sample)]
    assert energies[0] > energies[1] and abs(energies[1] - energies[2]) < 1e-5 * abs(energies[0] - energies[1])


def test_all_else_stays():
    sample = shaken("planar_poly")
    before = sample.positions.copy()
    moved, _, _ = hoomd_fire(sample, 0.02, device="cpu")
    np.testing.assert_array_equal(sample.positions, before)
    assert np.all(moved.positions >= 0) and np.all(moved.positions < np.diag(sample.box))
    for name in ("sizes", "types", "box"):
        np.testing.assert_array_equal(getattr(moved, name), getattr(sample, name))
    assert moved.model is sample.model and moved.positions.shape == sample.positions.shape


def test_the_tolerance_is_what_it_says():
    forces = {}
    for tolerance in (1e-2, 1e-4):
        moved, _, converged = hoomd_fire(shaken("planar_poly"), 0.02, tolerance=tolerance, device="cpu")
        assert converged
        forces[tolerance] = rms(net_forces(moved, tabulated=True))
        assert forces[tolerance] < tolerance
    assert forces[1e-2] > 1e-4


def test_too_large_a_time_step_is_halved_and_reported():
    sample = shaken("poly")
    moved, step, converged = hoomd_fire(sample, 0.5, device="cpu")
    halvings = np.log2(0.5 / step)
    assert converged and halvings == int(halvings) and 1 <= halvings <= 8
    direct, same, _ = hoomd_fire(sample, step, device="cpu")
    assert same == step and np.array_equal(direct.positions, moved.positions)


def test_it_is_the_same_every_time():
    first, second = (hoomd_fire(shaken("poly"), 0.02, device="cpu")[0] for _ in range(2))
    assert first.positions.tobytes() == second.positions.tobytes()


def test_too_few_steps():
    moved, step, converged = hoomd_fire(shaken("planar_poly"), 0.02, tolerance=1e-6, maximum_steps=15, device="cpu")
    assert not converged and step == 0.02
    assert Interactions.of(moved).energy < Interactions.of(shaken("planar_poly")).energy


def test_a_sample_at_rest_stays():
    moved, _, _ = hoomd_fire(start("planar_poly"), 0.02, tolerance=1e-4, device="cpu")
    again, _, converged = hoomd_fire(moved, 0.02, tolerance=1e-3, device="cpu")
    assert converged
    assert np.abs(minimum_images(again.positions - moved.positions, moved.box)).max() < 1e-3


def test_softened_spheres():
    """Harmonic spheres are finite at overlap; FIRE brings them to rest too."""
    sample = random_start(unit_spheres(), 108, np.random.default_rng(5))
    sample = sample.moved(sample.positions + 0.2 * np.random.default_rng(6).standard_normal(sample.positions.shape))
    moved, _, converged = hoomd_fire(sample, 0.1, tolerance=1e-6, device="cpu")
    assert converged and rms(Interactions.of(moved).forces) < 1.01e-6


def test_too_many_species():
    with pytest.raises(InputError, match="size_levels must be from 1 to 64"):
        hoomd_fire(random_start(poly(**PLANAR), 70, np.random.default_rng(1)), 0.02, device="cpu")


@pytest.mark.parametrize("name", STARTS)
def test_a_quench_ends_in_a_minimum_of_the_exact_potential(name):
    """Nothing of the table survives: the residual of the exact forces, 1e-10 of a pair force, where the table's own error is 1e-4 of it."""
    settings = {"engine": "hoomd", "minimiser": "fire", "tolerance": 1e-10, "maximum_iterations": 100_000, "step": 0.02}
    glass, row = quench(shaken(name), settings)
    assert row["flag"] == glass.flag == "" and row["residual"] <= 1e-10 and row["lowest_stiffness"] > 0
    assert np.abs(net_forces(glass, tabulated=False)).max() < 1e-8
    assert glass.provenance["quench"] == {**settings, "step": 0.02}
    lost, row = quench(shaken(name), {**settings, "maximum_iterations": 3})
    assert lost.flag == row["flag"] and "FIRE of HOOMD-blue did not come to rest in 3 steps" in lost.flag
