"""Spectrum of an ensemble's bond operator: the tail of P(lambda), A_g from it, the profile N e(lambda) and the length xi (Giannini et al. 2021)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_batches
from vitrine.aggregation.scalars import joined_flags, own_spacing
from vitrine.observables.bond_operator import BOND_OPERATOR, BOND_OPERATOR_DENSITY
from vitrine.observables.bond_operator.tail import Tail
from vitrine.observables.modes import A_G_UNIT
from vitrine.schema import INVERSE_STIFFNESS, LENGTH, NONE
from vitrine.statistics.bootstrap import ratio, standard_error
from vitrine.statistics.histograms import LAMBDA_BINS, BinnedSums, filled_range
from vitrine.statistics.laws import at, stable_window, turns
from vitrine.statistics.power_laws import tail_prefactor

PARTICIPATIONS = {"N_e": "participation_force", "N_e_displacement": "participation_displacement"}
OF_THE_PLATEAU = ("N_e_plateau", "plateau_onset", "xi_bond")


def aggregate_bond_operator(
    bond_operator: Sequence[str | Path], glasses: Sequence[str | Path], ensemble: Ensemble, lambda_tail: float, plateau_excess: float
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, bond_operator_density, tail_windows, flags) from the batches of the tables of the bond operator and, for a0, of the glasses.

    The law is looked for among the largest `lambda_tail` of all d (N - 1) eigenvalues, in nested windows above an onset (`statistics.laws`):
    A_g_tail is that of the widest one that shows lambda^(-7/2), and flagged where none does; the plateau of N e is its mean above the lowest onset
    from which on it is level, and flagged where it is level nowhere. xi = a0 n^(1/d), n being N e at `plateau_excess` above its plateau (eq. 13), a0
    that of the samples' own boxes.
    """
    ledger = Ledger("bond_operator")
    sums = BinnedSums(LAMBDA_BINS, ensemble.rows)
    total, samples, complete = np.zeros(ensemble.rows), 0, 0.0
    for batch in read_batches(BOND_OPERATOR, bond_operator, ensemble, ledger, positive=("lambda",)):
        counts = batch["sample"].value_counts()
        ledger.leave_out(counts.index[counts > ensemble.most_modes], f"more than d(N - 1) = {ensemble.most_modes} eigenvalues")
        batch = batch[~batch["sample"].isin(ledger.reasons.keys())].sort_values(["sample", "mode"])
        indices, owner = np.unique(batch["sample"].to_numpy(dtype=int), return_inverse=True)
        if len(indices) == 0:
            continue
        weights, values = ensemble.weights(indices), batch["lambda"].to_numpy()
        sums.add(weights, owner, values, log=np.log(values), **_participations(batch, ensemble))
        total += weights.sum(axis=1)
        samples += len(indices)
        complete = max(complete, _complete_above(batch, ensemble))
    tail = Tail.of(sums, total * ensemble.modes, complete, lambda_tail)
    estimates, flags = _estimates(tail, total * ensemble.modes, ensemble)
    plateau, (a0, without) = estimates["N_e_plateau"][0], own_spacing(glasses, ensemble, ledger)
    estimates["xi_bond"] = (a0 * ((1 + plateau_excess) * plateau) ** (1 / ensemble.dimension), LENGTH)
    flags |= dict.fromkeys(OF_THE_PLATEAU, tail.plateau.reason)
    estimates = {name: Estimate(numbers, unit, samples, len(ledger), flags.get(name, "")) for name, (numbers, unit) in estimates.items()}
    density = _density(sums, total * ensemble.modes, complete, ensemble)
    return estimates_frame(ensemble, estimates), density, tail.table(), joined_flags(ledger, without)


def _participations(batch: pd.DataFrame, ensemble: Ensemble) -> dict[str, np.ndarray]:
    """N e of the modes whose vectors were computed, and their number: what the bins sum; of N e also what its slope against ln(lambda) takes."""
    summed, x = {}, np.log(batch["lambda"].to_numpy(dtype=float))
    for name, column in PARTICIPATIONS.items():
        values = ensemble.particles * batch[column].to_numpy(dtype=float)
        there = np.isfinite(values)
        values = np.where(there, values, 0.0)
        summed[name] = values
        summed[f"{name}_count"] = there.astype(float)
        if name == "N_e":
            summed |= {"N_e_x": there * x, "N_e_xx": there * x**2, "N_e_xy": values * x, "N_e_yy": values**2}
    return summed


def _complete_above(batch: pd.DataFrame, ensemble: Ensemble) -> float:
    """The eigenvalue above which all are present in every sample of a batch; 0 for whole spectra."""
    by_sample = batch.groupby("sample")["lambda"]
    return float(by_sample.min()[by_sample.size() < ensemble.least_modes].max()) if (by_sample.size() < ensemble.least_modes).any() else 0.0


def _estimates(tail: Tail, eigenvalues: np.ndarray, ensemble: Ensemble) -> tuple[dict[str, tuple[np.ndarray, str]], dict[str, str]]:
    """Every scalar of the tail, and the flags of those that need the law."""
    blank, rows = np.full(ensemble.rows, np.nan), ensemble.rows
    found = {
        "lambda_tail": (blank, INVERSE_STIFFNESS),
        "lambda_exponent": (blank, NONE),
        "lambda_onset": (blank, INVERSE_STIFFNESS),
        "A_g_tail": (blank, A_G_UNIT),
        "N_e_plateau": (blank, NONE),
        "plateau_onset": (blank, INVERSE_STIFFNESS),
    }
    if len(tail.windows):
        law = turns(tail.windows.counts[0], max(tail.law.place, 0), rows)
        free = turns(tail.windows.counts[0], max(stable_window(tail.windows), 0), rows)
        level = turns(tail.profile.counts[0], max(tail.plateau.place, 0), rows)
        onset = tail.onsets[law]
        found |= {
            "lambda_tail": (np.full(rows, tail.onsets[0]), INVERSE_STIFFNESS),
            "lambda_exponent": (1 + at(tail.windows.exponents, free) / 2, NONE),
            "lambda_onset": (onset, INVERSE_STIFFNESS),
            "A_g_tail": (tail_prefactor(at(tail.windows.counts, law), eigenvalues, onset, ensemble.particles, ensemble.dimension), A_G_UNIT),
            "N_e_plateau": (at(tail.profile.means, level), NONE),
            "plateau_onset": (tail.onsets[level], INVERSE_STIFFNESS),
        }
    return found, {"A_g_tail": tail.law.reason, "lambda_onset": tail.law.reason}


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
