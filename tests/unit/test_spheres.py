"""Harmonic, Hertzian and sticky spheres: formulas written out once more, exact coefficients, and finite differences through the compiled loops."""

from fractions import Fraction

import numpy as np
import pytest
from lammps_runs import LMP, as_spheres, run
from naive import jittered, refusal
from vitrine.interactions import Interactions
from vitrine.interactions.forces import energy_and_virial
from vitrine.models import GLASS_FORMERS, glass_former, published_parameters
from vitrine.models.sticky import MINIMUM, StickyPotential, coefficients, published_form
from vitrine.preparation.minimise import minimise

RECIPE = (-106.99161353, -304.91846906, -939.38803799, 1190.70962256, -541.30013159, 85.86849369)  # a, b, c_0, c_2, c_4, c_6 at r_c = 1.2
NAMES = ("harmonic_spheres", "hertzian_spheres", "sticky_spheres")
LENGTHS = {"harmonic_spheres": (1.0, 1.2, 1.4), "hertzian_spheres": (1.0, 1.2, 1.4), "sticky_spheres": (1.0, 1.18, 1.4)}


def former(name, **changes):
    return glass_former(name, {**published_parameters(name), **changes})


def dense(name, dimension=3):
    """A sample whose particles touch, or attract."""
    density = {"harmonic_spheres": (1.0, 0.9), "hertzian_spheres": (1.0, 0.9), "sticky_spheres": (0.75, 0.6)}[name][dimension - 2]
    return jittered(former(name, dimension=dimension, density=density), {2: 8, 3: 6}[dimension], jitter=0.08).checked()


def plain(name, r, length, range_of_tail=1.2):
    """phi of two spheres, as the papers write it."""
    if name == "harmonic_spheres":
        return np.where(r < length, 0.5 * (r - length) ** 2, 0.0)
    if name == "hertzian_spheres":
        return np.where(r < length, 0.4 * np.abs(1 - r / length) ** 2.5, 0.0)
    x, (a, b, *even) = r / length, published_form(range_of_tail)
    tail = a * x**-12 - b * x**-6 + sum(value * x ** (2 * order) for order, value in enumerate(even))
    return np.where(x < MINIMUM, 4 * (x**-12 - x**-6), np.where(x < MINIMUM * range_of_tail, tail, 0.0))


@pytest.mark.parametrize("name", NAMES)
def test_every_pair_against_the_published_formula(name):
    model, r = former(name), np.linspace(0.7, 1.9, 500)
    for (a, b), length in zip(((0, 0), (0, 1), (1, 1)), LENGTHS[name], strict=True):
        pair = np.array([a, b])
        ours = model.derivatives(r, np.zeros(500, int), np.ones(500, int), np.ones(2), pair)
        assert np.allclose(ours[0], plain(name, r, length), rtol=0, atol=3e-12)


@pytest.mark.parametrize("name", NAMES)
def test_four_derivatives_by_differences(name):
    """Each order is the slope of the one before, away from seams, where the third derivative of sticky spheres jumps."""
    model, step = former(name), 1e-6
    r = np.concatenate([np.linspace(0.85, 0.97, 30), np.linspace(1.13, 1.3, 30)])
    i, j, types = np.zeros(60, int), np.ones(60, int), np.zeros(2, int)
    low, here, high = (model.derivatives(r + shift, i, j, np.ones(2), types) for shift in (-step, 0.0, step))
    for order in range(4):
        slope = (high[order] - low[order]) / (2 * step)
        assert np.allclose(slope, here[order + 1], rtol=1e-6, atol=1e-7 * max(1.0, np.abs(here[order + 1]).max()))


@pytest.mark.parametrize("dimension", [2, 3])
@pytest.mark.parametrize("name", NAMES)
def test_compiled_energy_and_virial_forces_and_hessian(name, dimension):
    """The loops of the minimisers against the plain list of bonds, forces and Hessian against differences of the energy."""
    sample = dense(name, dimension)
    bonds = Interactions.of(sample)
    energy, virial = energy_and_virial(sample)
    assert len(bonds.i) > sample.particles and energy == pytest.approx(bonds.energy, rel=1e-11)
    assert virial == pytest.approx(bonds.pressure * dimension * sample.volume, rel=1e-10)
    rng, step = np.random.default_rng(5), 1e-6
    direction = rng.standard_normal(sample.positions.shape)
    low, high = (Interactions.of(sample.moved(sample.positions + sign * step * direction)) for sign in (-1, 1))
    assert -(high.energy - low.energy) / (2 * step) == pytest.approx(np.sum(bonds.forces * direction), rel=1e-6)
    along = (bonds.hessian @ direction.ravel()).reshape(direction.shape)
    change = (low.forces - high.forces) / (2 * step)
    agree = np.linalg.norm(change - along, axis=1) < 1e-5 * np.abs(along).max()
    assert agree.mean() > 0.95  # a contact that opens on the way belongs to two particles


@pytest.mark.parametrize("name", NAMES)
def test_a_minimum_is_reached_in_the_compiled_loops(name):
    """The slope that they compute belongs to the energy: at the end the list of bonds has no force either."""
    end = minimise(dense(name), tolerance=1e-10)
    assert end.converged and Interactions.of(end.sample).residual < 3e-10


def test_stiffness_of_harmonic_spheres_is_k_for_every_pair():
    bonds = Interactions.of(dense("harmonic_spheres"))
    assert len(set(bonds.sample.types[bonds.i] + 2 * bonds.sample.types[bonds.j])) == 4
    assert np.allclose(bonds.derivatives[2], 1.0, rtol=1e-13) and not np.any(bonds.derivatives[3:])
    stiff = Interactions.of(bonds.sample.moved(bonds.sample.positions, model=former("harmonic_spheres", stiffness=7.0)))
    assert stiff.energy == pytest.approx(7 * bonds.energy, rel=1e-13)


