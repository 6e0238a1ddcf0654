"""The Poisson bootstrap: weights of a sample are its own, errors agree with the analytic standard error, empty replicates are NaN."""

import numpy as np
import pytest
from vitrine.statistics.bootstrap import poisson_weights, ratio, standard_error, weighted_deviation, weighted_mean


def test_the_estimate_has_weight_one_and_replicates_are_poisson():
    weights = poisson_weights(1, 256, 0.45, 400, 200)
    assert weights.shape == (201, 400)
    assert np.all(weights[0] == 1)
    draws = weights[1:]
    assert np.array_equal(draws, np.round(draws))
    assert draws.mean() == pytest.approx(1, abs=5 / np.sqrt(draws.size))
    assert draws.var() == pytest.approx(1, abs=0.03)
    assert np.mean(draws == 0) == pytest.approx(np.exp(-1), abs=0.01)


def test_weights_of_a_sample_depend_on_nothing_but_itself():
    all_weights = poisson_weights(1, 256, 0.45, 50, 20)
    assert np.array_equal(poisson_weights(1, 256, 0.45, 7, 20), all_weights[:, :7])
    assert np.array_equal(poisson_weights(1, 256, 0.45, np.array([31, 4]), 20), all_weights[:, [31, 4]])
    assert np.array_equal(poisson_weights(1, 256, 0.45, 50, 8), all_weights[:9])


@pytest.mark.parametrize("other", [(2, 256, 0.45), (1, 257, 0.45), (1, 256, 0.450001)])
def test_seed_size_and_temperature_each_change_the_weights(other):
    assert not np.array_equal(poisson_weights(*other, 20, 20), poisson_weights(1, 256, 0.45, 20, 20))


def test_bootstrap_error_of_a_mean_is_its_standard_error():
    values = np.random.default_rng(0).normal(3, 2, 500)
    means = weighted_mean(poisson_weights(5, 100, 1.0, 500, 400), values)
    assert means[0] == pytest.approx(values.mean(), rel=1e-14)
    assert standard_error(means) == pytest.approx(values.std(ddof=1) / np.sqrt(500), rel=0.12)


def test_missing_values_are_left_out_of_the_mean():
    weights = poisson_weights(5, 100, 1.0, 6, 10)
    values = np.array([1.0, np.nan, 3.0, 4.0, np.nan, 9.0])
    kept = [0, 2, 3, 5]
    expected = [np.average(values[kept], weights=row[kept]) if row[kept].sum() > 0 else np.nan for row in weights]
    np.testing.assert_allclose(weighted_mean(weights, values), expected, rtol=1e-14)


def test_replicates_without_weight_are_nan_not_zero():
    assert np.isnan(weighted_mean(np.zeros((1, 3)), np.ones(3)))[0]
    assert np.isnan(weighted_mean(np.ones((2, 0)), np.empty(0))).all()
    np.testing.assert_array_equal(ratio(np.array([1.0, 2.0, 3.0]), np.array([0.0, 4.0, -1.0])), [np.nan, 0.5, np.nan])


def test_deviation_is_that_of_repeated_values_and_keeps_digits_of_a_narrow_spread():
    weights = np.array([[1.0, 1, 1, 1], [2, 0, 1, 3], [1, 0, 0, 0]])
    values = np.array([0.1, 0.4, 0.9, 0.2]) + 1e6
    found = weighted_deviation(weights, values)
    assert found[0] == pytest.approx(values.std(ddof=1), rel=1e-9)
    assert found[1] == pytest.approx(np.repeat(values, [2, 0, 1, 3]).std(ddof=1), rel=1e-9)
    assert np.isnan(found[2])
    assert np.isnan(weighted_deviation(np.ones((2, 1)), np.ones(1))).all()


def test_standard_error_skips_the_estimate_and_needs_half_of_the_replicates():
    replicates = np.array([100.0, 1.0, 2.0, 3.0, np.nan])
    assert standard_error(replicates) == pytest.approx(1.0)
    assert np.isnan(standard_error(np.array([1.0, 1.0, 2.0, np.nan, np.nan, np.nan])))
    assert np.isnan(standard_error(np.array([1.0, 2.0])))
    both = standard_error(np.stack([replicates, np.full(5, np.nan)]), axis=1)
    assert both[0] == pytest.approx(1.0) and np.isnan(both[1])


def test_missing_and_infinite_values_are_left_out_of_the_deviation():
    weights = poisson_weights(5, 100, 1.0, 6, 10)
    values = np.array([1.0, np.nan, 3.0, 4.0, np.inf, 9.0])
    kept = [0, 2, 3, 5]
    expected = [np.repeat(values[kept], row[kept].astype(int)).std(ddof=1) if row[kept].sum() > 1 else np.nan for row in weights]
    np.testing.assert_allclose(weighted_deviation(weights, values), expected, rtol=1e-12, atol=1e-12)


def test_half_of_the_replicates_are_enough_for_an_error():
    assert standard_error(np.array([5.0, 1.0, 3.0, np.nan, np.nan])) == pytest.approx(np.sqrt(2))
    assert np.isnan(standard_error(np.array([5.0, 1.0, 3.0, np.nan, np.nan, np.nan])))
