"""Key cores over an ensemble: how many glasses have one, how large they are, and one to look at (000 Fig. 3; Supp. 1, 5)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_samples
from vitrine.aggregation.fields import field_of_sample
from vitrine.aggregation.shown import sample_to_show
from vitrine.interactions import minimum_images
from vitrine.observables.key_cores import KEY_CORE_MAP, KEY_CORE_SCATTER, KEY_CORES, OF_MODE
from vitrine.schema import NONE
from vitrine.statistics.bootstrap import ratio, weighted_mean

SHOWN = 12.0  # half the side of the map, in a0


def aggregate_key_cores(
    key_cores: Sequence[str | Path],
    key_core_field: Sequence[str | Path],
    vibrability_field: Sequence[str | Path],
    volume_mode_field: Sequence[str | Path],
    ensemble: Ensemble,
    shown: int | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, key_core_scatter, key_core_map, flags) from the batches of table and fields. Sizes are means over glasses that have a key core."""
    ledger = Ledger("key_cores")
    data = read_samples(KEY_CORES, key_cores, ensemble, ledger, finite=("omega", "prominence"))
    weights = ensemble.weights(data["sample"].to_numpy())
    has = (data["ended"] == "").to_numpy()
    with_square = has & (data["square_i"] >= 0).to_numpy()
    measured = {
        "key_core_share": np.where(has, 1.0, 0.0),
        "core_size": np.where(has, data["core"], np.nan),
        "string_size": np.where(has, data["string"], np.nan),
        "square_alternates": np.where(with_square, data["alternates"], np.nan),
        "square_size": np.where(has, np.where(with_square, 4.0, 0.0), np.nan),
        "second_share": data["second_share"].to_numpy(dtype=float),
        **{f"qlm_{name}": _of_mode(name, data, has) for name, _ in OF_MODE},
    }
    estimates = {
        name: Estimate(weighted_mean(weights, values.astype(float)), NONE, int(np.isfinite(values.astype(float)).sum()), len(ledger))
        for name, values in measured.items()
    }
    second, every = (data.loc[has, name].to_numpy(dtype=float) for name in ("string_second", "string"))
    shares = ratio(weights[:, has] @ second, weights[:, has] @ every)
    estimates["string_second_share"] = Estimate(shares, NONE, int(has.sum()), len(ledger))
    scatter = data[[name for name in KEY_CORE_SCATTER.names if name in data]].reset_index(drop=True)
    fields = (key_core_field, vibrability_field, volume_mode_field)
    chosen = sample_to_show("key_cores", data.loc[has, "sample"], shown, ensemble, "has a key core")
    return estimates_frame(ensemble, estimates), scatter, _map(chosen, *fields, ensemble), ledger.frame()


def _of_mode(name: str, data: pd.DataFrame, has: np.ndarray) -> np.ndarray:
    """A number of the softest mode of the glasses that have a key core; of what changes its sign with the mode the magnitude."""
    values = np.where(has, data[name].to_numpy(dtype=float), np.nan)
    return np.abs(values) if name.endswith("_divergence") else values


def _map(index: int | None, parts: Sequence[str | Path], psi: Sequence[str | Path], modes: Sequence[str | Path], ensemble: Ensemble) -> pd.DataFrame:
    """The particles round the key core of the glass that is shown."""
    if index is None:
        return pd.DataFrame({name: [] for name in KEY_CORE_MAP.names})
    field, vibrability, mode = (field_of_sample(files, ensemble, index) for files in (parts, psi, modes))
    glass, part = field.sample, field.arrays["part"].astype(int)
    middle = np.argmax(vibrability.arrays["vibrability"])  # a string may have particles in another soft spot too
    about = minimum_images(glass.positions - glass.positions[middle], glass.box)
    near = np.flatnonzero(np.all(np.abs(about) <= SHOWN * glass.spacing, axis=1))
    u, sizes = mode.arrays["displacement"], glass.diameters
    columns = {
        "x": about[:, 0],
        "y": about[:, 1],
        "size": sizes,
        "u_x": u[:, 0],
        "u_y": u[:, 1],
        "psi": vibrability.arrays["vibrability"],
        "part": part,
    }
    return pd.DataFrame({"sample": np.full(len(near), index), **{name: values[near] for name, values in columns.items()}})
