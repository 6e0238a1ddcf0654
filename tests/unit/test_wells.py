"""Barriers and wells of the energy along a mode: roots of the polynomials themselves (recipes 5, identity 10)."""

import numpy as np
import pytest
from vitrine.statistics.wells import DEEPER, LOWER_BOUND, TWO_WELLS, beyond, cubic_barrier, quartic_barrier


@pytest.fixture(scope="module")
def drawn():
    rng = np.random.default_rng(4)
    return rng.uniform(0.1, 3, 400), rng.uniform(0, 6, 400), rng.uniform(-0.5, 3, 400)


def stationary(b2, b3, b4):
    """Real, positive s at which the quartic is stationary, ascending."""
    roots = np.roots([b4 / 6, -b3 / 2, b2])
    return np.sort(roots[np.isreal(roots) & (np.real(roots) > 0)].real)


def energy(s, b2, b3, b4):
    return b2 * s**2 / 2 - b3 * s**3 / 6 + b4 * s**4 / 24


def test_there_are_two_wells_beyond_eight_thirds_and_the_other_is_deeper_beyond_three(drawn):
    double, deeper = (beyond(*drawn, line) for line in (TWO_WELLS, DEEPER))
    for b2, b3, b4, two, low in zip(*drawn, double, deeper, strict=True):
        points = stationary(b2, b3, b4)
        # A hill and then a well: with b4 <= 0 the hill has none behind it.
        assert two == (len(points) == 2)
        assert low == (len(points) == 2 and energy(points[1], b2, b3, b4) < 0)
    assert double.sum() > deeper.sum() > 20 and (drawn[2] < 0).sum() > 20


def test_the_barrier_of_the_quartic_is_the_energy_of_its_hill(drawn):
    found = quartic_barrier(*drawn)
    for b2, b3, b4, barrier in zip(*drawn, found, strict=True):
        points = stationary(b2, b3, b4)
        assert np.isnan(barrier) if len(points) < 2 else barrier == pytest.approx(energy(points[0], b2, b3, b4), rel=1e-9)


def test_without_b4_it_is_that_of_the_cubic():
    b2, b3 = np.array([0.5, 2.0]), np.array([1.0, 3.0])
    s = 2 * b2 / b3
    np.testing.assert_allclose(cubic_barrier(b2, b3), energy(s, b2, b3, 0.0))
    np.testing.assert_allclose(quartic_barrier(b2, b3, np.full(2, 1e-9)), cubic_barrier(b2, b3), rtol=1e-6)
    assert np.isinf(cubic_barrier(1.0, 0.0))


def test_barriers_scale_as_the_fourth_power_of_the_frequency_at_fixed_shape():
    """004 eq. 19: b3 ~ omega and b4 constant."""
    omega = np.array([0.5, 1.0, 2.0])
    barriers = quartic_barrier(omega**2, np.sqrt(2.9) * omega, np.ones(3))
    np.testing.assert_allclose(barriers / barriers[1], omega**4, rtol=1e-12)


def test_the_lines_are_in_order():
    assert LOWER_BOUND < TWO_WELLS < DEEPER
