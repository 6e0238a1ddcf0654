"""Mean over samples, from the table and from the field."""

import numpy as np
import pandas as pd
from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_samples
from vitrine.aggregation.fields import read_field_batches
from vitrine.aggregation.scalars import mean_estimates
from vitrine.observables.toy_drawn import TOY_DRAWN
from vitrine.schema import NONE
from vitrine.statistics.bootstrap import weighted_mean


def aggregate_toy_drawn(toy_drawn, toy_numbers, ensemble: Ensemble) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(estimates, flags)."""
    ledger = Ledger("toy_drawn")
    data = read_samples(TOY_DRAWN, toy_drawn, ensemble, ledger, finite=("spread",))
    weights = ensemble.weights(data["sample"].to_numpy())
    estimates = mean_estimates(TOY_DRAWN, data, weights, ledger, {"toy_spread": "spread"})
    found = np.array([np.sqrt(np.mean(field.arrays["numbers"] ** 2)) for _, field in read_field_batches(toy_numbers, ensemble, ledger)])
    estimates["toy_spread_field"] = Estimate(weighted_mean(weights, found), NONE, len(found), len(ledger))
    return estimates_frame(ensemble, estimates), ledger.frame()
