"""Decay with distance: bins, medians and local exponents against plain loops and known laws."""

import numpy as np
import pytest
from vitrine.statistics.radial import binned_medians, local_exponents, radial_edges


@pytest.mark.parametrize(("spacing", "number"), [("logarithmic", 20), ("linear", 4), ("logarithmic", 7)])
def test_edges_of_a_larger_box_begin_with_those_of_a_smaller_one(spacing, number):
    small, large = radial_edges(spacing, number, 6.3), radial_edges(spacing, number, 12.6)
    assert np.array_equal(small, large[: len(small)]) and small[-1] <= 6.3 < large[len(small)] and large[-1] <= 12.6
    steps = np.diff(np.log10(small)) if spacing == "logarithmic" else np.diff(small)
    np.testing.assert_allclose(steps, 1 / number, rtol=1e-9)


def test_an_edge_at_the_farthest_distance_is_the_last():
    assert radial_edges("logarithmic", 10, 10.0)[-1] == pytest.approx(10.0) and radial_edges("linear", 3, 5.0)[-1] == 5.0


@pytest.mark.parametrize("size", [0, 1, 4000])
def test_medians_are_those_of_a_loop_over_bins(size):
    rng = np.random.default_rng(3)
    distances, values, edges = rng.uniform(0, 12, size), rng.normal(size=size), radial_edges("logarithmic", 20, 10.0)
    medians, counts = binned_medians(distances, values, edges)
    for k in range(len(edges) - 1):
        inside = values[(distances >= edges[k]) & (distances < edges[k + 1])]
        assert counts[k] == len(inside)
        assert medians[k] == np.median(inside) if len(inside) else np.isnan(medians[k])


def test_values_on_an_edge_belong_to_the_bin_above_and_none_to_what_lies_outside():
    medians, counts = binned_medians(np.array([0.5, 1.0, 2.0, 3.0]), np.array([9.0, 1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0]))
    assert list(counts) == [1, 1] and list(medians) == [1.0, 2.0]


@pytest.mark.parametrize("exponent", [-6, -4, -2, 1])
def test_the_exponent_of_a_power_law_is_found_in_every_window(exponent):
    r = np.geomspace(1, 8, 25)
    found = local_exponents(r, np.array([r**exponent, 3 * r**exponent]), 1.5)
    there = np.isfinite(found[0])
    np.testing.assert_allclose(found[:, there], exponent, rtol=1e-10)
    half = np.sqrt(1.5)
    assert not there[0] and not there[-1] and np.array_equal(there, (r / half > r[0] * 0.94) & (r * half < r[-1] * 1.06))


def test_exponents_are_slopes_of_straight_lines_in_windows():
    rng = np.random.default_rng(4)
    r, y = np.geomspace(1, 6, 16), np.exp(rng.normal(size=(3, 16)))
    found = local_exponents(r, y, 1.8)
    for k in np.flatnonzero(np.isfinite(found[0])):
        inside = np.abs(np.log(r / r[k])) <= 0.5 * np.log(1.8) * (1 + 1e-9)
        np.testing.assert_allclose(found[:, k], np.polyfit(np.log(r[inside]), np.log(y[:, inside]).T, 1)[0], rtol=1e-9)


def test_a_window_with_a_value_that_has_no_logarithm_has_no_exponent():
    r, y = np.geomspace(1, 6, 16), np.ones(16)
    y[8] = 0.0
    found = local_exponents(r, y, 1.5)[0]
    assert np.isnan(found[7:10]).all() and np.isfinite(found[4]) and np.isnan(local_exponents(r[:2], y[:2], 1.5)).all()
