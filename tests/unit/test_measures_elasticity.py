"""Elastic moduli against finite strain of the sample itself, and against sound waves of a crystal under pressure: the stress convention is tested."""

import itertools

import naive
import numpy as np
import pytest
from naive import fcc, liquid, poly, strained
from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.linalg import Algebra
from vitrine.observables.elasticity import ELASTICITY
from vitrine.observables.elasticity.measure import measure_elasticity
from vitrine.preparation.minimise import minimise


def value(sample, name):
    return float(measure_elasticity(sample)[name][0])


def relaxed(sample, gradient):
    """The sample strained affinely and brought to its new minimum."""
    end = minimise(strained(sample, gradient), "cg", tolerance=1e-11)
    assert end.converged
    return Interactions.of(end.sample)


def simple_shear(sample, a, b, strain):
    gradient = np.eye(sample.dimension)
    gradient[a, b] = strain
    return gradient


def second_difference(sample, gradient, step, of):
    """d2U/de2 per volume from U(-e), U(0), U(e), with the error of the step removed by halving it."""

    def at(h):
        return (of(sample, gradient(h)) - 2 * of(sample, gradient(0.0)) + of(sample, gradient(-h))) / h**2

    return (4 * at(step / 2) - at(step)) / 3 / sample.volume


def affine_energy(sample, gradient):
    return naive.energy(strained(sample, gradient))


def relaxed_energy(sample, gradient):
    return relaxed(sample, gradient).energy


def planes(sample):
    return list(itertools.permutations(range(sample.dimension), 2))


def test_shear_modulus_by_finite_strain(any_glass):
    """Every ordered pair of axes: x_a -> x_a + gamma x_b at fixed volume, re-minimised, both signs."""
    measured = [
        second_difference(any_glass, lambda e, a=a, b=b: simple_shear(any_glass, a, b, e), 4e-5, relaxed_energy) for a, b in planes(any_glass)
    ]
    assert value(any_glass, "shear_modulus") == pytest.approx(np.mean(measured), rel=1e-4)


def test_affine_part_by_finite_strain(any_glass):
    measured = [second_difference(any_glass, lambda e, a=a, b=b: simple_shear(any_glass, a, b, e), 2e-3, affine_energy) for a, b in planes(any_glass)]
    # phi'' of harmonic spheres jumps at the cutoff, where a few bonds open in a finite step.
    exact = 2e-3 if any_glass.model.name == "harmonic" else 1e-6
    assert value(any_glass, "shear_modulus_born") == pytest.approx(np.mean(measured), rel=exact)


def test_bulk_modulus_by_finite_dilation(any_glass):
    """K = -V dp/dV, the pressure being that of the re-minimised sample."""
    d, step = any_glass.dimension, 1e-5
    low, high = (relaxed(any_glass, np.eye(d) * (1 + sign * step)) for sign in (-1, 1))
    slope = (high.pressure - low.pressure) / (high.sample.volume - low.sample.volume)
    assert value(any_glass, "bulk_modulus") == pytest.approx(-any_glass.volume * slope, rel=1e-4)


def test_bulk_modulus_by_energies_alone(any_glass):
    """K = V d2U/dV2, from energies at three volumes."""
    d = any_glass.dimension
    factors = [(1 + sign * 2e-5) ** (1 / d) for sign in (-1, 0, 1)]
    energies = [relaxed_energy(any_glass, np.eye(d) * factor) for factor in factors]
    assert value(any_glass, "bulk_modulus") == pytest.approx((energies[0] - 2 * energies[1] + energies[2]) / (2e-5) ** 2 / any_glass.volume, rel=1e-3)


def test_pressure_by_finite_dilation(any_glass):
    d, step = any_glass.dimension, 1e-5
    low, high = (relaxed(any_glass, np.eye(d) * (1 + sign * step)) for sign in (-1, 1))
    slope = (high.energy - low.energy) / (high.sample.volume - low.sample.volume)
    assert value(any_glass, "pressure") == pytest.approx(-slope, rel=1e-6)


def test_non_affine_parts_against_a_dense_inverse(any_glass):
    """Xi = d2U/(de dx) by differences of forces in the strained box, at positions that follow it affinely."""
    d, step, inverse = any_glass.dimension, 1e-6, naive.pseudo_inverse(naive.hessian(any_glass), any_glass.dimension)

    def relaxation(gradient):
        mixed = []
        for sign in (-1, 1):
            deformation = gradient(sign * step)
            sample = strained(any_glass, deformation)
            turn = sample.box @ np.linalg.inv(deformation @ any_glass.box)  # forces are turned back, and pulled back to the unstrained frame
            mixed.append(-(Interactions.of(sample).forces @ turn @ deformation).ravel())
        xi = (mixed[1] - mixed[0]) / (2 * step)
        return xi @ inverse @ xi / any_glass.volume

    shear = np.mean([relaxation(lambda e, a=a, b=b: simple_shear(any_glass, a, b, e)) for a, b in planes(any_glass)])
    assert value(any_glass, "shear_modulus_nonaffine") == pytest.approx(shear, rel=1e-3)
    assert value(any_glass, "bulk_modulus_nonaffine") == pytest.approx(relaxation(lambda e: np.eye(d) * (1 + e)) / d**2, rel=1e-3)


