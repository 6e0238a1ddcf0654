"""NPZ, by numpy: one or several configurations of one N as named arrays.

positions (F, N, d) or (N, d); box, of every frame (d, d) with columns the edge vectors, (d,) the edges of an orthogonal box, or one number, or of
each (F, d, d); origin (d,), default 0; types (N,) or (F, N), numbers or words, and type_names (K,) the names of the numbers 0 to K - 1; diameters or
radii, and masses, (N,) or (F, N); step and time (F,). Other arrays are passed over. Arrays of Python objects are refused: they would run code.
"""

from __future__ import annotations

import math
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from vitrine.errors import InputError, SampleError
from vitrine.files import whole_file
from vitrine.samples.formats.frame import DOUBLE, SINGLE, FileIndex, Frame, is_flat, named_types, one_line
from vitrine.samples.formats.lammps_dump import library
from vitrine.samples.sample import Sample

__all__ = ["FORMAT", "SIZES", "frames", "index", "library", "write_npz"]

FORMAT, SIZES = "NPZ", "the array diameters or radii"
PLACED, VALUES = ("positions", "box", "origin"), ("types", "diameters", "radii", "masses")
DEFLATED, HALF = 1100, 3  # the most that a byte of a packed archive holds, in bytes; decimal digits of float16


def write_npz(path: str | Path, samples: Iterable[Sample]) -> None:
    """Write samples of one N and dimension under the names above, whole or not at all. Raises InputError where they differ in N."""
    samples = list(samples)
    shapes = sorted({sample.positions.shape for sample in samples})
    if len(shapes) != 1:
        raise InputError(f"{path}: an NPZ file holds samples of one number of particles and dimension, these have {shapes}: write several files")
    arrays = {name: np.stack([getattr(sample, name) for sample in samples]) for name in ("positions", "box", "types")}
    arrays["diameters"] = np.stack([sample.sizes for sample in samples])
    arrays["type_names"] = np.array([chr(ord("A") + place) for place in range(max(len(sample.model.scales) for sample in samples))])
    if any(sample.masses is not None for sample in samples):
        arrays["masses"] = np.stack([np.ones(sample.particles) if sample.masses is None else sample.masses for sample in samples])
    with whole_file(path) as partial, partial.open("wb") as file:
        np.savez_compressed(file, **arrays)


def index(path: Path) -> FileIndex:
    """N of every frame, from the header of `positions` alone. Raises InputError where the file is none or has no positions."""
    with _opened(path) as archive:
        shape, fits = _shape(archive, "positions")
        if len(shape) not in (2, 3) or shape[-1] not in (2, 3):
            raise InputError(f"{path}: positions have the shape {shape}: allowed are (N, d) and (F, N, d) with d = 2 or 3")
        count, particles = (1, shape[0]) if len(shape) == 2 else shape[:2]
        if not fits:
            return FileIndex(path, FORMAT, (0,), shape[-1])
        try:
            return FileIndex(path, FORMAT, (particles,) * count, 2 if shape[-1] == 2 else _dimension(_read(archive, "positions")))
        except SampleError:
            return FileIndex(path, FORMAT, (0,) * count, shape[-1])


