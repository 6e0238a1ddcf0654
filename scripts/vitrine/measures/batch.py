"""Measure a batch of samples: the one way from an observable's function to its table."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from vitrine.errors import SampleError
from vitrine.samples import Sample
from vitrine.tables import Table


def measure_batch(samples: Iterable[Sample], table: Table, measure: Callable[[Sample], dict[str, np.ndarray]]) -> pd.DataFrame:
    """Rows of `table` for every sample: what `measure` returns (columns of equal length), or one row with the flag that leaves the sample out.

    A sample that comes with a flag is not measured; one for which `measure` raises SampleError is flagged with its message.
    """
    parts = []
    for sample in samples:
        key = {
            "particles": sample.provenance.get("particles", sample.particles),
            "parent_temperature": sample.parent_temperature,
            "sample": sample.index,
        }
        flag, columns = sample.flag, None
        if not flag:
            try:
                columns = measure(sample)
            except SampleError as error:
                flag = str(error)
        logging.getLogger("vitrine").info("sample %d: %s", sample.index, flag or "measured")
        if flag:
            parts.append(pd.DataFrame([table.empty_row(**key, flag=flag)]))
        else:
            length = len(next(iter(columns.values())))
            parts.append(pd.DataFrame({**{name: np.full(length, value) for name, value in key.items()}, **columns, "flag": [""] * length}))
    names = [column.name for column in table.columns]
    return pd.concat([part[names] for part in parts], ignore_index=True) if parts else pd.DataFrame(columns=names)
