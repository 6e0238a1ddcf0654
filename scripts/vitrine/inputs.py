"""The tables that a script reads and writes, found by the name of their schema."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from vitrine import tables
from vitrine.parquet import Table, read_table

TABLES = {table.name: table for table in vars(tables).values() if isinstance(table, Table)}


def read_inputs(named_inputs: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """The tables of a rule's inputs, each named after its schema in `tables`."""
    return {name: read_table(TABLES[name], path) for name, path in named_inputs.items()}
