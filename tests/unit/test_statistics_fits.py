"""The Boltzmann fit, the onset, pooled means: known parameters come back, and what the data cannot support is NaN with a reason."""

import numpy as np
import pytest
from vitrine.statistics.bootstrap import standard_error
from vitrine.statistics.fits import boltzmann_fit, fit_line, onset_fit, pooled_mean

TEMPERATURES = np.array([0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.3])
REPLICATES = 200


def replicates(truth, errors, seed):
    """Estimates scattered about the truth by `errors`, and bootstrap replicates scattered about the estimates by as much."""
    rng = np.random.default_rng(seed)
    estimate = truth + errors * rng.standard_normal(len(truth))
    return np.vstack([estimate, estimate + errors * rng.standard_normal((REPLICATES, len(truth)))])


def test_line_is_the_weighted_least_squares_of_numpy():
    x = np.array([1.0, 2.0, 3.5, 5.0])
    y = replicates(2 - 0.5 * x, np.array([0.1, 0.2, 0.05, 0.4]), seed=1)
    fit = fit_line(x, y)
    for row in (0, 7):
        slope, intercept = np.polyfit(x, y[row], 1, w=1 / standard_error(y))
        assert fit.slope[row] == pytest.approx(slope, rel=1e-9)
        assert fit.intercept[row] == pytest.approx(intercept, rel=1e-9)
    residuals = (y[0] - fit.intercept[0] - fit.slope[0] * x) / standard_error(y)
    assert fit.chi_square == pytest.approx(np.sum(residuals**2) / 2, rel=1e-9)


def test_boltzmann_energy_comes_back_in_units_of_the_onset():
    numbers = np.exp(replicates(1.2 - 3.3 * 0.9 / TEMPERATURES, np.full(7, 0.1), seed=2))
    fit = boltzmann_fit(TEMPERATURES, numbers, 0.9)
    assert abs(fit.slope[0] - 3.3) < 4 * standard_error(fit.slope)
    assert abs(fit.intercept[0] - 1.2) < 4 * standard_error(fit.intercept)
    assert fit.chi_square < 4


def test_the_window_keeps_hot_glasses_out():
    logs = np.where(TEMPERATURES <= 0.66, 1.2 - 3.3 * 0.9 / TEMPERATURES, -5.0)
    numbers = np.exp(replicates(logs, np.full(7, 0.02), seed=3))
    fit = boltzmann_fit(TEMPERATURES, numbers, 0.9, highest=0.6)
    assert abs(fit.slope[0] - 3.3) < 4 * standard_error(fit.slope)
    assert fit.used.tolist() == [True] * 4 + [False] * 3
    assert fit.window == "T_p <= 0.6: 0.3, 0.4, 0.5, 0.6; 4 points"
    assert abs(boltzmann_fit(TEMPERATURES, numbers, 0.9).slope[0] - 3.3) > 0.5


def test_two_temperatures_give_a_slope_without_goodness_and_one_gives_none():
    numbers = np.exp(replicates(-3.3 * 0.9 / TEMPERATURES, np.full(7, 0.1), seed=4))
    two = boltzmann_fit(TEMPERATURES, numbers, 0.9, highest=0.4)
    assert np.isfinite(two.slope).all() and np.isnan(two.chi_square)
    assert "no check of linearity" in two.window
    one = boltzmann_fit(TEMPERATURES, numbers, 0.9, highest=0.3)
    assert np.isnan(one.slope).all() and "1 usable points: no fit" in one.window
    none = boltzmann_fit(np.empty(0), np.empty((5, 0)), 0.9)
    assert np.isnan(none.slope).all() and "none" in none.window


def test_a_temperature_without_value_or_error_is_left_out():
    numbers = np.exp(replicates(-3.3 * 0.9 / TEMPERATURES, np.full(7, 0.1), seed=5))
    expected = boltzmann_fit(TEMPERATURES[2:], numbers[:, 2:], 0.9)
    numbers[:, 0] = 0.0
    numbers[1:, 1] = np.nan
    fit = boltzmann_fit(TEMPERATURES, numbers, 0.9)
    np.testing.assert_allclose(fit.slope, expected.slope, rtol=1e-12)


def test_onset_and_plateau_come_back():
    truth = 15 + 8 * np.maximum(0, 0.72 - TEMPERATURES)
    modulus = replicates(truth, np.full(7, 0.05), seed=6)
    fit = onset_fit(TEMPERATURES, modulus)
    assert abs(fit.onset[0] - 0.72) < 4 * standard_error(fit.onset)
    assert abs(fit.plateau[0] - 15) < 4 * standard_error(fit.plateau)
    assert abs(fit.steepness[0] - 8) < 4 * standard_error(fit.steepness)
    shuffled = [3, 0, 6, 1, 5, 2, 4]
    np.testing.assert_allclose(onset_fit(TEMPERATURES[shuffled], modulus[:, shuffled]).onset, fit.onset, rtol=1e-12)


@pytest.mark.parametrize("truth", [20 - 5 * TEMPERATURES, 20 + 5 * TEMPERATURES, np.full(7, 15.0)], ids=["line", "rise", "constant"])
@pytest.mark.parametrize("seed", [7, 8, 9])
def test_data_without_plateau_and_slope_have_no_onset(truth, seed):
    fit = onset_fit(TEMPERATURES, replicates(truth, np.full(7, 0.01), seed))
    assert np.isnan(fit.onset).all() and "no plateau" in fit.window


def test_three_temperatures_have_no_onset():
    fit = onset_fit(TEMPERATURES[:3], replicates(np.ones(3), np.full(3, 0.1), seed=8))
    assert np.isnan(fit.onset).all() and "need 4" in fit.window


def test_pooled_mean_weights_by_errors_and_leaves_nan_out():
    values = replicates(np.array([5.0, 5.0, 5.0, 0.0]), np.array([0.1, 0.2, 0.4, 0.1]), seed=9)
    values[1:, 3] = np.nan
    mean, used = pooled_mean(values)
    weights = standard_error(values)[:3] ** -2.0
    assert mean[0] == pytest.approx(np.average(values[0, :3], weights=weights), rel=1e-12)
    assert used.tolist() == [True, True, True, False]
    assert standard_error(mean) == pytest.approx(weights.sum() ** -0.5, rel=0.2)
    nothing, unused = pooled_mean(np.full((4, 2), np.nan))
    assert np.isnan(nothing).all() and not unused.any()
