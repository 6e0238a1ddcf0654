"""Parts of the softest modes over an ensemble, the longitudinal share against frequency, and one glass to look at (000 Figs. 1, 3d)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Ledger, estimates_frame, read_batches
from vitrine.aggregation.fields import field_of_sample, read_field_batches
from vitrine.aggregation.scalars import mean_estimates
from vitrine.aggregation.shown import sample_to_show
from vitrine.observables.volume_modes import VOLUME_MAP, VOLUME_MODES
from vitrine.samples.fields import FieldOf
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
    data = pd.concat(list(read_batches(VOLUME_MODES, volume_modes, ensemble, ledger, finite=("omega", "longitudinal"))), ignore_index=True)
    softest = data[data["mode"] == 0]
    estimates = mean_estimates(VOLUME_MODES, softest, ensemble.weights(softest["sample"].to_numpy()), ledger, COLUMNS)
    good = [index for index, _ in read_field_batches(volume_mode_field, ensemble, ledger)]
    psi = dict(read_field_batches(vibrability_field, ensemble, Ledger("vibrability")))
    chosen = sample_to_show("volume_modes", set(good) & set(psi) & set(softest["sample"]), shown, ensemble, "is good")
    field = None if chosen is None else field_of_sample(volume_mode_field, ensemble, chosen)
    return estimates_frame(ensemble, estimates), _spectrum(data, ensemble), _map(chosen, field, psi, softest), ledger.frame()


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


def _map(index: int | None, field: FieldOf | None, psi: dict, softest: pd.DataFrame) -> pd.DataFrame:
    """The particles of the glass that is shown."""
    if index is None:
        return pd.DataFrame({name: [] for name in VOLUME_MAP.names})
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
            "psi": psi[index].arrays["vibrability"],
        }
    )
