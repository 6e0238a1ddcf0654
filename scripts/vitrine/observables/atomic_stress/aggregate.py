"""Tension of an ensemble: its means by species, its distribution, and how it goes with the numbers that it is compared with (003 Fig. 4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_rows
from vitrine.aggregation.fields import read_field_batches
from vitrine.observables.atomic_stress import ATOMIC_STRESS, ATOMIC_STRESS_BINS, ATOMIC_STRESS_DENSITY
from vitrine.samples.fields import FieldOf
from vitrine.schema import MODULUS, NONE
from vitrine.statistics.bootstrap import ratio, standard_error, weighted_mean
from vitrine.statistics.histograms import filled_range

STATES = {"inherent": "tension", "thermal": "thermal"}  # of the table, and the arrays of the field
BINS = 60  # of a distribution, from the lowest to the highest tension
RANKS = np.array([0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0])
LETTERS = "ab"


def aggregate_atomic_stress(
    atomic_stress: Sequence[str | Path], atomic_stress_field: Sequence[str | Path], ensemble: Ensemble, share: float
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, atomic_stress_density, atomic_stress_bins, flags) from the batches of the table and of the field."""
    ledger = Ledger("atomic_stress")
    data = read_rows(ATOMIC_STRESS, atomic_stress, ensemble, ledger, finite=("mean", "deviation"))
    present, limits = set(), {state: (np.inf, -np.inf) for state in STATES}
    for index, field in read_field_batches(atomic_stress_field, ensemble, ledger):
        present.add(index)
        for state, array in _tensions(field):
            limits[state] = (min(limits[state][0], array.min()), max(limits[state][1], array.max()))
    ledger.leave_out(set(data["sample"]) - present, "not in atomic_stress_field.gsd")
    data = data[~data["sample"].isin(ledger.reasons.keys())]
    sums = _Sums(np.unique(data["sample"].to_numpy(dtype=int)), limits, share)
    for index, field in read_field_batches(atomic_stress_field, ensemble, ledger):
        if index in sums.place:
            sums.add(index, field)
    weights = ensemble.weights(sums.samples)
    estimates = _estimates(data, sums, weights, len(ledger))
    return estimates_frame(ensemble, estimates), _density(sums, weights), _bins(sums, weights), ledger.frame()


def _tensions(field: FieldOf) -> Iterator[tuple[str, np.ndarray]]:
    return ((state, field.arrays[array]) for state, array in STATES.items() if array in field.arrays)


class _Sums:
    """What is summed of every sample: {(state, species): (S, bins)} counts, and of the ranks counts, numbers and tensions."""

    def __init__(self, samples: np.ndarray, limits: dict[str, tuple[float, float]], share: float) -> None:
        self.samples, self.share = samples, share
        self.place = {int(sample): number for number, sample in enumerate(samples)}
        self.edges = {state: np.linspace(*ends, BINS + 1) for state, ends in limits.items() if np.isfinite(ends[0])}
        self.counts: dict[tuple[str, int], np.ndarray] = {}
        self.ranks: dict[tuple[str, int], np.ndarray] = {}
        self.ends: dict[str, np.ndarray] = {}  # of each state (S, 2, 2): sum and number of tensions less the species' mean, at either end

    def add(self, index: int, field: FieldOf) -> None:
        """Add one sample."""
        types, numbers, place = field.sample.types, field.arrays.get("against"), self.place[index]
        for state, values in _tensions(field):
            for kind in map(int, np.unique(types)):
                of = types == kind
                counts = self.counts.setdefault((state, kind), np.zeros((len(self.samples), BINS)))
                counts[place] = np.histogram(values[of], self.edges[state])[0]
                if numbers is not None and np.all(np.isfinite(numbers)):
                    self._add_ranks(state, kind, place, values[of], numbers[of], float(numbers.mean()))

    def _add_ranks(self, state: str, kind: int, place: int, values: np.ndarray, numbers: np.ndarray, mean: float) -> None:
        order = np.argsort(numbers, kind="stable")
        values, numbers, n = values[order], numbers[order], len(values)
        table = self.ranks.setdefault((state, kind), np.zeros((3, len(self.samples), len(RANKS) - 1)))
        bounds = np.rint(RANKS * n).astype(int)
        for k, (low, high) in enumerate(zip(bounds[:-1], bounds[1:], strict=True)):
            table[:, place, k] = high - low, numbers[low:high].sum() / mean if mean else np.nan, values[low:high].sum()
        few = max(1, round(self.share * n))
        ends = self.ends.setdefault(state, np.zeros((len(self.samples), 2, 2)))
        for side, chosen in enumerate((values[:few], values[-few:])):
            ends[place, side] += (chosen - values.mean()).sum(), few


