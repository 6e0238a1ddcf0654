"""Specific heat against its limits, the law of power laws, scipy's quadrature and sums over modes; Debye; the minimum of 004 Fig. 15."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gamma, zeta
from vitrine.statistics.heat import (
    debye_coefficient,
    debye_prefactor,
    fit_series,
    heat_of_modes,
    local_exponent,
    minimum,
    mode_growth,
    mode_heat,
    power_law_coefficient,
    reduced_heat,
    series_heat,
    series_minimum,
    specific_heat,
)

FINE = 10.0 ** (-5 + np.arange(7 * 200 + 1) / 200)  # omega from 1e-5 to 100, 200 bins to a decade


def power_law(edges, exponent, prefactor=1.0):
    """Modes per particle in each bin for D = A omega^delta."""
    return prefactor * np.diff(edges ** (exponent + 1)) / (exponent + 1)


# --- one mode -----------------------------------------------------------------------------------------------------------------------------------


def test_a_mode_as_004_prints_it_and_as_textbooks_do():
    x = np.geomspace(1e-2, 100, 50)
    assert np.allclose(mode_heat(x), x**2 * np.exp(-x) / (1 - np.exp(-x)) ** 2, rtol=1e-12, atol=0)
    assert np.allclose(mode_heat(x), x**2 * np.exp(x) / (np.exp(x) - 1) ** 2, rtol=1e-12, atol=0)


def test_a_mode_when_warm_and_when_cold():
    assert mode_heat(np.array([0.0]))[0] == 1
    assert np.allclose(mode_heat(np.array([1e-8, 1e-2])), [1, 1 - 1e-4 / 12 + 1e-8 / 240], rtol=1e-14)
    assert mode_heat(np.array([40.0]))[0] == pytest.approx(1600 * np.exp(-40), rel=1e-14)
    assert np.array_equal(mode_heat(np.array([1e4, 1e300, np.inf])), [0, 0, 0])


def test_the_growth_of_a_mode_is_the_derivative():
    x = np.geomspace(1e-3, 50, 60)
    step = 1e-5
    numeric = (mode_heat(x * (1 - step)) - mode_heat(x * (1 + step))) / (2 * step)
    assert np.allclose(mode_growth(x), numeric, rtol=1e-5, atol=1e-10)
    assert mode_growth(np.array([0.0]))[0] == 0
    joint = mode_growth(np.array([0.1 * (1 - 1e-13), 0.1]))
    assert joint[0] == pytest.approx(joint[1], rel=1e-11)


# --- from a density of states -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("exponent", [2, 3, 4])
def test_a_power_law_gives_a_power_law(exponent):
    """Recipes section 5, item 9, written out here: C = A Gamma(delta + 3) zeta(delta + 2) T^(delta + 1)."""
    temperatures = np.geomspace(1e-2, 1, 9)
    exact = 0.7 * gamma(exponent + 3) * zeta(exponent + 2) * temperatures ** (exponent + 1)
    modes = power_law(FINE, exponent, 0.7)
    assert np.allclose(specific_heat(FINE, modes, temperatures), exact, rtol=1e-6, atol=0)
    assert np.allclose(power_law_coefficient(0.7, exponent) * temperatures ** (exponent + 1), exact, rtol=1e-14)
    assert np.allclose(local_exponent(FINE, modes, temperatures), exponent + 1, rtol=1e-6)


def test_the_pure_power_shows_only_far_below_the_end_of_the_law():
    """D ~ omega^4 up to omega_c and nothing beyond: T^5 within half a percent at T = 0.05 omega_c, and far off at twice that."""
    end = FINE[np.searchsorted(FINE, 1.0)]
    modes = np.where(FINE[1:] <= end, power_law(FINE, 4), 0.0)
    cold, warm = local_exponent(FINE, modes, end * np.array([0.05, 0.1]))
    assert abs(cold - 5) < 0.025 and warm < 4.4


def test_a_constant_density_gives_the_linear_law_of_two_level_systems():
    temperatures = np.array([0.1, 0.3, 1.0])
    heat = specific_heat(np.linspace(0, 100, 2001), power_law(np.linspace(0, 100, 2001), 0), temperatures)
    assert np.allclose(heat, np.pi**2 / 3 * temperatures, rtol=1e-12)


@pytest.mark.parametrize("bins", [1, 2, 7, 400])
def test_flat_bins_of_any_width_are_integrated_exactly(bins):
    """One bin over everything, or many: D is the same, and scipy's quadrature says what C is."""
    edges, temperatures = np.linspace(0.3, 20, bins + 1), np.array([0.02, 0.1, 0.7, 5.0, 100.0])
    expected = [quad(lambda omega, t=t: mode_heat(np.array(omega / t)), 0.3, 20, epsrel=1e-12, epsabs=0, limit=500)[0] for t in temperatures]
    assert np.allclose(specific_heat(edges, np.diff(edges), temperatures), expected, rtol=1e-10, atol=1e-300)


