"""Observables, a folder each, and the registry that finds them: to add one is to add a folder.

A folder holds its declaration (`OBSERVABLE` in __init__.py), measure.py, aggregate.py, derive.py, model.py, cost.py and check.py as far as it has
them, and of every figure <figure>.py and its caption <figure>.rst. No list of observables stands anywhere: this module walks the folders.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vitrine.declare import Figure, Observable
    from vitrine.schema import Table

FOLDER = Path(__file__).resolve().parent
FIGURES = FOLDER.with_name("figures")


@cache
def declarations() -> dict[str, Observable]:
    """Every observable by name, by its place."""
    names = sorted(folder.name for folder in FOLDER.iterdir() if (folder / "__init__.py").is_file())
    found = [import_module(f"vitrine.observables.{name}").OBSERVABLE for name in names]
    return {observable.name: observable for observable in sorted(found, key=lambda one: (one.place, one.name))}


@cache
def figures() -> dict[str, tuple[Figure, Path]]:
    """Every figure by name, with the module that draws it: those of the observables, and those of several in figures/."""
    found = {figure.name: (figure, FOLDER / name / f"{figure.name}.py") for name, one in declarations().items() for figure in one.figures}
    shared = import_module("vitrine.figures").FIGURES
    return dict(sorted({**found, **{figure.name: (figure, FIGURES / f"{figure.name}.py") for figure in shared}}.items()))


def module_of(name: str, part: str) -> Path:
    """The file of a part of an observable: `measure`, `aggregate`, `derive`, `model`, `cost` or `check`."""
    return FOLDER / name / f"{part}.py"


def module_of_figure(name: str) -> Path:
    """The file of the module that draws a figure."""
    return figures()[name][1]


def named(file: str) -> str:
    """The name of a file among a rule's inputs and outputs."""
    return file.replace(".", "_")


def function_of(module: Path, name: str) -> object:
    """A function of one of the library's modules, given by its file."""
    dotted = ".".join(module.relative_to(FOLDER.parents[1]).with_suffix("").parts)
    return getattr(import_module(dotted), name)


def known_tables() -> dict[str, Table]:
    """Every table that preparation or an observable gives, per batch or per ensemble, by name."""
    from vitrine.tables import GLASSES, IMPORTS, LIQUIDS, PILOT, RELAXATION

    own = [table for one in declarations().values() for table in (*one.tables, *one.curves, *one.kept)]
    return {table.name: table for table in (PILOT, LIQUIDS, RELAXATION, IMPORTS, GLASSES, *own)}


@cache
def column_names() -> frozenset[str]:
    """Names of the columns of all tables, which no axis can have: the key stands in front of them."""
    from vitrine import tables
    from vitrine.schema import Table

    own = [table for table in vars(tables).values() if isinstance(table, Table)]
    return frozenset(name for table in (*own, *known_tables().values()) for name in table.names)
