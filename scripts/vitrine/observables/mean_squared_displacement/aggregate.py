"""Mean squared displacement and non-Gaussian parameter of an ensemble; the moments are averaged before one is divided by the other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_rows
from vitrine.observables.mean_squared_displacement import DISPLACEMENT_CURVES, DISPLACEMENTS
from vitrine.statistics.bootstrap import ratio, standard_error
from vitrine.statistics.displacements import non_gaussian


def aggregate_displacements(displacements: Sequence[str | Path], ensemble: Ensemble) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, displacement_curves, flags) from the batches of the table."""
    ledger = Ledger("mean_squared_displacement")
    data = read_rows(DISPLACEMENTS, displacements, ensemble, ledger, finite=("second", "fourth")).sort_values(["sample", "lag"])
    samples, owner = np.unique(data["sample"].to_numpy(dtype=int), return_inverse=True)
    lags, place = np.unique(data["lag"].to_numpy(dtype=float).round(9), return_inverse=True)
    weights, present = ensemble.weights(samples), np.zeros((len(samples), len(lags)))
    present[owner, place] = 1
    moments = {}
    for name in ("second", "fourth"):
        values = np.zeros_like(present)
        values[owner, place] = data[name]
        moments[name] = ratio(weights @ values, weights @ present)
    alpha = non_gaussian(moments["second"], moments["fourth"], ensemble.dimension)
    curve = pd.DataFrame(
        {
            "lag": lags,
            "second": moments["second"][0],
            "second_error": standard_error(moments["second"]),
            "non_gaussian": alpha[0],
            "non_gaussian_error": standard_error(alpha),
        }
    )
    last = moments["second"][:, -1] if len(lags) else np.full(ensemble.rows, np.nan)
    estimates = {"displacement_longest": Estimate(last, DISPLACEMENTS.unit_of("second"), len(samples), len(ledger))}
    return estimates_frame(ensemble, estimates), curve[DISPLACEMENT_CURVES.names], ledger.frame()
