"""Mean over samples."""

import pandas as pd
from vitrine.aggregation.ensemble import Ensemble, Ledger, estimates_frame, read_samples
from vitrine.aggregation.scalars import mean_estimates
from vitrine.observables.toy_second import TOY_SECOND


def aggregate_toy_second(toy_second, ensemble: Ensemble) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(estimates, flags)."""
    ledger = Ledger("toy_second")
    data = read_samples(TOY_SECOND, toy_second, ensemble, ledger, finite=("largest",))
    estimates = mean_estimates(TOY_SECOND, data, ensemble.weights(data["sample"].to_numpy()), ledger, {"toy_largest": "largest"})
    return estimates_frame(ensemble, estimates), ledger.frame()
