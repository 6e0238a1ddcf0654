"""N of the samples that a user brings, and how far from rest they lay in their files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_samples
from vitrine.aggregation.scalars import mean_estimates
from vitrine.schema import NONE
from vitrine.tables import GLASSES, IMPORTS


def aggregate_imports(imports: Sequence[str | Path], glasses: Sequence[str | Path], ensemble: Ensemble) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(estimates, flags) from the batches of the tables of imports and glasses.

    Least, most and largest are of the samples at hand and have no error: all their replicates are alike.
    """
    ledger = Ledger("imports")
    read = read_samples(IMPORTS, imports, ensemble, ledger, finite=("particles_read",))
    quenched = read_samples(GLASSES, glasses, ensemble, Ledger("glasses"), finite=("displacement",))
    good = quenched[quenched["sample"].isin(read["sample"])]
    weights = ensemble.weights(read["sample"].to_numpy())
    estimates = mean_estimates(IMPORTS, read, weights, ledger, {"particles_mean": "particles_read"})
    estimates |= mean_estimates(GLASSES, good, ensemble.weights(good["sample"].to_numpy()), ledger, {"import_energy": "energy_gained"})

    def of_all(value: float, unit: str, samples: int) -> Estimate:
        return Estimate(np.full(ensemble.rows, value), unit, samples, len(ledger))

    if len(read):
        estimates["particles_least"] = of_all(read["particles_read"].min(), NONE, len(read))
        estimates["particles_most"] = of_all(read["particles_read"].max(), NONE, len(read))
    if len(good):
        estimates["import_displacement"] = of_all(good["displacement"].max(), GLASSES.unit_of("displacement"), len(good))
    return estimates_frame(ensemble, estimates), ledger.frame()
