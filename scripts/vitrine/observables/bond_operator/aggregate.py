"""Spectrum of an ensemble's bond operator: the tail of P(lambda), A_g from it, the profile N e(lambda) and the length xi (Giannini et al. 2021)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_batches
from vitrine.aggregation.scalars import joined_flags, own_spacing
from vitrine.observables.bond_operator import BOND_OPERATOR, BOND_OPERATOR_DENSITY
from vitrine.observables.modes import A_G_UNIT
from vitrine.schema import INVERSE_STIFFNESS, LENGTH, NONE
from vitrine.statistics.bootstrap import ratio, standard_error
from vitrine.statistics.histograms import LAMBDA_BINS, BinnedSums, filled_range
from vitrine.statistics.power_laws import hill_exponent, tail_edge, tail_onset, tail_prefactor

PARTICIPATIONS = {"N_e": "participation_force", "N_e_displacement": "participation_displacement"}


def aggregate_bond_operator(
    bond_operator: Sequence[str | Path], glasses: Sequence[str | Path], ensemble: Ensemble, lambda_tail: float, plateau_excess: float
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, bond_operator_density, flags) from the batches of the tables of the bond operator and, for a0, of the glasses.

    The tail is made of the largest `lambda_tail` of all d (N - 1) eigenvalues: above its threshold, `lambda_tail`, the free exponent
    `lambda_exponent` and the plateau of N e are measured. The prefactor A_g_tail takes the eigenvalues above `lambda_onset`, where the lambda^(-7/2)
    law sets in: see `statistics.power_laws.tail_onset` for why. xi = a0 n^(1/d), n being N e at `plateau_excess` above its plateau (eq. 13), a0 that
    of the samples' own boxes.
    """
    ledger = Ledger("bond_operator")
    sums = BinnedSums(LAMBDA_BINS, ensemble.rows)
    total, samples, complete = np.zeros(ensemble.rows), 0, 0.0
    for batch in read_batches(BOND_OPERATOR, bond_operator, ensemble, ledger, positive=("lambda",)):
        counts = batch["sample"].value_counts()
        ledger.leave_out(counts.index[counts > ensemble.modes], f"more than d(N - 1) = {ensemble.modes} eigenvalues")
        batch = batch[~batch["sample"].isin(ledger.reasons.keys())].sort_values(["sample", "mode"])
        indices, owner = np.unique(batch["sample"].to_numpy(dtype=int), return_inverse=True)
        if len(indices) == 0:
            continue
        weights, values = ensemble.weights(indices), batch["lambda"].to_numpy()
        sums.add(weights, owner, values, log=np.log(values), **_participations(batch, ensemble))
        total += weights.sum(axis=1)
        samples += len(indices)
        complete = max(complete, _complete_above(batch, ensemble))
    estimates = _estimates(sums, total * ensemble.modes, complete, ensemble, lambda_tail)
    plateau, (a0, without) = estimates["N_e_plateau"][0], own_spacing(glasses, ensemble, ledger)
    estimates["xi_bond"] = (a0 * ((1 + plateau_excess) * plateau) ** (1 / ensemble.dimension), LENGTH)
    estimates = {name: Estimate(numbers, unit, samples, len(ledger)) for name, (numbers, unit) in estimates.items()}
    return estimates_frame(ensemble, estimates), _density(sums, total * ensemble.modes, complete, ensemble), joined_flags(ledger, without)


def _participations(batch: pd.DataFrame, ensemble: Ensemble) -> dict[str, np.ndarray]:
    """N e of the modes whose vectors were computed, and their number: what the bins sum."""
    summed = {}
    for name, column in PARTICIPATIONS.items():
        values = ensemble.particles * batch[column].to_numpy(dtype=float)
        summed[name] = np.where(np.isfinite(values), values, 0.0)
        summed[f"{name}_count"] = np.isfinite(values).astype(float)
    return summed


def _complete_above(batch: pd.DataFrame, ensemble: Ensemble) -> float:
    """The eigenvalue above which all are present in every sample of a batch; 0 for whole spectra."""
    by_sample = batch.groupby("sample")["lambda"]
    return float(by_sample.min()[by_sample.size() < ensemble.modes].max()) if (by_sample.size() < ensemble.modes).any() else 0.0


def _estimates(sums: BinnedSums, eigenvalues: np.ndarray, complete: float, ensemble: Ensemble, fraction: float) -> dict[str, tuple[np.ndarray, str]]:
    edges, above = sums.bins.edges, sums.above()
    start = tail_edge(above, eigenvalues, fraction)
    start = np.where((start >= 0) & (edges[start] > complete), start, -1)
    onset = tail_onset(above, edges, start)
    at = np.maximum(start, 0)[:, None]
    plateau = ratio(*(np.take_along_axis(sums.above(name), at, axis=1)[:, 0] for name in ("N_e", "N_e_count")))
    plateau = np.where(start >= 0, plateau, np.nan)
    return {
        "lambda_tail": (np.where(start >= 0, edges[start], np.nan), INVERSE_STIFFNESS),
        "lambda_exponent": (hill_exponent(above, sums.above("log"), edges, start), NONE),
        "lambda_onset": (np.where(onset >= 0, edges[onset], np.nan), INVERSE_STIFFNESS),
        "A_g_tail": (tail_prefactor(above, eigenvalues, edges, onset, ensemble.particles, ensemble.dimension), A_G_UNIT),
        "N_e_plateau": (plateau, NONE),
    }


def _density(sums: BinnedSums, eigenvalues: np.ndarray, complete: float, ensemble: Ensemble) -> pd.DataFrame:
    """P(lambda) and the profiles of N e from the first to the last filled bin; partial spectra begin where they are complete."""
    edges, counts = sums.displayed_edges, sums.displayed()
    density = ratio(counts, eigenvalues[:, None] * np.diff(edges))
    shown = filled_range(np.where(edges[:-1] >= complete, counts[0], 0))
    columns = {
        "lambda_low": edges[:-1][shown],
        "lambda_high": edges[1:][shown],
        "density": density[0, shown],
        "density_error": standard_error(density)[shown],
        "count": counts[0, shown].astype(np.int64),
    }
    for name in PARTICIPATIONS:
        profile = ratio(sums.displayed(name), sums.displayed(f"{name}_count"))
        columns[name], columns[f"{name}_error"] = profile[0, shown], standard_error(profile)[shown]
    return pd.DataFrame(columns)[BOND_OPERATOR_DENSITY.names]
