"""Extended XYZ, plain or gz, by a reader of our own: ase takes names of elements alone, so no A, and extxyz drops a frame that is cut off unsaid.

A frame is a line with N, a comment with key=value, and N lines. Of the comment Lattice="ax ay az bx by bz cx cy cz" is needed; Properties (default
species:S:1:pos:R:3), pbc (default periodic) and Origin are used. Columns: pos; species, element or type; id; diameter(s) or radius, radii; mass(es).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np

from vitrine.errors import InputError, SampleError
from vitrine.samples.formats import text
from vitrine.samples.formats.frame import FileIndex, Frame, by_id, named_types
from vitrine.samples.formats.lammps_dump import library

__all__ = ["FORMAT", "SIZES", "frames", "index", "library"]

FORMAT, SIZES = "extended XYZ", "the column diameter or radius"
MOST_COLUMNS = 1000  # of one property
PAIR = re.compile(r"""([\w-]+)\s*=\s*("[^"]*"|'[^']*'|\{[^}]*\}|\[[^\]]*\]|\S+)""")
WORDS = {"pos": ("pos", "positions"), "type": ("species", "element", "type"), "id": ("id",), "diameter": ("diameter", "diameters"),
         "radius": ("radius", "radii"), "mass": ("mass", "masses")}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A frame as text: N (None where its first line is none), the comment, the lines of its particles, and what cut it off."""

    particles: int | None
    comment: bytes = b""
    body: bytes = b""
    trouble: SampleError | None = None


def index(path: Path) -> FileIndex:
    """N of every frame, from their first lines. Raises InputError where there is no frame."""
    particles, dimension = [], 0
    for part in _parts(path):
        try:
            columns = _columns(part)
            dimension = dimension or _dimension(part, columns)
            particles.append(part.particles)
        except SampleError:
            particles.append(0)
    if not particles:
        raise InputError(f"{path}: holds no frame of extended XYZ")
    return FileIndex(path, FORMAT, tuple(particles), dimension or 3)


def frames(path: Path, wanted: Collection[int]) -> Iterator[tuple[int, Frame | SampleError]]:
    """The wanted frames in the order of the file, with their numbers."""
    for number, part in zip(range(max(wanted, default=-1) + 1), _parts(path), strict=False):
        if number in wanted:
            try:
                yield number, _frame(part)
            except SampleError as error:
                yield number, error


class _Lines:
    """The lines of a file, of which some may be put back; an error comes last where the file is cut off."""

    def __init__(self, path: Path) -> None:
        self.source, self.kept = self._read(path), []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> bytes | SampleError:
        return self.kept.pop() if self.kept else next(self.source)

    def put_back(self, lines: Sequence[bytes | SampleError]) -> None:
        self.kept.extend(reversed(lines))

    @staticmethod
    def _read(path: Path) -> Iterator[bytes | SampleError]:
        kept = b""
        with text.opened(path) as file:
            for block in text.blocks(file, path):
                if isinstance(block, SampleError):
                    yield block
                    return
                *lines, kept = (kept + block).split(b"\n")
                yield from (line + b"\n" for line in lines)
        if kept:
            yield kept


def _parts(path: Path) -> Iterator[Part]:
    """The frames as text. Where the lines of a frame do not end before the next one begins, the next one is found by its comment."""
    lines = _Lines(path)
    while (first := next((line for line in lines if isinstance(line, SampleError) or line.strip()), None)) is not None:
        if isinstance(first, SampleError):
            yield Part(None, trouble=first)
            return
        count, comment, rows = _count(first), b"", []
        following = next(lines, b"")
        if count is not None or (not isinstance(following, SampleError) and b"=" in following):
            comment = following
        else:
            lines.put_back([following])
        if count is not None:
            rows = list(islice(lines, min(count, sys.maxsize)))
        if count is None or not _ends(rows, lines):
            lines.put_back(rows)
            rows = _until_comment(lines)
        broken = next((row for row in (comment, *rows[-1:]) if isinstance(row, SampleError)), None)
        if broken is not None:
            yield Part(None, trouble=broken)
            return
        said = SampleError(f"it does not say its number of particles: its first line is {_shown(first)}")
        yield Part(count, comment, b"".join(rows), None if count is not None else said)


def _count(line: bytes | SampleError) -> int | None:
    """N of the first line of a frame; None where it is none."""
    return int(line) if not isinstance(line, SampleError) and line.strip().isdigit() else None


def _ends(rows: Sequence[bytes | SampleError], lines: _Lines) -> bool:
    """Whether the frame of these lines ends with them: no comment is among them, and N of the next frame, its comment or nothing follows."""
    following = next(lines, None)
    if following is not None:
        lines.put_back([following])
    if any(b"=" in row for row in rows if not isinstance(row, SampleError)):
        return False
    if following is None or isinstance(following, SampleError) or not following.strip() or _count(following) is not None:
        return True
    return b"=" in following and not (rows and _count(rows[-1]) is not None)


def _until_comment(lines: _Lines) -> list[bytes | SampleError]:
    """The lines before the next frame, whose first line and comment are put back."""
    rows: list[bytes | SampleError] = []
    for line in lines:
        if not isinstance(line, SampleError) and b"=" in line:
            lines.put_back([*rows[-1:], line])
            return rows[:-1]
        rows.append(line)
    return rows


def _shown(line: bytes) -> str:
    return repr(line.decode(errors="replace").strip()[:40])


def _pairs(part: Part) -> dict[str, str]:
    if part.trouble is not None:
        raise part.trouble
    return {key: value.strip("\"'{}[]") for key, value in PAIR.findall(part.comment.decode(errors="replace"))}


def _columns(part: Part) -> dict[str, list[int]]:
    """The places of each property's columns; `all` are the columns of a line. Raises SampleError for a table that does not fit."""
    words = _pairs(part).get("Properties", "species:S:1:pos:R:3").split(":")
    if len(words) % 3 or not all(count.isdigit() and int(count) <= MOST_COLUMNS for count in words[2::3]):
        raise SampleError(f"its Properties are no list of name:kind:columns: {':'.join(words)[:80]!r}")
    columns, place = {}, 0
    for name, count in zip(words[::3], map(int, words[2::3]), strict=True):
        columns[name] = list(range(place, place + count))
        place += count
    text.check_table_room(part.body, part.particles, place)
    return columns | {"all": list(range(place))}


