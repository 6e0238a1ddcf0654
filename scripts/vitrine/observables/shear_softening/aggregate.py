"""Softening before instabilities over an ensemble: medians against the distance, exponents, and how far the square root goes (004 Fig. 12)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_rows
from vitrine.observables.shear_softening import OBSERVABLE, SHEAR_SOFTENING, SOFTENING_CURVES
from vitrine.statistics.bootstrap import standard_error, weighted_mean
from vitrine.statistics.quantiles import weighted_quantiles

DISTANCES = 10.0 ** np.arange(-12, 0, 0.25)
KEEPS = 1.25  # factor within which a stiffness keeps to the square root
ANCHOR = 1e-8  # distance below which the root's amplitude is taken
FEWEST = 3  # states of a fit
STIFFNESSES = {"harmonic": "lambda_1", "cubic": "b2"}


def aggregate_shear_softening(
    shear_softening: Sequence[str | Path], ensemble: Ensemble, window: Sequence[float] = (1e-9, 4e-6)
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, softening_curves, flags) from the batches of the table. window: distances of the fits of exponents."""
    ledger = Ledger("shear_softening")
    data = read_rows(SHEAR_SOFTENING, shear_softening, ensemble, ledger, finite=("distance", "lambda_1"))
    ways = {int(sample): rows.sort_values("distance") for sample, rows in data.groupby("sample")}
    samples = np.array(sorted(ways), dtype=int)
    weights = ensemble.weights(samples)
    own = [_of_way(ways[sample], window) for sample in samples]
    found = {}
    for quantity in OBSERVABLE.quantities:
        values = np.array([one[quantity.name] for one in own], dtype=float)
        median = "overlap" in quantity.name or "range" in quantity.name or "rate" in quantity.name
        value = weighted_quantiles(weights, values, (0.5,))[:, 0] if median else weighted_mean(weights, values)
        used = int(np.isfinite(values).sum())
        found[quantity.name] = Estimate(value, quantity.unit, used, len(ledger) + len(samples) - used)
    return estimates_frame(ensemble, found), _curves([ways[sample] for sample in samples], weights), ledger.frame()


def _of_way(rows: pd.DataFrame, window: Sequence[float]) -> dict[str, float]:
    """The numbers of one glass; rows by rising distance."""
    start, cubic = rows.iloc[-1], rows[np.isfinite(rows["b2"])]
    numbers = {"softening_critical": start["strain"] + start["distance"], "softening_followed": float(np.isfinite(start["b2"]))}
    for kind, column in STIFFNESSES.items():
        known = rows if kind == "harmonic" else cubic
        distance, stiffness = known["distance"].to_numpy(), known[column].to_numpy()
        numbers[f"softening_exponent_{kind}"] = exponent(distance, stiffness, window)
        numbers[f"softening_range_{kind}"] = root_range(distance, stiffness)
        numbers[f"softening_overlap_{kind}"] = start[f"overlap_{kind}"]
    # b2^2 at zero strain over the sum of its changes by eq. 21, state by state.
    change = -np.diff(cubic["b2"].to_numpy() ** 2)
    expected = change / cubic["rate"].to_numpy()[1:]
    numbers["softening_rate"] = change.sum() / expected.sum() if len(change) and numbers["softening_followed"] else np.nan
    return numbers


def exponent(distance: np.ndarray, stiffness: np.ndarray, window: Sequence[float]) -> float:
    """The slope of ln stiffness against ln distance within a window; NaN for fewer than FEWEST states."""
    inside = (distance >= window[0]) & (distance <= window[1])
    return float(np.polyfit(np.log(distance[inside]), np.log(stiffness[inside]), 1)[0]) if inside.sum() >= FEWEST else np.nan


def root_range(distance: np.ndarray, stiffness: np.ndarray) -> float:
    """The largest distance up to which stiffness/distance^(1/2) stays within the factor KEEPS of what it is below ANCHOR; distances rise."""
    if not np.any(distance <= ANCHOR):
        return np.nan
    reduced = stiffness / np.sqrt(distance)
    off = np.abs(np.log(reduced / np.median(reduced[distance <= ANCHOR]))) > np.log(KEEPS)
    if not off.any():
        return float(distance[-1])
    place = int(np.argmax(off))
    return float(distance[place - 1]) if place else np.nan


def _curves(ways: list[pd.DataFrame], weights: np.ndarray) -> pd.DataFrame:
    """Medians at fixed distances, each glass read between its states by straight lines of logarithms; no glass beyond its own ends."""
    frames = []
    for kind, column in STIFFNESSES.items():
        stiffness = _read(ways, column, log=True)
        columns = {"stiffness": stiffness, "overlap": _read(ways, f"overlap_{kind}")}
        columns["rate"] = _read(ways, "rate") if kind == "cubic" else np.full(stiffness.shape, np.nan)
        present = np.isfinite(stiffness).sum(axis=0)
        rows = {"kind": np.full(len(DISTANCES), kind, dtype=object), "distance": DISTANCES, "samples": present}
        for name, values in columns.items():
            medians = np.array([weighted_quantiles(weights, one, (0.5,))[:, 0] for one in values.T])
            rows |= {name: medians[:, 0], f"{name}_error": standard_error(medians.T)}
        frames.append(pd.DataFrame(rows)[present > 0])
    return pd.concat(frames, ignore_index=True)[SOFTENING_CURVES.names]


def _read(ways: list[pd.DataFrame], column: str, log: bool = False) -> np.ndarray:
    """A column of every glass at DISTANCES, (S, D); NaN beyond its ends and where it has no number."""
    out = np.full((len(ways), len(DISTANCES)), np.nan)
    for place, rows in enumerate(ways):
        known = rows[np.isfinite(rows[column])]
        if len(known):
            values = np.log(known[column]) if log else known[column]
            out[place] = np.interp(np.log(DISTANCES), np.log(known["distance"]), values, left=np.nan, right=np.nan)
    return np.exp(out) if log else out
