"""Samples from files that others wrote: a frame of any format becomes a sample of a model, and says what was done to it.

The box of a sample is upper triangular with positive diagonal and begins at the origin. A cell of another form is brought into it by a rotation,
which changes no energy, and by other edge vectors of the same lattice: the last one is reversed where the cell is left-handed, and shorter ones are
taken where it is tilted by more than half an edge, for its widths to be those of the lattice. Types are matched with the model's by name, A and B, by
what the caller says, or else by their order. Sizes are the diameters, of models that have sizes. (Vitrine's own GSD says its model itself.)
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import gsd.hoomd
import numpy as np

from vitrine.errors import InputError, SampleError
from vitrine.models import GlassFormer, glass_former, published_parameters
from vitrine.samples.export import in_box
from vitrine.samples.formats import Frame, format_of
from vitrine.samples.formats import gsd as gsd_format
from vitrine.samples.formats.frame import DOUBLE, is_flat
from vitrine.samples.sample import Sample
from vitrine.samples.store import from_frame, is_of, said_model

OWN = "vitrine/record"
SINGLE = 1e-6  # by so much single precision may make a largest size larger
ROUNDING = 1e-14  # of the largest edge: what is smaller in a cell is zero
AXES = "xyz"


def read_frames(
    path: str | Path,
    model: str | GlassFormer | Mapping | None,
    frame: int | Sequence[int] | None = None,
    *,
    types: Mapping[str, str] | None = None,
    brought: bool = False,
) -> list[Sample | SampleError]:
    """All frames of a file, or those of one number or several, each as a checked Sample or as the SampleError that says why it is none.

    types: names of the file to those of the model, {"1": "A", "Si": "B"}. brought: for a study, in which Vitrine's own files are treated as those of
    others: they may not be of another model, and their samples say from which file they come. Raises InputError where the file cannot be read, has no
    such frame, or does not say its model and none is given.
    """
    path = Path(path)
    module = format_of(path)
    count = module.index(path).frames
    asked = range(count) if frame is None else [frame] if isinstance(frame, (int, np.integer)) else list(frame)
    for number in asked:
        if not -count <= number < count:
            raise InputError(f"{path}: has no frame {number}, it holds {count}: allowed are 0 to {count - 1}")
    wanted = [int(number) % count for number in asked]
    source = module.raw_frames if module is gsd_format else module.frames
    origin = {"file": path.name, "sha256": _digest(path), "format": module.FORMAT, "library": module.library()} if wanted else {}
    found: dict[int, Sample | SampleError] = {}
    for number, one in source(path, set(wanted)):
        try:
            found[number] = _own(one, number, model, origin if brought else None) or _sample(path, one, number, model, types, module.SIZES, origin)
        except SampleError as error:
            found[number] = SampleError(f"{path}: frame {number}: {error}")
    return [found[number] for number in wanted]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _own(frame: object, number: int, model: object, origin: Mapping | None) -> Sample | None:
    """The sample of Vitrine's own file, as its record has it; None for a frame of others, and for one that the caller takes for another model.

    origin: of a sample that is brought into a study, for its provenance; one of another glass former is refused then.
    """
    if not isinstance(frame, gsd.hoomd.Frame) or OWN not in frame.log:
        return None
    if model is None or (isinstance(model, GlassFormer) and is_of(frame, model)):
        sample = from_frame(frame, model)
        if origin is None:
            return sample
        told = {**origin, "frame": number, "digits": DOUBLE, "done": ["read by its own record"]}
        return sample.moved(sample.positions, provenance={**sample.provenance, "imported": told})
    said = said_model(frame).get("name")
    if origin is not None and said not in (None, model.name):
        raise SampleError(f"it is of the model {said}, as its own record says, and not of {model.name}")
    return None


def _sample(path: Path, frame: object, number: int, model: object, types: Mapping | None, sizes: str, origin: Mapping) -> Sample:
    if isinstance(frame, SampleError):
        raise frame
    said = {}
    if isinstance(frame, gsd.hoomd.Frame):
        said, frame = said_model(frame), gsd_format.frame_of(frame)
    if model is None:
        raise InputError(f"{path}: does not say its glass former; give it, model='kob_andersen' for example")
    former = _former(model, _dimension(frame))
    if said and said != former.describe():
        frame = replace(frame, done=(*frame.done, f"its record says {_difference(said, former.describe())}"))
    return foreign_sample(frame, former, number, types=types, sizes=sizes, origin=origin)


def _difference(said: Mapping, taken: Mapping) -> str:
    """What a record says of its model that is not so of the one that it is taken for."""
    if said["name"] != taken["name"]:
        return f"model {said['name']}"
    return " and ".join(f"{name} {value}" for name, value in said["parameters"].items() if value != taken["parameters"].get(name))


def _dimension(frame: Frame) -> int:
    """2 where the format says so, or where all particles lie in one plane; else 3."""
    if frame.planar is not None:
        return 2 if frame.planar else 3
    return 2 if frame.positions.shape[1] == 2 or is_flat(frame.positions[:, 2]) else 3


def _former(model: str | GlassFormer | Mapping, dimension: int) -> GlassFormer:
    """The glass former that a caller names; a name alone takes the dimension of the file. Raises InputError for what is none."""
    if isinstance(model, GlassFormer):
        return model
    if isinstance(model, str):
        return glass_former(model, {**published_parameters(model), "dimension": int(dimension)})
    if not (isinstance(model, Mapping) and set(model) == {"name", "parameters"}):
        raise InputError(f"model is {model!r}: allowed are a name, a GlassFormer, or its name and parameters, {{'name': ..., 'parameters': ...}}")
    return glass_former(model["name"], model["parameters"])


def foreign_sample(
    frame: Frame, model: GlassFormer, number: int, *, types: Mapping[str, str] | None = None, sizes: str = "the file", origin: Mapping | None = None
) -> Sample:
    """A frame as a sample of the model. `sizes` says where the format keeps diameters, `origin` what goes into the provenance.

    Raises SampleError where the frame cannot be one.
    """
    d = _dimension(frame)
    if d != model.dimension:
        raise SampleError(f"it has {d} dimensions, the model {model.dimension}")
    if len(frame.positions) == 0:
        raise SampleError("it has no particles")
    if not np.all(np.isfinite(frame.positions)):
        raise SampleError("NaN or infinity in positions")
    if not all(frame.periodic[:d]):
        open_axes = ", ".join(AXES[axis] for axis in range(d) if not frame.periodic[axis])
        raise SampleError(f"its box is not periodic along {open_axes}: a glass here is periodic in all directions")
    box, turn, done = upper_triangular(_cell(frame, d))
    positions = (frame.positions[:, :d] - frame.origin[:d]) @ turn if turn is not None else frame.positions[:, :d] - frame.origin[:d]
    types, masses = _types(frame, model, types), frame.masses
    if masses is None and model.masses is not None:
        masses = model.masses[types]
    masses = None if masses is None or np.all(masses == 1) else masses
    sample = Sample(
        positions=positions,
        sizes=_sizes(frame, model, sizes),
        types=types,
        box=box,
        model=model,
        index=number,
        masses=masses,
    )
    inside = in_box(sample)
    done = [
        *frame.done,
        *done,
        *([] if np.array_equal(inside, sample.positions) else ["folded into the box"]),
        *([f"masses {'kept' if frame.masses is not None else 'of the model'}"] if masses is not None else []),
    ]
    told = {**(origin or {}), "frame": number, "digits": frame.digits, "done": done}
    sample = sample.moved(inside, provenance={"imported": told}).checked()
    _check_apart(sample, 10.0**-frame.digits)
    return sample


def _cell(frame: Frame, d: int) -> np.ndarray:
    """The cell of the frame's own dimension. Raises SampleError where it spans nothing, or leans out of the plane."""
    cell = np.array(frame.cell[:d, :d], dtype=float)
    largest = np.abs(cell).max()
    if not 0 < largest < np.inf or abs(np.linalg.det(cell / largest)) <= ROUNDING:
        raise SampleError(f"its box has no volume: its edge vectors are {', '.join(str(edge) for edge in cell.T.tolist())}")
    if d < len(frame.cell) and np.any(np.abs(frame.cell[d:, :d]) > ROUNDING * largest):
        raise SampleError("its particles lie in the plane z = constant, and the edges of its box do not")
    return cell


