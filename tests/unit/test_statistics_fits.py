"""The Boltzmann fit, the onset, pooled means: known parameters come back, and what the data cannot support is NaN with a reason."""

import numpy as np
import pytest
from scipy.stats import chi2
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


def symmetric(estimate, errors):
    """Replicates on both sides of the estimate: the error is exactly what is asked for."""
    apart = np.array([1.0, -1.0]) * np.asarray(errors)[:, None] * np.sqrt(0.5)
    return np.vstack([estimate, np.asarray(estimate) + apart.T])


def test_a_point_without_scatter_has_no_weight():
    x, y = np.arange(4.0), symmetric(np.array([1.0, 2.0, 2.5, 7.0]), np.array([0.1, 0.2, 0.1, 0.0]))
    fit = fit_line(x, y)
    assert fit.used.tolist() == [True, True, True, False]
    np.testing.assert_allclose(fit.slope, fit_line(x[:3], y[:, :3]).slope, rtol=1e-12)


def test_a_replicate_without_soft_spots_has_no_energy():
    numbers = np.exp(replicates(-3.3 * 0.9 / TEMPERATURES, np.full(7, 0.1), seed=5))
    numbers[3, 2] = 0.0
    slope = boltzmann_fit(TEMPERATURES, numbers, 0.9).slope
    assert np.isnan(slope[3]) and np.isfinite(np.delete(slope, 3)).all()


@pytest.mark.parametrize("gain, found", [(5.5, False), (6.5, True)])
def test_an_onset_must_gain_six_in_chi_squared_over_a_line(gain, found):
    """A plateau and a slope without scatter, which a line misses by as much in chi^2 as is asked for."""
    kink, errors = np.maximum(0, 0.72 - TEMPERATURES), np.array([0.1, 0.2, 0.1, 0.3, 0.1, 0.2, 0.1])
    line = np.polyval(np.polyfit(TEMPERATURES, kink, 1, w=1 / errors), TEMPERATURES)
    steepness = np.sqrt(gain / np.sum(((kink - line) / errors) ** 2))
    fit = onset_fit(TEMPERATURES, symmetric(15 + steepness * kink, errors))
    if not found:
        assert np.isnan(fit.onset[0]) and "no plateau" in fit.window
        return
    assert fit.onset[0] == pytest.approx(0.72, abs=0.002)
    assert fit.plateau[0] == pytest.approx(15, abs=0.01) and fit.steepness[0] == pytest.approx(steepness, rel=0.02)


@pytest.mark.parametrize("onset", [0.43, 0.55, 0.72, 0.95, 1.15])
def test_an_onset_between_any_two_temperatures_is_found(onset):
    fit = onset_fit(TEMPERATURES, symmetric(15 + 8 * np.maximum(0, onset - TEMPERATURES), np.full(7, 1e-3)))
    assert fit.onset[0] == pytest.approx(onset, abs=0.003)
    assert fit.steepness[0] == pytest.approx(8, rel=0.02)


@pytest.mark.parametrize(
    "truth", [15 - 8 * np.maximum(0, 0.72 - TEMPERATURES), np.where(TEMPERATURES < 0.35, 20.0, 15.0)], ids=["softer when colder", "one point alone"]
)
def test_what_is_neither_line_nor_onset_has_none(truth):
    """A slope of the wrong sign; a coldest point off a plateau, through which every slope goes."""
    fit = onset_fit(TEMPERATURES, symmetric(truth, np.full(7, 1e-3)))
    assert np.isnan(fit.onset).all() and "no plateau" in fit.window


def test_replicates_without_an_onset_are_nan_and_counted():
    good = replicates(15 + 8 * np.maximum(0, 0.72 - TEMPERATURES), np.full(7, 0.05), seed=6)
    spoilt = good.copy()
    spoilt[4] = 20 - 5 * TEMPERATURES
    fit = onset_fit(TEMPERATURES, spoilt)
    assert np.isnan([fit.onset[4], fit.plateau[4], fit.steepness[4]]).all() and np.isfinite(np.delete(fit.onset, 4)).all()
    assert fit.window.endswith("; 1 of 200 replicates found no onset")
    assert "replicates" not in onset_fit(TEMPERATURES, good).window


# --- pooled means -------------------------------------------------------------------------------------------------------------------------------


def test_pooled_mean_weights_by_errors_and_leaves_nan_out():
    values = replicates(np.array([5.0, 5.0, 5.0, 0.0]), np.array([0.1, 0.2, 0.4, 0.1]), seed=9)
    values[1:, 3] = np.nan
    pool = pooled_mean(values)
    weights = standard_error(values)[:3] ** -2.0
    assert pool.mean[0] == pytest.approx(np.average(values[0, :3], weights=weights), rel=1e-12)
    assert pool.used.tolist() == [True, True, True, False]
    assert standard_error(pool.mean) == pytest.approx(weights.sum() ** -0.5, rel=0.2)
    nothing = pooled_mean(np.full((4, 2), np.nan))
    assert np.isnan(nothing.mean).all() and not nothing.used.any()
    assert nothing.one_number and nothing.words == "" and nothing.chi_square == 0


