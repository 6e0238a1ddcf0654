"""Places of drops over an ensemble, beside those of random places."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_rows
from vitrine.observables.drop_sites import DROP_RANKS, DROP_SITES
from vitrine.schema import NONE
from vitrine.statistics.bootstrap import ratio, standard_error, weighted_mean

RANKS = np.linspace(0, 1, 41)
KINDS = {"key_core": "core_rank", "vibrability": "psi_rank"}
COLUMNS = {
    "drop_near_core": "near",
    "drop_near_core_random": "near_at_random",
    "drop_core_rank": "core_rank",
    "drop_soft": "soft",
    "drop_psi_rank": "psi_rank",
}


def aggregate_drop_sites(drop_sites: Sequence[str | Path], ensemble: Ensemble) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, drop_ranks, flags) from the batches of the table; every drop has the weight of its sample.

    A glass without drops enters no number, one without a key core none that needs it; both are counted as left out of it.
    """
    ledger = Ledger("drop_sites")
    data = read_rows(DROP_SITES, drop_sites, ensemble, ledger)
    data = data.sort_values(["sample", "drop"], ignore_index=True)
    samples, owner = np.unique(data["sample"].to_numpy(dtype=int), return_inverse=True)
    weights = ensemble.weights(samples)[:, owner]
    estimates, frames = {}, []
    for name, column in COLUMNS.items():
        values = data[column].to_numpy(dtype=float)
        used = len(np.unique(owner[np.isfinite(values)]))
        estimates[name] = Estimate(weighted_mean(weights, values), NONE, used, len(ledger) + len(samples) - used)
    for kind, column in KINDS.items():
        values = data[column].to_numpy(dtype=float)
        present = np.isfinite(values)
        if present.any():
            below = (values[present, None] <= RANKS * (1 + 1e-12)).astype(float)
            share = ratio(weights[:, present] @ below, weights[:, present].sum(axis=1)[:, None])
            columns = {"kind": kind, "rank": RANKS, "share": share[0], "share_error": standard_error(share), "drops": int(present.sum())}
            frames.append(pd.DataFrame(columns))
    ranks = pd.concat(frames, ignore_index=True)[DROP_RANKS.names] if frames else pd.DataFrame(columns=DROP_RANKS.names)
    return estimates_frame(ensemble, estimates), ranks, ledger.frame()
