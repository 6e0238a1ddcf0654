"""Fixed logarithmic bins: nothing is lost, a value on an edge belongs to the upper bin, and batches add up to the whole."""

import math

import numpy as np
import pytest
from vitrine.statistics.bootstrap import poisson_weights
from vitrine.statistics.exact import exact_product
from vitrine.statistics.histograms import FORCE_BINS, LAMBDA_BINS, OMEGA_BINS, BinnedSums, LogBins, filled_range


@pytest.fixture
def data():
    rng = np.random.default_rng(3)
    owner = np.sort(rng.integers(0, 20, 3000))
    return owner, 10 ** rng.uniform(-1.3, 1.3, 3000), rng.random(3000)


BINS = LogBins(-1, 1, per_decade=40)


def filled(weights, owner, values, extra):
    sums = BinnedSums(BINS, len(weights))
    sums.add(weights, owner, values, extra=extra)
    return sums


def test_the_bins_reach_from_decade_to_decade():
    assert OMEGA_BINS.edges[[0, -1]] == pytest.approx([1e-3, 1e3])
    assert LAMBDA_BINS.edges[[0, -1]] == pytest.approx([1e-4, 1e6])
    assert FORCE_BINS.edges[[0, -1]] == pytest.approx([1e-12, 1e3])
    assert np.diff(np.log10(OMEGA_BINS.edges)) == pytest.approx(1 / 200)
    assert np.diff(np.log10(FORCE_BINS.edges)) == pytest.approx(1 / 5)


def test_a_value_on_an_edge_is_in_the_upper_bin():
    assert BINS.index(BINS.edges[[0, 5, -1]]).tolist() == [1, 6, len(BINS.edges)]
    assert BINS.index(np.array([1e-9, 1e9])).tolist() == [0, len(BINS.edges)]


def test_counts_are_those_of_a_plain_loop(data):
    owner, values, extra = data
    weights = poisson_weights(1, 10, 1.0, 20, 3)
    sums = filled(weights, owner, values, extra)
    edges = BINS.edges
    for k in (0, 17, 79):
        inside = (values >= edges[k]) & (values < edges[k + 1])
        for b in (0, 2):
            assert sums["count"][b, k + 1] == sum(weights[b, owner[inside]])
            assert sums["extra"][b, k + 1] == pytest.approx(sum(weights[b, owner[inside]] * extra[inside]), rel=1e-12)


def test_below_and_above_are_exact_at_every_edge(data):
    owner, values, extra = data
    sums = filled(poisson_weights(1, 10, 1.0, 20, 3), owner, values, extra)
    np.testing.assert_array_equal(sums.below()[0], [(values < edge).sum() for edge in BINS.edges])
    np.testing.assert_array_equal(sums.above()[0], [(values >= edge).sum() for edge in BINS.edges])
    np.testing.assert_allclose(sums.above("extra")[0], [extra[values >= edge].sum() for edge in BINS.edges], rtol=1e-12)


def test_displayed_bins_join_fine_ones(data):
    owner, values, extra = data
    sums = filled(poisson_weights(1, 10, 1.0, 20, 3), owner, values, extra)
    edges = sums.displayed_edges
    assert len(edges) == 41
    np.testing.assert_array_equal(sums.displayed()[0], np.histogram(values, edges)[0])


def test_batches_add_up_to_the_whole(data):
    owner, values, extra = data
    weights = poisson_weights(1, 10, 1.0, 20, 3)
    whole, parts = filled(weights, owner, values, extra), BinnedSums(BINS, 4)
    for batch in (slice(13, 20), slice(0, 13)):
        inside = (owner >= batch.start) & (owner < batch.stop)
        parts.add(weights[:, batch], owner[inside] - batch.start, values[inside], extra=extra[inside])
    np.testing.assert_array_equal(parts["count"], whole["count"])
    np.testing.assert_allclose(parts["extra"], whole["extra"], rtol=1e-12)


def test_nothing_added_gives_zeros():
    sums = BinnedSums(BINS, 4)
    assert sums.below().shape == (4, len(BINS.edges)) and not sums.below().any()
    assert filled_range(sums["count"][0]) == slice(0, 0)
    assert filled_range(np.array([0, 2, 0, 1, 0])) == slice(1, 4)


def test_bins_as_coarse_as_those_of_the_tables_are_shown_as_they_are():
    sums = BinnedSums(FORCE_BINS, 1)
    sums.add(np.ones((1, 3)), np.array([0, 0, 1]), np.array([1e-3, 2e-3, 5.0]))
    np.testing.assert_array_equal(sums.displayed_edges, FORCE_BINS.edges)
    np.testing.assert_array_equal(sums.displayed()[0], sums["count"][0, 1:-1])
    assert sums.displayed().sum() == 3


def test_sums_have_the_same_bits_in_any_order_and_in_any_batches():
    """Two hundred thousand small values and large ones, whose fine parts are all of one sign: their sum is as large as it can be."""
    rng = np.random.default_rng(5)
    weights = rng.poisson(1.0, (3, 200_000)).astype(float)
    for largest in (2**16, 2**34):
        values = (rng.integers(0, largest, 200_000) + rng.uniform(0.3, 0.45, 200_000)) * 2.0**-18
        whole = exact_product(weights, values)
        for _ in range(3):
            order = rng.permutation(200_000)
            parts = sum(exact_product(weights[:, some], values[some]) for some in np.array_split(order, rng.integers(2, 40)))
            np.testing.assert_array_equal(parts, whole)
        for row, found in zip(weights, whole.sum(axis=0), strict=True):
            exact = math.fsum(row * values)
            assert found == pytest.approx(exact, rel=1e-15, abs=1e-14 * row.sum())
