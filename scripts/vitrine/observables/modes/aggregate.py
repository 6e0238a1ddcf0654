"""Density of vibrational modes of an ensemble, the prefactor A_g of its omega^4 law, and the statistics of the softest modes.

Normalisation per particle throughout: see `statistics.power_laws`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_batches, read_samples
from vitrine.observables.elasticity import ELASTICITY
from vitrine.observables.modes import A_G_UNIT, MODE_DENSITY, MODES
from vitrine.schema import FREQUENCY, NONE
from vitrine.statistics.bootstrap import ratio, standard_error, weighted_mean
from vitrine.statistics.histograms import OMEGA_BINS, BinnedSums, filled_range
from vitrine.statistics.power_laws import censored_prefactor, cumulative_exponent, fit_cumulative
from vitrine.statistics.weibull import censored_fit, measured_relative_deviation


@dataclass
class Spectra:
    """What is kept of an ensemble's spectra: binned counts, and per sample the softest frequencies and the first phonon.

    `complete` is the frequency below which every sample's modes were computed (infinite for full spectra).
    """

    sums: BinnedSums
    samples: list[np.ndarray] = field(default_factory=list)
    minimal: list[np.ndarray] = field(default_factory=list)
    low_owner: list[np.ndarray] = field(default_factory=list)
    low_omega: list[np.ndarray] = field(default_factory=list)
    complete: float = np.inf


def aggregate_modes(
    modes: Sequence[str | Path],
    elasticity: Sequence[str | Path],
    ensemble: Ensemble,
    phonon_fraction: float,
    softest: float = np.inf,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, mode_density, mode_counts, flags) from the batches of the modes and elasticity tables.

    Modes below the cutoff omega_c count for A_g. The cutoff of a sample is `phonon_fraction` of its own first shear phonon, or, where that is lower,
    the frequency below which the ensemble has `softest` modes per sample on average: in small samples the first phonon lies above the end of the
    omega^4 law (Rainone et al. 2020, Fig. 3), and a window up to the phonon would not be one of the law.
    """
    ledger = Ledger("modes")
    phonons = _first_phonons(elasticity, ensemble)
    spectra = Spectra(BinnedSums(OMEGA_BINS, ensemble.rows))
    for batch in read_batches(MODES, modes, ensemble, ledger, positive=("omega",)):
        _add_batch(spectra, _usable(batch, phonons, ensemble, ledger), phonons[0], ensemble, phonon_fraction)
    estimates = _estimates(spectra, phonons[0], ensemble, ledger, phonon_fraction, softest)
    return estimates_frame(ensemble, estimates), _density(spectra, ensemble), _counts(spectra, ensemble), ledger.frame()


def _first_phonons(paths: Sequence[str | Path], ensemble: Ensemble) -> tuple[dict[int, float], dict[int, str]]:
    """omega_ph of every sample that has one, and the reasons of those that have none."""
    ledger = Ledger("elasticity")
    data = read_samples(ELASTICITY, paths, ensemble, ledger, finite=("omega_ph",))
    return dict(zip(data["sample"].astype(int), data["omega_ph"].astype(float), strict=True)), ledger.reasons


def _usable(batch: pd.DataFrame, phonons: tuple[dict[int, float], dict[int, str]], ensemble: Ensemble, ledger: Ledger) -> pd.DataFrame:
    """The rows of samples that have a first phonon and no more modes than there are, sorted by sample and mode."""
    known, reasons = phonons
    counts = batch["sample"].value_counts()
    ledger.leave_out(counts.index[counts > ensemble.modes], f"more than d(N - 1) = {ensemble.modes} modes")
    without = [sample for sample in counts.index if sample not in known]
    ledger.leave_out(without, [f"no first phonon: {reasons.get(sample, 'not in the elasticity table')}" for sample in without])
    return batch[~batch["sample"].isin(ledger.reasons.keys())].sort_values(["sample", "mode"])


def _add_batch(spectra: Spectra, batch: pd.DataFrame, phonons: dict[int, float], ensemble: Ensemble, fraction: float) -> None:
    """Bin the frequencies of a batch; keep those that may count for A_g."""
    samples, owner, counts = np.unique(batch["sample"].to_numpy(dtype=int), return_inverse=True, return_counts=True)
    if len(samples) == 0:
        return
    omega = batch["omega"].to_numpy()
    spectra.sums.add(ensemble.weights(samples), owner, omega)
    first = np.flatnonzero(np.diff(owner, prepend=-1))
    spectra.samples.append(samples)
    spectra.minimal.append(np.minimum.reduceat(omega, first))
    spectra.complete = min(spectra.complete, np.maximum.reduceat(omega, first)[counts < ensemble.modes].min(initial=np.inf))
    low = omega < fraction * np.array([phonons[sample] for sample in samples])[owner]
    spectra.low_owner.append(samples[owner][low])
    spectra.low_omega.append(omega[low])