def test_parts_add_up_and_speeds_follow(any_glass):
    row = {name: float(column[0]) for name, column in measure_elasticity(any_glass).items()}
    assert set(row) == {column.name for column in ELASTICITY.own}
    d, rho = any_glass.dimension, any_glass.particles / any_glass.volume
    assert row["shear_modulus"] == pytest.approx(row["shear_modulus_born"] - row["shear_modulus_nonaffine"])
    assert row["bulk_modulus"] == pytest.approx(row["bulk_modulus_born"] - row["bulk_modulus_nonaffine"])
    assert row["c_s"] == pytest.approx(np.sqrt(row["shear_modulus"] / rho))
    assert row["c_l"] == pytest.approx(np.sqrt((row["bulk_modulus"] + 2 * (d - 1) / d * row["shear_modulus"]) / rho))
    assert row["omega_ph"] == pytest.approx(2 * np.pi * row["c_s"] / any_glass.box[0, 0])
    assert row["coordination"] == pytest.approx(2 * len(naive.all_pairs(any_glass)[0]) / any_glass.particles)


def test_recipe_of_the_bulk_modulus(glass):
    """K = (U''/V + 6 p)/9 in three dimensions (recipes, identity 13), for the affine part."""
    second = second_difference(glass, lambda e: np.eye(3) * (1 + e), 1e-3, affine_energy)
    assert value(glass, "bulk_modulus_born") == pytest.approx((second + 6 * Interactions.of(glass).pressure) / 9, rel=1e-6)


def test_dense_and_sparse_paths_agree(any_glass):
    rows = [measure_elasticity(any_glass, Algebra(solver)) for solver in ("dense", "scipy")]
    for name in rows[0]:
        assert np.allclose(rows[0][name], rows[1][name], rtol=1e-9)


def test_moduli_do_not_depend_on_where_the_sample_lies(any_glass):
    rng = np.random.default_rng(1)
    d = any_glass.dimension
    turned = any_glass.moved(any_glass.positions[:, ::-1] + rng.random(d) * 10)  # mirrored and shifted
    for name, column in measure_elasticity(any_glass).items():
        assert np.allclose(column, measure_elasticity(turned)[name], rtol=1e-7), name


def test_a_liquid_is_named():
    with pytest.raises(SampleError, match="not a minimum"):
        measure_elasticity(liquid(poly(), 160, 1.3))


# --- sound in a crystal under pressure ------------------------------------------------------------------------------------------------------------


def branch(crystal, direction, polarisation):
    """omega^2/k^2 for k = 2 pi/L along a direction: the plane wave is a mode, its stiffness a Rayleigh quotient of the Hessian."""
    k = 2 * np.pi / crystal.box[0, 0] * np.array(direction, dtype=float)
    wave = np.outer(np.cos(crystal.positions @ k), np.array(polarisation, dtype=float) / np.linalg.norm(polarisation)).ravel()
    pushed = Interactions.of(crystal).hessian @ wave
    stiffness = wave @ pushed / (wave @ wave)
    assert np.allclose(pushed, stiffness * wave, atol=1e-9 * stiffness)  # an eigenvector indeed
    return stiffness / (k @ k)


def extrapolated(density, direction, polarisation):
    """To k = 0 from boxes of 4, 5, 6 and 7 cells: omega^2/k^2 is a series in k^2."""
    cells = np.array([4, 5, 6, 7])
    speeds = [branch(fcc(int(n), density), direction, polarisation) for n in cells]
    return np.polynomial.polynomial.polyfit(1.0 / cells**2, speeds, 3)[0]


@pytest.mark.parametrize("density", [0.9, 1.2])
def test_sound_of_a_crystal_under_pressure(density):
    """rho c^2 of long waves: transverse along [100] gives G, as the plane average of simple shears; with the longitudinal one along [100] and the
    transverse one along [110] it gives K. Only moduli that contain the stress rightly do that: p is a tenth of G and more.
    """
    crystal = fcc(5, density)
    rho = crystal.particles / crystal.volume
    row = {name: float(column[0]) for name, column in measure_elasticity(crystal).items()}
    assert row["pressure"] > 0.05 * row["shear_modulus"]
    transverse = extrapolated(density, (0, 1, 0), (1, 0, 0))
    assert row["shear_modulus_nonaffine"] < 1e-10 * row["shear_modulus"]  # every site of the crystal is a centre of inversion
    assert row["shear_modulus"] == pytest.approx(rho * transverse, rel=1e-5)
    assert row["c_s"] == pytest.approx(np.sqrt(transverse), rel=1e-5)
    b11, difference = rho * extrapolated(density, (1, 0, 0), (1, 0, 0)), rho * extrapolated(density, (1, 1, 0), (1, -1, 0))
    assert row["bulk_modulus"] == pytest.approx(b11 - 4 / 3 * difference, rel=1e-5)


def test_pressure_of_a_crystal_in_closed_form():
    crystal, one = fcc(4, 1.1), np.ones(1)
    r = np.sqrt(0.5) * (4 / 1.1) ** (1 / 3)
    slope = crystal.model.potential.derivatives(np.array([r]), one, one)[1, 0]
    assert value(crystal, "pressure") == pytest.approx(-1.1 * 6 * r * slope / 3, rel=1e-12)
    assert value(crystal, "coordination") == 12


def test_a_sample_unstable_to_shear_has_no_speed():
    """A minimum at fixed box can still gain energy by shear: the modulus is negative, no shear wave propagates, and nothing fails.

    One in eight of these glasses is such a sample: among 200 there is none with a chance of 1e-12.
    """
    glasses = (naive.quenched(poly(**naive.PLANAR), 30, temperature=2.0, sweeps=20, seed=seed) for seed in range(200))
    row = next(row for row in map(measure_elasticity, glasses) if row["shear_modulus"][0] < 0)
    assert row["c_s"][0] == row["omega_ph"][0] == 0.0
    assert row["c_l"][0] == pytest.approx(np.sqrt(max(0.0, row["bulk_modulus"][0] + row["shear_modulus"][0]) / 0.65))
