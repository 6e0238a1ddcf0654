"""Quasistatic shear of an ensemble: means along the strain, a few glasses on their way, and the statistics of plastic drops (004 sec. IV H)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_rows, read_samples
from vitrine.observables.quasistatic_shear import DROP_DENSITY, OBSERVABLE, QUASISTATIC_DROPS, QUASISTATIC_RUNS, QUASISTATIC_SHEAR, STRAINED_GLASSES
from vitrine.schema import Table
from vitrine.statistics.bootstrap import ratio, standard_error, weighted_mean
from vitrine.statistics.histograms import BinnedSums, LogBins, filled_range

POINTS = 50  # strains of the means
SHOWN = 3  # glasses that are drawn on their way
BINS = LogBins(-8, 4, per_decade=4)
SKIPPED = "steps skip instabilities: a bracket is wider than the resolution, or an energy is not that of the work"
OF_DROPS = ("drops", "first_drop", "drop_energy", "drop_stress", "drop_core", "drop_overlap")


def aggregate_quasistatic_shear(
    quasistatic_shear: Sequence[str | Path],
    quasistatic_drops: Sequence[str | Path],
    quasistatic_runs: Sequence[str | Path],
    ensemble: Ensemble,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, stress_strain, strained_glasses, drop_density, flags) from the batches of the tables.

    Every drop has the weight of its sample. Numbers of drops are flagged where steps of any glass may have skipped an instability.
    """
    ledger = Ledger("quasistatic_shear")
    runs = read_samples(QUASISTATIC_RUNS, quasistatic_runs, ensemble, ledger, finite=("modulus", "strain"))
    states = _joined(QUASISTATIC_SHEAR, quasistatic_shear, ensemble, ledger)
    drops = _joined(QUASISTATIC_DROPS, quasistatic_drops, ensemble, ledger)
    drops = drops[drops["drop"] >= 0].reset_index(drop=True)
    samples = runs["sample"].to_numpy(dtype=int)
    weights = ensemble.weights(samples)
    of_drops = weights[:, np.searchsorted(samples, drops["sample"].to_numpy(dtype=int))]
    estimates = _estimates(runs, states, drops, samples, weights, of_drops, len(ledger))
    shown = states[states["sample"].isin(samples[:SHOWN])]
    strained = shown[STRAINED_GLASSES.names].reset_index(drop=True)
    return estimates_frame(ensemble, estimates), _means(states, samples, weights), strained, _density(drops, of_drops), ledger.frame()


def _joined(table: Table, paths: Sequence[str | Path], ensemble: Ensemble, ledger: Ledger) -> pd.DataFrame:
    """The good rows of all batches by sample, in the order in which each sample has them."""
    data = read_rows(table, paths, ensemble, ledger)
    return data.sort_values("sample", kind="stable", ignore_index=True)


def _estimates(
    runs: pd.DataFrame, states: pd.DataFrame, drops: pd.DataFrame, samples: np.ndarray, weights: np.ndarray, of_drops: np.ndarray, flagged: int
) -> dict[str, Estimate]:
    """Every declared quantity."""
    first = drops[drops["drop"] == 0].set_index("sample")["strain"].reindex(samples).to_numpy(dtype=float)
    last = states.groupby("sample")["stress"].last().reindex(samples).to_numpy(dtype=float)
    by_sample = {
        "shear_slope": runs["slope"],
        "shear_slope_difference": runs["difference"],
        "shear_states": runs["states"],
        "drops": runs["drops"],
        "first_drop": first,
        "final_stress": last,
    }
    values = {name: (weighted_mean(weights, column), column) for name, column in ((n, np.asarray(c, dtype=float)) for n, c in by_sample.items())}
    for name, column in {"drop_energy": "energy", "drop_stress": "stress", "drop_core": "core_size", "drop_overlap": "overlap"}.items():
        values[name] = weighted_mean(of_drops, drops[column].to_numpy(dtype=float)), np.where(runs["drops"] > 0, 1.0, np.nan)
    flag = SKIPPED if np.any(runs["unbracketed"] + runs["doubtful"] > 0) else ""
    found = {}
    for quantity in OBSERVABLE.quantities:
        value, present = values[quantity.name]
        used = int(np.isfinite(present).sum())
        left_out = flagged + (len(samples) - used if quantity.name.startswith("shear") else 0)
        found[quantity.name] = Estimate(value, quantity.unit, used, left_out, flag if quantity.name in OF_DROPS else "")
    return found


def _means(states: pd.DataFrame, samples: np.ndarray, weights: np.ndarray) -> pd.DataFrame:
    """Mean stress and energy at strains that all glasses reach; between two states they are taken linearly."""
    if not len(samples):
        return pd.DataFrame({"strain": [], "stress": [], "stress_error": [], "energy": [], "energy_error": [], "samples": np.zeros(0, dtype=int)})
    groups = dict(tuple(states.groupby("sample")))
    strain = np.linspace(0, min(rows["strain"].max() for rows in groups.values()), POINTS + 1)
    columns: dict[str, np.ndarray] = {"strain": strain}
    for name in ("stress", "energy"):
        each = np.array([np.interp(strain, groups[sample]["strain"], groups[sample][name]) for sample in samples])
        each = each - each[:, :1] if name == "energy" else each
        mean = ratio(weights @ each, weights.sum(axis=1)[:, None])
        columns |= {name: mean[0], f"{name}_error": standard_error(mean) if len(samples) > 1 else np.full(len(strain), np.nan)}
    return pd.DataFrame({**columns, "samples": len(samples)})


def _density(drops: pd.DataFrame, weights: np.ndarray) -> pd.DataFrame:
    """Distributions of energies, stresses and intervals of drops; what is not positive is in no bin, and in the normalisation."""
    interval = drops.groupby("sample")["strain"].diff().to_numpy(dtype=float)
    frames = []
    for name, values in {**{name: drops[name].to_numpy(dtype=float) for name in ("energy", "stress")}, "interval": interval}.items():
        present = np.isfinite(values)
        sums = BinnedSums(BINS, len(weights))
        positive = present & (values > 0)
        sums.add(weights[:, positive], np.arange(positive.sum()), values[positive])
        edges, counts = sums.displayed_edges, sums.displayed()
        density = ratio(counts, weights[:, present].sum(axis=1)[:, None] * np.diff(edges))
        shown = filled_range(counts[0])
        columns = {"quantity": name, "value_low": edges[:-1][shown], "value_high": edges[1:][shown], "density": density[0, shown]}
        frames.append(pd.DataFrame({**columns, "density_error": standard_error(density)[shown], "count": counts[0, shown].astype(np.int64)}))
    return pd.concat(frames, ignore_index=True)[DROP_DENSITY.names]