def _find(columns: dict[str, list[int]], word: str) -> list[int]:
    return next((columns[name] for name in WORDS[word] if name in columns), [])


def _dimension(part: Part, columns: dict[str, list[int]]) -> int:
    """2 where there is no z, or all particles have the same."""
    places = _find(columns, "pos")
    return 2 if len(places) < 3 or text.lies_in_plane(part.body, places[2], len(columns["all"]), part.particles) else 3


def _box(pairs: dict[str, str], d: int) -> tuple[np.ndarray, np.ndarray, tuple[bool, ...]]:
    """Cell, origin and periodic axes."""
    try:
        lattice = np.array(pairs.get("Lattice", "").replace(",", " ").split(), dtype=float)
        origin = np.array(pairs.get("Origin", "0 0 0").replace(",", " ").split(), dtype=float)
    except ValueError as error:
        raise SampleError("its Lattice or Origin is not made of numbers") from error
    if len(lattice) not in (d * d, 9) or len(origin) not in (d, 3):
        raise SampleError('it does not say its box: Lattice="ax ay az bx by bz cx cy cz" must have nine numbers')
    side = 3 if len(lattice) == 9 else d
    periodic = tuple(word.upper() in ("T", "TRUE", "1") for word in pairs.get("pbc", "T T T").replace(",", " ").split())
    return lattice.reshape(side, side).T, origin, periodic if len(periodic) >= d else (True,) * d


def _frame(part: Part) -> Frame:
    columns, pairs = _columns(part), _pairs(part)
    text.check_encoding(part.comment + part.body)
    entries = text.columns_of(part.body, part.particles, len(columns["all"]))
    places = _find(columns, "pos")
    if len(places) not in (2, 3):
        raise SampleError("it has no positions: allowed are the columns pos:R:3 or pos:R:2")
    cell, origin, periodic = _box(pairs, len(places))
    ids, order, done = _find(columns, "id"), slice(None), []
    if ids:
        order, changed = by_id(text.whole_numbers(entries[ids[0]], "id"))
        done += ["sorted by id"] if changed else []
    sizes = {word: text.numbers(entries[_find(columns, word)[0]], word)[order] for word in ("diameter", "radius", "mass") if _find(columns, word)}
    if "radius" in sizes and "diameter" not in sizes:
        done.append("sizes are twice the radius")
    names, types = _types(entries, _find(columns, "type"))
    coordinates = [entries[place] for place in _find(columns, "pos")]
    return Frame(
        positions=np.stack([text.numbers(column, "pos") for column in coordinates], axis=1)[order],
        cell=cell,
        origin=origin,
        types=types[order],
        names=names,
        digits=text.digits_of(coordinates),
        diameters=sizes.get("diameter", 2 * sizes["radius"] if "radius" in sizes else None),
        masses=sizes.get("mass"),
        planar=True if len(coordinates) == 2 else None,
        periodic=periodic,
        done=tuple(done),
    )


def _types(entries: list[list[bytes]], places: list[int]) -> tuple[tuple[str, ...], np.ndarray]:
    """Names and types as places in them: in the order of their numbers, or else of the alphabet."""
    if not places:
        return (), np.zeros(len(entries[0]) if entries else 0, dtype=np.int64)
    return named_types([entry.decode(errors="replace") for entry in entries[places[0]]])
