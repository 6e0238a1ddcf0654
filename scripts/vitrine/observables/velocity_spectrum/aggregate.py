"""Spectra of velocities of an ensemble: means over samples, and the numbers of their runs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_batches, read_samples
from vitrine.aggregation.scalars import mean_estimates
from vitrine.observables.velocity_spectrum import RUN_MOMENTS, VELOCITY_SPECTRA, VELOCITY_SPECTRUM_CURVES
from vitrine.schema import NONE, Table
from vitrine.statistics.bootstrap import ratio, standard_error
from vitrine.statistics.neighbourhoods import ALL

NUMBERS = {
    "run_temperature": "temperature",
    "run_drift": "drift",
    "second_moment": "second_moment",
    "second_moment_exact": "laplacian",
    "second_moment_harmonic": "second_moment_harmonic",
    "spectrum_distance": "distance",
    "spectrum_shift": "shift",
    "below_harmonic": "below_harmonic",
    "softest_mode": "softest",
    "negative_share": "negative",
    "phonon_transverse": "phonon_transverse",
    "phonon_longitudinal": "phonon_longitudinal",
}
LOW_END = 0.6  # omega below which the exponent of the spectrum is taken: 003's soft region


def aggregate_velocity_spectrum(
    velocity_spectra: Sequence[str | Path], run_moments: Sequence[str | Path], ensemble: Ensemble
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, velocity_spectrum_curves, flags) from the batches of the two tables."""
    ledger = Ledger("velocity_spectrum")
    moments = read_samples(RUN_MOMENTS, run_moments, ensemble, ledger, finite=("second_moment", "temperature"))
    weights = ensemble.weights(moments["sample"].to_numpy(dtype=int))
    estimates = mean_estimates(RUN_MOMENTS, moments, weights, ledger, NUMBERS)
    curve, low = mean_curves(
        VELOCITY_SPECTRA, velocity_spectra, ensemble, ledger, ("band", "species", "omega"), ("spectrum", "spectrum_rectangle", "harmonic")
    )
    estimates["low_exponent"] = Estimate(_exponent(curve, low["spectrum"]), NONE, len(moments), len(ledger))
    return estimates_frame(ensemble, estimates), curve[VELOCITY_SPECTRUM_CURVES.names], ledger.frame()


def mean_curves(
    table: Table, paths: Sequence[str | Path], ensemble: Ensemble, ledger: Ledger, keys: tuple[str, ...], columns: tuple[str, ...]
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """Means over samples of columns of a long table at each value of its `keys`: a frame with <column> and <column>_error, replicates (R, rows).

    A number that is NaN is left out of its own mean.
    """
    frames = [batch for batch in read_batches(table, paths, ensemble, ledger) if len(batch)]
    data = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=table.names)
    data = data.assign(**{key: data[key].astype(float).round(9) for key in keys if data[key].dtype.kind == "f"})
    rows = data[list(keys)].drop_duplicates().reset_index(drop=True)
    place = data[list(keys)].merge(rows.reset_index(), on=list(keys), how="left")["index"].to_numpy(dtype=int)
    samples, owner = np.unique(data["sample"].to_numpy(dtype=int), return_inverse=True)
    weights, means = ensemble.weights(samples), {}
    for column in columns:
        values, present = np.zeros((len(samples), len(rows))), np.zeros((len(samples), len(rows)))
        given = data[column].to_numpy(dtype=float)
        there = np.isfinite(given)
        values[owner[there], place[there]], present[owner[there], place[there]] = given[there], 1
        means[column] = ratio(weights @ values, weights @ present)
        rows[column], rows[f"{column}_error"] = means[column][0], standard_error(means[column])
    return rows, means


def _exponent(curve: pd.DataFrame, density: np.ndarray) -> np.ndarray:
    """Slope of ln D against ln omega (R,) over the low bins of all particles up to LOW_END; NaN for fewer than four."""
    inside = ((curve["band"] == "low") & (curve["species"] == ALL) & (curve["omega"] <= LOW_END)).to_numpy(dtype=bool)
    if inside.sum() < 4:
        return np.full(len(density), np.nan)
    x = np.log(curve.loc[inside, "omega"].to_numpy(dtype=float))
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.log(density[:, inside])
    moved = x - x.mean()
    return y @ moved / np.sum(moved**2)
