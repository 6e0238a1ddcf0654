"""Nonlinear modes of an ensemble: the softest of each glass, how many there are, and the energy along them (002 sec. S-4, 004 eqs. 11-20)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_batches
from vitrine.observables.nonlinear_modes import ALL_KINDS, BARRIER_DENSITY, MINIMAL_MODES, NONLINEAR_MODES, NONLINEAR_SCATTER, OBSERVABLE
from vitrine.observables.nonlinear_modes.population import Population
from vitrine.seeds import CHOICE, point_generator
from vitrine.statistics.bootstrap import ratio, standard_error
from vitrine.statistics.histograms import filled_range
from vitrine.statistics.wells import LOWER_BOUND

WITH_WELLS = ("cubic", "quartic")
SCATTERED = 500  # modes of each kind in the scatter plots
CURVE = 60  # frequencies of a cumulative distribution
NEEDED = ("kind", "mode", "starts", "ended", "omega", "b2", "b3", "b4", "core_size", "solves")


def aggregate_nonlinear_modes(
    nonlinear_modes: Sequence[str | Path], ensemble: Ensemble
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, nonlinear_scatter, minimal_modes, barrier_density, flags) from the batches of the table.

    A start that ended in no mode is counted and gives no other number; a sample without any mode of a kind is left out of that kind's means.
    """
    ledger = Ledger("nonlinear_modes")
    data = _read(nonlinear_modes, ensemble, ledger)
    samples = np.unique(data["sample"].to_numpy(dtype=int))
    weights = ensemble.weights(samples)
    kinds = {kind: Population.of(rows, samples, weights) for kind, rows in ((kind, data[data["kind"] == kind]) for kind in (*ALL_KINDS, "harmonic"))}
    estimates = _estimates(kinds, len(ledger))
    curves = _scatter(data, samples, ensemble), _minimal(kinds), _barriers(kinds)
    return estimates_frame(ensemble, estimates), *curves, ledger.frame()


def _read(paths: Sequence[str | Path], ensemble: Ensemble, ledger: Ledger) -> pd.DataFrame:
    """What is needed of the good samples' rows, sorted by sample, kind and mode."""
    parts = []
    for batch in read_batches(NONLINEAR_MODES, paths, ensemble, ledger):
        modes = batch[batch["mode"] >= 0]
        bad = ~np.all([np.isfinite(modes[name]) & ((modes[name] > 0) | (name == "b4")) for name in ("omega", "b2", "b4", "core_size")], axis=0)
        ledger.leave_out(modes.loc[bad, "sample"].unique(), "a mode without a positive frequency, b2 or N e, or without b4")
        parts.append(batch.loc[~batch["sample"].isin(ledger.reasons.keys()), ["sample", *NEEDED]])
    data = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["sample", *NEEDED])
    return data.sort_values(["sample", "kind", "mode"], kind="stable", ignore_index=True)


def _estimates(kinds: dict[str, Population], flagged: int) -> dict[str, Estimate]:
    """Every declared quantity."""
    values: dict[str, np.ndarray] = {"softest_harmonic": kinds["harmonic"].mean_of_softest("omega")}
    values |= {f"below_bound_{kind}": kinds[kind].share_below(LOWER_BOUND) for kind in ("cubic", "harmonic")}
    flags = {}
    for kind in ALL_KINDS:
        one = kinds[kind]
        own = {"softest": one.mean_of_softest("omega"), "weibull": one.weibull(), "core": one.mean_of_softest("core_size"), "modes": one.number()}
        own["minimal_exponent"], flags[f"minimal_exponent_{kind}"] = one.minimal_exponent()
        own |= {"starts": one.starts_for_each(), "failed": one.failed(), "solves": one.solves()}
        if kind in WITH_WELLS:
            wells, reason = one.wells()
            own |= wells
            flags[f"barrier_exponent_{kind}"] = reason
        values |= {f"{name}_{kind}": numbers for name, numbers in own.items()}
    used = {name: next(one.used for kind, one in kinds.items() if name.endswith(f"_{kind}")) for name in values}
    units = {quantity.name: quantity.unit for quantity in OBSERVABLE.quantities}
    return {name: Estimate(numbers, units[name], used[name], flagged, flags.get(name, "")) for name, numbers in values.items()}


def _scatter(data: pd.DataFrame, samples: np.ndarray, ensemble: Ensemble) -> pd.DataFrame:
    """A choice of `SCATTERED` modes of each kind that depends on the seed and on the modes alone."""
    modes = data[data["mode"] >= 0]
    lengths = modes["sample"].value_counts()
    streams = (point_generator(ensemble.seed, CHOICE, ensemble.point, sample) for sample in samples)
    ranks = [stream.random(lengths.get(sample, 0)) for stream, sample in zip(streams, samples, strict=True)]
    ranked = modes.assign(rank=np.concatenate(ranks) if ranks else np.zeros(0), softest=modes["mode"] == 0)
    order = ranked.groupby("kind")["rank"].rank(method="first")
    return ranked.loc[order <= SCATTERED, NONLINEAR_SCATTER.names].reset_index(drop=True)


def _minimal(kinds: dict[str, Population]) -> pd.DataFrame:
    """The cumulative distribution of the softest modes, at a few of their frequencies."""
    frames = []
    for kind, one in kinds.items():
        minimal = one.of_softest("omega")
        present = np.isfinite(minimal)
        ordered, weights = np.sort(minimal[present]), one.weights[:, present]
        if not len(ordered):
            continue
        places = np.unique(np.geomspace(1, len(ordered), CURVE).round().astype(int)) - 1
        cumulative = ratio(np.stack([weights @ (minimal[present] <= omega) for omega in ordered[places]], axis=1), weights.sum(axis=1)[:, None])
        columns = {"omega": ordered[places], "cumulative": cumulative[0], "cumulative_error": standard_error(cumulative), "count": places + 1}
        frames.append(pd.DataFrame({"kind": kind, **columns}))
    return pd.concat(frames, ignore_index=True)[MINIMAL_MODES.names] if frames else pd.DataFrame(columns=MINIMAL_MODES.names)


def _barriers(kinds: dict[str, Population]) -> pd.DataFrame:
    """p(B) of both expansions, from the first to the last filled bin."""
    frames = []
    for kind in WITH_WELLS:
        for expansion, sums in kinds[kind].barriers().items():
            edges, counts = sums.displayed_edges, sums.displayed()
            density = ratio(counts, sums["count"].sum(axis=1)[:, None] * np.diff(edges))
            shown = filled_range(counts[0])
            columns = {"barrier_low": edges[:-1][shown], "barrier_high": edges[1:][shown], "density": density[0, shown]}
            columns |= {"density_error": standard_error(density)[shown], "count": counts[0, shown].astype(np.int64)}
            frames.append(pd.DataFrame({"kind": kind, "expansion": expansion, **columns}))
    return pd.concat(frames, ignore_index=True)[BARRIER_DENSITY.names]
