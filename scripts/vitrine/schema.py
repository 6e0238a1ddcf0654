"""What a table is: its columns with type, unit and meaning. Nothing heavy is imported: every declaration of an observable stands on it.

A table declares its own columns only. The writer puts the key of the point in front (N, T_p and whatever else the study varies), and, where a table
has rows of samples, the sample's index and at the end the flag. So a new control parameter changes no schema.

Units are written for humans: energy epsilon, length lambda_min, mass m, k_B = 1. `lambda_min` stands for the unit of length of the glass former; the
writer puts that model's own name in its place, sigma_AA for a mixture.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

ENERGY = "epsilon"
LENGTH = "lambda_min"
MASS = "m"
TEMPERATURE = "epsilon/k_B"
FREQUENCY = "sqrt(epsilon/m)/lambda_min"
SPEED = "sqrt(epsilon/m)"
HEAT_CAPACITY = "k_B"
FORCE = "epsilon/lambda_min"
MODULUS = "epsilon/lambda_min^d"
INVERSE_STIFFNESS = "lambda_min^2/epsilon"
SWEEPS = "sweeps"
NONE = "1"

BLANK = {"double": math.nan, "int32": -1, "int64": -1, "bool": False, "string": ""}


@dataclass(frozen=True)
class Column:
    """A column: `type` is a pyarrow type name (double, int32, int64, bool, string), `unit` and `meaning` are for readers."""

    name: str
    type: str
    unit: str
    meaning: str


SAMPLE = Column("sample", "int32", NONE, "index of the sample in its ensemble")
FLAG = Column("flag", "string", NONE, "why the sample is left out of the averages; empty for a good sample")


@dataclass(frozen=True)
class Table:
    """A table's name, meaning and own columns. of_samples: its rows belong to samples, so that it also has their index and flag."""

    name: str
    meaning: str
    own: tuple[Column, ...]
    of_samples: bool = False

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns without the key of the point."""
        return (SAMPLE, *self.own, FLAG) if self.of_samples else self.own

    @property
    def names(self) -> list[str]:
        """Names of `columns`."""
        return [column.name for column in self.columns]

    @property
    def file(self) -> str:
        """The file of the table in its folder."""
        return f"{self.name}.parquet"

    def unit_of(self, column: str) -> str:
        """The unit of a column."""
        return next(entry.unit for entry in self.columns if entry.name == column)

    def row(self, **values: object) -> dict[str, object]:
        """One row with the given values; every other column is NaN, -1 or an empty string. A name that is no column is an error."""
        unknown = set(values) - set(self.names)
        if unknown:
            raise KeyError(f"table {self.name} has no column {', '.join(sorted(unknown))}")
        return {column.name: values.get(column.name, BLANK[column.type]) for column in self.columns}


def renamed_length(unit: str, length: str) -> str:
    """A unit with the name that a glass former has for its unit of length."""
    return unit.replace(LENGTH, length)


def table_of(table: Table) -> list:
    """A table as plain values, for digests: what a file of it would hold."""
    return [table.name, *([column.name, column.type, column.unit] for column in table.columns)]


def names_of(columns: Iterable[Column]) -> list[str]:
    """Names of columns."""
    return [column.name for column in columns]
