r"""Softness of particles from their velocity spectra (003, eq. of S and Fig. 2), and the local Debye-Waller factor.

The Debye-Waller factor is an average over all pairs of frames, 2 F/(F - 1) times the variance of the position along the run; 003 takes the first
frame as the only origin, which adds the noise of one configuration to every particle.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from vitrine.errors import SampleError
from vitrine.observables.softness import CUTOFFS, PEAK
from vitrine.preparation.motion import folded
from vitrine.samples import Trajectory, velocity_sums
from vitrine.samples.velocities import VelocitySums
from vitrine.statistics.correlation import pearson
from vitrine.statistics.displacements import without_drift
from vitrine.statistics.neighbourhoods import against_groups, groups, moran, pair_distances, space_correlation

VERY_SOFT = 20.0  # S above which 003 finds reversible motion
BINS = 5  # of the distance, to a unit of length
PHONON_WIDTH = 0.1  # bins within this share of a phonon's frequency are taken to be its own


def measure_softness(
    trajectory: Trajectory,
    harmonic_frequencies: pd.DataFrame,
    run_moments: pd.DataFrame,
    cutoff: float = 0.6,
    cutoffs: Sequence[float] = CUTOFFS,
    peak: Sequence[float] = PEAK,
    window: str = "hann",
    neighbours: float = 1.5,
) -> dict[str, dict[str, np.ndarray]]:
    """Columns of the five tables of the declaration.

    harmonic_frequencies, run_moments: rows of the sample, from velocity_spectrum. Raises SampleError for a trajectory without velocities, velocities
    too far apart, a run that has no bin below a cutoff, and a band that has no bin.
    """
    sums, start = velocity_sums(trajectory), trajectory.start
    low = sums.low_spectra(window)
    paths = without_drift(trajectory.positions, start.masses)
    bins = sums.bins_up_to(cutoff)
    halves = [sums.half_spectra(half, window) for half in range(2)]
    soft = low[:bins]
    columns = {
        "softness": _softness(soft),
        "softness_ratios": _sum_of_ratios(soft),
        "first_half": _softness(halves[0][: bins // 2]),
        "second_half": _softness(halves[1][: bins // 2]),
        "peak": _softness(_band(sums, peak)),
        "ldwf": debye_waller(paths),
        "ldwf_one_origin": np.mean(np.sum((paths - paths[0]) ** 2, axis=2), axis=0),
        "displacement": np.linalg.norm(paths[-1] - paths[0], axis=1),
    }
    middle = folded(trajectory.positions.mean(axis=0), start.box)[0]
    place = {name: middle[:, axis] if axis < start.dimension else np.full(len(middle), np.nan) for axis, name in enumerate("xyz")}
    frequencies = harmonic_frequencies["omega"].to_numpy(dtype=float)
    space, numbers = _in_space(columns, middle, start.box, start.types, neighbours)
    return {
        "softness_particles": {"particle": np.arange(len(middle)), "species": start.types, **place, **columns},
        "softness_cutoffs": _cutoffs(sums, low, halves, cutoff, cutoffs, start.types, paths, columns, frequencies),
        "softness_space": space,
        "softness_extremes": _extremes(sums, low, columns["softness"]),
        "softness_numbers": {
            name: np.array([value])
            for name, value in {
                **numbers,
                "species_ratio": _species_ratio(columns["softness"], start.types),
                "largest": columns["softness"].max(),
                "above": np.mean(columns["softness"] > VERY_SOFT),
                "without_phonons": _without_phonons(sums, low, run_moments.iloc[0]),
                "bins": bins,
            }.items()
        },
    }


def _softness(spectra: np.ndarray) -> np.ndarray:
    """Sum over bins (K, N) of each particle over that of all, times N: (N,); NaN without a bin."""
    if not len(spectra):
        return np.full(spectra.shape[1], np.nan)
    total = spectra.sum(axis=0)
    return total / total.mean()


def _sum_of_ratios(spectra: np.ndarray) -> np.ndarray:
    """The mean over bins of each particle's share, times N: S as 003 prints it."""
    return np.mean(spectra / spectra.mean(axis=1, keepdims=True), axis=0)


def _band(sums: VelocitySums, ends: Sequence[float]) -> np.ndarray:
    """D_i of the bins between two frequencies; SampleError where there is none."""
    places = sums.whole_omega
    inside = (places >= ends[0]) & (places <= ends[1])
    if not inside.any():
        raise SampleError(
            f"no bin of its spectrum lies between omega = {ends[0]:g} and {ends[1]:g}: bins are {places[1]:.3g} wide, up to {places[-1]:.3g}"
        )
    return sums.whole_spectra()[inside]


