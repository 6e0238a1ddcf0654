"""Samples with arrays of their particles, for OVITO and other programs: extended XYZ and GSD, one frame for each sample.

Extended XYZ is text that OVITO, ase and others read. A frame has the columns type, pos, id (the particle's number in Vitrine's tables, from 0),
radius, mass, then the arrays by their names, scalars (N,) and vectors (N, d). OVITO has arrows ready for the column `disp` alone, its property
Displacement: the first vector stands in the file a second time under that name. Numbers have as many digits as a double needs to survive. The comment
line has Lattice, Origin, pbc, the sample's index, temperature, model, flag where it has one, and further numbers and words.

The column is `type`, not `species`: A and B are no chemical symbols, and ase refuses such species. The lines are our own: ase's writer rounds to
eight decimals.

GSD is the format of `store.py`, which `vitrine.read` takes with all that Vitrine knows of a sample. Arrays are chunks log/particles/<name>, which
OVITO shows as properties, numbers are log/<name>; the size at which it draws a type is in particles/type_shapes.

A sample in the plane has z = 0 and a box of height 1 around it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import gsd.hoomd
import numpy as np

from vitrine.errors import InputError
from vitrine.files import whole_file
from vitrine.samples.sample import Sample
from vitrine.samples.store import to_frame, write_frames

ARROWS = "disp"  # the column that OVITO takes for its property Displacement, with arrows
ENDINGS = (".xyz", ".gsd")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
OWN_COLUMNS = ("type", "species", "pos", "id", "radius", "mass", "position", "positions")  # of every particle
# Columns that OVITO takes for properties of its own, whatever they hold: it drops components, or reads zeros.
MISREAD = (
    "centrosymmetry", "charge", "cluster", "color", "coordination", "displacement", "molecule", "omega", "orientation", "rotation", "selection",
    "spin", "strain", "stress", "torque", "transparency", "velocity",
)  # fmt: skip
OWN_WORDS = ("lattice", "origin", "pbc", "properties", "sample", "parent_temperature", "model", "flag")  # of every frame


@dataclass(frozen=True)
class Exported:
    """A sample, arrays of its particles by name, (N,) or (N, d), and numbers and words of the frame."""

    sample: Sample
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)
    told: Mapping[str, float | int | str] = field(default_factory=dict)


def write_exported(path: str | Path, frames: Iterable[Exported]) -> None:
    """Write one frame for each sample, whole or not at all; the ending says the format.

    Raises InputError for another ending, a name that is none or is taken, or an array that does not fit its sample.
    """
    path = Path(path)
    check_ending(path)
    checked = (_checked(f"{path}: frame {number}", frame) for number, frame in enumerate(frames))
    if path.suffix == ".gsd":
        write_frames(path, _gsd_frames(list(checked)))
        return
    with whole_file(path) as partial, partial.open("w", encoding="utf-8", newline="\n") as file:
        for frame in checked:
            file.writelines(_xyz_lines(frame))


def check_ending(path: Path) -> None:
    """Raise InputError for a format that cannot be written."""
    if path.suffix not in ENDINGS:
        raise InputError(f"{path}: cannot be written, allowed endings are {' and '.join(ENDINGS)} (extended XYZ and GSD)")


def _checked(where: str, frame: Exported) -> Exported:
    """The frame with its arrays as whole numbers or those of double precision. Raises InputError for what cannot be written."""
    n, d = frame.sample.positions.shape
    if d > 3:
        raise InputError(f"{where}: a sample of {d} dimensions cannot be written, allowed are 2 and 3; results/ keeps it in Vitrine's own GSD")
    for name, taken in chain(((name, OWN_COLUMNS) for name in frame.arrays), ((name, OWN_WORDS) for name in frame.told)):
        if not NAME.fullmatch(name):
            raise InputError(f"{where}: {name!r} is no name of an array, allowed are letters, digits and _, beginning with a letter")
        if name.lower() in taken:
            raise InputError(f"{where}: {name} is a name that every frame has already, another one is allowed, such as my_{name}")
        if name in frame.arrays and name.lower() in MISREAD:
            raise InputError(f"{where}: OVITO takes {name} for a property of its own and misreads it, another name is allowed, such as my_{name}")
    arrays = {}
    for name, given in frame.arrays.items():
        try:
            array = np.array(given)
            if array.dtype.kind not in "biuf":
                raise TypeError(array.dtype)
        except (TypeError, ValueError) as error:
            raise InputError(f"{where}: the array {name} holds no real numbers, allowed are {(n,)} or {(n, d)} of them") from error
        if array.shape not in ((n,), (n, d)):
            raise InputError(f"{where}: the array {name} has the shape {array.shape}, allowed are {(n,)} and {(n, d)}, of numbers and vectors")
        arrays[name] = array.astype(float if array.dtype.kind == "f" else int)
    return Exported(frame.sample, arrays, frame.told)


def drawn_diameters(sample: Sample) -> np.ndarray:
    """The diameters (N,) at which particles are drawn: their sizes, times the scale of their type where the model has one for each."""
    return sample.sizes * np.diag(sample.model.scales)[sample.types]


def in_box(sample: Sample) -> np.ndarray:
    """Positions (N, d) folded into the box whose lower corner is the origin; what lies in it already keeps every bit."""
    cells = np.floor(sample.positions @ np.linalg.inv(sample.box).T)
    return np.where(np.any(cells != 0, axis=1)[:, None], sample.positions - cells @ sample.box.T, sample.positions)


def in_space(vectors: np.ndarray) -> np.ndarray:
    """Vectors (N, d) as (N, 3); those of the plane have z = 0."""
    return np.pad(vectors, ((0, 0), (0, 3 - vectors.shape[1])))


def type_names(sample: Sample) -> list[str]:
    """The model's types: A, B, ..."""
    return [chr(ord("A") + place) for place in range(len(sample.model.scales))]


