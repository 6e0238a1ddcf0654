"""The transverse density of states over an ensemble, how it lies on strings, and one disc to look at (000 Figs. 4d, 5b)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Ledger, estimates_frame, read_samples
from vitrine.aggregation.fields import field_of_sample
from vitrine.aggregation.scalars import mean_estimates
from vitrine.aggregation.shown import sample_to_show
from vitrine.observables.disc_shear.aggregate import places_in_disc
from vitrine.observables.transverse_density import TRANSVERSE_DENSITY, TRANSVERSE_MAP

COLUMNS = {
    "transverse_density": "mean",
    "window_modes": "modes",
    "strings_contrast": "contrast",
    "strings_overlap": "overlap",
    "strings_chance": "chance",
}


def aggregate_transverse_density(
    transverse_density: Sequence[str | Path],
    transverse_density_field: Sequence[str | Path],
    disc_field: Sequence[str | Path],
    ensemble: Ensemble,
    shown: int | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, transverse_map, flags). What is told of strings is a mean over glasses that have a key core."""
    ledger = Ledger("transverse_density")
    data = read_samples(TRANSVERSE_DENSITY, transverse_density, ensemble, ledger, finite=("mean",))
    estimates = mean_estimates(TRANSVERSE_DENSITY, data, ensemble.weights(data["sample"].to_numpy()), ledger, COLUMNS)
    chosen = sample_to_show("transverse_density", data.loc[data["strings"] > 0, "sample"], shown, ensemble, "has a key core")
    return estimates_frame(ensemble, estimates), _map(chosen, transverse_density_field, disc_field, ensemble), ledger.frame()


def _map(chosen: int | None, densities: Sequence[str | Path], discs: Sequence[str | Path], ensemble: Ensemble) -> pd.DataFrame:
    """The particles of the disc that is shown."""
    if chosen is None:
        return pd.DataFrame({name: [] for name in TRANSVERSE_MAP.names})
    density, disc = (field_of_sample(files, ensemble, chosen) for files in (densities, discs))
    inside, about = places_in_disc(disc)
    columns = {"x": about[:, 0], "y": about[:, 1], "size": disc.sample.diameters[inside], "reduced_density": density.arrays["density"][inside]}
    return pd.DataFrame({"sample": np.full(len(inside), chosen), **columns, "excited": disc.arrays["excited"][inside].astype(int)})
