"""Pair potentials: published coefficients, smoothness at the cutoff, derivatives against finite differences, both representations alike; sizes."""

import math

import numpy as np
import pytest
from naive import pair_law
from vitrine.models.kernels import reduced_curvature, reduced_energy, reduced_slope
from vitrine.models.potential import HARMONIC, PairPotential, force_shifted, smoothed_inverse_power
from vitrine.models.sizes import draw_sizes, power_law_quantile

LENNARD_JONES = force_shifted([(4.0, -12.0), (-4.0, -6.0)], 2.5)
POTENTIALS = {
    "poly": smoothed_inverse_power(10, 1.4, 3),
    "swap_model": smoothed_inverse_power(12, 1.25, 2),
    "odd_inverse": smoothed_inverse_power(7, 1.4, 3),
    "broken_inverse": smoothed_inverse_power(10.5, 1.3, 4),
    "lennard_jones": LENNARD_JONES,
    "shifted_inverse_power": force_shifted([(1.0, -10.0)], 1.48),
    "odd_and_powers": PairPotential(((1.0, -3.7), (0.3, 1.0), (-0.2, 3.0), (0.7, 2.5), (0.4, 0.0), (-0.1, 4.0)), 2.0),
    "harmonic": HARMONIC,
}
every_potential = pytest.mark.parametrize("potential", POTENTIALS.values(), ids=POTENTIALS)


@pytest.mark.parametrize(("exponent", "smoothness", "whole"), [(10, 3, (-56, 140, -120, 35)), (10, 2, (-21, 35, -15)), (12, 2, (-28, 48, -21))])
@pytest.mark.parametrize("cutoff", [1.25, 1.4])
def test_published_coefficients(exponent, smoothness, whole, cutoff):
    terms = smoothed_inverse_power(exponent, cutoff, smoothness).terms
    assert terms[0] == (1.0, -exponent)
    for order, ((coefficient, power), number) in enumerate(zip(terms[1:], whole, strict=True)):
        assert power == 2 * order
        assert coefficient == pytest.approx(number * cutoff ** -(exponent + 2 * order), rel=1e-14)


def test_coefficients_of_the_published_model():
    coefficients = [c for c, _ in smoothed_inverse_power(10, 1.4, 3).terms[1:]]
    assert np.allclose(coefficients, [-1.93601, 2.46940, -1.07991, 0.16070], atol=5e-6)


@pytest.mark.parametrize("exponent", [3.7, 7, 10, 10.5, 12])
def test_first_derivatives_vanish_at_the_cutoff_and_no_others(exponent):
    for smoothness in range(6):
        potential = smoothed_inverse_power(exponent, 1.4, smoothness)
        for order in range(smoothness + 2):
            terms = [c * math.prod(p - n for n in range(order)) * potential.cutoff ** (p - order) for c, p in potential.terms]
            relative = abs(math.fsum(terms)) / max(map(abs, terms))
            assert relative < 1e-12 if order <= smoothness else relative > 1e-4, (smoothness, order)


@every_potential
def test_derivatives_against_finite_differences(potential):
    r = np.linspace(0.75, 0.97 * potential.cutoff * 1.3, 40)
    scale, energy, step = np.full(40, 1.3), np.full(40, 0.7), 1e-5
    low, here, high = (potential.derivatives(r + shift, scale, energy) for shift in (-step, 0.0, step))
    for order in range(1, 5):
        slope = (high[order - 1] - low[order - 1]) / (2 * step)
        rounding = 1e-10 * np.abs(here[order - 1]).max()
        assert np.allclose(here[order], slope, rtol=1e-7, atol=1e-7 * np.abs(here[order]).max() + rounding)


@every_potential
def test_derivatives_against_plain_sums(potential):
    rng = np.random.default_rng(1)
    r, scale, energy = rng.uniform(0.8, 4.0, 500), rng.uniform(0.9, 2.2, 500), rng.uniform(0.5, 1.5, 500)
    out = potential.derivatives(r, scale, energy)
    for ours, plain in zip(out, pair_law(potential, r, scale, energy), strict=False):
        assert np.allclose(ours, plain, rtol=1e-11, atol=1e-13 * np.abs(plain).max())
    beyond = r >= potential.cutoff * scale
    assert 50 < beyond.sum() < 450
    assert np.all(out[:, beyond] == 0.0)


