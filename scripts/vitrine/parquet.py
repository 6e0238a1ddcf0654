"""Tables as Parquet files: written whole under their schema, with provenance and checksum, and read back with suspicion.

Each column carries its unit and meaning in the Parquet field metadata, each file its provenance in the file metadata. The key of the point, N and T_p
and whatever else a study varies, is put in front of the columns that a table declares.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vitrine.errors import InputError
from vitrine.files import whole_file
from vitrine.points import Axis, Point
from vitrine.schema import LENGTH, Column, Table, names_of, renamed_length

if TYPE_CHECKING:  # pandas takes a third of a job's start, and jobs that only write tables do without it
    import pandas as pd

CHECKSUM = "checksum"  # its key in the file metadata
EXPANSION = 1000  # bytes in memory over bytes in the file, at most; of real tables it is below 10


@dataclass(frozen=True)
class Key:
    """What the writer puts in front of a table's own columns: the axes, and the values where they are the same for all rows.

    values: {axis: value} of one point; None where the rows come with their own. length: the glass former's name of its unit of length.
    """

    axes: tuple[Axis, ...] = ()
    values: Mapping[str, object] | None = None
    length: str = LENGTH

    @classmethod
    def of(cls, point: Point) -> Key:
        """The key of one point."""
        return cls(point.axes, point.key, point.length)

    @property
    def columns(self) -> tuple[Column, ...]:
        """The key's columns."""
        return tuple(axis.column for axis in self.axes)


NO_KEY = Key()


def schema_of(table: Table, key: Key) -> pa.Schema:
    """The Parquet schema of a table under a key, with unit and meaning of each column."""
    about = [(column, {"unit": renamed_length(column.unit, key.length), "meaning": column.meaning}) for column in (*key.columns, *table.columns)]
    return pa.schema([pa.field(column.name, pa.type_for_alias(column.type), metadata=metadata) for column, metadata in about])


def write_table(
    table: Table, data: pd.DataFrame | Mapping[str, Sequence] | list[Mapping], path: str | Path, provenance: Mapping, key: Key = NO_KEY
) -> None:
    """Write `data` under `table`'s schema, whole or not at all, with `provenance` (JSON) in the file metadata and the key's columns in front.

    data: columns by name, or a list of rows; with the key's columns where the key has no values of its own. Raises InputError where a column is
    missing or unknown.
    """
    names = table.names if key.values is not None else [*names_of(key.columns), *table.names]
    by_row = isinstance(data, (list, tuple))
    for found in data if by_row else [data]:
        if set(found.keys()) != set(names):
            wrong = sorted(set(found.keys()) ^ set(names))
            raise InputError(f"{path}: table {table.name} has missing or unknown columns {wrong}; its columns are {names}")
    columns = {name: [row[name] for row in data] for name in names} if by_row else {name: data[name] for name in names}
    rows = len(columns[names[0]])
    if key.values is not None:
        columns |= {axis.name: [key.values[axis.name]] * rows for axis in key.axes}
    if "unit" in columns and key.length != LENGTH:
        columns["unit"] = [renamed_length(str(unit), key.length) for unit in columns["unit"]]
    schema = schema_of(table, key)
    arrow = pa.Table.from_arrays([pa.array(columns[field.name], field.type, from_pandas=True) for field in schema], schema=schema)
    about = {"table": table.name, "meaning": table.meaning, "key": names_of(key.columns), **provenance, CHECKSUM: _checksum(arrow)}
    arrow = arrow.replace_schema_metadata({"vitrine": json.dumps(about, sort_keys=True)})
    with whole_file(path) as partial:
        pq.write_table(arrow, partial, compression="zstd")


def read_table(table: Table, path: str | Path) -> pd.DataFrame:
    """Read a table, with the key's columns in front of its own, and check that it is the one asked for.

    Raises InputError where the file is missing, truncated, damaged, another table, or lacks a column.
    """
    try:
        _check_room(Path(path))
        arrow = pq.read_table(path, partitioning=None)
        about = json.loads((arrow.schema.metadata or {}).get(b"vitrine", b"{}"))
        arrow.validate(full=True)
    except (OSError, ValueError, pa.ArrowException) as error:  # ValueError: what a flipped bit makes of the metadata
        raise _not_whole(path, error) from error
    if about.get("table", table.name) != table.name:
        raise InputError(f"{path}: is a table of {about['table']}, not of {table.name}; remove it and run again")
    missing = [name for name in table.names if name not in arrow.column_names]
    if missing:
        raise InputError(f"{path}: is not a table of {table.name}, it lacks the columns {missing}; remove it and run again")
    if CHECKSUM in about and about[CHECKSUM] != _checksum(arrow):
        raise InputError(f"{path}: is damaged, its numbers do not match their checksum; remove it and run again")
    return arrow.select([*about.get("key", []), *table.names]).to_pandas()


def _not_whole(path: str | Path, error: Exception) -> InputError:
    """The sentence for a file that is none; the library's own reason has line breaks."""
    return InputError(f"{path}: not a whole Parquet file ({' '.join(str(error).split())}); remove it and run again")


def _check_room(path: Path) -> None:
    """Refuse a file that says it unfolds into far more than tables do, before memory is set aside for it."""
    about, room = pq.read_metadata(path), path.stat().st_size
    if about.num_rows * about.num_columns * 8 > EXPANSION * room:
        raise ValueError(f"it says that it holds {about.num_rows} rows of {about.num_columns} columns, in {room} bytes")


def read_provenance(path: str | Path) -> dict:
    """The provenance that `write_table` put into the file metadata; empty where there is none. Raises InputError where it cannot be read."""
    try:
        about = json.loads((pq.read_schema(path).metadata or {}).get(b"vitrine", b"{}"))
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _not_whole(path, error) from error
    return {name: value for name, value in about.items() if name != CHECKSUM}


def _checksum(arrow: pa.Table) -> str:
    """SHA-256 of names, types and values, by which silent damage is seen: Parquet itself has no such thing."""
    digest = hashlib.sha256()
    for field, column in zip(arrow.schema, arrow.columns, strict=True):
        digest.update(f"{field.name} {field.type} {len(column)};".encode())
        values = column.to_numpy()
        digest.update("\0".join(map(str, values)).encode() if values.dtype == object else np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()
