"""LAMMPS data files, plain or gz, by a reader of our own: the kept light ones know no atom style sphere, or need the style to be named.

The bounds are the edges of the box, tilted or not (those of a dump's tilted box are not); boxes of general vectors (avec, bvec, cvec, abc origin) are
read too. Atoms has the columns of its style, named behind `Atoms #`, and may end with three image flags; positions are wrapped, the flags are not
needed. Masses are those of the types, in style sphere of density and diameter; names of types are those of Atom Type Labels, or their numbers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np

from vitrine.errors import SampleError
from vitrine.samples.formats import text
from vitrine.samples.formats.frame import FileIndex, Frame, by_id, named_types
from vitrine.samples.formats.lammps_dump import library

__all__ = ["FORMAT", "SIZES", "frames", "index", "library"]

FORMAT, SIZES = "LAMMPS data file", "atom style sphere"
STYLES = {
    "atomic": ("id", "type"),
    "charge": ("id", "type", "q"),
    "sphere": ("id", "type", "diameter", "density"),
    "bond": ("id", "molecule", "type"),
    "angle": ("id", "molecule", "type"),
    "molecular": ("id", "molecule", "type"),
    "full": ("id", "molecule", "type", "q"),
}
PLACES, IMAGES = ("x", "y", "z"), ("ix", "iy", "iz")
SECTION = re.compile(rb"^[ \t]*([A-Z][A-Za-z]*(?: [A-Z][A-Za-z]*)*)[ \t]*(?:#[ \t]*([\w/]*)[^\n]*)?\r?$", re.MULTILINE)
COMMENT = re.compile(rb"#[^\n]*")
BOUNDS = (("xlo", "xhi"), ("ylo", "yhi"), ("zlo", "zhi"))
VECTORS = ("avec", "bvec", "cvec")


def index(path: Path) -> FileIndex:
    """N and dimension of the only frame."""
    try:
        header, sections = _sections(path)
        particles = _particles(header)
        body, columns = _table(sections, particles)
        flat = text.lies_in_plane(body, columns.index("z"), len(columns), particles)
        return FileIndex(path, FORMAT, (particles,), 2 if flat else 3)
    except SampleError:
        return FileIndex(path, FORMAT, (0,), 3)


def frames(path: Path, wanted: Collection[int]) -> Iterator[tuple[int, Frame | SampleError]]:
    """The only frame, as number 0."""
    if 0 in wanted:
        try:
            yield 0, _frame(path)
        except SampleError as error:
            yield 0, error


def _sections(path: Path) -> tuple[list[list[str]], dict[str, tuple[str, bytes]]]:
    """The words of the header's lines, and of every section what stands behind its name, and its lines without comments."""
    blocks = []
    with text.opened(path) as file:
        for block in text.blocks(file, path):
            if isinstance(block, SampleError):
                raise block
            blocks.append(block)
    whole = b"".join(blocks)
    text.check_encoding(whole)
    start = whole.find(b"\n") + 1
    found = list(SECTION.finditer(whole, start))
    head = whole[start : found[0].start()] if found else whole[start:]
    header = [line.split() for line in COMMENT.sub(b"", head).decode().splitlines() if line.split()]
    ends = [*(place.start() for place in found[1:]), len(whole)][: len(found)]
    sections = {}
    for place, end in zip(found, ends, strict=True):
        body = whole[place.end() : end].lstrip()
        sections[place[1].decode()] = (place[2] or b"").decode(), COMMENT.sub(b"", body) if b"#" in body else body
    return header, sections


def _particles(header: list[list[str]]) -> int:
    for words in header:
        if words[1:] == ["atoms"] and words[0].isdigit():
            return int(words[0])
    raise SampleError("it does not say its number of particles (a line such as '2000 atoms')")


