"""Weibull identities (recipes section 5, item 8) and the censored fit against scipy and against known parameters."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import CensoredData, weibull_min
from vitrine.statistics.bootstrap import poisson_weights, standard_error
from vitrine.statistics.weibull import censored_fit, measured_relative_deviation, relative_deviation


def test_identities_of_the_universal_law():
    assert relative_deviation(5) == pytest.approx(0.22905, abs=5e-6)
    assert relative_deviation(4) == pytest.approx(0.2805, abs=5e-5)
    sample = np.random.default_rng(0).weibull(5, 200_000)
    assert sample.mean() == pytest.approx(0.91817, abs=0.002)
    assert np.median(sample) / sample.mean() == pytest.approx(1.0121, abs=0.002)
    assert measured_relative_deviation(np.ones((1, len(sample))), sample)[0] == pytest.approx(0.22905, abs=0.002)


def test_minima_of_omega4_frequencies_are_weibull():
    minima = (np.random.default_rng(1).random((4000, 50)) ** 0.2).min(axis=1)
    weights = poisson_weights(1, 50, 1.0, 4000, 60)
    shape, scale = censored_fit(weights, minima, np.full(4000, np.inf))
    assert abs(shape[0] - 5) < 4 * standard_error(shape)
    assert abs(scale[0] - 50**-0.2) < 4 * standard_error(scale)
    found = measured_relative_deviation(weights, minima)
    assert abs(found[0] - 0.22905) < 4 * standard_error(found)


@pytest.mark.parametrize("shape, quantile", [(5.0, 0.5), (2.0, 0.3), (9.0, 0.95)])
def test_censoring_does_not_bias_the_fit(shape, quantile):
    samples = 1500
    values = 0.3 * np.random.default_rng(2).weibull(shape, samples)
    cutoff = np.full(samples, np.quantile(values, quantile))
    found, scale = censored_fit(poisson_weights(1, 50, 1.0, samples, 60), values, cutoff)
    assert abs(found[0] - shape) < 4 * standard_error(found)
    assert abs(scale[0] - 0.3) < 4 * standard_error(scale)


def test_the_fit_is_that_of_scipy():
    values = 0.7 * np.random.default_rng(3).weibull(4, 80)
    cutoff = np.random.default_rng(4).uniform(0.5, 0.9, 80)
    seen = values < cutoff
    expected = weibull_min.fit(CensoredData(uncensored=values[seen], right=cutoff[~seen]), floc=0)
    shape, scale = censored_fit(np.ones((1, 80)), values, cutoff)
    assert shape[0] == pytest.approx(expected[0], rel=1e-3)
    assert scale[0] == pytest.approx(expected[2], rel=1e-3)


def test_an_integer_weight_is_a_repeated_sample():
    values, cutoff = np.array([0.5, 0.7, 0.8, 1.2, 0.9]), np.full(5, 1.0)
    weights = np.array([[2.0, 1, 0, 3, 1]])
    repeats = weights[0].astype(int)
    expected = censored_fit(np.ones((1, 7)), np.repeat(values, repeats), np.repeat(cutoff, repeats))
    np.testing.assert_allclose(censored_fit(weights, values, cutoff), expected, rtol=1e-9)


@pytest.mark.parametrize("values", [[0.5, 2.0, 2.0], [0.5, 0.5, 0.5], [2.0, 3.0, 4.0]])
def test_without_two_different_values_below_the_cutoff_there_is_no_shape(values):
    cutoff = np.full(3, 0.5000001) if values[1] == 0.5 else np.full(3, 1.0)
    shape, scale = censored_fit(np.ones((2, 3)), np.array(values), cutoff)
    assert np.isnan(shape).all() and np.isnan(scale).all()


def test_samples_without_phonons_say_nothing():
    """A sample unstable to shear has the cutoff 0: shape and scale are those of the others."""
    rng = np.random.default_rng(8)
    values, cutoff = rng.weibull(5, 60), np.full(60, 1.1)
    weights = rng.poisson(1, (20, 60)).astype(float)
    cutoff[[3, 17]] = 0.0
    others = np.delete(np.arange(60), [3, 17])
    for ours, theirs in zip(censored_fit(weights, values, cutoff), censored_fit(weights[:, others], values[others], cutoff[others]), strict=True):
        assert np.array_equal(ours, theirs) and np.all((ours > 0.5) & (ours < 20))


def test_the_shape_is_the_root_of_the_likelihood_equation():
    """Of scattered, narrow and wide values, to nine digits, for each row of weights."""
    rng = np.random.default_rng(11)
    for values in (rng.weibull(5, 40), 1 + 1e-3 * rng.random(40), 10.0 ** rng.uniform(-20, 0, 40)):
        cutoff = np.quantile(values, rng.uniform(0.5, 1.0, 40))
        weights = np.vstack([np.ones(40), rng.poisson(1.0, (5, 40))])
        for row, found in zip(weights, censored_fit(weights, values, cutoff)[0], strict=True):
            logs, below = np.log(np.minimum(values, cutoff) / values.max()), row * (values < cutoff)

            def likelihood(k, row=row, logs=logs, below=below):
                powers = row * np.exp(k * np.where(row > 0, logs - logs[row > 0].max(), -np.inf))
                return 1 / k + below @ logs / below.sum() - powers @ logs / powers.sum()

            assert found == pytest.approx(brentq(likelihood, 1e-2, 1e6, xtol=1e-14, rtol=1e-13), rel=1e-9)


def test_weights_count_in_the_relative_deviation():
    values, weights = np.array([0.5, 0.7, 1.4]), np.array([[1.0, 3.0, 2.0], [4.0, 0.0, 1.0]])
    for found, row in zip(measured_relative_deviation(weights, values), weights.astype(int), strict=True):
        repeated = np.repeat(values, row)
        assert found == pytest.approx(repeated.std(ddof=1) / repeated.mean(), rel=1e-12)


def test_a_value_at_its_cutoff_is_censored():
    values, cutoff = np.array([0.5, 0.7, 0.9]), np.array([1.0, 1.0, 0.9])
    np.testing.assert_array_equal(censored_fit(np.ones((1, 3)), values, cutoff), censored_fit(np.ones((1, 3)), values + [0, 0, 1], cutoff))


@pytest.mark.parametrize("row", [[1, 0, 1, 0], [2, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1]], ids=["one", "one twice", "two alike", "none"])
def test_a_replicate_of_too_few_values_has_no_shape(row):
    """Below their cutoffs are 0.5, again 0.5, and in the estimate 0.7; the third is censored."""
    values, cutoff = np.array([0.5, 0.5, 2.0, 0.7]), np.array([1.0, 1.0, 1.0, 0.9])
    shape, scale = censored_fit(np.array([[1.0, 1, 1, 1], row]), values, cutoff)
    assert np.isfinite([shape[0], scale[0]]).all() and np.isnan([shape[1], scale[1]]).all()


def test_shapes_end_at_a_million_and_samples_without_phonons_alone_have_none():
    lump = np.append(np.ones(30), 0.99999)
    assert 1e5 < censored_fit(np.ones((1, 31)), lump, np.full(31, np.inf))[0][0] <= 1e6
    assert np.isnan(censored_fit(np.ones((2, 3)), np.ones(3), np.zeros(3))).all()
