"""Shear stress and moduli over an ensemble: how many glasses are unstable to a shear of their box, and the low tail of G."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_samples
from vitrine.aggregation.scalars import mean_estimates
from vitrine.observables.shear_stability import MODULUS_SHARES, MODULUS_TAIL, SHEAR_STABILITY
from vitrine.schema import NONE
from vitrine.statistics.bootstrap import ratio, standard_error, weighted_deviation, weighted_mean
from vitrine.statistics.quantiles import weighted_quantiles
from vitrine.statistics.tails import FURTHER, doubt, window

DISTANCES = 10.0 ** np.arange(-2.0, 2.01, 0.1)  # from the median, over the mean of G
LOWEST = np.arange(-1.0, 1.51, 0.05)  # least moduli over the mean of G
SHARES = 10.0 ** np.arange(-0.5, -6.01, -0.25)  # of samples, in nested windows
FEW = "too few samples in the low tail"


def aggregate_shear_stability(
    shear_stability: Sequence[str | Path], ensemble: Ensemble, tail: float = 0.02
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, modulus_shares, modulus_tail, flags) from the batches of the table; tail: share of the samples."""
    ledger = Ledger("shear_stability")
    data = read_samples(SHEAR_STABILITY, shear_stability, ensemble, ledger, finite=SHEAR_STABILITY.names[1:-1])
    weights = ensemble.weights(data["sample"].to_numpy())
    G, lowest, stress = (data[name].to_numpy(dtype=float) for name in ("modulus", "lowest", "stress"))
    mean = weighted_mean(weights, G)
    levels = weighted_quantiles(weights, G, (tail, 0.5, 1 - tail))
    numbers = {
        "shear_unstable": weighted_mean(weights, (lowest <= 0).astype(float)),
        "shear_stress_share": ratio(np.sqrt(weighted_mean(weights, stress**2)), mean),
        "G_spread": ratio(weighted_deviation(weights, G), mean),
        "G_asymmetry": ratio(levels[:, 1] - levels[:, 0], levels[:, 2] - levels[:, 1]),
    }
    estimates = mean_estimates(SHEAR_STABILITY, data, weights, ledger, {"shear_modulus_all": "modulus", "shear_modulus_lowest": "lowest"})
    estimates |= {name: Estimate(values, NONE, len(data), len(ledger)) for name, values in numbers.items()}
    distance = (levels[0, 1] - G) / mean[0] if len(G) else G
    told, windows = _tail(distance, weights, tail, len(ledger))
    shares = _shares(distance, lowest / mean[0] if len(G) else lowest, weights)
    return estimates_frame(ensemble, estimates | told), shares, windows, ledger.frame()


def _tail(distance: np.ndarray, weights: np.ndarray, tail: float, flagged: int) -> tuple[dict[str, Estimate], pd.DataFrame]:
    """The exponent over the low tail, with a flag where it is none of a law, and in nested windows."""
    owner = np.arange(len(distance))
    found = [window(distance, owner, weights, share) for share in SHARES]
    windows = pd.DataFrame([one.row for one in found if one], columns=MODULUS_TAIL.names)
    told, outer = (window(distance, owner, weights, share) for share in (tail, tail / FURTHER))
    if told is None:
        blank = np.full(len(weights), np.nan)
        return {name: Estimate(blank, NONE, 0, flagged, FEW) for name in ("G_tail_exponent", "G_tail_threshold")}, windows
    return {
        "G_tail_exponent": Estimate(told.exponents, NONE, told.samples, flagged, doubt(told, outer, FEW)),
        "G_tail_threshold": Estimate(np.full(len(weights), told.threshold), NONE, told.samples, flagged),
    }, windows


def _shares(distance: np.ndarray, lowest: np.ndarray, weights: np.ndarray) -> pd.DataFrame:
    """Shares of samples beyond each distance, and of least moduli below each value; none where no sample is."""
    kinds = {
        "below": (DISTANCES, distance[:, None] > DISTANCES),
        "above": (DISTANCES, -distance[:, None] > DISTANCES),
        "lowest": (LOWEST, lowest[:, None] < LOWEST),
    }
    frames = []
    for kind, (x, counted) in kinds.items():
        share = ratio(weights @ counted, weights.sum(axis=1)[:, None])
        count = counted.sum(axis=0).astype(np.int64)
        columns = {"kind": np.full(len(x), kind, dtype=object), "x": x, "share": share[0], "share_error": standard_error(share), "count": count}
        frames.append(pd.DataFrame(columns)[count > 0])
    return pd.concat(frames, ignore_index=True)[MODULUS_SHARES.names]
