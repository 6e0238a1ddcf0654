"""Local heat capacities of an ensemble: their distribution, its tail in nested windows, and one glass to look at (004 sec. IV I, Fig. 13)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_batches, read_samples
from vitrine.aggregation.fields import field_of_sample
from vitrine.interactions import minimum_images
from vitrine.observables.local_heat_capacity import (
    HEAT_CAPACITY_DENSITY,
    HEAT_CAPACITY_GLASSES,
    HEAT_CAPACITY_LARGEST,
    HEAT_CAPACITY_MAP,
    HEAT_CAPACITY_TAIL,
    LOCAL_HEAT_CAPACITIES,
)
from vitrine.schema import HEAT_CAPACITY, NONE
from vitrine.statistics.bootstrap import ratio, standard_error, weighted_mean
from vitrine.statistics.histograms import BinnedSums, LogBins, filled_range
from vitrine.statistics.tails import FURTHER, doubt, window

BINS = LogBins(-6, 8, per_decade=5)
SHARES = 10.0 ** np.arange(-1, -6.01, -0.25)
FEWEST_GLASSES = 8  # for a slope
FEW = "too few glasses have a pair in the tail"


def aggregate_local_heat_capacity(
    local_heat_capacities: Sequence[str | Path],
    heat_capacity_glasses: Sequence[str | Path],
    heat_capacity_field: Sequence[str | Path],
    ensemble: Ensemble,
    tail: float = 1e-2,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, heat_capacity_density, _tail, _largest, _map, flags) from the batches of tables and field; tail: share of pairs."""
    ledger = Ledger("local_heat_capacity")
    glasses = read_samples(HEAT_CAPACITY_GLASSES, heat_capacity_glasses, ensemble, ledger, finite=("largest", "omega"))
    samples = glasses["sample"].to_numpy(dtype=int)
    weights = ensemble.weights(samples)
    c, owner, pairs = _pairs(local_heat_capacities, ensemble, ledger, samples)
    estimates, windows = _tail(c, owner, weights, tail, len(ledger))
    numbers = {
        "heat_negative": weighted_mean(weights, glasses["negative"].to_numpy(dtype=float)),
        "heat_largest": np.exp(weighted_mean(weights, np.log(glasses["largest"].to_numpy(dtype=float)))),
        "heat_softest_exponent": softest_slope(weights, glasses["omega"].to_numpy(dtype=float), glasses["largest"].to_numpy(dtype=float)),
    }
    units = {"heat_largest": HEAT_CAPACITY}
    estimates |= {name: Estimate(values, units.get(name, NONE), len(samples), len(ledger)) for name, values in numbers.items()}
    error = np.abs(glasses["harmonic"] + glasses["anharmonic"] - glasses["modes"]) / np.maximum(glasses["modes"], 1)
    estimates["heat_sum_error"] = Estimate(np.full(ensemble.rows, error.max() if len(error) else np.nan), NONE, len(samples), len(ledger))
    shown = _map(pairs, heat_capacity_field, ensemble)
    return estimates_frame(ensemble, estimates), _density(c, owner, weights), windows, glasses[HEAT_CAPACITY_LARGEST.names], shown, ledger.frame()


def _pairs(
    paths: Sequence[str | Path], ensemble: Ensemble, ledger: Ledger, samples: np.ndarray
) -> tuple[np.ndarray, np.ndarray, tuple[int, pd.DataFrame] | None]:
    """c and the place of its sample, of all pairs by rising sample; and the pairs of the first glass."""
    values, owners, shown = [], [], None
    for batch in read_batches(LOCAL_HEAT_CAPACITIES, paths, ensemble, ledger):
        own = batch[batch["sample"].isin(samples)]
        values.append((own["harmonic"] + own["anharmonic"]).to_numpy(dtype=float))
        owners.append(np.searchsorted(samples, own["sample"].to_numpy(dtype=int)))
        first = own[own["sample"] == samples[0]] if len(samples) else own[:0]
        if len(first):
            shown = int(samples[0]), first.reset_index(drop=True)
    c, owner = (np.concatenate(parts) if parts else np.zeros(0) for parts in (values, owners))
    order = np.argsort(owner, kind="stable")
    return c[order], owner[order].astype(int), shown


