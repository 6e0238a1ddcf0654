"""What the folder of an observable must have, and what it lacks of it, in words."""

import importlib.util
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import jsonschema
from vitrine.declare import Figure, Observable
from vitrine.observables import declarations
from vitrine.schema import BLANK, Table

UNITS = re.compile(r"[A-Za-z0-9_/^().\- *+]+")
PARTS = {
    "rule": "measure",
    "aggregate": "aggregate",
    "derive": "derive",
    "model": "model",
}  # where functions stand


def measuring_defaults(name: str) -> dict[str, object]:
    """Defaults of the settings that the measuring function of an observable takes."""
    return {one.name: one.default for one in declarations()[name].settings if one.used_by == "measure"}


def lacks(folder: Path, one: Observable, tests: Path, given: Mapping[str, Observable]) -> list[str]:
    """What the folder of an observable lacks. tests: where its naive twin is looked for; given: all observables, that it may take from."""
    return [*_declaration(folder, one), *_functions(folder, one), *_figures(folder, one), *_twin(one, tests), *_sources(one, given)]


def _declaration(folder: Path, one: Observable) -> Iterator[str]:
    if one.name != folder.name:
        yield f"its name is {one.name}, not {folder.name}"
    for field in ("title", "source"):
        if not getattr(one, field):
            yield f"a {field}"
    if one.rule and not one.message:
        yield "a message for its rule"
    for table in (*one.tables, *one.curves, *one.kept):
        yield from _table(table)
    for field in one.fields:
        if not (field.meaning and UNITS.fullmatch(field.unit)):
            yield f"a meaning or unit of the field {field.name}"
    for quantity in one.quantities:
        if not (quantity.meaning and UNITS.fullmatch(quantity.unit)):
            yield f"a meaning or unit of the quantity {quantity.name}"
    for setting in (*one.settings, *(option for figure in one.figures for option in figure.options)):
        if not setting.meaning:
            yield f"a meaning of the setting {setting.name}"
        if not jsonschema.Draft202012Validator(dict(setting.allowed)).is_valid(setting.default):
            yield f"a default of the setting {setting.name} that is allowed"
    for headline in one.headlines:
        if not ("doi:" in headline.source or "arXiv:" in headline.source):
            yield f"a source of the headline {headline.fit}"


def _table(table: Table) -> Iterator[str]:
    if not table.meaning:
        yield f"a meaning of the table {table.name}"
    for column in table.columns:
        if not (column.meaning and UNITS.fullmatch(column.unit) and column.type in BLANK):
            yield f"a meaning, unit or type of the column {table.name}.{column.name}"


def _functions(folder: Path, one: Observable) -> Iterator[str]:
    for field, part in PARTS.items():
        name = getattr(one, field)
        module = _module(folder / f"{part}.py") if name else None
        if name and not _own(module, name):
            yield f"the function {name} in {part}.py"
    if one.rule and not (one.takes or one.model):
        yield "a function of model.py, since it draws its own systems"
    if one.rule and not _own(_module(folder / "cost.py"), "cost"):
        yield "the function cost in cost.py"
    module = _module(folder / "measure.py") if one.rule else None
    if _own(module, one.rule):
        parameters = inspect.signature(getattr(module, one.rule)).parameters
        for setting in one.settings:
            if setting.used_by == "measure" and (setting.name not in parameters or parameters[setting.name].default != setting.default):
                yield f"the setting {setting.name} among the arguments of {one.rule}, with its declared default"
    module = _module(folder / "aggregate.py") if one.aggregate else None
    if _own(module, one.aggregate):
        parameters = set(inspect.signature(getattr(module, one.aggregate)).parameters)
        wanted = {file.rpartition(".")[0] for file in one.combines} | {setting.name for setting in one.settings if setting.used_by == "aggregate"}
        wanted |= {"ensembles" if one.scope == "study" else "ensemble"}
        if parameters != wanted:
            yield f"arguments {', '.join(sorted(wanted))} of {one.aggregate}"


def _figures(folder: Path, one: Observable) -> Iterator[str]:
    for figure in one.figures:
        yield from lacks_of_figure(folder, figure)


def lacks_of_figure(folder: Path, figure: Figure) -> Iterator[str]:
    """What a figure lacks: its function with an argument for each of its tables, and its caption."""
    if figure.function != f"plot_{figure.name}":
        yield f"the name plot_{figure.name} of the function of the figure {figure.name}"
    module = _module(folder / f"{figure.name}.py")
    if not _own(module, figure.function):
        yield f"the function {figure.function} in {figure.name}.py"
    elif set(figure.tables) - set(inspect.signature(getattr(module, figure.function)).parameters):
        yield f"an argument of {figure.function} for each of its tables {', '.join(figure.tables)}"
    if not figure.title:
        yield f"a title of the figure {figure.name}"
    caption = folder / f"{figure.name}.rst"
    if not (caption.is_file() and len(caption.read_text(encoding="utf-8").split()) > 5):
        yield f"a caption of the figure {figure.name} in {caption.name}"


def _twin(one: Observable, tests: Path) -> Iterator[str]:
    """A test that imports what it measures, or averages, by its own way."""
    part, function = ("measure", one.rule) if one.rule else ("aggregate", one.aggregate)
    if not function or one.preparation:
        return
    wanted = re.compile(rf"from vitrine\.observables\.{one.name}\.{part} import [^\n]*\b{function}\b")
    if not any(wanted.search(path.read_text(encoding="utf-8")) for path in sorted(tests.glob("test_*.py"))):
        yield f"a test file that imports {function} and holds it against its naive twin"


def _sources(one: Observable, given: Mapping[str, Observable]) -> Iterator[str]:
    known = {"liquids.gsd", "glasses.gsd", "trajectories.gsd", "liquids.parquet", "imports.parquet", "relaxation.parquet", "glasses.parquet"}
    known |= {file for other in given.values() for file in (*other.products, *other.averages)}
    for file in (*one.takes, *one.combines):
        if file not in known:
            yield f"an observable that gives {file}"


def _module(path: Path) -> object | None:
    """A module of a folder, by its file; None where there is no such file."""
    if not path.is_file():
        return None
    name = f"vitrine.observables.{path.parent.name}.{path.stem}" if path.parent.parent.name == "observables" else f"vitrine.figures.{path.stem}"
    try:
        if Path(importlib.util.find_spec(name).origin) == path:
            return importlib.import_module(name)
    except (ImportError, AttributeError):
        pass
    spec = importlib.util.spec_from_file_location(f"of_{path.parent.name}_{path.stem}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _own(module: object | None, name: str) -> Callable | None:
    """A function of a module that was written there, under that name."""
    found = getattr(module, name, None) if module and name else None
    found = inspect.unwrap(found) if callable(found) else None
    return found if found is not None and found.__name__ == name and found.__module__ == module.__name__ else None
