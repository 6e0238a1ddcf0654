"""Characteristic frequency omega_g of an ensemble from the pinching of its bonds (Rainone et al. 2020, eqs. S1-S5, Fig. S1)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_batches
from vitrine.observables.pinching import PINCHING, PINCHING_FORCE, PINCHING_SCATTER
from vitrine.schema import FREQUENCY, NONE
from vitrine.seeds import CHOICE, point_generator
from vitrine.statistics.bootstrap import ratio, standard_error
from vitrine.statistics.exact import exact_product
from vitrine.statistics.histograms import FORCE_BINS, BinnedSums, filled_range

SCATTERED = 2000


def aggregate_pinching(
    pinching: Sequence[str | Path], ensemble: Ensemble, weak_force: float
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, pinching_force, pinching_scatter, flags) from the batches of the pinching table.

    omega_g is the mean over all bonds with |f|/(p a0^(d-1)) < `weak_force` of all samples, every bond counting once (eq. S5); omega_g_unfiltered
    the mean over all bonds. NOTE: the paper's glasses are purely repulsive; |f| instead of f keeps strongly attractive bonds out of the weak ones.
    The scatter is a choice of `SCATTERED` bonds that depends on the seed and the bonds alone.
    """
    ledger = Ledger("pinching")
    sums = BinnedSums(FORCE_BINS, ensemble.rows)
    parts = {name: np.zeros((2, ensemble.rows)) for name in ("weak", "weak_omega", "all", "all_omega")}
    scatter = pd.DataFrame({"rank": [], "force_reduced": [], "omega": []})
    samples = 0
    for batch in read_batches(PINCHING, pinching, ensemble, ledger, finite=("force_reduced",), positive=("omega",)):
        batch = batch.sort_values(["sample", "i", "j"])
        indices, owner = np.unique(batch["sample"].to_numpy(dtype=int), return_inverse=True)
        samples += len(indices)
        weights, force, omega = ensemble.weights(indices), batch["force_reduced"].to_numpy(), batch["omega"].to_numpy()
        sums.add(weights, owner, force, omega=omega)
        weak = np.abs(force) < weak_force
        for name, chosen in (("weak", weak), ("all", np.ones(len(force), bool))):
            parts[name] += exact_product(weights, np.bincount(owner[chosen], minlength=len(indices)))
            parts[f"{name}_omega"] += exact_product(weights, np.bincount(owner[chosen], weights=omega[chosen], minlength=len(indices)))
        scatter = _chosen(pd.concat([scatter, _ranked(batch, indices, ensemble)], ignore_index=True))
    totals = {name: part.sum(axis=0) for name, part in parts.items()}
    filtered, unfiltered = ratio(totals["weak_omega"], totals["weak"]), ratio(totals["all_omega"], totals["all"])
    values = {
        "omega_g": (filtered, FREQUENCY),
        "omega_g_unfiltered": (unfiltered, FREQUENCY),
        "omega_g_filter_ratio": (ratio(unfiltered, filtered), NONE),
        "weak_bonds": (ratio(totals["weak"], totals["all"]), NONE),
    }
    few = "" if totals["weak"][0] or not totals["all"][0] else f"no pinched bond has |f|/(p a0^(d-1)) < pinching.weak_force = {weak_force:g}"
    flags = {name: few for name in ("omega_g", "omega_g_filter_ratio")}
    estimates = {name: Estimate(numbers, unit, samples, len(ledger), flags.get(name, "")) for name, (numbers, unit) in values.items()}
    points = pd.DataFrame({name: scatter[name].to_numpy(dtype=float) for name in ("force_reduced", "omega")})
    points = points[PINCHING_SCATTER.names]
    return estimates_frame(ensemble, estimates), _force_curve(sums, ensemble), points, ledger.frame()


def _ranked(batch: pd.DataFrame, samples: np.ndarray, ensemble: Ensemble) -> pd.DataFrame:
    """The bonds that may be in the scatter, each with a random rank drawn in the order (i, j) from its sample's stream: batches cannot change it."""
    lengths = batch.groupby("sample")["i"].size()
    streams = (point_generator(ensemble.seed, CHOICE, ensemble.point, sample) for sample in samples)
    ranks = [stream.random(lengths[sample]) for stream, sample in zip(streams, samples, strict=True)]
    ranked = batch[["force_reduced", "omega"]].assign(rank=np.concatenate(ranks) if ranks else [])
    return _chosen(ranked)


def _chosen(ranked: pd.DataFrame) -> pd.DataFrame:
    return ranked.nsmallest(SCATTERED, "rank")


def _force_curve(sums: BinnedSums, ensemble: Ensemble) -> pd.DataFrame:
    """Mean frequency in bins of the force; bonds that pull (f <= 0) have no place on a logarithmic axis and are left out here."""
    edges, counts = sums.displayed_edges, sums.displayed()
    omega = ratio(sums.displayed("omega"), counts)
    shown = filled_range(counts[0])
    frame = pd.DataFrame(
        {
            "force_low": edges[:-1][shown],
            "force_high": edges[1:][shown],
            "omega": omega[0, shown],
            "omega_error": standard_error(omega)[shown],
            "count": counts[0, shown].astype(np.int64),
        }
    )
    return frame.loc[frame["count"] > 0, PINCHING_FORCE.names].reset_index(drop=True)