def _tail(c: np.ndarray, owner: np.ndarray, weights: np.ndarray, tail: float, flagged: int) -> tuple[dict[str, Estimate], pd.DataFrame]:
    """The exponent over the tail, with a flag where it is none of a law, and in nested windows."""
    size = np.abs(c)
    found = [window(size, owner, weights, share) for share in SHARES]
    windows = pd.DataFrame([one.row for one in found if one], columns=HEAT_CAPACITY_TAIL.names)
    told, outer = (window(size, owner, weights, share) for share in (tail, tail / FURTHER))
    blank = np.full(len(weights), np.nan)
    if told is None:
        return {name: Estimate(blank, NONE, 0, flagged, FEW) for name in ("heat_tail_exponent", "heat_tail_threshold")}, windows
    threshold = np.full(len(weights), told.threshold)
    return {
        "heat_tail_exponent": Estimate(told.exponents, NONE, told.samples, flagged, doubt(told, outer, FEW)),
        "heat_tail_threshold": Estimate(threshold, HEAT_CAPACITY, told.samples, flagged),
    }, windows


def softest_slope(weights: np.ndarray, omega: np.ndarray, largest: np.ndarray) -> np.ndarray:
    """Slope (R,) of ln largest (S,) against ln omega (S,) over the softer half of the glasses; NaN for fewer than FEWEST_GLASSES of them."""
    soft = omega <= np.median(omega) if len(omega) else np.zeros(0, dtype=bool)
    if soft.sum() < FEWEST_GLASSES:
        return np.full(len(weights), np.nan)
    w, x, y = weights[:, soft], np.log(omega[soft]), np.log(largest[soft])
    total = w.sum(axis=1)
    x_mean, y_mean = ratio(w @ x, total), ratio(w @ y, total)
    return ratio(w @ (x * y) - total * x_mean * y_mean, w @ x**2 - total * x_mean**2)


def _density(c: np.ndarray, owner: np.ndarray, weights: np.ndarray) -> pd.DataFrame:
    """p(c) of positive and of negative c, from the first to the last filled bin."""
    total = weights @ np.bincount(owner, minlength=weights.shape[1]).astype(float)
    frames = []
    for sign in (1, -1):
        own = sign * c > 0
        sums = BinnedSums(BINS, len(weights))
        sums.add(weights, owner[own], np.abs(c[own]))
        edges, counts = sums.displayed_edges, sums.displayed()
        density = ratio(counts, total[:, None] * np.diff(edges))
        shown = filled_range(counts[0])
        columns = {"sign": sign, "c_low": edges[:-1][shown], "c_high": edges[1:][shown], "density": density[0, shown]}
        frames.append(pd.DataFrame({**columns, "density_error": standard_error(density)[shown], "count": counts[0, shown].astype(np.int64)}))
    return pd.concat(frames, ignore_index=True)[HEAT_CAPACITY_DENSITY.names]


def _map(pairs: tuple[int, pd.DataFrame] | None, fields: Sequence[str | Path], ensemble: Ensemble) -> pd.DataFrame:
    """The pairs of the glass that is shown, at the places of their particles."""
    field = field_of_sample(fields, ensemble, pairs[0]) if pairs is not None and ensemble.dimension == 2 else None
    if field is None:
        return pd.DataFrame({name: [] for name in HEAT_CAPACITY_MAP.names})
    (index, rows), glass = pairs, field.sample
    i, j = rows["i"].to_numpy(dtype=int), rows["j"].to_numpy(dtype=int)
    between = minimum_images(glass.positions[j] - glass.positions[i], glass.box)
    columns = {"x": glass.positions[i, 0], "y": glass.positions[i, 1], "d_x": between[:, 0], "d_y": between[:, 1]}
    return pd.DataFrame({"sample": np.full(len(rows), index), **columns, "c": (rows["harmonic"] + rows["anharmonic"]).to_numpy(dtype=float)})
