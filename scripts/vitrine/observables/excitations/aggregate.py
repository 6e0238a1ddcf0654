"""Overlaps of small deformations with the softest mode over an ensemble, and one glass to look at (000, Fig. 2)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_rows
from vitrine.aggregation.fields import field_of_sample, read_field_batches
from vitrine.aggregation.shown import sample_to_show
from vitrine.observables.excitations import EXCITATION_MAP, EXCITATIONS
from vitrine.observables.volume_modes.aggregate import softest_frequency
from vitrine.schema import NONE
from vitrine.statistics.bootstrap import weighted_mean

FIELDS = {"shear +": "shear_forward", "shear -": "shear_backward", "tension": "tension", "compression": "compression"}


def aggregate_excitations(
    excitations: Sequence[str | Path],
    excitation_field: Sequence[str | Path],
    volume_mode_field: Sequence[str | Path],
    volume_modes: Sequence[str | Path],
    ensemble: Ensemble,
    shown: int | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, excitation_map, flags) from the batches of tables and fields."""
    ledger = Ledger("excitations")
    data = read_rows(EXCITATIONS, excitations, ensemble, ledger, finite=("overlap", "difference"))
    by_protocol = data.pivot(index="sample", columns="protocol", values="overlap").reindex(columns=list(FIELDS))
    shear, tension = by_protocol["shear +"].to_numpy(dtype=float), by_protocol["tension"].to_numpy(dtype=float)
    measured = {"overlap_shear": shear, "overlap_tension": tension, "overlap_larger": np.maximum(shear, tension)}
    measured["step_difference"] = data.groupby("sample")["difference"].mean().to_numpy(dtype=float)
    weights = ensemble.weights(by_protocol.index.to_numpy())
    estimates = {name: Estimate(weighted_mean(weights, values), NONE, len(values), len(ledger)) for name, values in measured.items()}
    good = [index for index, _ in read_field_batches(excitation_field, ensemble, Ledger("excitation_field"))]
    chosen = sample_to_show("excitations", set(good) & set(data["sample"]), shown, ensemble, "is good")
    return estimates_frame(ensemble, estimates), _map(chosen, data, excitation_field, volume_mode_field, volume_modes, ensemble), ledger.frame()


def _map(index: int | None, data: pd.DataFrame, fields: Sequence, modes: Sequence, table: Sequence, ensemble: Ensemble) -> pd.DataFrame:
    """The fields of the glass that is shown, each of length one."""
    if index is None:
        return pd.DataFrame({name: [] for name in EXCITATION_MAP.names})
    field, mode = (field_of_sample(files, ensemble, index) for files in (fields, modes))
    glass, own = field.sample, data[data["sample"] == index].set_index("protocol")
    omega = softest_frequency(table, ensemble, index)
    parts = {"mode": (1.0, mode.arrays["displacement"])} | {name: (own.loc[name, "overlap"], field.arrays[key]) for name, key in FIELDS.items()}
    frames = []
    for name, (overlap, u) in parts.items():
        u = u / np.linalg.norm(u)
        about = {"sample": index, "omega": omega, "protocol": name, "overlap": overlap}
        columns = {"x": glass.positions[:, 0], "y": glass.positions[:, 1], "size": glass.diameters}
        frames.append(pd.DataFrame({**columns, "u_x": u[:, 0], "u_y": u[:, 1]}).assign(**about))
    return pd.concat(frames, ignore_index=True)
