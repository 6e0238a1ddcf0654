"""The numbers of hops that stand beside the published ones: those of the point nearest to T = 0.26 (003 Fig. 3)."""

from __future__ import annotations

from vitrine.aggregation.results import Results, Rows
from vitrine.papers import SOFTNESS_TEMPERATURE

NAMES = ("hop_energy_softest", "hop_energy_diffusive", "hop_energy_all", "motion_diffusive")


def fit_hopping(rows: Rows, results: Results) -> None:
    """n_hop of the softest, of the most diffusive and of all particles, and the MSD of the most diffusive, at the T nearest to the published one."""
    for name in NAMES:
        rows.add_nearest(results, name, SOFTNESS_TEMPERATURE)
