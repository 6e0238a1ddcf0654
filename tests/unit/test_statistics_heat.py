"""The specific heat of a histogram against its definition, and where fits and minima have no value: what noise and few points may not decide."""

import numpy as np
import pytest
from scipy.integrate import quad
from vitrine.statistics.heat import debye_prefactor, fit_series, minimum, mode_growth, mode_heat, series_heat, specific_heat


def test_the_density_is_linear_in_each_bin_and_nowhere_negative():
    """Modes that differ by decades from bin to bin: the slope of the neighbours would make D negative, and ends where D vanishes at an edge."""
    rng = np.random.default_rng(1)
    edges, modes, temperatures = np.linspace(0.5, 4.0, 8), 10.0 ** rng.uniform(-4, 0, 7), np.array([0.05, 0.2, 1.0])
    width, middle = np.diff(edges), (edges[1:] + edges[:-1]) / 2
    density = modes / width
    slope = np.clip(np.gradient(density, middle), -2 * density / width, 2 * density / width)
    assert np.sum(np.abs(slope) == 2 * density / width) >= 3
    for temperature, found in zip(temperatures, specific_heat(edges, modes, temperatures), strict=True):
        bins = [
            quad(lambda w, k=k, t=temperature: (density[k] + slope[k] * (w - middle[k])) * mode_heat(w / t), edges[k], edges[k + 1], epsrel=1e-12)[0]
            for k in range(7)
        ]
        assert found == pytest.approx(sum(bins), rel=1e-9)


def test_frozen_modes_overflow_nothing():
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        for x in (0.0, 1399.0, 1450.0, 1e6, np.inf):
            assert 0 <= mode_heat(np.array([x]))[0] <= 1 and mode_growth(np.array([x]))[0] >= 0


def test_without_a_speed_there_is_no_debye_law():
    found = debye_prefactor(np.array([1.0, 0.0, 1.0, np.nan]), np.array([2.0, 2.0, 0.0, 2.0]), 0.5)
    assert np.isfinite(found).tolist() == [True, False, False, False] and np.isnan(found[1:]).all()


def test_a_series_needs_as_many_points_as_coefficients():
    temperatures = np.array([0.1, 0.2, 0.3])
    heat = series_heat(temperatures, 0.3, 2.0, 50.0)
    assert np.ravel(fit_series(temperatures, heat)) == pytest.approx([0.3, 2.0, 50.0], rel=1e-9)
    heat[1] = 0.0
    assert np.isnan(fit_series(temperatures, heat)).all()
    assert np.ravel(fit_series(temperatures, heat, np.array([2.0]))) == pytest.approx([0.3, 2.0, 50.0], rel=1e-9)


# A minimum in ln T, on a grid of which ten points lie within a factor 1.25 on either side

LOGS = np.linspace(-1, 1, 91)


def parabola(centre, noise=0.0, seed=0):
    return 1 + (LOGS - centre) ** 2 + noise * np.random.default_rng(seed).standard_normal(len(LOGS))


def test_the_noise_of_single_points_does_not_decide():
    """The scatter of the minimum is that of a fit to twenty points, a twentieth of a unit; that of three points is as wide as the window."""
    centres = [np.log(minimum(np.exp(LOGS), parabola(0.2, 2e-3, seed))[0]) for seed in range(60)]
    assert np.std(centres) < 0.03
    assert np.mean(centres) == pytest.approx(0.2, abs=0.015)


@pytest.mark.parametrize("centre", [LOGS[0] + 0.3 * (LOGS[1] - LOGS[0]), LOGS[-1] - 0.3 * (LOGS[1] - LOGS[0])], ids=["cold", "hot"])
def test_the_smallest_value_at_an_end_is_no_minimum(centre):
    """Though a parabola through it has one just inside."""
    assert np.isnan(minimum(np.exp(LOGS), parabola(centre))).all()


@pytest.mark.parametrize("end", [1, -1], ids=["hot", "cold"])
def test_a_minimum_beyond_the_range_is_none_though_its_last_point_went_up(end):
    values = parabola(1.05 * end)
    values[90 if end > 0 else 0] += 0.01
    assert np.isnan(minimum(np.exp(LOGS), values)).all()


def test_a_dip_of_one_point_on_a_hill_is_no_minimum():
    values = np.where(np.abs(LOGS) < 0.25, 1 - 5 * LOGS**2, 2.0)
    values[45] = 0.65
    assert values.argmin() == 45 and np.isnan(minimum(np.exp(LOGS), values)).all()
