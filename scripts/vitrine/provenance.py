"""Where a number comes from: the hash of the code and of the config that made it."""

from __future__ import annotations

import ast
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from vitrine import __version__
from vitrine.errors import InputError

LIBRARY = Path(__file__).resolve().parent
TABLES = LIBRARY / "tables.py"
OBSERVABLES, FIGURES = LIBRARY / "observables", LIBRARY / "figures"
ALL = "*"


def code_hash(script: str | Path, *modules: str | Path) -> str:
    """Hash of a script and of the library modules that it or one of `modules` uses, directly or through others; comments and layout do not count.

    Snakemake sees an edit of a script but not of a module that it imports: rules carry this hash in their params. `modules` are those that a driver
    loads by name. Declarations are left out: they name every figure and published value, and a rule carries the digest of what it uses of its own.
    CUDA beside a module counts as it stands.
    """
    entries = [Path(script), *map(Path, modules)]
    reached = set().union(*(_reached(entry) for entry in entries)) | set(entries[1:])
    tables = frozenset().union(*(_table_names(module) for module in (*entries, *reached)))
    hashed = hashlib.sha256(_meaning(entries[0], None).encode())
    for module in sorted(reached):
        hashed.update(_meaning(module, tables if module == TABLES else None).encode())
        if (kernels := module.with_suffix(".cu")).exists():
            hashed.update(kernels.read_bytes())
    return hashed.hexdigest()[:16]


def digest(values: object) -> str:
    """Hash of plain values."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()[:16]


def config_hash(config: Mapping) -> str:
    """Hash of a config."""
    return digest(config)


def provenance(config: Mapping, **more: object) -> dict:
    """What every table carries: version, study, seed and config hash, and whatever else is given."""
    return {"version": __version__, "study": config["study"], "seed": config["seed"], "config_hash": config_hash(config), **more}


def check_identity(path: Path, made_by: Mapping, expected: str) -> None:
    """Raise InputError where a file's provenance says that other settings made it than the study's; an empty `expected` is not checked."""
    if expected and made_by.get("identity", expected) != expected:
        raise InputError(
            f"{path}: was made with another seed, ladder or other settings than those of the study (config {made_by.get('config_hash', 'unknown')}); "
            "remove it and run again, or give the study another name"
        )


def _reached(script: Path) -> set[Path]:
    """Files of the library that a script imports, transitively."""
    waiting, reached = list(_imports(script)), set()
    while waiting:
        module = waiting.pop()
        if module not in reached:
            reached.add(module)
            waiting.extend(_imports(module))
    return reached


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _named(module: str, name: str) -> str:
    """The module that `from module import name` draws on: a submodule of that name, else the module itself."""
    inner = f"{module}.{name}"
    place = LIBRARY.joinpath(*inner.split(".")[1:])
    return inner if module.split(".")[0] == "vitrine" and (place.with_suffix(".py").is_file() or place.is_dir()) else module


@cache
def _imports(path: Path) -> frozenset[Path]:
    """Files of the library that a file imports: the modules named, and those from which a name is taken."""
    names = set()
    for node in ast.walk(_parsed(path)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update(_named(node.module, alias.name) for alias in node.names)
    found = set()
    for name in names:
        parts = name.split(".")
        if parts[0] == "vitrine":
            place = LIBRARY.joinpath(*parts[1:])
            found.update(file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file() and place != LIBRARY)
    return frozenset(file for file in found if not _declares(file))


def _declares(file: Path) -> bool:
    """Whether a file is a declaration, or walks over declarations: data that a rule knows by the digest of what it uses."""
    return file.name == "__init__.py" and (OBSERVABLES in file.parents or file.parent == FIGURES)


@cache
def _table_names(path: Path) -> frozenset[str]:
    """Names that a file takes from the module of table schemas; ALL where it imports the module as a whole."""
    names = set()
    for node in ast.walk(_parsed(path)):
        if isinstance(node, ast.ImportFrom) and node.module == "vitrine.tables":
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module == "vitrine" and any(alias.name == "tables" for alias in node.names):
            names.add(ALL)
    return frozenset(names)


@cache
def _meaning(path: Path, tables: frozenset[str] | None) -> str:
    """The syntax tree of a file without docstrings; of the module of schemas only the `tables` named: a new observable reruns no old one."""
    statements = []
    for node in _parsed(path).body:
        schema = isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and getattr(node.value.func, "id", "") == "Table"
        if not (schema and tables is not None and ALL not in tables and node.targets[0].id not in tables):
            statements.append(_dump_without_docstrings(node))
    return "\n".join(statements)


def _dump_without_docstrings(node: ast.stmt) -> str:
    for inner in ast.walk(node):
        body = getattr(inner, "body", None)
        if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and isinstance(getattr(body[0], "value", None), ast.Constant):
            inner.body = body[1:]
    return "" if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) else ast.dump(node)
