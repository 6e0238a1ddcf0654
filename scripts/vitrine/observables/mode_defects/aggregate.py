"""Charges of key cores and densities of defects over an ensemble, and the defects of one glass (000 Supp. Fig. 6)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Ensemble, Estimate, Ledger, estimates_frame, read_rows
from vitrine.aggregation.fields import field_of_sample
from vitrine.aggregation.shown import sample_to_show
from vitrine.interactions import minimum_images
from vitrine.observables.mode_defects import DENSITY, MODE_DEFECT_FIELD, MODE_DEFECT_MAP, MODE_DEFECT_PLACES, MODE_DEFECTS
from vitrine.observables.mode_defects.measure import middle_of_square
from vitrine.observables.volume_modes.aggregate import softest_frequency
from vitrine.schema import NONE
from vitrine.statistics.bootstrap import ratio, weighted_mean

FIELDS = ("mode", "transverse", "longitudinal")


def aggregate_mode_defects(
    mode_defects: Sequence[str | Path],
    mode_defect_places: Sequence[str | Path],
    volume_mode_field: Sequence[str | Path],
    volume_modes: Sequence[str | Path],
    key_core_field: Sequence[str | Path],
    vibrability_field: Sequence[str | Path],
    ensemble: Ensemble,
    shown: int | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """(estimates, mode_defect_map, mode_defect_field, flags). Charges are means over glasses that have a key core; densities over all."""
    ledger = Ledger("mode_defects")
    data = read_rows(MODE_DEFECTS, mode_defects, ensemble, ledger, finite=("number_density",))
    samples = np.sort(data["sample"].unique())
    weights = ensemble.weights(samples)

    def column(name: str, field: str, mesh: str = "particles") -> np.ndarray:
        rows = data[(data["field"] == field) & (data["mesh"] == mesh)].set_index("sample")
        return rows[name].reindex(samples).to_numpy(dtype=float)

    def mean(values: np.ndarray, unit: str = NONE) -> Estimate:
        return Estimate(weighted_mean(weights, values), unit, int(np.isfinite(values).sum()), len(ledger))

    def negative(field: str) -> np.ndarray:
        charge = column("nearest_charge", field)
        return np.where(np.isfinite(charge), charge < 0, np.nan)

    faint, every = column("faint", "mode"), column("positive", "mode") + column("negative", "mode")
    estimates = {
        "core_charge": mean(column("core_charge", "mode")),
        "core_charge_grid": mean(column("core_charge", "mode", "grid")),
        "core_negative": mean(negative("mode")),
        **{f"core_negative_{field}": mean(negative(field)) for field in FIELDS[1:]},
        **{f"defects_{field}": mean(column("number_density", field), DENSITY) for field in FIELDS},
        "defects_faint": Estimate(ratio(weights @ faint, weights @ every), NONE, len(samples), len(ledger)),
    }
    has = data.loc[np.isfinite(data["core_charge"]), "sample"]
    chosen = sample_to_show("mode_defects", samples if shown is not None else has if len(has) else samples, shown, ensemble, "is good")
    return (
        estimates_frame(ensemble, estimates),
        *_maps(chosen, mode_defect_places, volume_mode_field, volume_modes, key_core_field, vibrability_field, ensemble),
        ledger.frame(),
    )


def _maps(
    chosen: int | None, places: Sequence, modes: Sequence, table: Sequence, parts: Sequence, psi: Sequence, ensemble: Ensemble
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Defects and particles of the glass that is shown, about the middle of its key core, or its largest Psi."""
    if chosen is None:
        return tuple(pd.DataFrame({name: [] for name in own.names}) for own in (MODE_DEFECT_MAP, MODE_DEFECT_FIELD))
    mode, core, vibrability = (field_of_sample(files, ensemble, chosen) for files in (modes, parts, psi))
    glass, part = mode.sample, core.arrays["part"].astype(int)
    middle = middle_of_square(glass, part)
    if middle is None:
        middle = glass.positions[np.argmax(vibrability.arrays["vibrability"])]
    defects = read_rows(MODE_DEFECT_PLACES, places, ensemble, Ledger("places"))
    defects = defects.loc[defects["sample"] == chosen, [name for name in MODE_DEFECT_MAP.names if name in defects]].reset_index(drop=True)
    defects[["x", "y"]] = minimum_images(defects[["x", "y"]].to_numpy(dtype=float) - middle, glass.box)
    about, u, longitudinal = minimum_images(glass.positions - middle, glass.box), mode.arrays["displacement"], mode.arrays["longitudinal"]
    columns = {"x": about[:, 0], "y": about[:, 1], "size": glass.diameters, "psi": vibrability.arrays["vibrability"], "part": part}
    columns |= {"u_x": u[:, 0], "u_y": u[:, 1], "longitudinal_x": longitudinal[:, 0], "longitudinal_y": longitudinal[:, 1]}
    omega = softest_frequency(table, ensemble, chosen)
    return defects, pd.DataFrame({"sample": np.full(glass.particles, chosen), "omega": np.full(glass.particles, omega), **columns})
