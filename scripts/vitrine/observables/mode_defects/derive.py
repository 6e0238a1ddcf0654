"""The charge of the core beside the published one."""

from __future__ import annotations

from vitrine.aggregation.results import Results, Rows
from vitrine.aggregation.shown import add_coldest


def fit_mode_defects(rows: Rows, results: Results) -> None:
    """Of the coldest ensemble."""
    add_coldest(rows, results, {"core_charge": "core_charge"})
