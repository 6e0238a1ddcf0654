"""Cluster alignment of an ensemble: its means, distributions of scores, and the similarity matrices of one glass (003 Fig. 5)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Ledger, estimates_frame, read_batches, read_rows
from vitrine.aggregation.scalars import mean_estimates
from vitrine.observables.cluster_alignment import (
    CLUSTER_ALIGNMENT,
    CLUSTER_MATRIX,
    CLUSTER_PAIRS,
    CLUSTER_SCORE_DENSITY,
    CLUSTER_SCORES,
    GROUPS,
    MEANINGS,
)
from vitrine.statistics.bootstrap import ratio, standard_error
from vitrine.statistics.histograms import filled_range

EDGES = np.linspace(0.0, 1.0, 51)  # of scores, which lie below one
TEMPLATES = ("antiprism", "polyhedron", "clique", "medium")


def aggregate_cluster_alignment(
    cluster_alignment: Sequence[str | Path], cluster_scores: Sequence[str | Path], cluster_pairs: Sequence[str | Path], ensemble: Ensemble
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, cluster_score_density, cluster_matrix, flags) from the batches of the three tables."""
    ledger = Ledger("cluster_alignment")
    data = read_rows(CLUSTER_ALIGNMENT, cluster_alignment, ensemble, ledger, ("mean_score",))
    particles = read_rows(CLUSTER_SCORES, cluster_scores, ensemble, ledger, ("antiprism",))
    data = data[~data["sample"].isin(ledger.reasons.keys())]
    estimates = {}
    for name in MEANINGS:
        for group in GROUPS:
            rows = data[data["group"] == group]
            if np.isfinite(rows[name].to_numpy(dtype=float)).any():
                weights = ensemble.weights(rows["sample"].to_numpy())
                estimates |= mean_estimates(CLUSTER_ALIGNMENT, rows, weights, ledger, {f"{name}_{group}": name})
    samples = np.unique(data["sample"].to_numpy(dtype=int))
    weights, counts, shown = ensemble.weights(samples), {}, None
    for template in TEMPLATES:
        for (sample, group), rows in particles.groupby(["sample", "group"]):
            _count(counts, (group, template), samples, sample, rows[template].to_numpy(dtype=float))
    for batch in read_batches(CLUSTER_PAIRS, cluster_pairs, ensemble, ledger, finite=("score",)):
        between = batch[batch["cluster_place"] != batch["template_place"]]
        for (sample, group), rows in between.groupby(["sample", "group"]):
            _count(counts, (group, "pair"), samples, sample, rows["score"].to_numpy(dtype=float))
        first = batch["sample"].min()
        if len(batch) and (shown is None or first < shown["sample"].iloc[0]):
            shown = batch[batch["sample"] == first]
    matrix = pd.DataFrame(columns=CLUSTER_MATRIX.names) if shown is None else shown[CLUSTER_MATRIX.names].reset_index(drop=True)
    return estimates_frame(ensemble, estimates), _density(counts, weights), matrix, ledger.frame()


def _count(counts: dict, key: tuple[str, str], samples: np.ndarray, sample: int, values: np.ndarray) -> None:
    """Add the scores of a sample to the histograms {(group, template): (S, bins)}; without a template there are none."""
    place = np.searchsorted(samples, sample)
    values = values[np.isfinite(values)]  # a template has no score against itself
    if len(values) and place < len(samples) and samples[place] == sample:
        counts.setdefault(key, np.zeros((len(samples), len(EDGES) - 1)))[place] += np.histogram(values, EDGES)[0]


def _density(counts: dict, weights: np.ndarray) -> pd.DataFrame:
    """P(score) of each group and template, from the first to the last filled bin."""
    frames = []
    for (group, template), own in sorted(counts.items()):
        whole = weights @ own
        density = ratio(whole, whole.sum(axis=1)[:, None] * np.diff(EDGES))
        shown = filled_range(own.sum(axis=0))
        columns = {
            "score_low": EDGES[:-1][shown],
            "score_high": EDGES[1:][shown],
            "density": density[0, shown],
            "density_error": standard_error(density)[shown],
            "count": own.sum(axis=0)[shown].astype(np.int64),
        }
        frames.append(pd.DataFrame({"group": group, "template": template, **columns}))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=CLUSTER_SCORE_DENSITY.names)