def test_pooled_mean_of_a_replicate_takes_the_values_that_it_has():
    values = replicates(np.array([5.0, 6.0, 7.0, 0.0]), np.array([0.1, 0.2, 0.4, 0.1]), seed=9)
    values[3, 1] = np.nan
    values[5:, 3] = np.nan  # of too few replicates to be used; two have a value all the same
    weights = standard_error(values)[:3] ** -2.0
    pool = pooled_mean(values)
    assert pool.used.tolist() == [True, True, True, False]
    for row, present in ((2, [0, 1, 2]), (3, [0, 2])):
        assert pool.mean[row] == pytest.approx(np.average(values[row, present], weights=weights[present]), rel=1e-12)


def test_chi_squared_of_a_pool_is_the_plain_sum_and_its_probability_that_of_scipy():
    """Of the estimates that are used, one degree of freedom less than there are; a value without error adds nothing."""
    estimate, errors = [5.0, 5.3, 4.9, 77.0], [0.1, 0.2, 0.1, 0.0]
    pool = pooled_mean(symmetric(estimate, errors))
    mean = (5.0 / 0.01 + 5.3 / 0.04 + 4.9 / 0.01) / (1 / 0.01 + 1 / 0.04 + 1 / 0.01)
    expected = sum((one - mean) ** 2 / error**2 for one, error in zip(estimate[:3], errors[:3], strict=True))
    assert pool.mean[0] == pytest.approx(mean, rel=1e-12) and pool.chi_square == pytest.approx(expected, rel=1e-9)
    assert pool.probability == pytest.approx(chi2.sf(expected, 2), rel=1e-9)
    assert pool.words == f"chi^2 = {expected:.3g} for 2"


@pytest.mark.parametrize("origin", [0.0, 1.0, -1.0])
def test_errors_that_grow_with_their_values_weigh_by_their_share(origin):
    estimate, errors = np.array([5.0, 5.5, 4.8]), np.array([0.5, 0.3, 0.4])
    pool, share = pooled_mean(symmetric(estimate, errors), origin), errors / (estimate - origin)
    mean = np.average(estimate, weights=share**-2)
    assert pool.mean[0] == pytest.approx(mean, rel=1e-9)
    assert pool.chi_square == pytest.approx(np.sum((estimate - mean) ** 2 / (share * (mean - origin)) ** 2), rel=1e-9)
    assert not pooled_mean(symmetric([origin - 1.0, 5.0], [0.1, 0.1]), origin).used[0]


def test_weights_by_plain_errors_draw_exponents_down_and_those_by_their_share_do_not():
    """Exponents of 8 points by maximum likelihood, each of 20 modes, with their own errors exponent/sqrt(n): 500 pools of a truth that is 5."""
    rng, modes = np.random.default_rng(11), 20
    estimates = 5 * (modes - 1) / rng.gamma(modes, size=(500, 8))  # without bias, one by one
    assert estimates.mean() == pytest.approx(5, abs=0.08)
    pools = [symmetric(one, one / np.sqrt(modes)) for one in estimates]
    plain, shares = (np.array([pooled_mean(one, origin).mean[0] for one in pools]) for origin in (None, 0.0))
    error = 5 / np.sqrt(modes * 8)
    assert plain.mean() < 5 - error and shares.mean() == pytest.approx(5, abs=0.2 * error)
    assert shares.std() == pytest.approx(error, rel=0.1)


@pytest.mark.parametrize(("off", "one"), [(0.99, True), (1.01, False)])
def test_estimates_are_one_number_up_to_a_hundredth_of_chance(off, one):
    """Two estimates of error 1 that differ by d have chi^2 = d^2/2; of one degree of freedom, 2.5758 errors are the probability 0.01."""
    pool = pooled_mean(symmetric([0.0, off * 2.5758293 * np.sqrt(2)], [1.0, 1.0]))
    assert pool.chi_square == pytest.approx((off * 2.5758293) ** 2, rel=1e-9)
    assert (pool.probability > 0.01) is one and pool.one_number is one


def test_scattered_by_their_errors_estimates_are_one_number():
    """Of 300 pools of five whose errors are right, one in a hundred is refused; their probabilities are uniform."""
    rng, errors = np.random.default_rng(10), np.array([0.1, 0.2, 0.1, 0.3, 0.1])
    pools = [pooled_mean(symmetric(5 + errors * rng.standard_normal(5), errors)) for _ in range(300)]
    assert np.mean([pool.one_number for pool in pools]) > 0.965
    assert np.mean([pool.probability < 0.5 for pool in pools]) == pytest.approx(0.5, abs=0.1)


def test_a_single_estimate_is_one_number_without_words():
    pool = pooled_mean(symmetric([5.0], [0.1]))
    assert (pool.mean[0], pool.one_number, pool.probability, pool.words) == (5.0, True, 1.0, "")