def frames(path: Path, wanted: Collection[int]) -> Iterator[tuple[int, Frame | SampleError]]:
    """The wanted frames in the order of the file, with their numbers."""
    with _opened(path) as archive:
        try:
            names = [name.removesuffix(".npy") for name in archive.namelist()]
            arrays = {name: _read(archive, name) for name in names if name in (*PLACED, *VALUES, "type_names", "step", "time")}
        except SampleError as error:
            yield from ((number, SampleError(str(error))) for number in sorted(wanted))
            return
        for number in sorted(wanted):
            try:
                yield number, _frame(arrays, number)
            except SampleError as error:
                yield number, error


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive of a file. Raises InputError where it is none, or has no positions."""
    try:
        with zipfile.ZipFile(path) as archive:
            if "positions.npy" not in archive.namelist():
                raise InputError(f"{path}: has no array positions, it holds {', '.join(sorted(archive.namelist())) or 'nothing'}")
            yield archive
    except (zipfile.BadZipFile, OSError) as error:
        raise InputError(f"{path}: not a whole NPZ file ({one_line(error)})") from error


def _shape(archive: zipfile.ZipFile, name: str) -> tuple[tuple[int, ...], bool]:
    """The shape that an array says it has, and whether so much is there. Raises InputError where it does not say it."""
    place = archive.getinfo(f"{name}.npy")
    try:
        with archive.open(place) as file:
            version = np.lib.format.read_magic(file)
            read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
            shape, _, kind = read(file)
    except Exception as error:  # a damaged header leads numpy into any error there is
        raise InputError(f"{archive.filename}: the array {name} cannot be read: {one_line(error)}") from error
    return tuple(shape), kind.hasobject or math.prod(shape) * kind.itemsize <= place.file_size <= DEFLATED * max(place.compress_size, 1)


def _read(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    """An array of plain numbers or words. Raises SampleError for what cannot be read."""
    shape, fits = _shape(archive, name)
    if not fits:
        raise SampleError(f"the array {name} promises the shape {shape}, which its bytes do not hold")
    try:
        with archive.open(f"{name}.npy") as file:
            return np.lib.format.read_array(file, allow_pickle=False)
    except (ValueError, EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
        raise SampleError(f"the array {name} cannot be read: {one_line(error)}") from error


def _dimension(positions: np.ndarray) -> int:
    first = positions.reshape(-1, *positions.shape[-2:])[:1, :, 2]
    return 2 if positions.dtype.kind in "fiu" and is_flat(first.ravel()) else 3


def _frame(arrays: dict[str, np.ndarray], number: int) -> Frame:
    several = arrays["positions"].ndim == 3
    positions = arrays["positions"][number] if several else arrays["positions"]
    n, d = positions.shape
    if positions.dtype.kind not in "fiu":
        raise SampleError(f"its positions are no numbers but {positions.dtype}")
    if "box" not in arrays:
        raise SampleError(f"it does not say its box: there is no array box, of shape ({d}, {d}) with columns the edge vectors")
    values = {name: _of_frame(arrays, name, number, n) for name in VALUES if name in arrays}
    diameters = values.get("diameters", 2 * values["radii"] if "radii" in values else None)
    names, types = _types(values.get("types"), arrays.get("type_names"), n)
    return Frame(
        positions=np.array(positions, dtype=float),
        cell=_cell(arrays["box"], number if several else None, d),
        origin=np.array(np.broadcast_to(arrays.get("origin", 0.0), d), dtype=float),
        types=types,
        names=names,
        digits=SINGLE if positions.dtype == np.float32 else HALF if positions.dtype == np.float16 else DOUBLE,
        diameters=diameters,
        masses=values.get("masses"),
        planar=True if d == 2 else None,
        periodic=(True,) * d,
        done=("sizes are twice the radius",) if diameters is not None and "diameters" not in values else (),
        step=_of_series(arrays, "step", number, int),
        time=_of_series(arrays, "time", number, float),
    )


def _of_frame(arrays: dict[str, np.ndarray], name: str, number: int, particles: int) -> np.ndarray:
    """An array of the particles, (N,) for all frames or (F, N)."""
    array = arrays[name]
    if array.ndim == 2 and number < len(array):
        array = array[number]
    if array.shape != (particles,) or (array.dtype.kind not in "fiu" and name != "types"):
        raise SampleError(f"the array {name} has the shape {arrays[name].shape} and kind {array.dtype}: allowed are numbers of (N,) or (F, N)")
    return array if name == "types" else array.astype(float)


def _of_series(arrays: dict[str, np.ndarray], name: str, number: int, kind: type) -> int | float | None:
    """An entry of step or time, where there is one of this frame."""
    series = np.ravel(arrays.get(name, ()))
    return kind(series[number]) if number < len(series) and series.dtype.kind in "fiu" else None


def _cell(box: np.ndarray, number: int | None, d: int) -> np.ndarray:
    """The cell of a frame from one number, (d,), (d, d) or (F, d, d)."""
    if number is not None and box.ndim == 3 and number < len(box):
        box = box[number]
    if box.dtype.kind not in "fiu" or box.shape not in ((), (d,), (d, d)):
        raise SampleError(
            f"the array box has the shape {box.shape} and kind {box.dtype}: allowed are numbers of (d, d), (d,), (F, d, d) or one, d = {d}"
        )
    return np.array(box, dtype=float) if box.ndim == 2 else np.diag(np.broadcast_to(box, d).astype(float))


def _types(types: np.ndarray | None, names: np.ndarray | None, particles: int) -> tuple[tuple[str, ...], np.ndarray]:
    """Names and types as places in them."""
    if types is None:
        return (), np.zeros(particles, dtype=np.int64)
    if types.dtype.kind not in "iuSU":
        raise SampleError(f"its types are of kind {types.dtype}: allowed are whole numbers and words")
    words = np.char.decode(types, "utf-8", "replace") if types.dtype.kind == "S" else types.astype(str)
    if names is None or types.dtype.kind not in "iu":
        return named_types(words.tolist())
    if len(types) and not (types.min() >= 0 and types.max() < len(names)):
        raise SampleError(f"a particle has the type {types.max()}, and there are {len(names)} names in type_names")
    return tuple(str(name) for name in names), types.astype(np.int64)