def smooth(omega):
    """A density with a hump, like a glass's."""
    return omega**4 * np.exp(-((omega / 2) ** 2)) + 0.1 * omega**2 * np.exp(-omega)


def test_a_smooth_density_against_quadrature():
    edges, temperatures = 10.0 ** (-3 + np.arange(5 * 100 + 1) / 100), np.array([0.03, 0.1, 0.5, 2.0, 30.0])
    modes = np.array([quad(smooth, a, b)[0] for a, b in zip(edges[:-1], edges[1:], strict=True)])

    def heat(t):
        return quad(
            lambda omega: smooth(omega) * (omega / t) ** 2 * np.exp(-omega / t) / np.expm1(-omega / t) ** 2, 1e-3, 60, epsrel=1e-11, limit=500
        )[0]

    heats = specific_heat(edges, modes, temperatures)
    assert np.allclose(heats, [heat(t) for t in temperatures], rtol=1e-6)
    numeric = [(np.log(heat(1.001 * t)) - np.log(heat(t / 1.001))) / (2 * np.log(1.001)) for t in temperatures]
    assert np.allclose(local_exponent(edges, modes, temperatures), numeric, rtol=1e-5, atol=1e-8)


def test_binned_modes_against_the_sum_over_modes():
    rng = np.random.default_rng(3)
    particles, d = 500, 3
    frequencies = 3 * rng.weibull(3, d * particles - d)
    temperatures = np.geomspace(0.2, 50, 8)
    exact = heat_of_modes(frequencies, temperatures, particles)
    naive = [sum((w / t) ** 2 * np.exp(w / t) / (np.exp(w / t) - 1) ** 2 for w in frequencies) / particles for t in temperatures]
    assert np.allclose(exact, naive, rtol=1e-10)
    counts = np.histogram(frequencies, FINE)[0]
    assert counts.sum() == len(frequencies)
    assert np.allclose(specific_heat(FINE, counts / particles, temperatures), exact, rtol=1e-3)
    assert exact[-1] == pytest.approx(d - d / particles, rel=1e-3)


def test_the_law_of_dulong_and_petit():
    modes = power_law(FINE, 2)
    modes *= 3 / modes.sum()
    assert specific_heat(FINE, modes, np.array([1e6]))[0] == pytest.approx(3, rel=1e-8)
    assert local_exponent(FINE, modes, np.array([1e6]))[0] == pytest.approx(0, abs=1e-8)


def test_replicates_are_the_rows_and_heat_is_linear_where_bins_are_filled():
    rng, temperatures = np.random.default_rng(1), np.array([0.1, 1.0, 10.0, 100.0])
    base = power_law(FINE, 2)
    modes = base * np.array([[1.0], [2.0], [0.5]]) * (1 + 0.001 * rng.random((3, len(base))))
    heats, exponents = specific_heat(FINE, modes, temperatures), local_exponent(FINE, modes, temperatures)
    assert heats.shape == exponents.shape == (3, 4)
    for row, heat, exponent in zip(modes, heats, exponents, strict=True):
        assert np.allclose(specific_heat(FINE, row, temperatures), heat, rtol=1e-12)
        assert np.allclose(local_exponent(FINE, row, temperatures), exponent, rtol=1e-12)
    assert np.allclose(specific_heat(FINE, modes.sum(axis=0), temperatures), heats.sum(axis=0), rtol=1e-9)


