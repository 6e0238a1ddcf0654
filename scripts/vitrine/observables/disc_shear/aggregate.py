"""Directions of the shear modulus over an ensemble, by what is pinned, and one disc to look at (000, Figs. 4, 5)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_batches
from vitrine.aggregation.fields import read_field_batches
from vitrine.interactions import minimum_images
from vitrine.observables.disc_shear import DISC_CURVES, DISC_MAP, DISC_SHEAR
from vitrine.samples.fields import FieldOf
from vitrine.schema import MODULUS, NONE
from vitrine.statistics.bootstrap import weighted_mean

SPREADS = {"disc_spread": "none"} | {f"disc_spread_{name}": name for name in ("string", "square", "strings", "random", "furthest")}


def aggregate_disc_shear(
    disc_shear: Sequence[str | Path], disc_field: Sequence[str | Path], ensemble: Ensemble
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, disc_curves, disc_map, flags) from the batches of table and field. Spreads with something pinned are means over key cores."""
    ledger = Ledger("disc_shear")
    data = pd.concat(list(read_batches(DISC_SHEAR, disc_shear, ensemble, ledger, finite=("mean", "spread"))), ignore_index=True)
    by_pinning = data.pivot(index="sample", columns="pinning", values="spread")
    samples = by_pinning.index.to_numpy()
    weights = ensemble.weights(samples)
    means = data[data["pinning"] == "none"].set_index("sample")["mean"].loc[samples].to_numpy(dtype=float)
    estimates = {"disc_modulus": _mean(means, weights, MODULUS, ledger)}
    for name, pinning in SPREADS.items():
        values = by_pinning[pinning].to_numpy(dtype=float) if pinning in by_pinning else np.full(len(samples), np.nan)
        estimates[name] = _mean(values, weights, NONE, ledger)
    fields = {index: field for index, field in read_field_batches(disc_field, ensemble, ledger) if index in set(samples)}
    union = [float(np.count_nonzero(fields[sample].arrays["excited"])) if sample in fields else np.nan for sample in samples]
    estimates["disc_excited"] = _mean(np.where(np.array(union) > 0, union, np.nan), weights, NONE, ledger)
    cores = [sample for sample in samples if data.loc[data["sample"] == sample, "pinning"].eq("string").any() and sample in fields]
    shown = cores[0] if cores else None
    curves = data.loc[data["sample"] == shown, DISC_CURVES.names[-len(DISC_CURVES.own) :]].reset_index(drop=True)
    return estimates_frame(ensemble, estimates), curves, _map(shown, fields), ledger.frame()


def _mean(values: np.ndarray, weights: np.ndarray, unit: str, ledger: Ledger) -> Estimate:
    return Estimate(weighted_mean(weights, values), unit, int(np.isfinite(values).sum()), len(ledger))


def _map(sample: int | None, fields: dict[int, FieldOf]) -> pd.DataFrame:
    """The particles of the disc that is shown."""
    if sample is None:
        return pd.DataFrame({name: [] for name in DISC_MAP.names})
    glass, arrays = fields[sample].sample, fields[sample].arrays
    inside = np.flatnonzero(arrays["inside"])
    middle = inside[np.argmax(arrays["excited"][inside])]  # of the key core: nowhere in the disc is another image nearer to it
    about = minimum_images(glass.positions[inside] - glass.positions[middle], glass.box)
    about -= about.mean(axis=0)
    columns = {"x": about[:, 0], "y": about[:, 1], "size": glass.diameters[inside]}
    return pd.DataFrame({"sample": np.full(len(inside), sample), **columns, "excited": arrays["excited"][inside].astype(int)})
