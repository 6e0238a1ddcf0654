"""Directions of the shear modulus over an ensemble, by what is pinned, and one disc to look at (000, Figs. 4, 5)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_rows
from vitrine.aggregation.fields import field_of_sample, read_field_batches
from vitrine.aggregation.shown import sample_to_show
from vitrine.interactions import minimum_images
from vitrine.observables.disc_shear import DISC_ANGLES, DISC_CURVES, DISC_LENGTH_SHARES, DISC_LENGTHS, DISC_MAP, DISC_SHEAR, DISC_STRINGS, HARMONICS
from vitrine.observables.disc_shear.directions import modulus_at
from vitrine.samples.fields import FieldOf
from vitrine.schema import MODULUS, NONE, Table, names_of
from vitrine.statistics.bootstrap import ratio, standard_error, weighted_mean

SPREADS = {"disc_spread": "none"} | {f"disc_spread_{name}": name for name in ("string", "square", "own", "strings", "random", "furthest")}
LONGER = 3  # particles: shorter strings are left out of the distribution (000 Fig. 4e)


def aggregate_disc_shear(
    disc_shear: Sequence[str | Path],
    disc_strings: Sequence[str | Path],
    disc_lengths: Sequence[str | Path],
    disc_field: Sequence[str | Path],
    ensemble: Ensemble,
    shown: int | None = None,
) -> tuple[pd.DataFrame, ...]:
    """(estimates, disc_curves, disc_map, disc_angles, disc_length_shares, flags). Spreads with something pinned are means over key cores."""
    ledger = Ledger("disc_shear")
    data = read_rows(DISC_SHEAR, disc_shear, ensemble, ledger, finite=("mean", "spread"))
    angles, lengths = (_of_good(table, files, ensemble, data) for table, files in ((DISC_STRINGS, disc_strings), (DISC_LENGTHS, disc_lengths)))
    by_pinning = data.pivot(index="sample", columns="pinning", values="spread")
    samples = by_pinning.index.to_numpy()
    weights = ensemble.weights(samples)
    free = data[data["pinning"] == "none"].set_index("sample").loc[samples]
    estimates = {"disc_modulus": _mean(free["mean"].to_numpy(dtype=float), weights, MODULUS, ledger)}
    for name, pinning in SPREADS.items():
        values = by_pinning[pinning].to_numpy(dtype=float) if pinning in by_pinning else np.full(len(samples), np.nan)
        estimates[name] = _mean(values, weights, NONE, ledger)
    excited = {index: np.count_nonzero(field.arrays["excited"]) for index, field in read_field_batches(disc_field, ensemble, ledger)}
    union = np.array([excited.get(sample, np.nan) for sample in samples], dtype=float)
    estimates["disc_excited"] = _mean(np.where(union > 0, union, np.nan), weights, NONE, ledger)
    for name, column in (("disc_strings_correlation", "excited"), ("disc_free_correlation", "excited_free")):
        estimates[name] = _mean(_correlations(free, angles, column), weights, NONE, ledger)
    pinned = set(data.loc[data["pinning"] == "string", "sample"])
    cores = [sample for sample in samples if sample in pinned and sample in excited]
    chosen = sample_to_show("disc_shear", cores, shown, ensemble, "has a key core")
    curves = data.loc[data["sample"] == chosen, names_of(DISC_CURVES.own)].reset_index(drop=True)
    drawn = angles.loc[angles["sample"] == chosen, names_of(DISC_ANGLES.own)].reset_index(drop=True)
    return estimates_frame(ensemble, estimates), curves, _map(chosen, disc_field, ensemble), drawn, _shares(lengths, cores, ensemble), ledger.frame()


def _of_good(table: Table, paths: Sequence[str | Path], ensemble: Ensemble, good: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table of the samples that another one takes."""
    rows = read_rows(table, paths, ensemble, Ledger(table.name))
    return rows[rows["sample"].isin(set(good["sample"]))]


def _mean(values: np.ndarray, weights: np.ndarray, unit: str, ledger: Ledger) -> Estimate:
    return Estimate(weighted_mean(weights, values), unit, int(np.isfinite(values).sum()), len(ledger))


def _correlations(free: pd.DataFrame, angles: pd.DataFrame, column: str) -> np.ndarray:
    """Pearson's correlation over angles of a number of excited particles and G with nothing pinned, (S,); NaN where one of them does not vary."""
    found, by_sample = [], dict(list(angles.groupby("sample")))
    for sample, row in free.iterrows():
        own = by_sample.get(sample, angles[:0])
        excited, theta = own[column].to_numpy(dtype=float), np.radians(own["theta"].to_numpy(dtype=float))
        modulus = modulus_at(row[list(HARMONICS)].to_numpy(dtype=float), theta)
        varied = len(own) > 1 and np.ptp(excited) > 0 and np.ptp(modulus) > 0
        found.append(np.corrcoef(excited, modulus)[0, 1] if varied else np.nan)
    return np.array(found)


def _shares(lengths: pd.DataFrame, cores: Sequence[int], ensemble: Ensemble) -> pd.DataFrame:
    """The distribution of the lengths of strings, every string counted once."""
    long = lengths[lengths["length"] > LONGER]
    sizes = np.sort(long["length"].unique()).astype(int)
    counts = np.zeros((len(cores), len(sizes)))
    places = {sample: place for place, sample in enumerate(cores)}
    for sample, length, count in zip(long["sample"], long["length"], long["count"], strict=True):
        counts[places[sample], np.searchsorted(sizes, length)] += count
    weighted = ensemble.weights(np.array(cores, dtype=int)) @ counts
    shares = ratio(weighted, weighted.sum(axis=1)[:, None])
    columns = {"length": sizes, "share": shares[0], "share_error": standard_error(shares), "count": counts.sum(axis=0).astype(np.int64)}
    return pd.DataFrame(columns, columns=names_of(DISC_LENGTH_SHARES.own))


def places_in_disc(field: FieldOf) -> tuple[np.ndarray, np.ndarray]:
    """The particles of a disc (n,), and their places (n, 2) about its middle, which is the circular mean of theirs."""
    glass = field.sample
    inside = np.flatnonzero(field.arrays["inside"])
    phases = 2 * np.pi * glass.positions[inside] @ np.linalg.inv(glass.box).T
    middle = glass.box @ np.arctan2(np.sin(phases).sum(axis=0), np.cos(phases).sum(axis=0)) / (2 * np.pi)
    about = minimum_images(glass.positions[inside] - middle, glass.box)
    return inside, about - about.mean(axis=0)


def _map(sample: int | None, fields: Sequence[str | Path], ensemble: Ensemble) -> pd.DataFrame:
    """The particles of the disc that is shown."""
    if sample is None:
        return pd.DataFrame({name: [] for name in DISC_MAP.names})
    disc = field_of_sample(fields, ensemble, sample)
    inside, about = places_in_disc(disc)
    columns = {"x": about[:, 0], "y": about[:, 1], "size": disc.sample.diameters[inside]}
    further = {name: disc.arrays[name][inside].astype(int) for name in names_of(DISC_MAP.own)[4:]}
    return pd.DataFrame({"sample": np.full(len(inside), sample), **columns, **further})
