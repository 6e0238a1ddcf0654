"""Profiles of modes of an ensemble and their exponents, overlaps with pseudo-harmonic modes against lambda, and the operator from few modes (001)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_rows
from vitrine.aggregation.fields import read_field_batches
from vitrine.observables.mode_decay import (
    BOND_MODE_MAPS,
    MODE_PAIRS,
    MODE_PROFILES,
    OPERATOR_SUMS,
    OVERLAP_CURVES,
    PROFILE_CURVES,
    PROFILES,
    SUM_CURVES,
)
from vitrine.observables.response_decay.aggregate import bin_means, distances_of
from vitrine.schema import NONE
from vitrine.statistics.bootstrap import ratio, standard_error
from vitrine.statistics.histograms import BinnedSums, LogBins, filled_range

LAMBDA = LogBins(-3, 5, per_decade=5)
LEAST = 3  # modes, or bins, behind a slope
ENOUGH = 8  # modes behind an exponent that is given (docs/laws.md)


def aggregate_mode_decay(
    mode_pairs: Sequence[str | Path],
    mode_profiles: Sequence[str | Path],
    operator_sums: Sequence[str | Path],
    mode_decay_field: Sequence[str | Path],
    ensemble: Ensemble,
    nearest: float,
    farthest: float,
) -> tuple[pd.DataFrame, ...]:
    """(estimates, profile_curves, overlap_curves, sum_curves, bond_mode_maps, flags) from the batches of the tables and of the field.

    Exponents of profiles are slopes of ln|V| against ln r from `nearest` to `farthest`, that of the overlap the slope of ln(1 - |<D|D_PH>|) against
    ln(lambda) over single modes of large lambda, both replicate by replicate; that of fewer than eight modes is flagged. Further D that fall onto the
    mode of another one take no part.
    """
    ledger = Ledger("mode_decay")
    pairs, profiles, sums = (
        _whole(table, paths, ensemble, ledger)
        for table, paths in ((MODE_PAIRS, mode_pairs), (MODE_PROFILES, mode_profiles), (OPERATOR_SUMS, operator_sums))
    )
    shown = next(((index, field) for index, field in read_field_batches(mode_decay_field, ensemble, ledger) if field.arrays), None)
    samples = np.unique(pairs["sample"].to_numpy(dtype=int))
    curves, values = [], {}
    for kind in PROFILES:
        rows = profiles[profiles["kind"] == kind]
        bins, means, counts = bin_means(rows, np.unique(rows["sample"].to_numpy(dtype=int)), ensemble, {"amplitude": "fields"})
        curves.append(_profile(kind, bins, means["amplitude"], counts["amplitude"]))
        values[f"{kind}_exponent"] = _exponent(
            distances_of(bins), means["amplitude"], nearest, farthest * ensemble.particles ** (1 / ensemble.dimension)
        )
    good = pairs[(pairs["no_mode"].fillna("") == "") & np.isfinite(pairs["overlap_displacement"].astype(float))]
    first = good["first"] == good["mode"]
    high = good[first & good["high"].astype(bool)]
    values["overlap_exponent"] = _overlap_exponent(high, ensemble)
    values["collapsed_modes"] = _share(good, ~first, ensemble)
    few = f"only {len(high)} modes of large lambda, at least {ENOUGH} are needed" if len(high) < ENOUGH else ""
    flags = {"overlap_exponent": few}
    estimates = {name: Estimate(numbers, NONE, len(samples), len(ledger), flags.get(name, "")) for name, numbers in values.items()}
    frames = pd.concat(curves, ignore_index=True), _overlaps(good, first, ensemble), _sums(sums, ensemble), _map(shown)
    return (estimates_frame(ensemble, estimates), *frames, ledger.frame())


def _whole(table: object, paths: Sequence[str | Path], ensemble: Ensemble, ledger: Ledger) -> pd.DataFrame:
    data = read_rows(table, paths, ensemble, ledger)
    return data.sort_values("sample", kind="stable", ignore_index=True)


def _profile(kind: str, bins: pd.DataFrame, values: np.ndarray, counts: np.ndarray) -> pd.DataFrame:
    columns = {"kind": np.full(len(bins), kind, dtype=object), "distance_low": bins["distance_low"], "distance_high": bins["distance_high"]}
    return pd.DataFrame(columns | {"amplitude": values[0], "amplitude_error": standard_error(values), "fields": counts})[PROFILE_CURVES.names]


def _exponent(distances: np.ndarray, values: np.ndarray, nearest: float, farthest: float) -> np.ndarray:
    """Slope of ln(values) (R, n) against ln(distance) over a range (R,); NaN where fewer than three bins lie in it."""
    inside = (distances >= nearest) & (distances <= farthest) & (values[0] > 0)
    if inside.sum() < LEAST:
        return np.full(len(values), np.nan)
    x, y = np.log(distances[inside]), np.log(np.where(values[:, inside] > 0, values[:, inside], np.nan))
    return y @ (x - x.mean()) / np.sum((x - x.mean()) ** 2)


def _overlap_exponent(modes: pd.DataFrame, ensemble: Ensemble) -> np.ndarray:
    """Slope of ln(1 - |<D|D_PH>|) against ln(lambda) over modes, under every weight of their samples (R,)."""
    gaps = 1 - modes["overlap_displacement"].to_numpy(dtype=float)
    modes, gaps = modes[gaps > 0], gaps[gaps > 0]
    if len(modes) < LEAST:
        return np.full(ensemble.rows, np.nan)
    samples, owner = np.unique(modes["sample"].to_numpy(dtype=int), return_inverse=True)
    weights, x, y = ensemble.weights(samples)[:, owner], np.log(modes["lambda"].to_numpy(dtype=float)), np.log(gaps)
    total = np.where((weights > 0).sum(axis=1) >= LEAST, weights.sum(axis=1), 0.0)
    centre, height = ratio(weights @ x, total), ratio(weights @ y, total)
    spread = ratio(weights @ x**2, total) - centre**2
    return ratio(ratio(weights @ (x * y), total) - centre * height, np.where(spread > 1e-12, spread, 0.0))


def _share(modes: pd.DataFrame, chosen: pd.Series, ensemble: Ensemble) -> np.ndarray:
    """Share of the chosen modes (R,)."""
    samples, owner = np.unique(modes["sample"].to_numpy(dtype=int), return_inverse=True)
    weights = ensemble.weights(samples)
    return ratio(weights @ np.bincount(owner[chosen], minlength=len(samples)), weights @ np.bincount(owner, minlength=len(samples)))


def _overlaps(modes: pd.DataFrame, first: pd.Series, ensemble: Ensemble) -> pd.DataFrame:
    """Means in bins of lambda, of first modes and of those that fall onto another one."""
    both = []
    for chosen in (first, ~first):
        own = modes[chosen]
        samples, owner = np.unique(own["sample"].to_numpy(dtype=int), return_inverse=True)
        sums = BinnedSums(LAMBDA, ensemble.rows)
        gaps = {name: 1 - own[f"overlap_{name}"].to_numpy(dtype=float) for name in ("displacement", "force")}
        sums.add(ensemble.weights(samples), owner, own["lambda"].to_numpy(dtype=float), **gaps)
        both.append(sums)
    firsts, further = both
    edges, counts = firsts.displayed_edges, firsts.displayed()
    shown = filled_range(counts[0] + further.displayed()[0])
    columns = {"lambda_low": edges[:-1][shown], "lambda_high": edges[1:][shown]}
    for name in ("displacement", "force"):
        means = ratio(firsts.displayed(name), counts)
        columns |= {name: means[0, shown], f"{name}_error": standard_error(means)[shown]}
    columns["collapsed"] = ratio(further.displayed("displacement"), further.displayed())[0, shown]
    columns |= {"count": counts[0, shown].astype(np.int64), "count_collapsed": further.displayed()[0, shown].astype(np.int64)}
    return pd.DataFrame(columns)[OVERLAP_CURVES.names]


def _sums(rows: pd.DataFrame, ensemble: Ensemble) -> pd.DataFrame:
    """Means over samples at each number of modes."""
    samples, numbers = np.unique(rows["sample"].to_numpy(dtype=int)), np.unique(rows["low_modes"].to_numpy(dtype=int))
    weights, present = ensemble.weights(samples), np.zeros((len(samples), len(numbers)))
    owner, place = np.searchsorted(samples, rows["sample"].to_numpy(dtype=int)), np.searchsorted(numbers, rows["low_modes"].to_numpy(dtype=int))
    present[owner, place] = 1
    columns: dict[str, np.ndarray] = {"low_modes": numbers}
    for name in ("largest", "several"):
        values = np.zeros_like(present)
        values[owner, place] = rows[name]
        means = ratio(weights @ values, weights @ present)
        columns |= {name: means[0], f"{name}_error": standard_error(means)}
    return pd.DataFrame(columns)[SUM_CURVES.names]


def _map(shown: tuple | None) -> pd.DataFrame:
    """The fields of the glass that is shown."""
    frames = [pd.DataFrame(columns=BOND_MODE_MAPS.names)]
    if shown is not None:
        index, field = shown
        x, y = field.sample.positions.T
        for name, vectors in field.arrays.items():
            if vectors.ndim == 2:
                own = {"eigenvalue": field.arrays[f"{name}_eigenvalue"], "N_e": field.arrays[f"{name}_N_e"]}
                frames.append(pd.DataFrame({"sample": index, "field": name, "x": x, "y": y, "u_x": vectors[:, 0], "u_y": vectors[:, 1], **own}))
    return pd.concat(frames[1:] or frames, ignore_index=True)[BOND_MODE_MAPS.names]
