"""How many soft modes the maps of an ensemble hold, and how large their cores are (002 Fig. 1)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_rows, read_samples
from vitrine.observables.mode_maps import MAPPED_GLASSES, MODE_MAP
from vitrine.schema import FREQUENCY, NONE
from vitrine.statistics.bootstrap import ratio, weighted_mean


def aggregate_mode_maps(
    mapped_glasses: Sequence[str | Path], mode_map: Sequence[str | Path], ensemble: Ensemble
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(estimates, flags) from the batches of the two tables: over the mapped glasses, and over their modes with the weight of their glass."""
    ledger = Ledger("mode_maps")
    glasses = read_samples(MAPPED_GLASSES, mapped_glasses, ensemble, ledger, finite=("omega_g",))
    modes = read_rows(MODE_MAP, mode_map, ensemble, ledger, finite=("omega", "core_size"))
    glasses = glasses[~glasses["sample"].isin(ledger.reasons.keys())]
    samples = glasses["sample"].to_numpy(dtype=int)
    modes = modes[modes["sample"].isin(samples)]
    weights, owner = ensemble.weights(samples), np.searchsorted(samples, modes["sample"].to_numpy(dtype=int))
    count = np.bincount(owner, minlength=len(samples)).astype(float)
    size = np.bincount(owner, weights=modes["core_size"].to_numpy(dtype=float), minlength=len(samples))
    numbers = {
        "mapped_modes": (weighted_mean(weights, count / ensemble.particles), NONE),
        "mapped_core": (ratio(weights @ size, weights @ count), NONE),
        "mapped_omega_g": (weighted_mean(weights, glasses["omega_g"].to_numpy(dtype=float)), FREQUENCY),
    }
    estimates = {name: Estimate(values, unit, len(samples), len(ledger)) for name, (values, unit) in numbers.items()}
    return estimates_frame(ensemble, estimates), ledger.frame()
