"""The range of the omega^4 law of an ensemble: exponents of nested windows that reach up to the first phonons."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_rows, read_samples
from vitrine.observables.elasticity import ELASTICITY
from vitrine.observables.law_range import LAW_RANGE
from vitrine.observables.modes import MODES
from vitrine.observables.modes.soft_modes import SoftModes
from vitrine.schema import FREQUENCY, NONE
from vitrine.statistics.bootstrap import ratio, standard_error, weighted_mean
from vitrine.statistics.laws import EXPONENT, Windows

NO_LAW = "no omega^4 range"
BOUND = "lower bound: D(omega) follows omega^4 up to the first phonons"


def aggregate_law_range(
    modes: Sequence[str | Path], elasticity: Sequence[str | Path], ensemble: Ensemble, departure: float = 0.5, phonon_fraction: float = 0.9
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, law_range, flags) from the batches of modes and elasticity.

    A window's exponent is known to exponent/sqrt(n): only windows of n >= (5/departure)^2 modes are asked. omega_4 is told with a flag where D(omega)
    has not left omega^4 at the phonons (a lower bound), and missing, with a flag, where no window shows the law.
    """
    ledger = Ledger("law_range")
    moduli = read_samples(ELASTICITY, elasticity, ensemble, ledger, finite=("omega_ph",))
    phonons = dict(zip(moduli["sample"].astype(int), moduli["omega_ph"].astype(float), strict=True))
    data = read_rows(MODES, modes, ensemble, ledger, positive=("omega",))
    ledger.leave_out(sorted(set(data["sample"]) - set(phonons)), "no first phonon")
    data = data[~data["sample"].isin(ledger.reasons.keys())]
    samples = np.array(sorted(data["sample"].unique()), dtype=int)
    weights, phonon = ensemble.weights(samples), np.array([phonons[sample] for sample in samples])
    cutoff = np.minimum(phonon_fraction * phonon, _complete(data, samples, ensemble))
    soft = SoftModes.of(samples, cutoff, data["sample"].to_numpy(dtype=int), data["omega"].to_numpy(dtype=float))
    windows = soft.windows(weights, data["omega"].min() if len(data) else np.inf)
    ends, flag = law_ends(windows, departure)
    ends = np.minimum(ends, weighted_mean(weights, cutoff))  # samples differ in their phonons: no further than their cutoffs on average
    below = windows.exponents[:, 0] if len(windows) else np.full(ensemble.rows, np.nan)
    estimates = {
        "law_end": Estimate(ends, FREQUENCY, len(samples), len(ledger), flag),
        "law_end_phonon": Estimate(ratio(ends, weighted_mean(weights, phonon)), NONE, len(samples), len(ledger), flag),
        "law_exponent": Estimate(below, NONE, len(samples), len(ledger)),
    }
    return estimates_frame(ensemble, estimates), _table(windows), ledger.frame()


def _complete(data: pd.DataFrame, samples: np.ndarray, ensemble: Ensemble) -> np.ndarray:
    """Up to which frequency (S,) the modes of each sample were computed; infinite for a full spectrum."""
    own = data.groupby("sample")["omega"].agg(["max", "size"]).loc[samples]
    return np.where(own["size"] < ensemble.least_modes, own["max"], np.inf)


def law_ends(windows: Windows, departure: float) -> tuple[np.ndarray, str]:
    """Where every replicate (R,) leaves the law, NaN where it shows none; and the flag of the estimate.

    From the widest window on, the first within 5 +- departure: the frequency lies between its end and that of the one before, where the exponent
    crosses the limit, linear in the logarithm of the end.
    """
    enough = len(windows) > 0 and windows.counts[0] >= (EXPONENT / departure) ** 2
    if not np.any(enough):
        most = int(windows.counts[0].max()) if len(windows) else 0
        wanted = int(np.ceil((EXPONENT / departure) ** 2))
        why = f"{NO_LAW}: {most} modes below the phonons, {wanted} are needed to tell 5 within {departure:g}"
        return np.full(len(windows.exponents), np.nan), why
    exponents, logs = windows.exponents[:, enough], np.log(windows.ends[enough])
    found = np.array([_leaves(row, logs, departure) for row in exponents])
    if not np.isfinite(found[0]):
        return found, f"{NO_LAW}: the exponent of the cumulative is {exponents[0, -1]:.1f} in the narrowest window, not 5 within {departure:g}"
    return found, BOUND if abs(exponents[0, 0] - EXPONENT) <= departure else ""


def _leaves(exponents: np.ndarray, logs: np.ndarray, departure: float) -> float:
    """The end of the law from the exponents of windows, the widest first."""
    away = exponents - EXPONENT
    inside = np.flatnonzero(np.abs(away) <= departure)
    if not len(inside):
        return np.nan
    place = inside[0]
    if place == 0:
        return float(np.exp(logs[0]))
    limit = np.copysign(departure, away[place - 1])
    share = (limit - away[place]) / (away[place - 1] - away[place])
    return float(np.exp(logs[place] + share * (logs[place - 1] - logs[place])))


def _table(windows: Windows) -> pd.DataFrame:
    columns = {"end": windows.ends, "count": windows.counts[0] if len(windows) else [], "exponent": windows.exponents[0] if len(windows) else []}
    return pd.DataFrame({**columns, "error": standard_error(windows.exponents)}).astype({"count": np.int64})[LAW_RANGE.names]