def upper_triangular(cell: np.ndarray) -> tuple[np.ndarray, np.ndarray | None, list[str]]:
    """The box (d, d) of the same lattice that Sample wants, the matrix by which rows of positions are turned (None for none), and what was done."""
    done, turn, box = [], None, cell.copy()
    if np.linalg.det(box) < 0:
        box[:, -1] *= -1
        done.append("left-handed: last edge vector reversed")
    if np.any(np.abs(np.tril(box, -1)) > ROUNDING * np.abs(box).max()) or np.any(np.diag(box) < 0):
        q, r = np.linalg.qr(box)
        signs = np.sign(np.diag(r))
        box, turn = r * signs[:, None], q * signs
        done.append("rotated")
    box = np.triu(box)
    reduced = _reduced(box)
    if not np.array_equal(reduced, box):
        done.append("tilt reduced")
    return reduced, turn, done


def _reduced(box: np.ndarray) -> np.ndarray:
    """The same lattice with no tilt beyond half an edge."""
    box = box.copy()
    for column in range(1, len(box)):
        for row in reversed(range(column)):
            tilt = box[row, column] / box[row, row]
            if abs(tilt) > 0.5 * (1 + 1e-9):
                box[:, column] -= np.rint(tilt) * box[:, row]
    return box


def _check_apart(sample: Sample, tolerance: float) -> None:
    """Refuse two particles at the same place, to `tolerance` of the box: no force between them has a direction."""
    tolerance = max(tolerance, 1e-12)
    fractions = np.linalg.solve(sample.box, sample.positions.T) % 1.0
    first = np.sort(fractions[0])
    if sample.particles < 2 or min(np.diff(first).min(), first[0] + 1 - first[-1]) > tolerance:
        return  # already their first coordinates differ: so it is nearly always, and quick to see
    from scipy.spatial import cKDTree

    pairs = cKDTree(fractions.T % 1.0, boxsize=1.0).query_pairs(tolerance, output_type="ndarray")
    if len(pairs):
        i, j = sorted(pairs[0].tolist())
        raise SampleError(f"particles {i} and {j} (counted from 0) lie at the same place, of {len(pairs)} such pairs")


