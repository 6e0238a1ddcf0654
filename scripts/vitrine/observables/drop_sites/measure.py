"""Where the drops of one planar glass are, beside its key core and the vibrability of its particles (000 Supp. 2, Fig. 14).

Both are of the glass before it is strained. The baseline is exact: the rank of a random particle is uniform, and so near to the key core lie as many
particles as are counted.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from vitrine.interactions import minimum_images
from vitrine.observables.drop_sites import DROP_SITES
from vitrine.samples import Sample

STRING = 2  # part of the key-core field from which on particles belong to the string


def locate_drops(
    sample: Sample,
    quasistatic_drops: pd.DataFrame,
    key_core_field: Mapping[str, np.ndarray],
    vibrability_field: Mapping[str, np.ndarray],
    drops: int = 1,
    near: float = 2.0,
    soft_share: float = 0.05,
) -> dict[str, np.ndarray]:
    """Columns of the table DROP_SITES. Arguments are what the observables quasistatic_shear, key_cores and vibrability gave for this sample."""
    psi, distance = vibrability_field["vibrability"], distances(sample, key_core_field["part"] >= STRING)
    found = quasistatic_drops[(quasistatic_drops["drop"] >= 0) & (quasistatic_drops["drop"] < drops)]
    rows = [_row(drop, distance, psi, near, soft_share) for drop in found.to_dict("records")] or [DROP_SITES.row()]
    return {column.name: np.array([row[column.name] for row in rows]) for column in DROP_SITES.own}


def distances(sample: Sample, string: np.ndarray) -> np.ndarray:
    """From every particle to the nearest one of the string (N,) [a0]; NaN where there is no string."""
    members = np.flatnonzero(string)
    if not len(members):
        return np.full(sample.particles, np.nan)
    to_each = [np.linalg.norm(minimum_images(sample.positions - sample.positions[member], sample.box), axis=1) for member in members]
    return np.min(to_each, axis=0) / sample.spacing


def _row(drop: Mapping, distance: np.ndarray, psi: np.ndarray, near: float, soft_share: float) -> dict:
    core = int(drop["core"])
    there, known = distance[core], np.isfinite(distance[core])
    psi_rank = float(np.mean(psi >= psi[core]))
    return {
        "drop": int(drop["drop"]),
        "strain": drop["strain"],
        "core": core,
        "distance": there,
        "core_rank": np.mean(distance <= there) if known else np.nan,
        "near": float(there <= near) if known else np.nan,
        "near_at_random": np.mean(distance <= near) if known else np.nan,
        "psi_rank": psi_rank,
        "soft": float(psi_rank <= soft_share),
    }
