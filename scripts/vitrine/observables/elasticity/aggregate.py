"""Elastic moduli of an ensemble and chi, the relative fluctuation of its shear modulus."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_samples
from vitrine.aggregation.scalars import mean_estimates
from vitrine.observables.elasticity import ELASTICITY
from vitrine.schema import NONE
from vitrine.statistics.bootstrap import ratio, weighted_deviation, weighted_mean

QUANTITIES = (
    "pressure",
    "shear_modulus",
    "shear_modulus_born",
    "shear_modulus_nonaffine",
    "bulk_modulus",
    "bulk_modulus_born",
    "bulk_modulus_nonaffine",
    "c_s",
    "c_l",
    "coordination",
    "omega_ph",
)


def aggregate_elasticity(elasticity: Sequence[str | Path], ensemble: Ensemble) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(estimates, flags) from the batches of the elasticity table: the mean of every column, and chi = sqrt(N) std(G)/mean(G) over samples.

    chi is the disorder quantifier of Lerner and Bouchbinder 2021, eq. 4. The mean mass is given where it is not one.
    """
    ledger = Ledger("elasticity")
    data = read_samples(ELASTICITY, elasticity, ensemble, ledger, finite=QUANTITIES)
    weights = ensemble.weights(data["sample"].to_numpy())
    estimates = mean_estimates(ELASTICITY, data, weights, ledger, {name: name for name in QUANTITIES})
    modulus = data["shear_modulus"].to_numpy(dtype=float)
    chi = np.sqrt(ensemble.particles) * ratio(weighted_deviation(weights, modulus), weighted_mean(weights, modulus))
    estimates["chi"] = Estimate(chi, NONE, len(data), len(ledger))
    if np.any(np.abs(data["mass"].to_numpy(dtype=float) - 1) > 0):
        estimates |= mean_estimates(ELASTICITY, data, weights, ledger, {"mass": "mass"})
    return estimates_frame(ensemble, estimates), ledger.frame()
