"""The exponent of the low end of the spectrum, beside the published one: at the point nearest to T = 0.29 (003 Fig. 1b)."""

from __future__ import annotations

from vitrine.aggregation.results import Results, Rows

PUBLISHED_TEMPERATURE = 0.29  # epsilon/k_B


def fit_velocity_spectrum(rows: Rows, results: Results) -> None:
    """The slope of ln D against ln omega below 0.6 at the T nearest to the published one."""
    rows.add_nearest(results, "low_exponent", PUBLISHED_TEMPERATURE)
