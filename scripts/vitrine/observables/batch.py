"""Measure a batch of systems: the one way from an observable's function to its tables and fields."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from vitrine.declare import Observable
from vitrine.errors import SampleError
from vitrine.schema import Table

Columns = dict[str, np.ndarray]


class System(NamedTuple):
    """One system of a batch: its index, what the observable's function is called with, and the flag that keeps it from being measured."""

    index: int
    given: tuple
    flag: str = ""


class Measured(NamedTuple):
    """A batch: columns of each table, and of each field (index, sample, arrays, flag) of every system."""

    tables: dict[str, Columns]
    fields: dict[str, list[tuple[int, object, dict[str, np.ndarray], str]]]


def measure_batch(systems: Iterable[System], observable: Observable, measure: Callable[..., Mapping], at_once: int = 1) -> Measured:
    """What `measure` gives for every system, or one row with the flag that leaves it out.

    A system that comes with a flag is not measured; one for which `measure` raises SampleError is flagged with its message. `measure` returns the
    columns of the observable's one table (of equal length), or {name of the table or field: columns or arrays} where it gives several. at_once: how
    many are measured at a time, each in a thread, to keep a GPU busy; the rows do not depend on it.
    """
    parts: dict[str, list[Columns]] = {table.name: [] for table in observable.tables}
    fields: dict[str, list] = {field.name: [] for field in observable.fields}
    for system, given, flag in _measured(systems, measure, at_once):
        logging.getLogger("vitrine").info("sample %d: %s", system.index, flag or "measured")
        products = given if flag or len(parts) + len(fields) > 1 else {observable.tables[0].name: given}
        for table in observable.tables:
            parts[table.name].append(_rows(table, system.index, products[table.name] if not flag else None, flag))
        for name, entries in fields.items():
            entries.append((system.index, system.given[0], products[name] if not flag else {}, flag))
    return Measured({table.name: _joined(table, parts[table.name]) for table in observable.tables}, fields)


def _rows(table: Table, index: int, columns: Columns | None, flag: str) -> Columns:
    """The rows of one system."""
    if columns is None:
        return {name: [value] for name, value in table.row(sample=index, flag=flag).items()}
    length = len(next(iter(columns.values())))
    return {"sample": np.full(length, index), **columns, "flag": length * [""]}


def _joined(table: Table, parts: list[Columns]) -> Columns:
    return {name: np.concatenate([part[name] for part in parts]) if parts else np.zeros(0) for name in table.names}


def _measured(systems: Iterable[System], measure: Callable[..., Mapping], at_once: int) -> Iterator[tuple[System, Mapping | None, str]]:
    """Every system in its order, with what was measured or with the flag that it has instead."""

    def one(system: System) -> tuple[System, Mapping | None, str]:
        if system.flag:
            return system, None, system.flag
        try:
            return system, measure(system), ""
        except SampleError as error:
            return system, None, str(error)

    if at_once == 1:
        yield from map(one, systems)
        return
    with ThreadPoolExecutor(at_once) as pool:
        under_way: deque = deque()
        for system in systems:
            if len(under_way) == at_once:
                yield under_way.popleft().result()
            under_way.append(pool.submit(one, system))
        while under_way:
            yield under_way.popleft().result()
