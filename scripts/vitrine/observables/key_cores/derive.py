"""What is published of key cores and of their modes, beside the coldest ensemble."""

from __future__ import annotations

from vitrine.aggregation.results import Results, Rows
from vitrine.aggregation.shown import add_coldest
from vitrine.observables.key_cores import OF_MODE


def fit_key_cores(rows: Rows, results: Results) -> None:
    """Shares and correlations of the softest modes, sizes of cores, strings and squares: of the coldest ensemble."""
    add_coldest(rows, results, (*(f"qlm_{name}" for name, _ in OF_MODE), "core_size", "string_size", "square_size"))
