"""Fit of a measured specific heat. Its errors are those of the table: each replicate adds normal noise of their size to C."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame
from vitrine.errors import InputError
from vitrine.observables.measured_heat import MEASURED_HEAT, STREAM
from vitrine.observables.measured_heat.table import read_measured
from vitrine.schema import NONE
from vitrine.seeds import point_generator
from vitrine.statistics.heat import fit_series, minimum, reduced_heat, series_heat, series_minimum

NO_TERM = "the fit gives a term that is not positive"


def fit_measured_heat(
    ensembles: Sequence[Ensemble], table: str | None, debye: float | None, window: Sequence[float] | None
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, measured_heat, flags); the numbers stand at the first point of the study, of whose systems they know nothing."""
    ensemble = ensembles[0]
    estimates, curve = {}, pd.DataFrame(columns=MEASURED_HEAT.names)
    if table is not None:
        data = read_measured(table)
        low, high = window or (0.0, np.inf)
        used = ((data["T"] >= low) & (data["T"] <= high)).to_numpy()
        terms = 3 if debye is None else 2
        if not low < high or used.sum() <= terms:
            raise InputError(f"{table}: {used.sum()} temperatures in the window {low:g} to {high:g}; a fit of {terms} terms needs more")
        estimates, curve = _fitted(data, used, debye, terms, ensemble)
    frames = estimates_frame(ensemble, estimates), curve, Ledger("measured_heat").frame()
    return tuple(ensemble.keyed(frame) for frame in frames)


def _fitted(data: pd.DataFrame, used: np.ndarray, debye: float | None, terms: int, ensemble: Ensemble) -> tuple[dict[str, Estimate], pd.DataFrame]:
    """The numbers, and the curve. terms: how many are fitted."""
    T, C, error = (data[name].to_numpy(dtype=float) for name in ("T", "C", "error"))
    noise = point_generator(ensemble.seed, STREAM, ensemble.point, 0).standard_normal((ensemble.rows - 1, len(T)))
    heat = C + error * np.vstack([np.zeros(len(T)), noise])
    known = None if debye is None else np.full(ensemble.rows, float(debye))
    two_level, phonons, soft = fit_series(T[used], heat[:, used], known, error[used])
    reduced = reduced_heat(heat, T, phonons)
    misfit = heat[0, used] - series_heat(T[used], two_level[0], phonons[0], soft[0])
    numbers = {
        "measured_two_level": two_level,
        "measured_debye": phonons,
        "measured_soft": soft,
        "measured_minimum_law": series_minimum(two_level, soft)[0],
        "measured_minimum": minimum(T[used], reduced[:, used])[0],
        "measured_chi_square": np.full(ensemble.rows, np.sum((misfit / error[used]) ** 2) / (used.sum() - terms)),
    }
    flag = NO_TERM if min(two_level[0], soft[0]) <= 0 else ""
    estimates = {name: Estimate(values, NONE, int(used.sum()), int((~used).sum()), flag) for name, values in numbers.items()}
    curve = {"temperature": T, "heat": C, "heat_error": error, "reduced": reduced[0], "reduced_error": error / T**3}
    curve |= {"fitted": two_level[0] / T**2 + soft[0] * T**2, "used": used}
    return estimates, pd.DataFrame(curve)[MEASURED_HEAT.names]
