"""Speed of the cluster alignment: 100 atoms, all to all (003 Fig. 5a aligns the 5 % softest of 1600 B)."""

from __future__ import annotations

import numpy as np
from vitrine.geometry.alignment import scores
from vitrine.geometry.shells import nearest_neighbours
from vitrine.models import glass_former
from vitrine.preparation.minimise import minimise
from vitrine.preparation.start import random_start

from benchmarks.timing import seconds
from benchmarks.velocities import KOB_ANDERSEN

ATOMS, NEIGHBOURS = 100, 10


def alignment_rows(atoms: int = ATOMS) -> list[tuple]:
    """Time of the similarity matrix of B atoms of a Kob-Andersen glass, quenched from random positions: one in five atoms is B."""
    glass = minimise(random_start(glass_former("kob_andersen", KOB_ANDERSEN), 5 * max(atoms, ATOMS), np.random.default_rng(4))).sample
    _, clusters = nearest_neighbours(glass, np.flatnonzero(glass.types == 1)[:atoms], NEIGHBOURS)
    taken = seconds(lambda: scores(clusters, clusters))
    return [(f"alignment of {atoms} clusters of {NEIGHBOURS}, all to all", taken, "60 s", 60.0)]
