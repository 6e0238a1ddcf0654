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
from vitrine.observables.modes import A_G_UNIT, MODE_DENSITY, MODE_WINDOWS, MODES
from vitrine.observables.modes.soft_modes import SoftModes
from vitrine.schema import FREQUENCY, NONE
from vitrine.statistics.bootstrap import ratio, standard_error, weighted_mean
from vitrine.statistics.histograms import OMEGA_BINS, BinnedSums, filled_range
from vitrine.statistics.laws import Law, Windows, at, largest_mean, law_window, stable_window, turns
from vitrine.statistics.power_laws import censored_prefactor, cumulative_exponent, fit_cumulative
from vitrine.statistics.weibull import censored_fit, measured_relative_deviation

OF_THE_LAW = ("A_g", "A_g_ml")  # what is nothing without the law


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
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, mode_density, mode_windows, mode_counts, flags) from the batches of the modes and elasticity tables.

    Modes below the cutoff omega_c count for A_g. The cutoff of a sample is `phonon_fraction` of its own first shear phonon, or, where that is lower,
    the frequency below which the ensemble has `softest` modes per sample on average: in small samples the first phonon lies above the end of the
    omega^4 law (Rainone et al. 2020, Fig. 3), and a window up to the phonon would not be one of the law. Below the cutoff the law is looked for in
    nested windows (`statistics.laws`): A_g is that of the widest one that shows it, and flagged where none does.
    """
    ledger = Ledger("modes")
    phonons = _first_phonons(elasticity, ensemble)
    spectra = Spectra(BinnedSums(OMEGA_BINS, ensemble.rows))
    for batch in read_batches(MODES, modes, ensemble, ledger, positive=("omega",)):
        _add_batch(spectra, _usable(batch, phonons, ensemble, ledger), phonons[0], ensemble, phonon_fraction)
    estimates, windows = _estimates(spectra, phonons[0], ensemble, ledger, phonon_fraction, softest)
    return estimates_frame(ensemble, estimates), _density(spectra, ensemble), law_windows(windows), _counts(spectra, ensemble), ledger.frame()


def _first_phonons(paths: Sequence[str | Path], ensemble: Ensemble) -> tuple[dict[int, float], dict[int, str]]:
    """omega_ph of every sample that has one, and the reasons of those that have none."""
    ledger = Ledger("elasticity")
    data = read_samples(ELASTICITY, paths, ensemble, ledger, finite=("omega_ph",))
    return dict(zip(data["sample"].astype(int), data["omega_ph"].astype(float), strict=True)), ledger.reasons


def _usable(batch: pd.DataFrame, phonons: tuple[dict[int, float], dict[int, str]], ensemble: Ensemble, ledger: Ledger) -> pd.DataFrame:
    """The rows of samples that have a first phonon and no more modes than there are, sorted by sample and mode."""
    known, reasons = phonons
    counts = batch["sample"].value_counts()
    ledger.leave_out(counts.index[counts > ensemble.most_modes], f"more than d(N - 1) = {ensemble.most_modes} modes")
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
    spectra.complete = min(spectra.complete, np.maximum.reduceat(omega, first)[counts < ensemble.least_modes].min(initial=np.inf))
    low = omega < fraction * np.array([phonons[sample] for sample in samples])[owner]
    spectra.low_owner.append(samples[owner][low])
    spectra.low_omega.append(omega[low])


def _joined(parts: list[np.ndarray], dtype: type) -> np.ndarray:
    return np.concatenate(parts).astype(dtype) if parts else np.empty(0, dtype)


def _estimates(
    spectra: Spectra, phonons: dict[int, float], ensemble: Ensemble, ledger: Ledger, fraction: float, softest: float
) -> tuple[dict[str, Estimate], Windows]:
    """Every scalar of the modes, from sums that neither batches nor the order of samples can change; and the windows of the law."""
    samples = _joined(spectra.samples, int)
    order = np.argsort(samples)
    samples, minimal = samples[order], _joined(spectra.minimal, float)[order]
    weights = ensemble.weights(samples)
    phonon = np.array([phonons[sample] for sample in samples], dtype=float)
    total, edges, below = weights.sum(axis=1), OMEGA_BINS.edges, spectra.sums.below()
    many = below[0] >= softest * total[0] if len(samples) else np.zeros(len(edges), bool)
    ceiling = min(spectra.complete, edges[np.argmax(many)] if many.any() else np.inf)
    cutoff = np.minimum(fraction * phonon, ceiling)
    soft = SoftModes.of(samples, cutoff, _joined(spectra.low_owner, int), _joined(spectra.low_omega, float))
    windows = soft.windows(weights, minimal.min(initial=np.inf))
    law = law_window(windows, len(soft.omega))
    ends = _ends(windows, law, ensemble.rows)
    upper = np.minimum(np.minimum(fraction * weighted_mean(weights, phonon), ceiling), ends)
    likelihood = {end: censored_prefactor(weights, minimal, np.minimum(cutoff, end), ensemble.particles) for end in np.unique(ends)}
    shape, scale = censored_fit(weights, minimal, cutoff)
    values = {
        "omega_min": (weighted_mean(weights, minimal), FREQUENCY),
        "omega_min_ratio": (measured_relative_deviation(weights, minimal), NONE),
        "omega_min_below": (weighted_mean(weights, (minimal < fraction * phonon).astype(float)), NONE),
        "omega_cutoff": (upper, FREQUENCY),
        "weibull_exponent": (shape, NONE),
        "weibull_scale": (scale, FREQUENCY),
        "A_g": (fit_cumulative(below, edges, ensemble.particles * total, upper), A_G_UNIT),
        "A_g_exponent": (_free_exponent(windows, soft, weights), NONE),
        "A_g_ml": (np.array([likelihood[end][row] for row, end in enumerate(ends)]), A_G_UNIT),
    }
    if not len(windows):
        reach = ensemble.particles * len(samples) * weighted_mean(weights, cutoff**5) / 5  # the number of samples has no error
        values["A_g_limit"] = (ratio(largest_mean(len(soft.omega)), reach), A_G_UNIT)
    flags = dict.fromkeys(OF_THE_LAW, law.reason)
    return {name: Estimate(numbers, unit, len(samples), len(ledger), flags.get(name, "")) for name, (numbers, unit) in values.items()}, windows


def _ends(windows: Windows, law: Law, rows: int) -> np.ndarray:
    """Where the window of every replicate (R,) ends; infinite, so that the cutoffs alone hold, where there is no law."""
    return windows.ends[turns(windows.counts[0], law.place, rows)] if law.place >= 0 else np.full(rows, np.inf)


def _free_exponent(windows: Windows, soft: SoftModes, weights: np.ndarray) -> np.ndarray:
    """Exponent (R,) of the cumulative in the widest window in which it does not depend on the window; of few modes, below the cutoffs."""
    stable = stable_window(windows)
    if stable >= 0:
        return at(windows.exponents, turns(windows.counts[0], stable, len(weights)))
    return cumulative_exponent(weights, *soft.inside(np.inf))


def law_windows(windows: Windows) -> pd.DataFrame:
    """The table of the windows: what the exponent of the cumulative is in each."""
    columns = {"end": windows.ends, "extent": windows.extents, "count": windows.counts[0], "exponent": windows.exponents[0], "error": windows.errors}
    return pd.DataFrame(columns).astype({"count": np.int64})[MODE_WINDOWS.names]


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
