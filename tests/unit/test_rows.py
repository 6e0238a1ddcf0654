"""Sums and combinations of long rows, against exact sums, and to the last bit against the same lanes written out."""

import math

import numpy as np
import pytest
from vitrine.interactions.rows import LANES, add, combine, copy, dot, total

SIZES = [0, 1, LANES - 1, LANES, LANES + 1, 5 * LANES + 17, 6000]


def rows(size, number=2):
    rng = np.random.default_rng(size)
    return [rng.standard_normal(size) * 10.0 ** rng.integers(-6, 7, size) for _ in range(number)]


def by_lanes(products):
    """The n-th number goes to lane n % LANES; then the upper half of the lanes is added to the lower one until one is left."""
    lanes = [0.0] * LANES
    for n, value in enumerate(products.tolist()):
        lanes[n % LANES] += value
    while len(lanes) > 1:
        half = len(lanes) // 2
        lanes = [low + high for low, high in zip(lanes[:half], lanes[half:], strict=True)]
    return lanes[0]


@pytest.mark.parametrize("size", SIZES)
def test_sums(size):
    a, b = rows(size)
    assert total(a) == by_lanes(a) == pytest.approx(math.fsum(a), abs=1e-13 * np.abs(a).sum())
    assert dot(a, b) == by_lanes(a * b) == pytest.approx(math.fsum(a * b), abs=1e-13 * np.abs(a * b).sum())


@pytest.mark.parametrize("size", SIZES)
def test_combinations(size):
    a, b = rows(size)
    out = np.full(size, np.nan)
    combine(out, a, -0.3, b)
    assert np.array_equal(out, a + -0.3 * b)
    copy(out, a)
    assert np.array_equal(out, a)
    add(out, 0.7, b)
    assert np.array_equal(out, a + 0.7 * b)


def test_positions_are_taken_as_one_row():
    a, b = (row[:6000].reshape(2000, 3) for row in rows(6000))
    assert dot(a, b) == dot(a.ravel(), b.ravel())
    assert total(a) == total(a.ravel())
