"""Samples from files that others wrote: GSD of HOOMD-blue. (Vitrine's own GSD says its model itself.)

A GSD frame has positions centred on the origin and a box (Lx, Ly, Lz, xy, xz, yz); in the plane, which `dimensions` tells, Lz counts for nothing.
Types are matched with the model's by name, A and B, or else by their order. Sizes are the diameters, of models that have sizes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import gsd.hoomd
import numpy as np

from vitrine.errors import InputError, SampleError
from vitrine.models import GlassFormer, glass_former, published_parameters
from vitrine.samples.sample import Sample
from vitrine.samples.store import check_room, from_frame

OWN = "vitrine/record"
SINGLE = 1e-6  # by so much single precision may make a largest size larger


def read_frames(path: Path, model: str | GlassFormer | Mapping | None, frame: int | None) -> list[Sample | SampleError]:
    """The frames of a GSD file, or the one of number `frame`, each as a Sample or as the SampleError that says why it is none.

    Raises InputError where the file cannot be read, has no such frame, or does not say its model and none is given.
    """
    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    if path.suffix != ".gsd":
        raise InputError(f"{path}: cannot be read, allowed are GSD files (.gsd)")
    try:
        trajectory = gsd.hoomd.open(str(path), "r")
    except (OSError, RuntimeError) as error:
        raise InputError(f"{path}: not a whole GSD file ({error})") from error
    with trajectory:
        count = len(trajectory)
        if frame is not None and not -count <= frame < count:
            raise InputError(f"{path}: has no frame {frame}, it holds {count}: allowed are 0 to {count - 1}")
        numbers = range(count) if frame is None else [frame % count]
        return [_frame(path, trajectory, number, model) for number in numbers]


def _frame(path: Path, trajectory: gsd.hoomd.HOOMDTrajectory, number: int, model: object) -> Sample | SampleError:
    try:
        check_room(trajectory.file, number, path.stat().st_size)
        frame = trajectory[number]
    except Exception as error:  # a damaged file leads GSD into any error there is
        return SampleError(f"{path}: frame {number} cannot be read: {error}")
    if OWN in frame.log and model is None:
        try:
            return from_frame(frame)
        except SampleError as error:
            return SampleError(f"{path}: frame {number}: {error}")
    if model is None:
        raise InputError(f"{path}: does not say its glass former; give it, model='kob_andersen' for example")
    try:
        return foreign_sample(frame, _former(model, frame.configuration.dimensions), number)
    except SampleError as error:
        return SampleError(f"{path}: frame {number}: {error}")


def _former(model: str | GlassFormer | Mapping, dimension: int) -> GlassFormer:
    """The glass former that a caller names; a name alone takes the dimension of the file. Raises InputError for what is none."""
    if isinstance(model, GlassFormer):
        return model
    if isinstance(model, str):
        return glass_former(model, {**published_parameters(model), "dimension": int(dimension)})
    if not (isinstance(model, Mapping) and set(model) == {"name", "parameters"}):
        raise InputError(f"model is {model!r}: allowed are a name, a GlassFormer, or its name and parameters, {{'name': ..., 'parameters': ...}}")
    return glass_former(model["name"], model["parameters"])


def foreign_sample(frame: gsd.hoomd.Frame, model: GlassFormer, index: int) -> Sample:
    """A frame as a sample of the model. Raises SampleError where it cannot be one."""
    d = frame.configuration.dimensions
    if d != model.dimension:
        raise SampleError(f"it has {d} dimensions, the model {model.dimension}")
    if frame.particles.N == 0:
        raise SampleError("it has no particles")
    lx, ly, lz, xy, xz, yz = map(float, frame.configuration.box)
    box = np.array([[lx, xy * ly, xz * lz], [0, ly, yz * lz], [0, 0, lz]])[:d, :d]
    if np.any(np.diag(box) <= 0):
        raise SampleError(f"its box has no volume: {list(frame.configuration.box)}")
    return Sample(
        positions=np.array(frame.particles.position[:, :d], dtype=float) + box.sum(axis=1) / 2,
        sizes=_sizes(frame, model),
        types=_types(frame, model),
        box=box,
        model=model,
        index=index,
    )


def _types(frame: gsd.hoomd.Frame, model: GlassFormer) -> np.ndarray:
    """Types as the model numbers them: A is 0 and B is 1."""
    given, known = list(frame.particles.types), [chr(ord("A") + place) for place in range(len(model.scales))]
    types = np.array(frame.particles.typeid, dtype=np.int64)
    used = sorted(set(types.tolist()))
    if used and used[-1] >= max(len(given), 1):
        raise SampleError(f"a particle has the type {used[-1]}, and there are {len(given)} names of types")
    if all(given[place] in known for place in used):
        return np.array([known.index(name) if name in known else -1 for name in given], dtype=np.int64)[types]
    if len(used) > len(known):
        kinds = ", ".join(given[place] for place in used)
        raise SampleError(f"it has {len(used)} kinds of particles, {kinds}; the model {model.name} has {len(known)}")
    return np.searchsorted(used, types)


def _sizes(frame: gsd.hoomd.Frame, model: GlassFormer) -> np.ndarray:
    """Diameters where the model has sizes; one elsewhere, where the types say all."""
    if not model.polydisperse:
        return np.ones(frame.particles.N)
    sizes = np.array(frame.particles.diameter, dtype=float)
    if np.ptp(sizes) == 0:
        raise SampleError(f"all its diameters are {sizes[0]:g}: the model {model.name} has sizes, which particles/diameter must hold")
    return np.where(sizes <= model.largest_size * (1 + SINGLE), np.minimum(sizes, model.largest_size), sizes)
