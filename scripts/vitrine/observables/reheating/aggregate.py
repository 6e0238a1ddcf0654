"""Mean energy of reheated liquids, how much it still rose, and the temperature at which it was measured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_samples
from vitrine.aggregation.scalars import mean_estimates
from vitrine.observables.reheating import REHEATED_LIQUIDS
from vitrine.schema import ENERGY
from vitrine.statistics.bootstrap import weighted_mean

QUANTITIES = {"energy_reheated": "energy", "temperature_reheated": "temperature"}


def aggregate_reheated(reheated: Sequence[str | Path], ensemble: Ensemble) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(estimates, flags) from the batches of the table of reheated liquids: energies at the temperature of the rung before."""
    ledger = Ledger("reheating")
    data = read_samples(REHEATED_LIQUIDS, reheated, ensemble, ledger, finite=("energy",))
    weights = ensemble.weights(data["sample"].to_numpy(dtype=int))
    estimates = mean_estimates(REHEATED_LIQUIDS, data, weights, ledger, QUANTITIES)
    rise = weighted_mean(weights, (data["energy"] - data["energy_approach"]).to_numpy(dtype=float))
    estimates["energy_rise"] = Estimate(rise, ENERGY, len(data), len(ledger))
    return estimates_frame(ensemble, estimates), ledger.frame()
