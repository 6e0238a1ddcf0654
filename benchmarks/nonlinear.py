"""Nonlinear modes: what a contraction costs, solves from a pinch to a mode of each kind, and the time of a hundred starts."""

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
PRODUCTS = 3  # products H z that a contraction may cost


def nonlinear_rows(glass: Sample) -> list[tuple]:
    """What contractions cost; median solves of each kind, also of starts that end in no mode; the time of a hundred starts, factorised."""
    bonds = Interactions.of(glass)
    contractions, factor = Contractions(bonds), Factor.of(bonds)
    starts, _ = pinch_starts(bonds, factor, STARTS, None)
    rows = contraction_rows(contractions, starts)
    for kind, most in MOST_SOLVES.items():
        found = {}
        taken = seconds(lambda kind=kind, found=found: found.update(ends=nonlinear_modes(contractions, factor, starts, kind)))
        word = kind.replace("_", "-")
        rows.append((f"solves to a {word} mode", float(np.median(found["ends"].solves)), f"{most} solves", float(most), "solves"))
        rows.append((f"{starts.shape[1]} starts to {word} modes", taken, f"{MOST_SECONDS:g} s", MOST_SECONDS))
    return rows


def contraction_rows(contractions: Contractions, fields: np.ndarray) -> list[tuple]:
    """A contraction of each kind, of the fields (N d, k) together, against products of the sparse Hessian with the same fields."""
    product = seconds(lambda: contractions.bonds.hessian @ fields) / fields.shape[1]
    named = {"sum_j |z_ij|^2 z_ij": contractions.quadratic, "U3:zz": contractions.cubic, "U4:.zzz": contractions.quartic}
    times = {name: seconds(lambda one=one: one(fields)) / fields.shape[1] for name, one in named.items()}
    return [(f"contraction {name}", taken, f"{PRODUCTS} products H z", PRODUCTS * product) for name, taken in times.items()]
