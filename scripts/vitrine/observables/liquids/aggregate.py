"""Energies, relaxation times, overlap decays and the drift of the energy of an ensemble's liquids."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_batches, read_samples
from vitrine.aggregation.scalars import joined_flags, mean_estimates, missing_numbers
from vitrine.observables.liquids import ENERGY_WINDOWS, RELAXATION_CURVES
from vitrine.schema import ENERGY, HEAT_CAPACITY, NONE, TEMPERATURE
from vitrine.statistics.bootstrap import ratio, standard_error, weighted_deviation, weighted_mean
from vitrine.tables import LIQUIDS, RELAXATION

QUANTITIES = {
    "energy_liquid": "energy",
    "pressure_liquid": "pressure",
    "configurational_temperature": "configurational_temperature",
    "relaxation_time": "relaxation_time",
    "energy_relaxation_time": "energy_relaxation_time",
    "displacement_acceptance": "displacement_acceptance",
    "swap_acceptance": "swap_acceptance",
}
OPTIONAL = ("relaxation_time", "displacement_acceptance", "swap_acceptance")
WINDOWS = 8  # of a run, of equal length


def aggregate_liquids(
    liquids: Sequence[str | Path], relaxation: Sequence[str | Path], ensemble: Ensemble
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, relaxation_curves, energy_windows, flags) from the batches of the liquids and relaxation tables.

    The curve at a time is the mean over the samples that have a value at that very time. A liquid with a flag is in none of them. What a
    sampler does not have is left out: dynamics accepts no displacements.
    """
    ledger = Ledger("liquids")
    data = read_samples(LIQUIDS, liquids, ensemble, ledger)
    quantities = {name: column for name, column in QUANTITIES.items() if name not in OPTIONAL or data[column].notna().any()}
    weights = ensemble.weights(data["sample"].to_numpy())
    estimates = mean_estimates(LIQUIDS, data, weights, ledger, quantities)
    for name, (values, unit) in _equilibrium(data, weights, ensemble).items():
        if np.isfinite(values[0]):
            estimates[name] = Estimate(values, unit, len(data), len(ledger))
    flags = joined_flags(ledger, missing_numbers(data, "liquids", quantities))
    series = _series(relaxation, ensemble, ledger)
    return estimates_frame(ensemble, estimates), _curve(series, ensemble), _windows(series, data, ensemble), flags


def _equilibrium(data: pd.DataFrame, weights: np.ndarray, ensemble: Ensemble) -> dict[str, tuple[np.ndarray, str]]:
    """What tells whether an ensemble is in equilibrium: the drift of its mean energy, sample by sample, and how long its runs are.

    The heat capacity N <(U/N - <U/N>)^2>/T_p^2, with the variance in time of each chain and that between chains, makes the drift a temperature.
    """
    energy, temperature = data["energy"].to_numpy(dtype=float), ensemble.point.parent_temperature
    drift = weighted_mean(weights, energy - data["energy_approach"].to_numpy(dtype=float))
    variance = weighted_mean(weights, data["energy_variance"].to_numpy(dtype=float)) + weighted_deviation(weights, energy) ** 2
    capacity = ensemble.particles * variance / temperature**2
    sweeps = data["sweeps"].to_numpy(dtype=float)
    return {
        "heat_capacity_liquid": (capacity, HEAT_CAPACITY),
        "energy_drift": (drift, ENERGY),
        "temperature_drift": (drift / np.where(capacity > 0, capacity, np.nan), TEMPERATURE),
        "run_share": (weighted_mean(weights, sweeps / data["sweeps_asked"].to_numpy(dtype=float)), NONE),
        "run_length": (ratio(weighted_mean(weights, sweeps), weighted_mean(weights, data["relaxation_time"].to_numpy(dtype=float))), NONE),
    }


def _series(paths: Sequence[str | Path], ensemble: Ensemble, liquids: Ledger) -> pd.DataFrame:
    """The series of all samples that are taken, with finite values."""
    frames = []
    for batch in read_batches(RELAXATION, paths, ensemble, Ledger("relaxation")):
        taken = np.isfinite(batch["value"]) & ~batch["sample"].isin(liquids.reasons.keys())
        frames.append(batch.loc[taken, ["sample", "series", "time", "value"]])
    data = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["sample", "series", "time", "value"])
    return data.sort_values(["sample", "time"], kind="stable", ignore_index=True)


def _windows(series: pd.DataFrame, data: pd.DataFrame, ensemble: Ensemble) -> pd.DataFrame:
    """Mean energy in `WINDOWS` windows of the runs less that of the second half of the same runs."""
    energies = series[series["series"] == "energy"]
    runs = data.set_index("sample")
    share = energies["time"].to_numpy(dtype=float) / runs["sweeps"].reindex(energies["sample"]).to_numpy(dtype=float)
    window = np.clip(np.ceil(WINDOWS * share - 1e-9).astype(int), 1, WINDOWS)
    means = energies.assign(window=window).pivot_table(index="sample", columns="window", values="value", aggfunc="mean")
    means = means.reindex(columns=range(1, WINDOWS + 1))
    change = means.sub(runs["energy"].reindex(means.index), axis=0).to_numpy(dtype=float)
    weights = ensemble.weights(means.index.to_numpy(dtype=int))
    values = np.stack([weighted_mean(weights, column) for column in change.T], axis=1)
    shares = np.arange(1, WINDOWS + 1) / WINDOWS
    frame = pd.DataFrame({"share": shares, "change": values[0], "change_error": standard_error(values), "samples": np.isfinite(change).sum(axis=0)})
    return frame[frame["samples"] > 0].astype({"samples": np.int32})[ENERGY_WINDOWS.names]


def _curve(series: pd.DataFrame, ensemble: Ensemble) -> pd.DataFrame:
    """Mean self-overlap at every time."""
    data = series[series["series"] == "overlap"]
    samples, owner = np.unique(data["sample"].to_numpy(dtype=int), return_inverse=True)
    times, column = np.unique(data["time"].to_numpy(dtype=float), return_inverse=True)
    values, present = np.zeros((len(samples), len(times))), np.zeros((len(samples), len(times)))
    values[owner, column], present[owner, column] = data["value"], 1
    weights = ensemble.weights(samples)
    overlap = ratio(weights @ values, weights @ present)
    curve = pd.DataFrame({"time": times, "overlap": overlap[0], "overlap_error": standard_error(overlap)})
    curve["samples"] = present.sum(axis=0).astype(np.int32)
    return curve[RELAXATION_CURVES.names]
