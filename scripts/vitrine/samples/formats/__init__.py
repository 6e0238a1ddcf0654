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
    """The format of a text by its first bytes, or else by its ending."""
    with path.open("rb") as file:
        first = file.read(8)
    if ending not in TEXT and (b"\0" in first or first.startswith((b"PK", b"\x89HDF"))):
        return "npz" if first.startswith(b"PK") else "h5md" if first.startswith(b"\x89HDF") else None
    if ending not in TEXT and not text.is_packed(path) and b"\0" in first:
        return None
    head = text.head_of(path)
    if head.lstrip().startswith(b"ITEM:"):
        return "lammps_dump"
    if any(line.split()[1:2] == [b"atoms"] for line in head.splitlines()):
        return "lammps_data"
    return TEXT.get(ending)


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