def debye_waller(paths: np.ndarray) -> np.ndarray:
    """<|r_i(t') - r_i(t)|^2> over all pairs of different frames of paths (F, N, d): (N,); NaN for a single frame."""
    frames = len(paths)
    return 2 * np.sum(paths.var(axis=0), axis=1) * (frames / (frames - 1) if frames > 1 else np.nan)


def _cutoffs(
    sums: VelocitySums,
    low: np.ndarray,
    halves: Sequence[np.ndarray],
    main: float,
    cutoffs: Sequence[float],
    types: np.ndarray,
    paths: np.ndarray,
    columns: dict,
    frequencies: np.ndarray,
) -> dict[str, np.ndarray]:
    """Rows of SOFTNESS_CUTOFFS; a cutoff that lies outside of the bins has none. low, halves: D_i of the run and of its halves."""
    middle = len(paths) // 2
    ldwf_halves = [debye_waller(paths[:middle]), debye_waller(paths[middle:])]
    rows = []
    for cutoff in sorted({main, *cutoffs}):
        if not sums.width <= cutoff <= sums.low_omega[-1] + sums.width:
            continue
        bins = sums.bins_up_to(cutoff)
        softness, other = _softness(low[:bins]), _sum_of_ratios(low[:bins])
        first, second = (_softness(half[: bins // 2]) for half in halves)
        for species, members in groups(types):
            every = species < 0
            rows.append(
                {
                    "cutoff": cutoff,
                    "main": cutoff == main,
                    "species": species,
                    "correlation": pearson(softness[members], columns["ldwf"][members]),
                    "correlation_one_origin": pearson(softness[members], columns["ldwf_one_origin"][members]),
                    "reliability": pearson(first[members], second[members]),
                    "reliability_ldwf": pearson(ldwf_halves[0][members], ldwf_halves[1][members]),
                    "alike": pearson(softness[members], other[members]),
                    "share": low[:bins].mean(axis=1).sum() * sums.width if every else np.nan,
                    "share_harmonic": np.mean(frequencies < cutoff) if every and np.isfinite(frequencies).all() else np.nan,
                }
            )
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def _in_space(columns: dict, positions: np.ndarray, box: np.ndarray, types: np.ndarray, reach: float) -> tuple[dict, dict]:
    """Rows of SOFTNESS_SPACE, and Moran's I of each kind."""
    pairs = pair_distances(positions, box)
    edges = np.arange(int(BINS * 0.5 * np.diag(box).min()) + 1) / BINS
    parts, numbers = [], {}
    for kind in ("softness", "peak", "ldwf"):
        scores = against_groups(columns[kind], types)
        correlation, counts = space_correlation(scores, pairs, edges)
        numbers[f"moran_{kind}"] = moran(scores, pairs, reach)
        middle = 0.5 * (edges[1:] + edges[:-1])
        parts.append({"kind": np.full(len(middle), kind, dtype=object), "distance": middle, "correlation": correlation, "pairs": counts})
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}, numbers


def _extremes(sums: VelocitySums, low: np.ndarray, softness: np.ndarray) -> dict[str, np.ndarray]:
    """Spectra of the softest and of the hardest particle, in both bands."""
    whole, parts = sums.whole_spectra()[1:], []
    for role, particle in (("softest", np.argmax(softness)), ("hardest", np.argmin(softness))):
        for band, places, spectra in (("low", sums.low_omega, low), ("whole", sums.whole_omega[1:], whole)):
            words = {"role": role, "band": band}
            parts.append({name: np.full(len(places), word, dtype=object) for name, word in words.items()})
            parts[-1] |= {"omega": places, "spectrum": spectra[:, particle]}
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _species_ratio(softness: np.ndarray, types: np.ndarray) -> float:
    """Mean of the second species over that of the first; NaN where there are not two."""
    if not (np.any(types == 0) and np.any(types == 1)):
        return np.nan
    return float(softness[types == 1].mean() / softness[types == 0].mean())


def _without_phonons(sums: VelocitySums, low: np.ndarray, moments: pd.Series) -> float:
    """r of S over all low bins with and without those near the first phonons; NaN where none is near (003, Supplemental Material)."""
    phonons = [moments["phonon_transverse"], moments["phonon_longitudinal"]]
    near = np.zeros(len(low), dtype=bool)
    for phonon in phonons:
        near |= np.abs(sums.low_omega - phonon) <= PHONON_WIDTH * phonon
    return pearson(_softness(low), _softness(low[~near])) if near.any() and not near.all() else np.nan