def _table(sections: dict[str, tuple[str, bytes]], particles: int) -> tuple[bytes, tuple[str, ...]]:
    """The table of Atoms as text, and the names of its columns."""
    if "Atoms" not in sections:
        raise SampleError("it has no section Atoms: it is cut off, or no data file")
    style, body = sections["Atoms"]
    width = len(body[: max(body.find(b"\n"), 0)].split())
    if not style and width in (5, 8):
        style = "atomic"
    if style not in STYLES:
        said = f"has the atom style {style}" if style else "does not say its atom style behind Atoms"
        raise SampleError(f"it {said}: allowed are {', '.join(f'Atoms # {name}' for name in STYLES)}")
    columns = (*STYLES[style], *PLACES)
    if width == len(columns) + 3:
        columns = (*columns, *IMAGES)
    if width != len(columns) and particles:
        raise SampleError(f"a line of Atoms has {width} entries, in atom style {style} it has {len(columns)}, or {len(columns) + 3} with image flags")
    text.check_table_room(body, particles, len(columns))
    return body, columns


def _box(header: list[list[str]]) -> tuple[np.ndarray, np.ndarray]:
    """Cell and origin."""
    given: dict[tuple[str, ...], list[str]] = {}
    for words in header:
        for count in (2, 3):
            given[tuple(words[count:])] = words[:count]
    try:
        if (VECTORS[0],) in given:
            cell = np.array([given[(name,)] for name in VECTORS], dtype=float).T
            return cell.copy(), np.array(given.get(("abc", "origin"), [0, 0, 0]), dtype=float)
        low, high = np.array([given[names] for names in BOUNDS], dtype=float).T
        xy, xz, yz = map(float, given.get(("xy", "xz", "yz"), (0, 0, 0)))
    except (KeyError, ValueError) as error:
        raise SampleError("it does not say its box in lines such as '0 10 xlo xhi', or not in numbers") from error
    return np.array([[0, xy, xz], [0, 0, yz], [0, 0, 0]]) + np.diag(high - low), low


def _frame(path: Path) -> Frame:
    header, sections = _sections(path)
    particles = _particles(header)
    body, columns = _table(sections, particles)
    cell, origin = _box(header)
    entries = dict(zip(columns, text.columns_of(body, particles, len(columns)), strict=True))
    order, changed = by_id(text.whole_numbers(entries["id"], "id"))
    labels = _labels(sections)
    names, types = named_types([labels.get(entry, entry) for entry in (entry.decode(errors="replace") for entry in entries["type"])])
    diameters, masses, done = None, _masses(sections, labels), []
    masses = None if masses is None else _of_types(masses, names)[types]
    if "diameter" in entries:
        diameters = text.numbers(entries["diameter"], "diameter")
        masses = np.where(diameters > 0, np.pi / 6 * diameters**3, 1.0) * text.numbers(entries["density"], "density")
        done.append("masses from densities and diameters")
    return Frame(
        positions=np.stack([text.numbers(entries[name], name) for name in PLACES], axis=1)[order],
        cell=cell,
        origin=origin,
        types=types[order],
        names=names,
        digits=text.digits_of([entries[name] for name in PLACES]),
        diameters=None if diameters is None else diameters[order],
        masses=None if masses is None else masses[order],
        done=(*(["sorted by id"] if changed else []), *done),
    )


def _labels(sections: dict[str, tuple[str, bytes]]) -> dict[str, str]:
    """{number of a type: its label}, of Atom Type Labels."""
    words = sections.get("Atom Type Labels", ("", b""))[1].decode().split()
    return dict(zip(words[::2], words[1::2], strict=False))


def _masses(sections: dict[str, tuple[str, bytes]], labels: dict[str, str]) -> dict[str, float] | None:
    """{name of a type: its mass}, of the section Masses; None where there is none."""
    if "Masses" not in sections:
        return None
    try:
        rows = [line.split() for line in sections["Masses"][1].decode().splitlines() if line.split()]
        return {labels.get(name, name): float(mass) for name, mass in rows}
    except ValueError as error:
        raise SampleError("its section Masses is not made of a type and a mass a line") from error


def _of_types(masses: dict[str, float], names: tuple[str, ...]) -> np.ndarray:
    for name in names:
        if name not in masses:
            raise SampleError(f"its section Masses has no mass of type {name}")
    return np.array([masses[name] for name in names])
