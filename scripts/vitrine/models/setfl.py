r"""Tables of embedded-atom potentials: files in the DYNAMO setfl format, as LAMMPS reads them for its styles eam/alloy and eam/fs.

Three lines of comment; the number of elements and their names; Nrho, drho, Nr, dr and the cutoff. Of each element a line with atomic number, mass,
lattice constant and lattice, then F at Nrho densities from zero, and the density at Nr distances from zero: one of eam/alloy, or, of eam/fs, one at
the place of each element. Last, of each pair of elements (1,1), (2,1), (2,2), ..., r phi(r) at Nr distances. Which of the two it is, the number of
numbers tells.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from vitrine.errors import InputError
from vitrine.models.table_files import read_content

FEWEST, MOST = 5, 200_000  # points of a function


@dataclass(frozen=True)
class Setfl:
    """The tables of a file, told apart by their digest.

    style: eam/alloy or eam/fs. embedding (E, Nrho); density (E, E, Nr), of the element of the first index at the place of the second; pair
    (E, E, Nr): r phi. drho, dr: the steps; distances in the file's unit, energies too. masses (E,).
    """

    digest: str
    style: str = field(compare=False)
    elements: tuple[str, ...] = field(compare=False)
    masses: np.ndarray = field(compare=False, repr=False)
    drho: float = field(compare=False)
    dr: float = field(compare=False)
    cutoff: float = field(compare=False)
    embedding: np.ndarray = field(compare=False, repr=False)
    density: np.ndarray = field(compare=False, repr=False)
    pair: np.ndarray = field(compare=False, repr=False)


def read_setfl(path: str | Path, digest: str = "") -> Setfl:
    """The tables of a file. digest: the SHA-256 that it must have, empty where that is not asked. Raises InputError, with the path, for no such."""
    found, content = read_content(path, digest)
    return _tables_of(found, str(path), content)


@lru_cache(maxsize=8)
def _tables_of(digest: str, path: str, content: bytes) -> Setfl:
    try:
        lines = content.decode("utf-8").splitlines()
        elements = lines[3].split()
        number, names = int(elements[0]), tuple(elements[1:])
        counts = lines[4].split()
        n_rho, drho, n_r, dr, cutoff = int(counts[0]), float(counts[1]), int(counts[2]), float(counts[3]), float(counts[4])
        if number != len(names) or not 1 <= number <= 26:
            raise ValueError(f"line 4 says {number} elements and names {len(names)}")
        if not (min(n_rho, n_r) >= FEWEST and max(n_rho, n_r) <= MOST and min(drho, dr, cutoff) > 0):
            raise ValueError("line 5 must have Nrho, drho, Nr, dr and the cutoff, all positive")
    except (ValueError, IndexError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: is no table of eam/alloy or eam/fs ({' '.join(str(error).split())[:120]})") from None
    if cutoff > n_r * dr * (1 + 1e-9):  # one step beyond the last point is usual
        raise InputError(f"{path}: ends at {(n_r - 1) * dr:g}, before its cutoff, {cutoff:g}")
    for style, densities in (("eam/fs", number), ("eam/alloy", 1)):
        parts = _parts(lines[5:], number, n_rho, n_r, densities)
        if parts is not None:
            embedding, density, pairs, masses = parts
            density = np.broadcast_to(density, (number, number, n_r)) if densities == 1 else density
            style = "eam/alloy" if number == 1 else style
            return Setfl(digest, style, names, masses, drho, dr, cutoff, embedding, np.ascontiguousarray(density), pairs)
    raise InputError(f"{path}: has not as many numbers as eam/alloy or eam/fs asks for with {number} elements, {n_rho} densities and {n_r} distances")


def _parts(lines: list[str], number: int, n_rho: int, n_r: int, densities: int) -> tuple | None:
    """Embedding (E, Nrho), density (E, D, Nr), pair (E, E, Nr) and masses (E,); None where the file is not made so."""
    reader = _Numbers(lines)
    try:
        masses, embedding, density = [], [], []
        for _ in range(number):
            masses.append(float(reader.line().split()[1]))
            embedding.append(reader.take(n_rho))
            density.append([reader.take(n_r) for _ in range(densities)])
        pairs = np.empty((number, number, n_r))
        for i in range(number):
            for j in range(i + 1):
                pairs[i, j] = pairs[j, i] = reader.take(n_r)
    except (ValueError, IndexError):
        return None
    if reader.left() or not all(np.all(np.isfinite(part)) for part in (*embedding, *np.concatenate(density), pairs)):
        return None
    return np.array(embedding), np.array(density), pairs, np.array(masses)


class _Numbers:
    """Lines of numbers, taken so many at a time; what is taken ends with a line."""

    def __init__(self, lines: list[str]) -> None:
        self.lines, self.place = lines, 0

    def line(self) -> str:
        """The next line that is not empty."""
        while not self.lines[self.place].strip():
            self.place += 1
        self.place += 1
        return self.lines[self.place - 1]

    def take(self, count: int) -> np.ndarray:
        """So many numbers. ValueError where the line that has the last of them has more, or a word."""
        words: list[str] = []
        while len(words) < count:
            words += self.line().split()
        if len(words) != count:
            raise ValueError("the numbers of two functions stand in one line")
        return np.array(words, dtype=float)

    def left(self) -> bool:
        """Whether anything is left."""
        return any(line.strip() for line in self.lines[self.place :])