def test_modes_stay_in_their_bin():
    """Between empty bins, and at an edge: C lies between what all modes at one end and at the other would hold."""
    edges, temperatures = np.array([1.0, 1.5, 2.0, 3.0]), np.array([0.05, 0.3, 4.0])
    for k in range(3):
        heat = specific_heat(edges, 0.2 * np.eye(3)[k], temperatures)
        assert np.all(heat < 0.2 * mode_heat(edges[k] / temperatures)) and np.all(heat > 0.2 * mode_heat(edges[k + 1] / temperatures))


def test_nothing_holds_nothing():
    assert np.array_equal(specific_heat(FINE, np.zeros(len(FINE) - 1), np.array([0.1, 1.0])), [0, 0])
    assert np.all(np.isnan(local_exponent(FINE, np.zeros((2, len(FINE) - 1)), np.array([0.1, 1.0]))))


# --- phonons ------------------------------------------------------------------------------------------------------------------------------------


def test_debye_in_space_as_textbooks_write_it():
    """C = (12 pi^4/5) (T/T_D)^3 with 3 rho = T_D^3/(6 pi^2) (2/c_s^3 + 1/c_l^3)."""
    c_s, c_l, density = np.array([1.2, 3.0]), np.array([2.5, 5.0]), np.array([0.8, 1.1])
    debye = (18 * np.pi**2 * density / (2 / c_s**3 + 1 / c_l**3)) ** (1 / 3)
    assert np.allclose(debye_coefficient(c_s, c_l, density), 12 * np.pi**4 / 5 / debye**3, rtol=1e-14)
    assert np.allclose(debye_prefactor(c_s, c_l, density), (2 / c_s**3 + 1 / c_l**3) / (2 * np.pi**2 * density), rtol=1e-14)


@pytest.mark.parametrize("dimension", [2, 3])
def test_debye_against_counted_plane_waves(dimension):
    """Wave vectors 2 pi n/L of a box, d - 1 transverse and one longitudinal wave to each: modes below omega per particle."""
    length, density, c_s, c_l, omega = 100.0, 0.9, 1.0, 2.0, 1.0
    n = np.arange(-40, 41) * 2 * np.pi / length
    k = np.sqrt(sum(axis**2 for axis in np.meshgrid(*[n] * dimension)))
    counted = (dimension - 1) * np.sum(c_s * k < omega) + np.sum(c_l * k < omega) - dimension
    expected = debye_prefactor(c_s, c_l, density, dimension) * omega**dimension / dimension
    assert counted / (density * length**dimension) == pytest.approx(expected, rel=0.02)


def test_a_solid_without_shear_waves_has_no_debye_law():
    assert np.array_equal(np.isnan(debye_coefficient(np.array([0.0, 1.0]), np.array([2.0, 2.0]), 1.0)), [True, False])


# --- the minimum --------------------------------------------------------------------------------------------------------------------------------


def test_the_minimum_of_given_coefficients():
    where, height = series_minimum(16.0, 1.0)
    assert (where, height) == (2.0, 8.0)
    temperatures = np.linspace(1.99, 2.01, 2001)
    reduced = reduced_heat(series_heat(temperatures, 16.0, 3.0, 1.0), temperatures, 3.0)
    assert temperatures[np.argmin(reduced)] == pytest.approx(where, abs=1e-5)
    assert reduced.min() == pytest.approx(height, rel=1e-9)
    assert np.all(np.isnan(series_minimum(np.array([0.0, 1.0, -1.0]), np.array([1.0, 0.0, 1.0]))))


