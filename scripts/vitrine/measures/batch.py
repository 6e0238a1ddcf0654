"""Measure a batch of samples: the one way from an observable's function to its table."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from vitrine.errors import SampleError
from vitrine.parquet import Table
from vitrine.samples import Sample

Columns = dict[str, np.ndarray]


def measure_batch(samples: Iterable[Sample], table: Table, measure: Callable[[Sample], Columns], at_once: int = 1) -> Columns:
    """Columns of `table` for every sample: what `measure` returns (of equal length), or one row with the flag that leaves the sample out.

    A sample that comes with a flag is not measured; one for which `measure` raises SampleError is flagged with its message. at_once: how many are
    measured at a time, each in a thread, to keep a GPU busy; the rows do not depend on it.
    """
    parts = []
    for sample, columns, flag in _measured(samples, measure, at_once):
        key = {
            "particles": sample.provenance.get("particles", sample.particles),
            "parent_temperature": sample.parent_temperature,
            "sample": sample.index,
        }
        logging.getLogger("vitrine").info("sample %d: %s", sample.index, flag or "measured")
        if flag:
            parts.append({name: [value] for name, value in table.empty_row(**key, flag=flag).items()})
        else:
            length = len(next(iter(columns.values())))
            parts.append({**{name: np.full(length, value) for name, value in key.items()}, **columns, "flag": length * [""]})
    return {name: np.concatenate([part[name] for part in parts]) if parts else np.zeros(0) for name in (column.name for column in table.columns)}


def _measured(samples: Iterable[Sample], measure: Callable[[Sample], Columns], at_once: int) -> Iterator[tuple[Sample, Columns | None, str]]:
    """Every sample in its order, with its columns or with the flag that it has instead."""

    def one(sample: Sample) -> tuple[Sample, Columns | None, str]:
        if sample.flag:
            return sample, None, sample.flag
        try:
            return sample, measure(sample), ""
        except SampleError as error:
            return sample, None, str(error)

    if at_once == 1:
        yield from map(one, samples)
        return
    with ThreadPoolExecutor(at_once) as pool:
        under_way: deque = deque()
        for sample in samples:
            if len(under_way) == at_once:
                yield under_way.popleft().result()
            under_way.append(pool.submit(one, sample))
        while under_way:
            yield under_way.popleft().result()
