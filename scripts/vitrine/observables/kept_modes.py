"""What the observable nonlinear_modes keeps of a sample, for observables that take its modes one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from vitrine.errors import SampleError


class KeptMode(NamedTuple):
    """A mode: its row of the table nonlinear_modes and its vector (N, d) of length one."""

    row: pd.Series
    vector: np.ndarray


def kept_modes(nonlinear_modes: pd.DataFrame, nonlinear_vectors: Mapping[str, np.ndarray], kind: str, number: int) -> list[KeptMode]:
    """The `number` softest modes of a kind, or as many as were kept. Raises SampleError where there is none."""
    found = []
    for mode in range(number):
        vector = nonlinear_vectors.get(f"{kind}_{mode}")
        rows = nonlinear_modes[(nonlinear_modes["kind"] == kind) & (nonlinear_modes["mode"] == mode)]
        if vector is None or not len(rows) or not np.all(np.isfinite(vector)):
            break
        found.append(KeptMode(rows.iloc[0], vector))
    if not found:
        raise SampleError(f"no {kind} mode: nonlinear_modes found none in it, or keeps none of that kind")
    return found
