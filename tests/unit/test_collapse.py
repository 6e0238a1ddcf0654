"""Collapse of curves: known lengths and factors are found again, errors are those of repeated trials, and what cannot be collapsed is NaN."""

import numpy as np
import pytest
import scipy.optimize
from vitrine.statistics.collapse import Curve, collapse

LENGTHS, FACTORS = np.array([0.62, 0.8, 0.93, 1.0]), np.array([0.3, 0.5, 2.0, 1.0])
BINS = (9, 10, 13, 13)
R = 10 ** (np.arange(6, 19) / 20)


def bend(u):
    """ln f: a power 3 that becomes level at u ~ 1."""
    return 3 * u - 1.5 * np.log1p(np.exp(2 * u))


def curves(noise=0.0, replicates=30, seed=1, function=bend, places=range(4)):
    rng = np.random.default_rng(seed)
    found = []
    for place in places:
        x = np.log(R[: BINS[place]])
        y = function(x - np.log(LENGTHS[place])) + np.log(FACTORS[place])
        y = y + noise * rng.standard_normal(len(x))
        found.append(Curve(x, np.vstack([y, y + noise * rng.standard_normal((replicates, len(x)))]), np.full(len(x), noise or 0.01)))
    return found


def cubic(u):
    return 1.0 + 2.1 * u - 0.7 * u**2 - 0.15 * u**3


def test_lengths_and_factors_are_found_exactly_where_the_curve_is_a_polynomial():
    found = collapse(curves(function=cubic), 3)
    np.testing.assert_allclose(np.exp(found.log_xi[0]), LENGTHS, rtol=1e-7)
    np.testing.assert_allclose(np.exp(found.log_a[0]), FACTORS, rtol=1e-7)
    assert found.taken.all() and found.misfit.max() < 1e-9


def test_lengths_of_a_crossover_are_found_to_a_hundredth():
    found = collapse(curves(), 3)
    np.testing.assert_allclose(np.exp(found.log_xi[0]), LENGTHS, rtol=0.01)
    np.testing.assert_allclose(np.exp(found.log_a[0]), FACTORS, rtol=0.01)


def test_the_reference_may_be_any_curve_and_fixes_the_common_factor():
    found, other = (collapse(curves(function=cubic), place) for place in (3, 0))
    assert np.all(other.log_xi[:, 0] == 0) and np.all(other.log_a[:, 0] == 0)
    np.testing.assert_allclose(other.log_xi - other.log_xi[:, 3:], found.log_xi, atol=1e-6)
    np.testing.assert_allclose(other.log_a - other.log_a[:, 3:], found.log_a, atol=1e-6)


def test_it_is_the_least_squares_of_another_minimiser():
    noisy = curves(0.02)
    found = collapse(noisy, 3)
    x, owner = np.concatenate([curve.log_r for curve in noisy]), np.repeat(np.arange(4), BINS)

    def residuals(parameters, replicate):
        lengths, factors = np.append(parameters[4:7], 0), np.append(parameters[7:], 0)
        y = np.concatenate([curve.log_y[replicate] for curve in noisy])
        return (y - np.polynomial.polynomial.polyval(x - lengths[owner], parameters[:4]) - factors[owner]) / 0.02

    for replicate in (0, 1, 7):
        start = np.concatenate([[0, 2, -1, 0], np.log(LENGTHS[:3]), np.log(FACTORS[:3])])
        end = scipy.optimize.least_squares(residuals, start, args=(replicate,), xtol=1e-14, ftol=1e-14, gtol=1e-12)
        np.testing.assert_allclose(found.log_xi[replicate, :3], end.x[4:7], atol=1e-5)
        np.testing.assert_allclose(found.log_a[replicate, :3], end.x[7:], atol=1e-5)
    assert found.chi_square == pytest.approx(2 * scipy.optimize.least_squares(residuals, end.x, args=(0,)).cost / (len(x) - 10), rel=1e-6)


def test_bootstrap_errors_are_the_scatter_of_repeated_trials():
    """The spread of replicates of one noisy set against that of the estimates of many sets."""
    trials = np.array([collapse(curves(0.005, 2, seed), 3).log_xi[0, :3] for seed in range(2, 82)])
    spread = np.median([collapse(curves(0.005, 40, seed), 3).log_xi[1:, :3].std(axis=0, ddof=1) for seed in range(90, 96)], axis=0)
    np.testing.assert_allclose(spread, trials.std(axis=0, ddof=1), rtol=0.35)
    assert np.all(np.abs(trials.mean(axis=0) - np.log(LENGTHS[:3])) < 0.02)


def test_curves_without_enough_values_take_no_part_and_change_nothing():
    whole = curves(function=cubic)
    short = Curve(whole[0].log_r, np.where(np.arange(BINS[0]) < 4, whole[0].log_y, np.nan), whole[0].errors)
    found = collapse([short, *whole[1:]], 3)
    assert not found.taken[0] and np.isnan(found.log_xi[:, 0]).all() and np.isnan(found.misfit[0])
    np.testing.assert_allclose(np.exp(found.log_xi[0, 1:]), LENGTHS[1:], rtol=1e-7)


@pytest.mark.parametrize("reference", [0, 1])
def test_without_the_reference_or_another_curve_there_is_nothing(reference):
    whole = curves(function=cubic, places=(0, 3))
    empty = Curve(whole[0].log_r, np.full_like(whole[0].log_y, np.nan), whole[0].errors)
    found = collapse([empty, whole[1]], reference)
    assert np.isnan(found.log_xi).all() and not found.taken.any()
