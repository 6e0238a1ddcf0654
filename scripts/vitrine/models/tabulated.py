"""Potentials as tables of numbers, r, phi and optionally phi', and as functions handed over in Python.

Through a table goes a spline of degree 7, so that four derivatives exist and the fourth is smooth; where phi' is given the spline meets it too. How
good it is, the spline through every second point says at the points left out.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from vitrine.errors import InputError
from vitrine.models.table_files import MOST_BYTES, read_content

DEGREE = 7
FEWEST, MOST = 20, 200_000  # points of a table
DERIVATIVES = 4  # that a spline is good for
FINEST = 2**12  # points at which a function is taken, at most
ACCURATE = 1e-13


@dataclass(frozen=True)
class Tabulated:
    """phi at distances of a table, as a spline between the first and the last of them.

    digest: SHA-256 of what it was made of, which tells two of them apart. error: of the spline through every second point, at the others, relative to
    |phi| + |r phi'| there; the spline through all is better by some powers of two.
    """

    digest: str
    distances: np.ndarray = field(compare=False, repr=False)
    values: np.ndarray = field(compare=False, repr=False)
    slopes: np.ndarray | None = field(compare=False, repr=False, default=None)
    error: float = field(compare=False, default=0.0)
    spline: object = field(compare=False, repr=False, default=None)

    exact = False  # the kernel of a spline is the potential itself

    @classmethod
    def of(cls, digest: str, distances: np.ndarray, values: np.ndarray, slopes: np.ndarray | None = None) -> Tabulated:
        """The spline of a table. Raises InputError, without the key, where phi' is not the derivative of phi."""
        spline = _spline(distances, values, slopes)
        half = [None if column is None else column[::2] for column in (distances, values, slopes)]
        coarse, left = _spline(*half), distances[1:-1:2]
        steep = np.abs(left * spline(left, 1))
        error = float(np.max(np.abs(coarse(left) - spline(left)) / (np.abs(spline(left)) + steep + np.finfo(float).tiny)))
        if slopes is not None:
            _check_slopes(distances, values, slopes)
        return cls(digest, distances, values, slopes, error, spline)

    def derivatives(self, x: np.ndarray, order: int = DERIVATIVES) -> np.ndarray:
        """phi and its first `order` derivatives at x (n,), shape (order + 1, n)."""
        inside = np.clip(x, self.distances[0], self.distances[-1])
        return np.array([self.spline(inside, one) for one in range(order + 1)])


def _spline(x: np.ndarray, values: np.ndarray, slopes: np.ndarray | None) -> object:
    """The spline of degree 7 through values (n,), and slopes (n,) where they are given: then every point counts twice, and so does its knot."""
    from scipy.interpolate import BSpline, make_interp_spline

    if slopes is None:
        return make_interp_spline(x, values, k=DEGREE)
    from scipy.sparse import csr_array, vstack
    from scipy.sparse.linalg import spsolve

    knots = np.concatenate([np.repeat(x[0], DEGREE + 1), np.repeat(x[2:-2], 2), np.repeat(x[-1], DEGREE + 1)])
    count = 2 * len(x)
    # The derivative's coefficients are differences of the spline's own, over the knots between them.
    spacing = DEGREE / (knots[DEGREE + 1 : count + DEGREE] - knots[1:count])
    place = np.arange(count - 1)
    lower = csr_array(
        (np.concatenate([-spacing, spacing]), (np.concatenate([place, place]), np.concatenate([place, place + 1]))), shape=(count - 1, count)
    )
    own = csr_array(BSpline.design_matrix(x, knots, DEGREE))
    steep = csr_array(BSpline.design_matrix(x, knots[1:-1], DEGREE - 1)) @ lower
    order = np.arange(count).reshape(2, -1).T.ravel()  # value and slope of a point stand together: the matrix is a band
    matrix = vstack([own, steep]).tocsr()[order]
    return BSpline(knots, spsolve(matrix.tocsc(), np.concatenate([values, slopes])[order]), DEGREE)


def _check_slopes(x: np.ndarray, values: np.ndarray, slopes: np.ndarray) -> None:
    """Refuse a third column that is no derivative of the second; most often it is the force."""
    steps, means = np.diff(values), (slopes[1:] + slopes[:-1]) / 2 * np.diff(x)
    size = np.sum(np.abs(steps))
    if np.sum(np.abs(steps - means)) > 0.5 * size:
        reason = "what is given is minus that, the force" if np.sum(np.abs(steps + means)) <= 0.5 * size else "what is given is something else"
        raise InputError(f"phi' must be the derivative of phi: {reason}")


def read_table(path: str | Path, digest: str = "") -> Tabulated:
    """The table of a file: columns r, phi and optionally phi' of a text (with # for comments), or r, phi and dphi of an .npz.

    digest: the SHA-256 that the file must have, empty where that is not asked. Raises InputError, without the key, where it is no such table.
    """
    found, content = read_content(path, digest)
    return _table_of(found, str(path), content)