# --- extended XYZ -------------------------------------------------------------------------------------------------------------------------------


def _xyz_lines(frame: Exported) -> Iterator[str]:
    sample, n = frame.sample, frame.sample.particles
    names = type_names(sample)
    masses = np.ones(n) if sample.masses is None else sample.masses
    vectors = [name for name, array in frame.arrays.items() if array.ndim == 2]
    arrows = {ARROWS: frame.arrays[vectors[0]]} if vectors and ARROWS not in frame.arrays else {}
    columns: list[tuple[str, str, Iterable]] = [("type", "S", [names[kind] for kind in sample.types]), ("pos", "R", in_box(sample))]
    columns += [("id", "I", np.arange(n)), ("radius", "R", drawn_diameters(sample) / 2), ("mass", "R", masses)]
    columns += [(name, "R" if array.dtype == float else "I", array) for name, array in {**frame.arrays, **arrows}.items()]
    yield f"{n}\n{_comment(frame, columns)}\n"
    texts = [text for _, kind, values in columns for text in _texts(kind, values)]
    yield from (" ".join(row) + "\n" for row in zip(*texts, strict=True))


def _texts(kind: str, values: Iterable) -> list[list[str]]:
    """A column as texts, a vector as three of them. repr of a float has the fewest digits that give the same double again."""
    if kind == "S":
        return [list(values)]
    if values.ndim == 2:
        return [list(map(repr, component)) for component in in_space(values).T.tolist()]
    return [list(map(repr, values.tolist()))]


def _comment(frame: Exported, columns: list[tuple[str, str, Iterable]]) -> str:
    """The comment line of extended XYZ."""
    sample, d = frame.sample, frame.sample.dimension
    lattice, origin = np.eye(3), np.zeros(3)
    lattice[:d, :d] = sample.box.T  # one edge vector after the other
    origin[d:] = -0.5
    own: dict[str, object] = {"sample": sample.index}
    if not np.isnan(sample.parent_temperature):
        own["parent_temperature"] = float(sample.parent_temperature)
    own["model"] = sample.model.name
    if sample.flag:
        own["flag"] = sample.flag
    properties = ":".join(f"{name}:{kind}:{3 if np.ndim(values) == 2 else 1}" for name, kind, values in columns)
    words = {
        "Lattice": " ".join(map(repr, lattice.ravel().tolist())),
        "Origin": " ".join(map(repr, origin.tolist())),
        "pbc": " ".join("T" if axis < d else "F" for axis in range(3)),
    }
    texts = [f'{key}="{value}"' for key, value in words.items()]
    return " ".join([*texts, f"Properties={properties}", *(f"{key}={_word(value)}" for key, value in {**own, **frame.told}.items())])


def _word(value: object) -> str:
    """A number, or words between quotes."""
    if isinstance(value, (bool, np.bool_)):
        return "T" if value else "F"
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return repr(float(value))
    plain = " ".join(str(value).replace('"', "'").replace("\\", "/").split())
    return f'"{plain}"'


# --- GSD ----------------------------------------------------------------------------------------------------------------------------------------


def _gsd_frames(exported: list[Exported]) -> Iterator[gsd.hoomd.Frame]:
    """A reader of GSD takes what a frame lacks from the first one: what a sample does not have is NaN there, so that nobody sees another's."""
    shapes = {name: array.shape[1:] for one in reversed(exported) for name, array in one.arrays.items()}
    numbers = {name: np.nan for one in exported for name, value in one.told.items() if not isinstance(value, str)}
    for one in exported:
        sample = one.sample
        frame = to_frame(sample)
        frame.particles.type_shapes = [{"type": "Sphere", "diameter": float(scale)} for scale in np.diag(sample.model.scales)]
        blank = {name: np.full((sample.particles, *shape), np.nan) for name, shape in shapes.items() if name not in one.arrays}
        for name, array in {**blank, **one.arrays}.items():
            frame.log[f"particles/{name}"] = np.ascontiguousarray(in_space(array) if array.ndim == 2 else array, dtype=float)
        for name, value in {**numbers, **one.told}.items():
            if not isinstance(value, str):
                frame.log[name] = np.array([float(value)])
        yield frame
