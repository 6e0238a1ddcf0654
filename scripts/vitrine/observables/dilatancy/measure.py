"""Dilatancy of the softest nonlinear modes of a glass (004, eqs. 8-9): how much they dilate it over how much they shear it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from vitrine.interactions import Interactions
from vitrine.nonlinear.dilatancy import DISTINCT, dilatancy, strain_coupling
from vitrine.observables.kept_modes import kept_modes
from vitrine.samples import Sample


def measure_dilatancy(
    sample: Sample,
    nonlinear_modes: pd.DataFrame,
    nonlinear_vectors: Mapping[str, np.ndarray],
    kind: str = "cubic",
    modes: int = 1,
    distinct: float = DISTINCT,
) -> dict[str, np.ndarray]:
    """Columns of the table DILATANCY, a row for each mode.

    nonlinear_modes, nonlinear_vectors: what find_nonlinear_modes gives of the same sample, as a frame and as {<kind>_<mode>: (N, d)}.
    Raises SampleError where there is no mode of that kind.
    """
    kept = kept_modes(nonlinear_modes, nonlinear_vectors, kind, modes)
    fields = np.stack([one.vector.ravel() for one in kept], axis=1)
    found = dilatancy(strain_coupling(Interactions.of(sample), fields), distinct)
    told = {"kind": np.full(len(kept), kind, dtype=object), "mode": np.arange(len(kept)), "omega": np.array([one.row["omega"] for one in kept])}
    return told | found._asdict()