def _joined(parts: list[np.ndarray], dtype: type) -> np.ndarray:
    return np.concatenate(parts).astype(dtype) if parts else np.empty(0, dtype)


def _estimates(
    spectra: Spectra, phonons: dict[int, float], ensemble: Ensemble, ledger: Ledger, fraction: float, softest: float
) -> dict[str, Estimate]:
    """Every scalar of the modes, from sums that neither batches nor the order of samples can change."""
    samples = _joined(spectra.samples, int)
    order = np.argsort(samples)
    samples, minimal = samples[order], _joined(spectra.minimal, float)[order]
    weights = ensemble.weights(samples)
    phonon = np.array([phonons[sample] for sample in samples], dtype=float)
    total, edges, below = weights.sum(axis=1), OMEGA_BINS.edges, spectra.sums.below()
    many = below[0] >= softest * total[0] if len(samples) else np.zeros(len(edges), bool)
    ceiling = min(spectra.complete, edges[np.argmax(many)] if many.any() else np.inf)
    cutoff = np.minimum(fraction * phonon, ceiling)
    counts, logs = _below_cutoff(spectra, samples, cutoff)
    upper = np.minimum(fraction * weighted_mean(weights, phonon), ceiling)
    shape, scale = censored_fit(weights, minimal, cutoff)
    values = {
        "omega_min": (weighted_mean(weights, minimal), FREQUENCY),
        "omega_min_ratio": (measured_relative_deviation(weights, minimal), NONE),
        "omega_min_below": (weighted_mean(weights, (minimal < fraction * phonon).astype(float)), NONE),
        "omega_cutoff": (weighted_mean(weights, cutoff), FREQUENCY),
        "weibull_exponent": (shape, NONE),
        "weibull_scale": (scale, FREQUENCY),
        "A_g": (fit_cumulative(below, edges, ensemble.particles * total, upper), A_G_UNIT),
        "A_g_exponent": (cumulative_exponent(weights, counts, logs), NONE),
        "A_g_ml": (censored_prefactor(weights, minimal, cutoff, ensemble.particles), A_G_UNIT),
    }
    return {name: Estimate(numbers, unit, len(samples), len(ledger)) for name, (numbers, unit) in values.items()}


def _below_cutoff(spectra: Spectra, samples: np.ndarray, cutoff: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Per sample (S,): modes below its cutoff and their sum of ln(cutoff/omega)."""
    owner, omega = np.searchsorted(samples, _joined(spectra.low_owner, int)), _joined(spectra.low_omega, float)
    kept = omega < cutoff[owner]
    owner, omega = owner[kept], omega[kept]
    logs = np.bincount(owner, weights=np.log(cutoff[owner] / omega), minlength=len(samples))
    return np.bincount(owner, minlength=len(samples)), logs


def _density(spectra: Spectra, ensemble: Ensemble) -> pd.DataFrame:
    """D(omega) and its cumulative per particle, from the first to the last filled bin; partial spectra end where they cease to be complete."""
    sums, edges = spectra.sums, spectra.sums.displayed_edges
    weights = ensemble.weights(_joined(spectra.samples, int)).sum(axis=1)[:, None] * ensemble.particles
    counts = sums.displayed()
    density = ratio(counts, weights * np.diff(edges))
    cumulative = ratio(sums.below()[:, :: sums.joined][:, 1:], weights)
    shown = filled_range(np.where(edges[1:] <= spectra.complete, counts[0], 0))
    frame = pd.DataFrame(
        {
            "omega_low": edges[:-1][shown],
            "omega_high": edges[1:][shown],
            "density": density[0, shown],
            "density_error": standard_error(density)[shown],
            "cumulative": cumulative[0, shown],
            "cumulative_error": standard_error(cumulative)[shown],
            "count": counts[0, shown].astype(np.int64),
        }
    )
    return frame[MODE_DENSITY.names]


def _counts(spectra: Spectra, ensemble: Ensemble) -> pd.DataFrame:
    """Modes per particle in the fine bins under every replicate's weights: what is integrated over D(omega) elsewhere."""
    samples = _joined(spectra.samples, int)
    particles = ensemble.weights(samples).sum(axis=1)[:, None] * ensemble.particles
    modes = ratio(spectra.sums["count"][:, 1:-1], particles)
    replicate, place = np.nonzero(modes > 0)
    return pd.DataFrame({"replicate": replicate, "bin": place, "modes": modes[replicate, place], "samples": len(samples)})