@lru_cache(maxsize=32)
def _table_of(digest: str, path: str, content: bytes) -> Tabulated:
    try:
        columns = _columns(path, content)
    except Exception as error:  # a damaged archive leads its reader into any error there is
        raise InputError(f"{path}: is no table of numbers ({' '.join(str(error).split())[:120]})") from None
    if len(columns) not in (2, 3):
        raise InputError(f"{path}: has {len(columns)} columns: allowed are r and phi, or r, phi and phi'")
    distances = columns[0]
    if not FEWEST <= len(distances) <= MOST:
        raise InputError(f"{path}: has {len(distances)} points: allowed are {FEWEST} to {MOST}")
    bad = np.nonzero(~np.all(np.isfinite(columns), axis=0))[0]
    if len(bad):
        raise InputError(f"{path}: has NaN or infinity in point {bad[0] + 1}")
    falls = np.nonzero(np.diff(distances) <= 0)[0]
    if len(falls) or distances[0] < 0:
        place = falls[0] + 2 if len(falls) else 1
        raise InputError(f"{path}: its distances must be positive and ascend, and point {place} is at {distances[place - 1]:g}")
    try:
        return Tabulated.of(digest, *columns)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _columns(path: str, content: bytes) -> np.ndarray:
    """The columns (2 or 3, n) of a file's content."""
    if path.endswith(".npz"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > MOST_BYTES:
            raise ValueError(f"it unpacks to {unpacked} bytes, allowed are {MOST_BYTES}")
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            names = ["r", "phi", *(["dphi"] if "dphi" in stored else [])]
            return np.array([np.asarray(stored[name], dtype=float).ravel() for name in names])
    lines = content.decode("utf-8").replace(",", " ").replace(";", " ").splitlines()
    numbers = [line for line in lines if line.split("#")[0].strip()]
    if numbers and not _is_number(numbers[0].split()[0]):
        numbers = numbers[1:]  # names of the columns
    return np.loadtxt(numbers, ndmin=2).T if numbers else np.zeros((2, 0))


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class Functions:
    """phi and its first four derivatives as functions of an array of distances."""

    functions: tuple[Callable, ...]
    digest: str = ""

    exact = True

    def derivatives(self, x: np.ndarray, order: int = DERIVATIVES) -> np.ndarray:
        """phi and its first `order` derivatives at x (n,), shape (order + 1, n)."""
        return np.array([_values(function, x) for function in self.functions[: order + 1]])


def given_functions(functions: Sequence[Callable], inner: float, cutoff: float) -> Functions | Tabulated:
    """The law of functions: of phi alone, of phi and phi', or of phi and its four derivatives. Without these a spline goes through what is given.

    Raises InputError, without the key, for functions that give no finite numbers between `inner` and `cutoff`, or no derivatives of phi.
    """
    looks = np.geomspace(inner, cutoff, 256)
    digest = hashlib.sha256(np.array([_values(function, looks) for function in functions]).tobytes()).hexdigest()
    if len(functions) == DERIVATIVES + 1:
        _check_derivatives(functions, looks)
        return Functions(tuple(functions), digest)
    count, before = 64, np.inf
    while True:
        x = np.geomspace(inner, cutoff, count + 1)
        x[0], x[-1] = inner, cutoff
        found = Tabulated.of(digest, x, *(_values(function, x) for function in functions))
        between = np.sqrt(x[1:] * x[:-1])
        size = np.abs(found.spline(between)) + np.abs(between * found.spline(between, 1)) + np.finfo(float).tiny
        error = float(np.max(np.abs(found.spline(between) - _values(functions[0], between)) / size))
        if error <= ACCURATE or count >= FINEST or error > before / 2:
            return Tabulated(digest, found.distances, found.values, found.slopes, error, found.spline)
        count, before = 2 * count, error


def _values(function: Callable, x: np.ndarray) -> np.ndarray:
    """A function of the user's at x (n,): of the array, or of one number after another where it takes no arrays."""
    with np.errstate(all="ignore"):
        try:
            found = np.broadcast_to(np.asarray(function(x), dtype=float), x.shape)
        except (TypeError, ValueError):
            found = np.array([float(function(float(one))) for one in x])
    if not np.all(np.isfinite(found)):
        raise InputError(f"a function is not finite at {x[~np.isfinite(found)][-1]:.4g}")
    return found


def _check_derivatives(functions: Sequence[Callable], x: np.ndarray) -> None:
    """Each function against differences of the one before."""
    middle = x[4:-4]
    step = 1e-4 * middle
    for order, (one, other) in enumerate(zip(functions[:-1], functions[1:], strict=True), 1):
        slope = (_values(one, middle + step) - _values(one, middle - step)) / (2 * step)
        size = np.abs(_values(other, middle)) + np.abs(_values(one, middle)) / middle
        if np.any(np.abs(slope - _values(other, middle)) > 1e-2 * size):
            raise InputError(f"function {order + 1} of {len(functions)} is not the derivative of the one before")
