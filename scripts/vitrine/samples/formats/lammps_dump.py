"""LAMMPS text dumps, plain or gz, by a reader of our own on numpy.

None of the kept readers is right on all of them (docs/formats.md says which fails at what); a frame is a table of numbers under a few header lines.

The bounds of a tilted box are those of its bounding box: x from xlo + min(0, xy, xz, xy + xz) to xhi + max(0, xy, xz, xy + xz), y from
ylo + min(0, yz) to yhi + max(0, yz) (LAMMPS documentation, "Triclinic simulation boxes"). Columns are found by their names: positions x, xu, xs or
xsu (wrapped, unwrapped, and both in units of the box), id, type or element, diameter or radius, mass.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vitrine.errors import InputError, SampleError
from vitrine.samples.formats import text
from vitrine.samples.formats.frame import FileIndex, Frame, by_id, named_types

FORMAT, SIZES = "LAMMPS dump", "the column diameter or radius"
MARK, TABLE = b"ITEM: TIMESTEP", b"ITEM: ATOMS"
PLACES = (("x", "y", "z"), ("xu", "yu", "zu"), ("xs", "ys", "zs"), ("xsu", "ysu", "zsu"))


@dataclass(frozen=True)
class Header:
    """The header of a frame: its step and time, N, box as in Frame, periodic axes, names of the columns."""

    step: int | None
    time: float | None
    particles: int
    cell: np.ndarray
    origin: np.ndarray
    periodic: tuple[bool, ...]
    columns: tuple[str, ...]


def library() -> str:
    """What reads the format."""
    return f"numpy {np.__version__}"


def index(path: Path) -> FileIndex:
    """N of every frame, from the headers alone. Raises InputError where there is no frame."""
    particles, dimension = [], 0
    for part in _frames(path):
        try:
            header, body = _header(part)
            text.check_table_room(body, header.particles, len(header.columns))
            dimension = dimension or _dimension(header, body)
            particles.append(header.particles)
        except SampleError:
            particles.append(0)
    if not particles:
        raise InputError(f"{path}: holds no frame of a LAMMPS dump (ITEM: TIMESTEP)")
    return FileIndex(path, FORMAT, tuple(particles), dimension or 3)


def frames(path: Path, wanted: Collection[int]) -> Iterator[tuple[int, Frame | SampleError]]:
    """The wanted frames in the order of the file, with their numbers."""
    for number, part in zip(range(max(wanted, default=-1) + 1), _frames(path), strict=False):
        if number in wanted:
            try:
                yield number, _frame(part)
            except SampleError as error:
                yield number, error


def _frames(path: Path) -> Iterator[bytes | SampleError]:
    """The text of every frame. What stands in front of ITEM: TIMESTEP (ITEM: UNITS, ITEM: TIME) goes to the frame that follows."""
    before = b""
    for part in text.parts(path, MARK):
        if isinstance(part, SampleError):
            yield part
            continue
        if not part.startswith(MARK):
            before = part
            continue
        table = part.find(b"\n" + TABLE)
        end = part.find(b"\nITEM: ", table + 1) + 1 if table >= 0 else 0
        yield before + (part[:end] if end else part)
        before = part[end:] if end else b""


def _header(part: bytes | SampleError) -> tuple[Header, bytes]:
    """The header of a frame and its table as text. Raises SampleError for what is missing or wrong."""
    if isinstance(part, SampleError):
        raise part
    table = part.find(b"\n" + TABLE) + 1
    end = part.find(b"\n", table) + 1
    if not table or not end:
        raise SampleError("it is cut off: its header has no whole line ITEM: ATOMS")
    items: dict[str, tuple[str, list[str]]] = {}
    for item in part[:table].decode(errors="replace").split("ITEM: ")[1:]:
        title, *lines = item.splitlines()
        name = "BOX BOUNDS" if title.startswith("BOX BOUNDS") else title.strip()
        items[name] = title.removeprefix("BOX BOUNDS").strip(), lines
    cell, origin, periodic = _box(*items.get("BOX BOUNDS", ("", [])))
    header = Header(
        step=_one(items, "TIMESTEP", int),
        time=_one(items, "TIME", float),
        particles=_particles(items),
        cell=cell,
        origin=origin,
        periodic=periodic,
        columns=tuple(part[table:end].decode(errors="replace").split()[2:]),
    )
    return header, part[end:]


def _one(items: dict, name: str, kind: type) -> int | float | None:
    try:
        return kind(items[name][1][0])
    except (KeyError, IndexError, ValueError):
        return None


def _particles(items: dict) -> int:
    count = _one(items, "NUMBER OF ATOMS", int)
    if count is None or count < 0:
        raise SampleError("it does not say its number of particles (ITEM: NUMBER OF ATOMS)")
    return count


def _box(title: str, lines: list[str]) -> tuple[np.ndarray, np.ndarray, tuple[bool, ...]]:
    """Cell, origin and periodic axes from the words behind ITEM: BOX BOUNDS and the three lines below it."""
    words = title.split()
    kind = "abc" if words[:1] == ["abc"] else "tilted" if words[:3] == ["xy", "xz", "yz"] else "orthogonal"
    try:
        rows = np.array([line.split() for line in lines[:3]], dtype=float)
    except ValueError as error:
        raise SampleError("the bounds of its box are no numbers (ITEM: BOX BOUNDS)") from error
    if rows.shape != (3, {"abc": 4, "tilted": 3, "orthogonal": 2}[kind]):
        raise SampleError("it does not say its box in three whole lines (ITEM: BOX BOUNDS)")
    boundaries = words[{"abc": 2, "tilted": 3, "orthogonal": 0}[kind] :]
    periodic = tuple(boundary == "pp" for boundary in boundaries) if len(boundaries) == 3 else (True, True, True)
    if kind == "abc":
        return rows[:, :3].T.copy(), rows[:, 3].copy(), periodic
    xy, xz, yz = rows[:, 2] if kind == "tilted" else (0.0, 0.0, 0.0)
    low = rows[:, 0] - [min(0.0, xy, xz, xy + xz), min(0.0, yz), 0.0]
    high = rows[:, 1] - [max(0.0, xy, xz, xy + xz), max(0.0, yz), 0.0]
    return np.array([[0, xy, xz], [0, 0, yz], [0, 0, 0]]) + np.diag(high - low), low, periodic


def _places(columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of positions: of the first kind that has two or three of them."""
    for kind in PLACES:
        if kind[0] in columns and kind[1] in columns:
            return kind if kind[2] in columns else kind[:2]
    raise SampleError("it has no positions: allowed are columns x y z, xu yu zu, xs ys zs or xsu ysu zsu")


