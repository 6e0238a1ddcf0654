"""Nonlinear modes: solves from a pinch to a mode of each kind, and the time of a hundred starts."""

from __future__ import annotations

import numpy as np
from vitrine.interactions import Interactions
from vitrine.linalg import Factor
from vitrine.nonlinear.contractions import Contractions
from vitrine.nonlinear.modes import nonlinear_modes
from vitrine.nonlinear.starts import pinch_starts
from vitrine.samples import Sample

from benchmarks.timing import seconds

STARTS = 100
MOST_SOLVES = {"pseudo_harmonic": 20, "quartic": 25, "cubic": 40}  # medians to reach
MOST_SECONDS = 60.0


def nonlinear_rows(glass: Sample) -> list[tuple]:
    """Median solves of each kind, also of starts that end in no mode, and the time of a hundred starts after the factorisation."""
    bonds = Interactions.of(glass)
    contractions, factor, rows = Contractions(bonds), Factor.of(bonds), []
    starts, _ = pinch_starts(bonds, factor, STARTS, None)
    for kind, most in MOST_SOLVES.items():
        found = {}
        taken = seconds(lambda kind=kind, found=found: found.update(ends=nonlinear_modes(contractions, factor, starts, kind)))
        word = kind.replace("_", "-")
        rows.append((f"solves to a {word} mode", float(np.median(found["ends"].solves)), f"{most} solves", float(most), "solves"))
        rows.append((f"{starts.shape[1]} starts to {word} modes", taken, f"{MOST_SECONDS:g} s", MOST_SECONDS))
    return rows
