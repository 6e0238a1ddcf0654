"""The shares of soft and hard particles with short- and medium-range order, to stand beside the published ones (003 sec. III)."""

from __future__ import annotations

from vitrine.aggregation.results import Results, Rows
from vitrine.papers import SOFTNESS_TEMPERATURE

NAMES = ("polyhedron_soft", "polyhedron_hard", "medium_soft", "medium_hard")


def fit_cluster_alignment(rows: Rows, results: Results) -> None:
    """Those of the main point, or where T_p is varied of the T_p nearest to the published one."""
    for name in NAMES:
        rows.add_nearest(results, name, SOFTNESS_TEMPERATURE)
