"""The numbers of double wells that stand beside the published ones: those of the point nearest to T_p = 0.4 (004 sec. IV J)."""

from __future__ import annotations

from vitrine.aggregation.results import Results, Rows

PUBLISHED_TEMPERATURE = 0.4  # epsilon/k_B
NAMES = ("double_well_share", "double_well_displacement", "double_well_overlap")


def fit_double_wells(rows: Rows, results: Results) -> None:
    """Share, displacement and overlap at the main point, or where T_p is varied at the T_p nearest to the published one."""
    for name in NAMES:
        rows.add_nearest(results, name, PUBLISHED_TEMPERATURE)