def _estimates(data: pd.DataFrame, sums: _Sums, weights: np.ndarray, flagged: int) -> dict[str, Estimate]:
    """Means over samples; a species, a state or numbers that no sample has give none."""
    found: dict[str, Estimate] = {}

    def keep(name: str, values: np.ndarray, unit: str) -> None:
        missing = int((~np.isfinite(values)).sum())
        if missing < len(values):
            found[name] = Estimate(weighted_mean(weights, values), unit, len(values) - missing, flagged + missing)

    for state, rows in data.groupby("state"):
        prefix = "tension" if state == "inherent" else f"tension_{state}"
        for kind, letter in enumerate(LETTERS):
            keep(f"{prefix}_{letter}", _of_samples(rows[rows["species"] == kind], sums.samples, "mean"), MODULUS)
        keep(f"{prefix}_deviation", np.sqrt(_of_samples(rows.assign(square=rows["deviation"] ** 2), sums.samples, "square")), MODULUS)
        keep(f"{prefix}_correlation", _of_samples(rows, sums.samples, "correlation"), NONE)
        if state in sums.ends:
            ends = ratio(sums.ends[state][:, :, 0], sums.ends[state][:, :, 1])
            keep(f"{prefix}_smallest", ends[:, 0], MODULUS)
            keep(f"{prefix}_largest", ends[:, 1], MODULUS)
    return found


def _of_samples(rows: pd.DataFrame, samples: np.ndarray, column: str) -> np.ndarray:
    """Mean of a column over the species of each sample, by their particles: (S,); NaN where there is none."""
    sums, place = np.zeros((2, len(samples))), np.searchsorted(samples, rows["sample"].to_numpy(dtype=int))
    values, particles = rows[column].to_numpy(dtype=float), rows["particles_of"].to_numpy(dtype=float)
    known = np.isfinite(values)
    np.add.at(sums, (0, place[known]), (values * particles)[known])
    np.add.at(sums, (1, place[known]), particles[known])
    return ratio(*sums)


def _density(sums: _Sums, weights: np.ndarray) -> pd.DataFrame:
    """P(tension) of each state and species, from its first to its last filled bin."""
    frames = []
    for (state, kind), counts in sorted(sums.counts.items()):
        edges, whole = sums.edges[state], weights @ counts
        density = ratio(whole, whole.sum(axis=1)[:, None] * np.diff(edges))
        shown = filled_range(counts.sum(axis=0))
        columns = (edges[:-1], edges[1:], density[0], standard_error(density), counts.sum(axis=0).astype(np.int64))
        frames.append(_frame(ATOMIC_STRESS_DENSITY, state, kind, [column[shown] for column in columns]))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=ATOMIC_STRESS_DENSITY.names)


def _bins(sums: _Sums, weights: np.ndarray) -> pd.DataFrame:
    """Mean tension in the bins of rank that hold any particle."""
    frames = []
    for (state, kind), (counts, numbers, tensions) in sorted(sums.ranks.items()):
        filled = counts.sum(axis=0) > 0
        mean, relative = (ratio(weights @ part, weights @ counts) for part in (tensions, numbers))
        columns = (RANKS[:-1], RANKS[1:], relative[0], mean[0], standard_error(mean), counts.sum(axis=0).astype(np.int64))
        frames.append(_frame(ATOMIC_STRESS_BINS, state, kind, [column[filled] for column in columns]))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=ATOMIC_STRESS_BINS.names)


def _frame(table: object, state: str, kind: int, columns: list[np.ndarray]) -> pd.DataFrame:
    return pd.DataFrame({"state": state, "species": kind} | dict(zip(table.names[2:], columns, strict=True)), columns=table.names)
