"""Configurations in the formats of others: which file is what, what it holds, and its frames.

    index = index_file(path)                     FileIndex: N of every frame, dimension; no coordinates are parsed
    for number, frame in frames_of(path, [3]):   Frame, or the SampleError that says what is wrong with this one

The ending of a name tells the format; where it says nothing, or stands for several, the first bytes do.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

from vitrine.errors import InputError, SampleError
from vitrine.samples.formats import text
from vitrine.samples.formats.frame import FileIndex, Frame

__all__ = ["ALLOWED", "FileIndex", "Frame", "format_of", "frames_of", "index_file"]

BINARY = {".gsd": "gsd", ".npz": "npz", ".h5": "h5md", ".h5md": "h5md"}
TEXT = {
    ".atom": "lammps_dump",
    ".dump": "lammps_dump",
    ".lammpstrj": "lammps_dump",
    ".data": "lammps_data",
    ".lmp": "lammps_data",
    ".xyz": "extxyz",
    ".extxyz": "extxyz",
}
MAGIC = {b"PK": "npz", b"\x89HDF": "h5md", b"\xdf\x65\xdf\x65": "gsd"}
ALLOWED = (
    "GSD (.gsd), LAMMPS dumps (.dump, .atom, .lammpstrj) and data files (.data, .lmp), extended XYZ (.xyz, .extxyz), all text also .gz, "
    "NPZ (.npz) and H5MD (.h5, .h5md)"
)


def format_of(path: Path) -> ModuleType:
    """The module that reads a file. Raises InputError where there is no such file, or its format is none of these."""
    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    ending = (path.with_suffix("") if path.suffix == ".gz" else path).suffix.lower()
    name = BINARY.get(ending) or _by_content(path, ending)
    if name is None:
        raise InputError(f"{path}: cannot be read, allowed are {ALLOWED}")
    return importlib.import_module(f"{__name__}.{name}")


def _by_content(path: Path, ending: str) -> str | None:
    """The format of a text by its first bytes, or else by its ending; without an ending that says text, that of a binary file as well."""
    known = TEXT.get(ending)
    if known is None and not text.is_packed(path):
        with path.open("rb") as file:
            first = file.read(8)
        for magic, name in MAGIC.items():
            if first.startswith(magic):
                return name
    try:
        head = text.head_of(path)
    except InputError:
        if known is None:
            return None
        raise
    if head.lstrip().startswith(b"ITEM:"):
        return "lammps_dump"
    if any(line.split()[1:2] == [b"atoms"] for line in head.splitlines()):
        return "lammps_data"
    return known


def index_file(path: str | Path) -> FileIndex:
    """What a file holds, without its coordinates. Raises InputError where that cannot be told."""
    path = Path(path)
    return format_of(path).index(path)


def frames_of(path: str | Path, numbers: Iterable[int] | None = None) -> Iterator[tuple[int, Frame | SampleError]]:
    """The frames of given numbers, 0 to F - 1, or all, in one pass in the order of the file, each a Frame or what is wrong with it.

    Raises InputError where the file as a whole cannot be read, or has no such frame.
    """
    path = Path(path)
    module = format_of(path)
    count = module.index(path).frames
    wanted = set(range(count) if numbers is None else numbers)
    for number in sorted(wanted):
        if not 0 <= number < count:
            raise InputError(f"{path}: has no frame {number}, it holds {count}: allowed are 0 to {count - 1}")
    yield from module.frames(path, wanted)