@pytest.mark.parametrize("per_decade", [10, 20, 100])
@pytest.mark.parametrize("ratio", [0.3, 1.0, 1.7, 5.0])
def test_the_minimum_found_is_that_of_the_coefficients(ratio, per_decade):
    temperatures = 10.0 ** (np.arange(-per_decade, per_decade + 1) / per_decade)
    reduced = reduced_heat(series_heat(temperatures, ratio, 7.0, 1.0), temperatures, 7.0)
    where, height = minimum(temperatures, reduced)
    assert where == pytest.approx(ratio**0.25, rel=1e-3 if per_decade > 10 else 5e-3)
    assert height == pytest.approx(2 * ratio**0.5, rel=2e-3 if per_decade > 10 else 1e-2)


def test_noise_moves_the_minimum_less_than_the_lowest_point():
    rng = np.random.default_rng(5)
    temperatures = np.geomspace(0.2, 5, 141)
    exact = temperatures**-2 + temperatures**2
    noisy = exact * (1 + 0.01 * rng.standard_normal((200, len(exact))))
    where, _ = minimum(temperatures, noisy, window=2.0)
    lowest = temperatures[np.argmin(noisy, axis=1)]
    assert np.std(np.log(where)) < 0.4 * np.std(np.log(lowest))
    assert np.mean(np.log(where)) == pytest.approx(0, abs=4 * np.std(np.log(where)) / np.sqrt(200))


def test_values_below_zero_have_a_minimum_too():
    """As where the Debye law takes more away than there is."""
    temperatures = np.geomspace(0.5, 4, 91)
    where, height = minimum(temperatures, np.log(temperatures / 1.5) ** 2 - 2)
    assert where == pytest.approx(1.5, rel=1e-9) and height == pytest.approx(-2, rel=1e-9)


def test_an_end_of_the_range_is_no_minimum():
    temperatures = np.geomspace(0.1, 1, 30)
    rows = np.array([temperatures, 1 / temperatures, np.full(30, np.nan), temperatures**-2 + 16 * temperatures**2])
    where, height = minimum(temperatures, rows)
    assert np.array_equal(np.isnan(where), [True, True, True, False]) and np.array_equal(np.isnan(height), np.isnan(where))
    assert where[3] == pytest.approx(0.5, rel=1e-3)


def test_points_without_a_value_are_left_out():
    temperatures = np.geomspace(0.1, 10, 81)
    values = temperatures**-2 + temperatures**2
    values[[3, 38, 43, 70]] = np.nan
    assert minimum(temperatures, values)[0] == pytest.approx(1, rel=2e-3)


def test_a_glass_of_two_level_systems_phonons_and_soft_modes():
    """Binned D = a + b omega^2 + c omega^4 gives the three coefficients, and the minimum that they say."""
    a, b, c = 1e-4, 0.1, 5.0
    modes = power_law(FINE, 0, a) + power_law(FINE, 2, b) + power_law(FINE, 4, c)
    temperatures = np.geomspace(0.003, 0.3, 81)
    heat = specific_heat(FINE, modes, temperatures)
    coefficients = [power_law_coefficient(value, exponent) for value, exponent in ((a, 0), (b, 2), (c, 4))]
    assert np.allclose(heat, series_heat(temperatures, *coefficients), rtol=1e-5)
    where, _ = minimum(temperatures, reduced_heat(heat, temperatures, coefficients[1]))
    assert where == pytest.approx(series_minimum(coefficients[0], coefficients[2])[0], rel=1e-3)


def test_the_series_is_fitted():
    temperatures = np.geomspace(0.05, 2, 40)
    heat = np.array([series_heat(temperatures, *row) for row in ((0.3, 2.0, 0.7), (1e-3, 5.0, 20.0))])
    for debye in (None, np.array([2.0, 5.0])):
        fitted = fit_series(temperatures, heat, debye)
        assert np.allclose(np.transpose(fitted), [(0.3, 2.0, 0.7), (1e-3, 5.0, 20.0)], rtol=1e-9)
    rng = np.random.default_rng(2)
    noisy = heat[:1] * (1 + 0.01 * rng.standard_normal((300, 40)))
    two_level, debye, soft = fit_series(temperatures, noisy)
    assert two_level.mean() == pytest.approx(0.3, rel=0.01) and soft.mean() == pytest.approx(0.7, rel=0.01)
    assert np.all(np.isnan(fit_series(temperatures, np.zeros((2, 40)))))
