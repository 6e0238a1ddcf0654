"""Mean over samples, and how the moments are distributed."""

import numpy as np
import pandas as pd
from vitrine.aggregation.ensemble import Ensemble, Ledger, estimates_frame, read_samples
from vitrine.aggregation.scalars import mean_estimates
from vitrine.observables.toy import TOY


def aggregate_toy(toy, ensemble: Ensemble) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, toy_curve, flags)."""
    ledger = Ledger("toy")
    data = read_samples(TOY, toy, ensemble, ledger, finite=("moment",))
    estimates = mean_estimates(TOY, data, ensemble.weights(data["sample"].to_numpy()), ledger, {"toy_moment": "moment"})
    curve = pd.DataFrame({"moment": np.sort(data["moment"]), "share": np.arange(1, len(data) + 1) / len(data)})
    return estimates_frame(ensemble, estimates), curve, ledger.frame()
