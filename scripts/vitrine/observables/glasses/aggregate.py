"""Inherent energies and densities of an ensemble's glasses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Ledger, estimates_frame, read_samples
from vitrine.aggregation.scalars import mean_estimates
from vitrine.tables import GLASSES


def aggregate_glasses(glasses: Sequence[str | Path], ensemble: Ensemble) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(estimates, flags) from the batches of the glasses table: energy_inherent and spacing."""
    ledger = Ledger("glasses")
    data = read_samples(GLASSES, glasses, ensemble, ledger, finite=("inherent_energy",))
    weights = ensemble.weights(data["sample"].to_numpy())
    estimates = mean_estimates(GLASSES, data, weights, ledger, {"energy_inherent": "inherent_energy", "spacing": "spacing"})
    return estimates_frame(ensemble, estimates), ledger.frame()
