"""Mean contacts of an ensemble."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Ledger, estimates_frame, read_samples
from vitrine.aggregation.scalars import mean_estimates
from vitrine.observables.contacts import CONTACTS

QUANTITIES = ("excess_coordination", "self_stress", "rattlers", "packing_fraction")


def aggregate_contacts(contacts: Sequence[str | Path], ensemble: Ensemble) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(estimates, flags) from the batches of the table of contacts: means over samples."""
    ledger = Ledger("contacts")
    data = read_samples(CONTACTS, contacts, ensemble, ledger, finite=QUANTITIES)
    weights = ensemble.weights(data["sample"].to_numpy())
    return estimates_frame(ensemble, mean_estimates(CONTACTS, data, weights, ledger, {name: name for name in QUANTITIES})), ledger.frame()