def test_coefficients_are_those_of_the_recipe():
    """Solved in code; twelve digits were noted down."""
    assert published_form(1.2) == pytest.approx(RECIPE, abs=6e-9)


@pytest.mark.parametrize("attraction_range", [1.02, 1.1, 1.2, 1.3, 1.5, 2.0])
def test_sticky_spheres_are_twice_differentiable_at_both_ends(attraction_range):
    """Exactly, by the rational numbers themselves; and the polynomial that stands for them to rounding."""
    end = Fraction(attraction_range) ** 2
    exact = coefficients(attraction_range)
    for place, wanted in ((Fraction(1), (-1, 0, 18)), (end, (0, 0, 0))):
        terms = list(zip(exact, (-6, -3, 0, 1, 2, 3), strict=True))
        for value in wanted:
            assert sum(factor * place**power for factor, power in terms) == value
            terms = [(factor * power, power - 1) for factor, power in terms]
    potential = StickyPotential(attraction_range)
    v = np.linspace(1, float(end), 41)[:-1]
    with_digits = [float(sum(f * Fraction(one) ** p for f, p in zip(exact, (-6, -3, 0, 1, 2, 3), strict=True))) for one in v]
    found, slope = potential.energy_and_slope(MINIMUM * np.sqrt(v))
    assert np.allclose(found, with_digits, rtol=0, atol=1e-15 / (attraction_range - 1))  # x is rounded, and the slope is of the order of 1/(r_c - 1)
    inside, curvature = MINIMUM * np.array([1 - 1e-9]), 72 / 2.0 ** (1 / 3)  # phi'' of Lennard-Jones at its minimum
    assert potential.derivatives(inside, np.ones(1), np.ones(1))[2, 0] == pytest.approx(curvature, rel=1e-6)
    outside = potential.derivatives(inside * (1 + 2e-9), np.ones(1), np.ones(1))
    assert outside[2, 0] == pytest.approx(curvature, rel=1e-7 / (attraction_range - 1) ** 2)
    assert slope[0] == pytest.approx(0.0, abs=1e-12)


def by_lammps(folder, sample, style):
    """Pressure and forces of spheres without friction."""
    commands = (
        'dump 1 all custom 1 forces.dump id fx fy fz\ndump_modify 1 sort id format float "%.17g"\nrun 0\nprint "$(v_p:%.17g)" file thermo.txt\n'
    )
    run(folder, sample, f"comm_modify vel yes\npair_style {style} 0 0 0 0 0\npair_coeff * *\n", commands, data=as_spheres(sample), style="sphere")
    return float(np.loadtxt(folder / "thermo.txt")), np.loadtxt(folder / "forces.dump", skiprows=9)[:, 1 : 1 + sample.dimension]


@pytest.mark.skipif(LMP is None, reason="LAMMPS is not installed")
@pytest.mark.parametrize(("name", "style"), [("harmonic_spheres", "gran/hooke 1.0"), ("hertzian_spheres", "gran/hertz/history 2.0")])
@pytest.mark.parametrize("tilted", [False, True])
@pytest.mark.parametrize("dimension", [2, 3])
def test_forces_and_pressure_against_lammps(dimension, tilted, name, style, tmp_path):
    """Its granular spheres, without friction or damping. Hertz's prefactor there hangs on the radii, and is 2 (r_i + r_j)^(-5/2) for equal ones."""
    sample = dense(name, dimension)
    if name == "hertzian_spheres":
        one = sample.moved(sample.positions, types=np.zeros_like(sample.types), model=former(name, dimension=dimension, density=1.2))
        sample = one.moved(one.positions / 1.25, box=one.box / 1.25).checked()
    if tilted:
        shear = np.eye(dimension)
        shear[0, 1] = 0.1
        sample = sample.moved(sample.positions @ shear.T, box=shear @ sample.box).checked()
    ours, (pressure, forces) = Interactions.of(sample), by_lammps(tmp_path, sample, style)
    assert len(ours.i) > sample.particles and pressure == pytest.approx(ours.pressure, rel=1e-11)
    assert np.allclose(forces, ours.forces, rtol=0, atol=1e-11 * np.abs(ours.pair_forces).max())


BAD = {
    "no_range": ("sticky_spheres", {"attraction_range": 1.0}, ["model.sticky_spheres.attraction_range", "1.0", "1.001", "2"]),
    "below_one": ("sticky_spheres", {"attraction_range": 0.9}, ["model.sticky_spheres.attraction_range", "0.9"]),
    "four_dimensions": ("harmonic_spheres", {"dimension": 4}, ["model.harmonic_spheres.dimension", "4", "2", "3"]),
    "soft_spring": ("harmonic_spheres", {"stiffness": 0.0}, ["model.harmonic_spheres.stiffness", "0"]),
    "no_stiffness": ("hertzian_spheres", {"stiffness": 1.0}, ["model.hertzian_spheres.stiffness", "unknown"]),
}


@pytest.mark.parametrize(("name", "changes", "said"), BAD.values(), ids=BAD)
def test_bad_parameters_are_one_sentence(name, changes, said):
    sentence = refusal(name, {**published_parameters(name), **changes})
    assert all(word in sentence for word in said), sentence


def test_description_builds_the_same_glass_former():
    for name in NAMES:
        model = former(name)
        again = glass_former(**model.describe())
        assert again.potentials == model.potentials and np.array_equal(again.energies, model.energies)
        assert model.touching == (name != "sticky_spheres") and callable(GLASS_FORMERS[name][0])
