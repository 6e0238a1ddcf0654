"""Parts of the softest modes over an ensemble, the longitudinal share against frequency, and one glass to look at (000 Figs. 1, 3d)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Ledger, estimates_frame, read_rows
from vitrine.aggregation.fields import field_of_sample, read_field_batches
from vitrine.aggregation.scalars import mean_estimates
from vitrine.aggregation.shown import sample_to_show
from vitrine.observables.volume_modes import VOLUME_MAP, VOLUME_MODES
from vitrine.statistics.bootstrap import ratio, standard_error
from vitrine.statistics.histograms import LogBins

BINS = LogBins(-4, 3, per_decade=12)
CORRELATIONS = ("psi_longitudinal", "psi_divergence", "psi_absolute", "longitudinal_divergence", "longitudinal_absolute")
COLUMNS = {"transverse_share": "transverse"} | {
    name: name for name in ("participation_transverse", "participation_longitudinal", "core_divergence", *CORRELATIONS)
}


def aggregate_volume_modes(
    volume_modes: Sequence[str | Path],
    volume_mode_field: Sequence[str | Path],
    vibrability_field: Sequence[str | Path],
    ensemble: Ensemble,
    shown: int | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, volume_spectrum, volume_map, flags) from the batches of table and fields; estimates are of each sample's softest mode."""
    ledger = Ledger("volume_modes")
    data = read_rows(VOLUME_MODES, volume_modes, ensemble, ledger, finite=("omega", "longitudinal"))
    softest = data[data["mode"] == 0]
    estimates = mean_estimates(VOLUME_MODES, softest, ensemble.weights(softest["sample"].to_numpy()), ledger, COLUMNS)
    decomposed = {index for index, _ in read_field_batches(volume_mode_field, ensemble, ledger)}
    known = {index for index, _ in read_field_batches(vibrability_field, ensemble, Ledger("vibrability"))}
    chosen = sample_to_show("volume_modes", decomposed & known & set(softest["sample"]), shown, ensemble, "is good")
    shown_map = _map(chosen, volume_mode_field, vibrability_field, softest, ensemble)
    return estimates_frame(ensemble, estimates), _spectrum(data, ensemble), shown_map, ledger.frame()


def softest_frequency(volume_modes: Sequence[str | Path], ensemble: Ensemble, sample: int) -> float:
    """The frequency of the softest mode of one sample, from the batches of VOLUME_MODES."""
    rows = read_rows(VOLUME_MODES, volume_modes, ensemble, Ledger("volume_modes"))
    return rows.loc[(rows["sample"] == sample) & (rows["mode"] == 0), "omega"].iloc[0]


def _spectrum(data: pd.DataFrame, ensemble: Ensemble) -> pd.DataFrame:
    """Mean longitudinal share in bins of the frequency."""
    edges = BINS.edges
    place = BINS.index(data["omega"].to_numpy(dtype=float)) - 1
    samples, own = np.unique(data["sample"], return_inverse=True)
    sums = np.zeros((2, len(samples), len(edges) - 1))
    np.add.at(sums, (0, own, place), 1.0)
    np.add.at(sums, (1, own, place), data["longitudinal"].to_numpy(dtype=float))
    weights = ensemble.weights(samples)
    share, counts = ratio(weights @ sums[1], weights @ sums[0]), sums[0].sum(axis=0)
    filled = counts > 0
    return pd.DataFrame(
        {
            "omega_low": edges[:-1][filled],
            "omega_high": edges[1:][filled],
            "longitudinal": share[0, filled],
            "longitudinal_error": standard_error(share)[filled],
            "count": counts[filled].astype(np.int64),
        }
    )


def _map(index: int | None, modes: Sequence[str | Path], psi: Sequence[str | Path], softest: pd.DataFrame, ensemble: Ensemble) -> pd.DataFrame:
    """The particles of the glass that is shown."""
    if index is None:
        return pd.DataFrame({name: [] for name in VOLUME_MAP.names})
    field, vibrability = (field_of_sample(files, ensemble, index) for files in (modes, psi))
    glass, u, part = field.sample, field.arrays["displacement"], field.arrays["longitudinal"]
    return pd.DataFrame(
        {
            "sample": np.full(glass.particles, index),
            "omega": np.full(glass.particles, softest.loc[softest["sample"] == index, "omega"].iloc[0]),
            "x": glass.positions[:, 0],
            "y": glass.positions[:, 1],
            "size": glass.diameters,
            "u_x": u[:, 0],
            "u_y": u[:, 1],
            "longitudinal_x": part[:, 0],
            "longitudinal_y": part[:, 1],
            "divergence": field.arrays["divergence"],
            "psi": vibrability.arrays["vibrability"],
        }
    )
