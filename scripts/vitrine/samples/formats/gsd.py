"""GSD of HOOMD-blue and others, by gsd, the format's own library.

Positions are centred on the origin and the box is (Lx, Ly, Lz, xy, xz, yz) with tilts over the edges; in the plane, which `dimensions` tells, Lz
counts for nothing (HOOMD 2 wrote 1, HOOMD 3 and later 0). The box is in single precision, also where the particles are in double.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import gsd.hoomd
import gsd.version
import numpy as np

from vitrine.errors import InputError, SampleError
from vitrine.samples.formats.frame import DOUBLE, SINGLE, FileIndex, Frame, one_line
from vitrine.samples.store import check_room

FORMAT, SIZES = "GSD", "particles/diameter"


def library() -> str:
    """What reads the format."""
    return f"gsd {gsd.version.version}"


@contextmanager
def opened(path: Path) -> Iterator[gsd.hoomd.HOOMDTrajectory]:
    """The frames of a file. Raises InputError where it is none."""
    try:
        trajectory = gsd.hoomd.open(str(path), "r")
    except (OSError, RuntimeError) as error:
        raise InputError(f"{path}: not a whole GSD file ({error})") from error
    with trajectory:
        yield trajectory


def index(path: Path) -> FileIndex:
    """N of every frame and the dimension of the first. Raises InputError where the file is no GSD."""
    room = path.stat().st_size
    with opened(path) as trajectory:
        particles = tuple(_particles(trajectory.file, number, room) for number in range(len(trajectory)))
        dimension = _chunk(trajectory.file, 0, "configuration/dimensions") if any(particles) else None
        return FileIndex(path, FORMAT, particles, dimension or 3)


def _particles(file: object, number: int, room: int) -> int:
    """N of a frame, that of the first where it says none; 0 for what cannot be."""
    try:
        held = _chunk(file, number, "particles/N")
        held = _chunk(file, 0, "particles/N") if held is None else held
    except Exception:  # a damaged file leads GSD into any error there is
        return 0
    return held if held is not None and held <= room else 0


def _chunk(file: object, number: int, name: str) -> int | None:
    return int(np.ravel(file.read_chunk(frame=number, name=name))[0]) if file.chunk_exists(frame=number, name=name) else None


def raw_frames(path: Path, wanted: Collection[int]) -> Iterator[tuple[int, gsd.hoomd.Frame | SampleError]]:
    """The wanted frames as gsd gives them."""
    room = path.stat().st_size
    with opened(path) as trajectory:
        for number in sorted(wanted):
            try:
                check_room(trajectory.file, number, room)
                frame = trajectory[number]
            except Exception as error:  # a damaged file leads GSD into any error there is
                yield number, SampleError(f"it cannot be read: {one_line(error)}")
            else:
                yield number, frame


def frames(path: Path, wanted: Collection[int]) -> Iterator[tuple[int, Frame | SampleError]]:
    """The wanted frames in the order of the file, with their numbers."""
    for number, frame in raw_frames(path, wanted):
        try:
            yield number, frame if isinstance(frame, SampleError) else frame_of(frame)
        except SampleError as error:
            yield number, error


def frame_of(frame: gsd.hoomd.Frame) -> Frame:
    """A frame of gsd's as one of ours. Raises SampleError for types without a name, and for arrays of a damaged file."""
    d, box = int(frame.configuration.dimensions), np.ravel(frame.configuration.box)
    if d not in (2, 3) or box.shape != (6,) or np.shape(frame.particles.position) != (frame.particles.N, 3):
        raise SampleError(f"its arrays do not fit together: {d} dimensions, box {box.shape}, positions {np.shape(frame.particles.position)}")
    lx, ly, lz, xy, xz, yz = map(float, box)
    cell = np.array([[lx, xy * ly, xz * lz], [0, ly, yz * lz], [0, 0, lz]])[:d, :d]
    types, names = np.array(frame.particles.typeid, dtype=np.int64), tuple(map(str, frame.particles.types))
    if len(types) and types.max() >= max(len(names), 1):
        raise SampleError(f"a particle has the type {types.max()}, and there are {len(names)} names of types")
    return Frame(
        positions=np.array(frame.particles.position[:, :d], dtype=float),
        cell=cell,
        origin=-cell.sum(axis=1) / 2,
        types=types,
        names=names,
        digits=DOUBLE if frame.particles.position.dtype == np.float64 else SINGLE,
        diameters=np.array(frame.particles.diameter, dtype=float),
        masses=np.array(frame.particles.mass, dtype=float),
        planar=d == 2,
        periodic=(True,) * d,
        done=("box in single precision",),
        step=int(frame.configuration.step),
    )
