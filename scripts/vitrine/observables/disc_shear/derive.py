"""The number of particles of strings beside the published one."""

from __future__ import annotations

from vitrine.aggregation.results import Results, Rows
from vitrine.aggregation.shown import add_coldest


def fit_disc_shear(rows: Rows, results: Results) -> None:
    """Of the coldest ensemble."""
    add_coldest(rows, results, {"disc_excited": "disc_excited"})
