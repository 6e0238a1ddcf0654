"""The softness of the largest escape probability, beside the published limit of reversible motion: at the point nearest to T = 0.26 (003 Fig. 3d)."""

from __future__ import annotations

from vitrine.aggregation.results import Results, Rows
from vitrine.papers import SOFTNESS_TEMPERATURE


def fit_isoconfigurational(rows: Rows, results: Results) -> None:
    """The bin of S with the largest P at the T nearest to the published one."""
    rows.add_nearest(results, "escape_peak_softness", SOFTNESS_TEMPERATURE)
