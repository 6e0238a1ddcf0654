"""The transition of the mean-field oscillators along the field, of every range of stiffnesses of the study."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame
from vitrine.observables.mean_field.model import parameters
from vitrine.observables.mean_field_phases import MEAN_FIELD_PHASES
from vitrine.oscillators.replica_symmetric import Solution, boundary, special_point
from vitrine.parquet import read_provenance
from vitrine.provenance import check_identity
from vitrine.schema import BLANK, NONE

DECADES = 3  # of the field below the highest
STIFFNESSES = ("k_min", "k_0")


def compute_mean_field_phases(
    mean_field_estimates: Sequence[str | Path], ensembles: Sequence[Ensemble], highest: float, points: int
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, mean_field_phases, flags); the numbers of a range of stiffnesses stand at its first point."""
    seen: set[tuple[float, float]] = set()
    estimates, curves, flags = [], [], []
    for ensemble, path in zip(ensembles, map(Path, mean_field_estimates), strict=True):
        check_identity(path, read_provenance(path), ensemble.identities.get(path.stem, ""))
        model = parameters(ensemble.point)
        first = (model.k_min, model.k_0) not in seen and model.k_min > 0
        seen.add((model.k_min, model.k_0))
        numbers, curve = (
            _transition(model.k_min, model.k_0, highest, points)
            if first
            else ({}, pd.DataFrame({name: np.empty(0) for name in MEAN_FIELD_PHASES.names}))
        )
        found = {name: Estimate(np.full(ensemble.rows, value), NONE, 0, 0) for name, value in numbers.items()}
        estimates.append(ensemble.keyed(estimates_frame(ensemble, found)))
        blank = {axis.name: BLANK[axis.type] for axis in ensemble.point.axes if axis.name not in STIFFNESSES}
        curves.append(ensemble.keyed(curve, **blank))
        flags.append(ensemble.keyed(Ledger("mean_field_phases").frame()))
    return tuple(pd.concat(frames, ignore_index=True) for frames in (estimates, curves, flags))


def _transition(k_min: float, k_0: float, highest: float, points: int) -> tuple[dict[str, float], pd.DataFrame]:
    """The numbers and the curve of one range of stiffnesses."""
    special = special_point(k_min, k_0)
    fields = np.concatenate([[0.0], np.geomspace(highest * 10.0**-DECADES, highest, points)])
    found = [(_branch(one), one) for one in (boundary(h, k_min, k_0) for h in fields)]
    found += [(7 / 3, special)] if special else []
    found.sort(key=lambda pair: pair[1].h)
    rows = [
        {"transition_field": one.h, "transition_coupling": one.coupling, "branch": branch, "shift": one.w, "stability": one.marginality}
        for branch, one in found
    ]
    numbers = {"transition_without_field": found[0][1].coupling}
    numbers |= (
        {"special_field": special.h, "special_coupling": special.coupling} if special else {"special_field": np.nan, "special_coupling": np.nan}
    )
    return numbers, pd.DataFrame(rows)[MEAN_FIELD_PHASES.names]


def _branch(one: Solution) -> float:
    return 4.0 if one.w >= one.k_min * (1 - 1e-12) and one.k_0 > one.k_min else 2.0
