"""Rows taken into columns, eight at a time."""

import numpy as np
import pytest
from numba import njit
from vitrine.preparation.columns import EIGHT, take_eight


@njit
def taken(body, lists, i, begin, end, near, part):
    for k in range(begin, end, EIGHT):
        take_eight(body, lists, i, k, end, near, part)


@pytest.mark.parametrize(("begin", "end"), [(0, 8), (0, 1), (8, 13), (0, 24), (16, 23), (8, 8)])
def test_rows_become_columns_and_places_behind_the_list_are_nowhere(begin, end):
    rng = np.random.default_rng(6)
    body, lists = rng.random((50, 4)), rng.integers(50, size=(5, 24), dtype=np.uint32)
    near = rng.random((2, 8, 31))
    before = near.copy()
    taken(body, lists, 3, begin, end, near, 1)
    last = begin + -(-(end - begin) // EIGHT) * EIGHT
    expected = before.copy()
    expected[1, :4, begin:last] = body[lists[3, begin:last]].T
    expected[1, 0, end:last] = np.nan
    np.testing.assert_array_equal(near, expected)
