"""What every format gives: a frame as it was read, and what a file holds before it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vitrine.errors import SampleError

SINGLE, DOUBLE, MOST = 7, 16, 17  # decimal digits of float32, of float64, and those that determine a float64


@dataclass(frozen=True)
class Frame:
    """One configuration as a file has it, in the file's units.

    positions (N, d) float64; cell (d, d) with columns the edge vectors; origin (d,) the corner from which they start. types (N,) int are places in
    `names`. diameters, masses (N,), None where the file has none. `planar` is what the format says of the dimension: True, False, or None for a
    format of three coordinates that leaves it open. `periodic` tells it of each axis. `digits` are the decimal digits of the positions. `done` says
    in words what the reader did to get there. step and time where the file says them.
    """

    positions: np.ndarray
    cell: np.ndarray
    origin: np.ndarray
    types: np.ndarray
    names: tuple[str, ...]
    digits: int
    diameters: np.ndarray | None = None
    masses: np.ndarray | None = None
    planar: bool | None = None
    periodic: tuple[bool, ...] = (True, True, True)
    done: tuple[str, ...] = ()
    step: int | None = None
    time: float | None = None


@dataclass(frozen=True)
class FileIndex:
    """What a file holds: N of each frame, 0 where the header of a frame is broken (reading it says how), and the dimension of its first frame."""

    path: Path
    format: str
    particles: tuple[int, ...]
    dimension: int

    @property
    def frames(self) -> int:
        """Number of frames."""
        return len(self.particles)


def is_flat(z: np.ndarray) -> bool:
    """Whether all particles of a format of three coordinates have one z, to what rounding leaves."""
    return len(z) == 0 or float(np.ptp(z)) <= 1e-9 * max(1.0, float(np.abs(z).max()))


def by_id(ids: np.ndarray) -> tuple[np.ndarray, bool]:
    """The order of rising ids (N,) and whether it is another one. Raises SampleError where two particles have one id."""
    order = np.argsort(ids, kind="stable")
    ordered = ids[order]
    if np.any(ordered[1:] == ordered[:-1]):
        raise SampleError(f"two particles have the id {ordered[:-1][ordered[1:] == ordered[:-1]][0]}")
    return order, bool(np.any(np.diff(ids) < 0))


def named_types(given: Sequence[str]) -> tuple[tuple[str, ...], np.ndarray]:
    """The names of types that occur, by their numbers where all are whole numbers and else by the alphabet, and types (N,) as places in them."""
    names = sorted(set(given))
    if all(name.isdigit() for name in names):
        names.sort(key=int)
    places = {name: place for place, name in enumerate(names)}
    return tuple(names), np.fromiter(map(places.__getitem__, given), dtype=np.int64, count=len(given))


def one_line(error: BaseException | str) -> str:
    """A library's message as part of a sentence."""
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__