@every_potential
def test_horner_kernels_against_the_list_of_powers(potential):
    scale, kernel = 1.7, potential.kernel
    r = np.linspace(0.5, 0.999 * potential.cutoff, 200) * scale
    phi, slope, curvature = potential.derivatives(r, np.full(200, scale), np.ones(200))[:3]
    y = (r / scale) ** 2
    e, s, c = (np.array([function(value, kernel) for value in y]) for function in (reduced_energy, reduced_slope, reduced_curvature))
    # Terms cancel near the cutoff, so the error is measured against the largest of them.
    size = sum(np.abs(coefficient) * (r / scale) ** power * max(1.0, power**2) for coefficient, power in potential.terms)
    assert np.all(np.abs(e - phi) < 1e-13 * size)
    assert np.all(np.abs(2 * r / scale**2 * s - slope) < 1e-13 * size * 10 / r)
    assert np.all(np.abs(2 / scale**2 * s + 4 * r**2 / scale**4 * c - curvature) < 1e-13 * size * 100 / r**2)
    assert kernel.cutoff2 == pytest.approx(potential.cutoff**2, rel=1e-15)


def test_repeated_powers_add_up():
    twice = PairPotential(((0.5, -10.0), (0.5, -10.0), (0.3, 2.0), (-0.1, 2.0), (0.2, 1.0), (0.3, 1.0)), 1.4)
    once = PairPotential(((1.0, -10.0), (0.2, 2.0), (0.5, 1.0)), 1.4)
    assert np.allclose([reduced_energy(y, twice.kernel) for y in (0.8, 1.1)], [reduced_energy(y, once.kernel) for y in (0.8, 1.1)], rtol=1e-15)


def test_force_shift_takes_value_and_slope_away_at_the_cutoff():
    """phi_s(r) = phi(r) - phi(r_c) - (r - r_c) phi'(r_c): the Hessian's phi'' is that of the bare potential, its phi' is shifted."""
    r, one = np.linspace(0.9, 2.4999, 50), np.ones(50)
    bare = [4 * (r**-12 - r**-6), 4 * (-12 * r**-13 + 6 * r**-7), 4 * (156 * r**-14 - 42 * r**-8)]
    end = [4 * (2.5**-12 - 2.5**-6), 4 * (-12 * 2.5**-13 + 6 * 2.5**-7)]
    ours = LENNARD_JONES.derivatives(r, one, one)
    assert np.allclose(ours[0], bare[0] - end[0] - (r - 2.5) * end[1], rtol=1e-10, atol=1e-13)
    assert np.allclose(ours[1], bare[1] - end[1], rtol=1e-10, atol=1e-13)
    assert np.allclose(ours[2], bare[2], rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize(("power", "published"), [(1, 1.3788), (2, 2.001), (3, 3.061)])
def test_moments_of_the_sizes(power, published):
    sizes = draw_sizes(200_000, 3, 2.22, "quantiles", np.random.default_rng(1))
    assert np.mean(sizes**power) == pytest.approx(published, abs=6e-4)
    assert sizes.min() > 1.0 and sizes.max() < 2.22


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0, 3.0, 4.5])
def test_quantiles_invert_the_cumulative(exponent):
    u, ratio = np.linspace(0, 1, 41), 2.22
    edge = power_law_quantile(u, exponent, ratio)
    integral = np.log(edge) if exponent == 1 else (edge ** (1 - exponent) - 1) / (1 - exponent)
    assert np.allclose(integral / integral[-1], u, atol=1e-13)
    assert edge[0] == 1.0 and edge[-1] == pytest.approx(ratio, rel=1e-13)


def test_quantiles_are_one_set_in_another_order_and_random_draws_are_not():
    first, second = (draw_sizes(500, 3, 2.22, "quantiles", np.random.default_rng(seed)) for seed in (1, 2))
    assert not np.array_equal(first, second)
    assert np.array_equal(np.sort(first), np.sort(second))
    drawn = draw_sizes(20_000, 3, 2.22, "random", np.random.default_rng(1))
    assert len(np.unique(drawn)) == 20_000
    assert abs(drawn.mean() - 1.3788) < 4 * drawn.std() / np.sqrt(20_000)
    assert drawn.min() >= 1.0 and drawn.max() <= 2.22


def test_ratio_one_is_one_size():
    assert np.array_equal(draw_sizes(10, 3, 1.0, "quantiles", np.random.default_rng(1)), np.ones(10))
