"""H5MD, by h5py: the format is a convention on HDF5, and the reader that MDAnalysis has keeps positions in single precision.

particles/<group>/position (F, N, d); box/edges, d edges or d x d with rows the edge vectors, and box's attribute boundary; species, with the names
of an enumeration where it is one; id; mass; diameter or radius, which the convention does not name but allows. An element may also be fixed in time,
a dataset alone. The convention has no origin: the box begins at zero. (P. de Buyl, P. H. Colberg, F. Hofling, Comput. Phys. Commun. 185, 1546, 2014.)
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vitrine.errors import InputError, SampleError
from vitrine.samples.formats.frame import DOUBLE, SINGLE, FileIndex, Frame, by_id, is_flat, named_types, one_line

if TYPE_CHECKING:
    import h5py

FORMAT, SIZES = "H5MD", "the element diameter or radius"
MANY = 1_000_000  # frames that a file may promise and not hold, for an index of no great size
DEFLATED = 1100  # the most that a byte of a packed dataset holds, in bytes


def library() -> str:
    """What reads the format."""
    import h5py

    return f"h5py {h5py.__version__}"


def index(path: Path) -> FileIndex:
    """N of every frame and the dimension, from the shape of the positions. Raises InputError where the file is none, or has no positions."""
    with _opened(path) as group:
        position = _value(group, "position")
        count, particles = (1, position.shape[0]) if position.ndim == 2 else position.shape[:2]
        fits = _fits(position)
        dimension = position.shape[-1]
        if not fits:
            return FileIndex(path, FORMAT, (0,) * min(count, MANY), dimension)
        try:
            if dimension == 3 and count and is_flat(position[(0, slice(None), 2) if position.ndim == 3 else (slice(None), 2)]):
                dimension = 2
        except Exception:  # a damaged file leads HDF5 into any error there is; reading it says which
            return FileIndex(path, FORMAT, (0,) * count, dimension)
        return FileIndex(path, FORMAT, (particles,) * count, dimension)


def frames(path: Path, wanted: Collection[int]) -> Iterator[tuple[int, Frame | SampleError]]:
    """The wanted frames in the order of the file, with their numbers."""
    with _opened(path) as group:
        for number in sorted(wanted):
            try:
                yield number, _frame(group, number)
            except SampleError as error:
                yield number, error
            except Exception as error:  # a damaged file leads HDF5 into any error there is
                yield number, SampleError(f"it cannot be read: {one_line(error)}")


@contextmanager
def _opened(path: Path) -> Iterator[h5py.Group]:
    """The only group of particles with positions, or the one named all. Raises InputError where there is none, or none of several is meant."""
    import h5py

    try:
        file = h5py.File(path, "r", locking=False)
    except OSError as error:
        raise InputError(f"{path}: not a whole H5MD file ({one_line(error)})") from error
    with file:
        yield _group(file, path)


def _group(file: h5py.File, path: Path) -> h5py.Group:
    try:
        particles = file.get("particles", {})
        groups = {name: node for name, node in particles.items() if "position" in getattr(node, "keys", dict)()}
        shapes = {name: tuple(getattr(_value(node, "position"), "shape", ())) for name, node in groups.items()}
    except Exception as error:  # a damaged file leads HDF5 into any error there is
        raise InputError(f"{path}: not a whole H5MD file ({one_line(error)})") from error
    if not groups:
        raise InputError(f"{path}: is no H5MD file of particles, it has no particles/<group>/position")
    if len(groups) > 1 and "all" not in groups:
        raise InputError(f"{path}: has positions of the groups {', '.join(groups)}: allowed is one, or one of them named all")
    name = "all" if "all" in groups else next(iter(groups))
    if len(shapes[name]) not in (2, 3) or shapes[name][-1] not in (2, 3):
        raise InputError(f"{path}: positions have the shape {shapes[name]}: allowed is (F, N, d) with d = 2 or 3")
    return groups[name]


def _value(group: h5py.Group, name: str) -> h5py.Dataset | None:
    """The dataset of an element, of one that is fixed in time as well."""
    node = group.get(name)
    return node.get("value") if hasattr(node, "keys") else node


def _fits(dataset: h5py.Dataset) -> bool:
    """Whether a file can hold what the shape of a dataset says."""
    return dataset.nbytes <= DEFLATED * dataset.id.get_storage_size()


def _frame(group: h5py.Group, number: int) -> Frame:
    position = _value(group, "position")
    if not _fits(position):
        raise SampleError(f"its positions promise the shape {position.shape}, which the file does not hold")
    several = position.ndim == 3
    coordinates = np.array(position[number] if several else position[()], dtype=float)
    n, d = coordinates.shape
    step = _step(group, "position", number) if several else None
    ids = _of_particles(group, "id", number, step, n)
    present, order, done = slice(None), slice(None), []
    if ids is not None:
        present = ids >= 0  # others mark the places of particles that are not there
        order, changed = by_id(ids[present].astype(np.int64))
        done += ["sorted by id"] if changed else []
    values = {name: _of_particles(group, name, number, step, n) for name in ("diameter", "radius", "mass", "species")}
    values = {name: None if array is None else array[present][order] for name, array in values.items()}
    if values["diameter"] is None and values["radius"] is not None:
        values["diameter"] = 2 * values["radius"]
        done.append("sizes are twice the radius")
    coordinates = coordinates[present][order]
    names, types = _types(group, values["species"], len(coordinates))
    cell, periodic = _box(group, number, step, d)
    return Frame(
        positions=coordinates,
        cell=cell,
        origin=np.zeros(d),
        types=types,
        names=names,
        digits=SINGLE if position.dtype.itemsize < 8 else DOUBLE,
        diameters=None if values["diameter"] is None else values["diameter"].astype(float),
        masses=None if values["mass"] is None else values["mass"].astype(float),
        planar=True if d == 2 else None,
        periodic=periodic,
        done=tuple(done),
        step=step,
        time=_time(group, number),
    )


def _step(group: h5py.Group, name: str, number: int) -> int | None:
    """The step of a frame of an element: from a list, or every so many from an offset."""
    node = group[name].get("step") if hasattr(group[name], "keys") else None
    if node is None:
        return None
    return int(node[number]) if node.ndim else int(node.attrs.get("offset", 0)) + number * int(node[()])


def _time(group: h5py.Group, number: int) -> float | None:
    node = group["position"].get("time") if hasattr(group["position"], "keys") else None
    if node is None:
        return None
    return float(node[number]) if node.ndim else float(node.attrs.get("offset", 0.0)) + number * float(node[()])


def _number_in(group: h5py.Group, name: str, number: int, step: int | None) -> int:
    """Where an element that is sampled at steps of its own has the step of the positions."""
    count = _value(group, name).shape[0]
    own = _step(group, name, number) if number < count else None
    if own == step or (step is None and number < count):
        return number
    for place in range(count):
        if _step(group, name, place) == step:
            return place
    raise SampleError(f"its {name.rpartition('/')[2]} is not given at step {step}, that of its positions")


def _of_particles(group: h5py.Group, name: str, number: int, step: int | None, particles: int) -> np.ndarray | None:
    """An element of the particles in a frame, fixed in time or not; None where there is none."""
    dataset = _value(group, name)
    if dataset is None:
        return None
    if not _fits(dataset):
        raise SampleError(f"its {name} promises the shape {dataset.shape}, which the file does not hold")
    array = np.array(dataset[_number_in(group, name, number, step)] if dataset.ndim == 2 else dataset[()])
    if array.shape != (particles,):
        raise SampleError(f"its {name} has the shape {dataset.shape}: allowed are (F, N) and (N,)")
    return array


def _box(group: h5py.Group, number: int, step: int | None, d: int) -> tuple[np.ndarray, tuple[bool, ...]]:
    """Cell and periodic axes."""
    box = group.get("box")
    edges = None if box is None else _value(box, "edges")
    if box is None or (edges is None and "edges" not in box.attrs):
        raise SampleError("it does not say its box (box/edges)")
    if edges is None:
        array = np.array(box.attrs["edges"], dtype=float)
    else:
        timed = hasattr(box["edges"], "keys")
        array = np.array(edges[_number_in(group, "box/edges", number, step)] if timed else edges[()], dtype=float)
    if array.shape not in ((d,), (d, d)):
        raise SampleError(f"its box/edges have the shape {array.shape}: allowed are ({d},) and ({d}, {d})")
    said = [one.decode() if isinstance(one, bytes) else str(one) for one in np.ravel(box.attrs.get("boundary", ["periodic"] * d))]
    return (array.T.copy() if array.ndim == 2 else np.diag(array)), tuple(one == "periodic" for one in said)


def _types(group: h5py.Group, species: np.ndarray | None, particles: int) -> tuple[tuple[str, ...], np.ndarray]:
    """Names and types as places in them."""
    import h5py

    if species is None:
        return (), np.zeros(particles, dtype=np.int64)
    kinds = h5py.check_enum_dtype(_value(group, "species").dtype)
    if kinds is None:
        return named_types(species.astype(str).tolist())
    named = {number: name for name, number in kinds.items()}
    used, types = np.unique(species, return_inverse=True)
    return tuple(named.get(number, str(number)) for number in used.tolist()), types.astype(np.int64)