def _types(frame: Frame, model: GlassFormer, mapping: Mapping[str, str] | None) -> np.ndarray:
    """Types as the model numbers them: A is 0 and B is 1."""
    known = [chr(ord("A") + place) for place in range(len(model.scales))]
    if not frame.names:
        if len(known) > 1:
            raise SampleError(f"it has no types of particles; the model {model.name} has {len(known)}")
        return np.zeros(len(frame.positions), dtype=np.int64)
    used = sorted(set(frame.types.tolist()))
    places = _places([frame.names[place] for place in used], known, model, mapping)
    table = np.full(max(used) + 1, -1, dtype=np.int64)
    table[used] = places
    return table[frame.types]


def _places(used: list[str], known: list[str], model: GlassFormer, mapping: Mapping[str, str] | None) -> list[int]:
    """The model's number of each name that is used."""
    if mapping is not None:
        given = {str(name): str(target) for name, target in mapping.items()}
        for name in used:
            if name not in given:
                raise SampleError(f"it has a particle of type {name}, which types={given} does not name")
            if given[name] not in known:
                raise SampleError(f"types calls {name} {given[name]!r}: the model {model.name} has {', '.join(known)}")
        return [known.index(given[name]) for name in used]
    if all(name in known for name in used):
        return [known.index(name) for name in used]
    if len(used) > len(known):
        raise SampleError(f"it has {len(used)} kinds of particles, {', '.join(used)}; the model {model.name} has {len(known)}")
    if any(name in known for name in used):
        unknown = next(name for name in used if name not in known)
        raise SampleError(f"it has a particle of type {unknown}; the model {model.name} has {', '.join(known)}: say which by types={{...}}")
    numbered = [str(place + 1) for place in range(len(known))]
    return [numbered.index(name) for name in used] if all(name in numbered for name in used) else list(range(len(used)))


def _sizes(frame: Frame, model: GlassFormer, place: str) -> np.ndarray:
    """Diameters where the model has sizes; one elsewhere, where the types say all."""
    if not model.polydisperse:
        return np.ones(len(frame.positions))
    if frame.diameters is None:
        raise SampleError(f"it has no sizes: the model {model.name} has sizes, which {place} must hold")
    sizes = frame.diameters
    if np.ptp(sizes) == 0:
        raise SampleError(f"all its diameters are {sizes[0]:g}: the model {model.name} has sizes, which {place} must hold")
    return np.where(sizes <= model.largest_size * (1 + SINGLE), np.minimum(sizes, model.largest_size), sizes)
