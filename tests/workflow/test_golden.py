"""Stored glasses give the numbers that they gave before: every measurement, average and fit.

Glasses, liquids and numbers lie in golden/. The glasses and what is measured of each are of the version before the workflow was rebuilt (commit
62c412b); the liquids, averages and fits are of the version in which lengths of runs are known beforehand and laws are looked for. The numbers hold on
any processor: with the kernels of OpenBLAS and numba for other processors than the one that made them they differ by 1e-11 at most. golden_study.py
says how they are kept anew.
"""

import numpy as np
import pandas as pd
import pytest
from golden_study import GOLDEN, golden_numbers, kept

KEPT = dict(kept())
KEYS = {
    "fits": ["name"],
    "quantities": ["particles", "parent_temperature", "quantity"],
    "estimates": ["particles", "parent_temperature", "quantity", "replicate"],
}
CLOSE, CLOSE_IN_SUMMARY = 1e-9, 1e-8  # relative; the summary repeats what is ROUNDED
ZERO = 1e-12  # a number as small is none: the error of equal numbers
ROUNDED, ROUNDING = "omega_min_ratio", 1e-7  # std/mean: of one sample, or of equal ones, the root of a rounding error


@pytest.fixture(scope="module")
def numbers(tmp_path_factory):
    return golden_numbers(tmp_path_factory.mktemp("golden"))


def test_what_is_kept_is_small():
    assert sum(path.stat().st_size for path in GOLDEN.rglob("*") if path.is_file()) < 1e6


@pytest.mark.parametrize("name", KEPT)
def test_numbers_are_those_of_before(numbers, name):
    before, now = KEPT[name], numbers[name]
    assert set(before.columns) <= set(now.columns) and len(before) == len(now)
    if name in KEYS:  # the order of rows is no number
        before, now = (frame.sort_values(KEYS[name], ignore_index=True) for frame in (before, now))
    names = before.get("quantity", before.get("name", pd.Series("", index=before.index)))
    room = np.where(names == ROUNDED, ROUNDING, ZERO)
    close = CLOSE_IN_SUMMARY if name == "summary" else CLOSE
    for column in before.columns:
        expected, found = before[column], now[column]
        if expected.dtype != float:
            pd.testing.assert_series_equal(found, expected, check_dtype=False, obj=f"{name}.{column}")
            continue
        assert (expected.isna() == found.isna()).all(), f"{name}.{column} has other gaps"
        excess = np.nan_to_num((found - expected).abs() - close * expected.abs() - room, nan=-1.0)
        assert excess.max(initial=-1.0) <= 0, f"{name}.{column}: {found[excess.argmax()]!r}, and before {expected[excess.argmax()]!r}"


def test_nothing_is_left_out(numbers):
    assert len(numbers["flags"]) == 0