def _dimension(header: Header, body: bytes) -> int:
    """2 where there is no z, or all particles have the same."""
    places = _places(header.columns)
    if len(places) == 2:
        return 2
    return 2 if text.lies_in_plane(body, header.columns.index(places[2]), len(header.columns), header.particles) else 3


def _frame(part: bytes | SampleError) -> Frame:
    header, body = _header(part)
    text.check_encoding(body)
    places = _places(header.columns)
    entries = dict(zip(header.columns, text.columns_of(body, header.particles, len(header.columns)), strict=True))
    d = len(places)
    coordinates = np.stack([text.numbers(entries[name], name) for name in places], axis=1).reshape(-1, d)
    cell, origin, done = header.cell[:d, :d], header.origin[:d], []
    scaled = places[0] in ("xs", "xsu")
    if scaled:
        done.append(f"positions from {' '.join(places)}")
    order, said = _order(entries)
    names, types = _types(entries)
    diameters = _column(entries, "diameter")
    if diameters is None and "radius" in entries:
        diameters = 2 * _column(entries, "radius")
        done.append("sizes are twice the radius")
    masses = _column(entries, "mass")
    return Frame(
        positions=(coordinates @ cell.T + origin if scaled else coordinates)[order],
        cell=cell,
        origin=origin,
        types=types[order],
        names=names,
        digits=text.digits_of([entries[name] for name in places]),
        diameters=None if diameters is None else diameters[order],
        masses=None if masses is None else masses[order],
        planar=True if d == 2 else None,
        periodic=header.periodic[:d],
        done=(*done, *said),
        step=header.step,
        time=header.time,
    )


def _column(entries: dict[str, list[bytes]], name: str) -> np.ndarray | None:
    return text.numbers(entries[name], name) if name in entries else None


def _order(entries: dict[str, list[bytes]]) -> tuple[np.ndarray | slice, list[str]]:
    """The order by id, and that it was needed."""
    if "id" not in entries:
        return slice(None), []
    order, changed = by_id(text.whole_numbers(entries["id"], "id"))
    return order, ["sorted by id"] if changed else []


def _types(entries: dict[str, list[bytes]]) -> tuple[tuple[str, ...], np.ndarray]:
    """Names, the numbers of `type` or else the words of `element`, and types as places in them."""
    for name in ("type", "element"):
        if name in entries:
            return named_types([entry.decode(errors="replace") for entry in entries[name]])
    return (), np.zeros(len(next(iter(entries.values()), [])), dtype=np.int64)
