"""Samples on disk: GSD in double precision, one frame per sample, readable by OVITO and HOOMD-blue.

particles/position (folded to the box, centred on the origin as GSD wants it), particles/typeid, particles/diameter (the size s_i), particles/mass,
configuration/box. A sample of four dimensions has its fourth coordinates in log/particles/position_beyond; the frame's own are its shadow in space.
Vitrine's own chunks: log/vitrine/record, the UTF-8 bytes of a JSON object with the sample's index, parent temperature, flag,
model, box (GSD itself keeps the box in single precision) and provenance; log/vitrine/checksum, the SHA-256 of positions, sizes, types, masses where
they are not all one, and record, by which silent damage is seen.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import gsd.fl
import gsd.hoomd
import numpy as np

from vitrine.errors import InputError, SampleError
from vitrine.files import whole_file
from vitrine.models import GlassFormer, glass_former
from vitrine.samples.sample import Sample

# What a frame may hold by the number; where its arrays are left out, GSD makes them up.
COUNTED = ("particles", "bonds", "angles", "dihedrals", "impropers", "constraints", "pairs")


def write_samples(path: str | Path, samples: Iterable[Sample]) -> None:
    """Write samples as the frames of one GSD file, whole or not at all."""
    write_frames(path, map(to_frame, samples))


def write_frames(path: str | Path, frames: Iterable[gsd.hoomd.Frame]) -> None:
    """Write frames in double precision, whole or not at all."""
    with whole_file(path) as partial:
        partial.touch()  # GSD would let the group read its file and nobody else; of a file that is there it keeps the permissions
        with gsd.hoomd.open(str(partial), "w", precision="double") as trajectory:
            for frame in frames:
                trajectory.append(frame)


def read_samples(path: str | Path) -> Iterator[Sample | SampleError]:
    """Yield every frame as a Sample, or as the SampleError that says what is wrong with it.

    A frame that cannot be read, holds NaN, is damaged or does not carry Vitrine's record is one error; the others are still read.
    Raises InputError where the file as a whole cannot be opened.
    """
    with opened(path) as trajectory:
        room = Path(path).stat().st_size
        for number in range(len(trajectory)):
            try:
                check_room(trajectory.file, number, room)
                yield from_frame(trajectory[number])
            except SampleError as error:
                yield SampleError(f"frame {number}: {error}")
            except Exception as error:  # a damaged file leads GSD into any error there is: see the test of flipped bits
                yield SampleError(f"frame {number} cannot be read: {error}")


@contextmanager
def opened(path: str | Path) -> Iterator[gsd.hoomd.HOOMDTrajectory]:
    """A GSD file, open for reading. Raises InputError where it is none."""
    try:
        trajectory = gsd.hoomd.open(str(path), "r")
    except (OSError, RuntimeError) as error:
        raise InputError(f"{path}: not a whole GSD file ({error}); remove it and run again") from error
    with trajectory:
        yield trajectory


def numbered(path: str | Path, trajectory: gsd.hoomd.HOOMDTrajectory, number: int, name: str) -> tuple[gsd.hoomd.Frame, dict]:
    """A frame and its record `name`. Raises InputError where it does not even say to which sample it belongs, or what made it."""
    try:
        check_room(trajectory.file, number, Path(path).stat().st_size)
        frame = trajectory[number]
        record = json.loads(frame.log[name].tobytes().decode())
        return frame, {**record, "sample": int(record["sample"]), "provenance": dict(record["provenance"])}
    except Exception as error:  # a damaged file leads GSD into any error there is
        raise InputError(f"{path}: frame {number} cannot be read ({error}); remove it and run again") from error


def batch_samples(
    path: str | Path, indices: Iterable[int], *, particles: int, parent_temperature: float, model: Mapping | None = None, identity: str = ""
) -> Iterator[Sample]:
    """Yield the samples `indices` of one batch in this order; one that is missing or broken comes as an empty sample whose flag says why.

    particles (0 where N may differ; rattlers that were taken out are counted), parent_temperature, model (as GlassFormer.describe gives it): what
    every sample must have. identity: what must have made them (Study.identity), empty where that is not asked. Raises InputError where other settings
    made them: samples of two studies are never mixed.
    """
    found: dict[int, Sample] = {}
    repeated: set[int] = set()
    troubles: list[str] = []
    foreign: int | None = None
    try:
        for sample in read_samples(path):
            if isinstance(sample, SampleError):
                troubles.append(str(sample))
            elif (particles and whole(sample) != particles) or not np.isclose(sample.parent_temperature, parent_temperature, equal_nan=True):
                troubles.append(f"sample {sample.index} has N = {sample.particles}, T_p = {sample.parent_temperature:g}")
            elif model is not None and _as_json(sample.model.describe()) != _as_json(model):
                troubles.append(f"sample {sample.index} is of another model, {_as_json(sample.model.describe())}")
            elif identity and sample.provenance.get("identity", identity) != identity:
                foreign = sample.index
                break
            elif sample.index in found or sample.index in repeated:
                repeated.add(sample.index)
                found.pop(sample.index, None)
            else:
                found[sample.index] = sample
    except InputError as error:
        troubles.append(str(error))
    if foreign is not None:
        raise InputError(
            f"{path}: sample {foreign} was made with another seed, ladder or other settings than those of the study; remove the file and run again, "
            "or give the study another name"
        )
    for index in indices:
        if index in found:
            yield found[index]
        else:
            reason = f"{'twice' if index in repeated else 'not'} in {Path(path).name}" + (f" ({'; '.join(troubles)})" if troubles else "")
            yield missing_sample(index, particles, parent_temperature, f"unreadable: {reason}")


def whole(sample: Sample) -> int:
    """N of a sample with the rattlers that were taken out of it."""
    return sample.particles + len(sample.provenance.get("rattlers", ()))


def _as_json(description: Mapping) -> str:
    return json.dumps(description, sort_keys=True)


def missing_sample(index: int, particles: int, parent_temperature: float, flag: str) -> Sample:
    """A sample without a configuration, that carries its flag through every table."""
    empty = np.zeros((0, 0))
    return Sample(empty, np.zeros(0), np.zeros(0, dtype=np.int64), empty, None, index, parent_temperature, flag, {"particles": particles})


def to_frame(sample: Sample) -> gsd.hoomd.Frame:
    """A sample as a frame of GSD."""
    frame = gsd.hoomd.Frame()
    d = sample.dimension
    edges = np.diag(sample.box)
    tilts = [sample.box[a, b] / edges[b] if b < d else 0.0 for a, b in ((0, 1), (0, 2), (1, 2))]
    frame.configuration.box = [*edges[:3], *([0.0] * (3 - d)), *tilts]
    frame.configuration.dimensions = min(d, 3)
    frame.particles.N = sample.particles
    fractional = sample.positions @ np.linalg.inv(sample.box).T
    put_vectors(frame, "position", (fractional - np.floor(fractional) - 0.5) @ sample.box.T)
    frame.particles.typeid = sample.types
    frame.particles.types = [chr(ord("A") + k) for k in range(len(sample.model.scales))] if sample.model else ["A"]
    frame.particles.diameter = sample.sizes
    # Ones are not written where the first frame has none; without them this frame would be read with the masses of the first.
    frame.particles.mass = np.ones(sample.particles) if sample.masses is None else sample.masses
    record = {
        "sample": sample.index,
        "parent_temperature": sample.parent_temperature,
        "flag": sample.flag,
        "model": sample.model.describe(),
        "box": sample.box.tolist(),
        "provenance": sample.provenance,
    }
    frame.log["vitrine/record"] = np.frombuffer(json.dumps(record, sort_keys=True).encode(), dtype=np.uint8)
    frame.log["vitrine/checksum"] = np.frombuffer(_checksum(frame), dtype=np.uint8)
    return frame


def put_vectors(frame: gsd.hoomd.Frame, name: str, vectors: np.ndarray) -> None:
    """Give a frame vectors (N, d) as its particles' `name`: three components, and those beyond in the log."""
    n, d = vectors.shape
    within = np.zeros((n, 3), dtype=vectors.dtype)
    within[:, : min(d, 3)] = vectors[:, :3]
    setattr(frame.particles, name, within)
    if d > 3:
        frame.log[f"particles/{name}_beyond"] = np.ascontiguousarray(vectors[:, 3:])


def vectors_of(frame: gsd.hoomd.Frame, name: str, dimension: int) -> np.ndarray:
    """What `put_vectors` gave, (N, d). Raises SampleError where components are missing."""
    within = getattr(frame.particles, name)[:, : min(dimension, 3)]
    if dimension <= 3:
        return within
    beyond = frame.log.get(f"particles/{name}_beyond")
    if beyond is None or beyond.size != len(within) * (dimension - 3):
        raise SampleError(f"components of {name} beyond the third are missing")
    return np.concatenate([within, beyond.reshape(len(within), -1)], axis=1)  # GSD reads one column as a row


def check_room(file: gsd.fl.GSDFile, number: int, room: int) -> None:
    """Refuse a frame that says it holds more than the `room` [bytes] of its file, before memory is set aside; it takes after the first frame."""
    for frame in (0, number):
        for what in COUNTED:
            if file.chunk_exists(frame=frame, name=f"{what}/N"):
                held = int(np.ravel(file.read_chunk(frame=frame, name=f"{what}/N"))[0])
                if held > room:
                    raise SampleError(f"it says that it holds {held} {what}, which do not fit into {room} bytes")


def said_model(frame: gsd.hoomd.Frame) -> dict:
    """Name and parameters of the model in the record of a frame; nothing where it has none that can be read."""
    try:
        told = json.loads(frame.log["vitrine/record"].tobytes().decode())["model"]
        return {"name": str(told["name"]), "parameters": dict(told["parameters"])}
    except (KeyError, TypeError, ValueError):
        return {}


def is_of(frame: gsd.hoomd.Frame, model: GlassFormer) -> bool:
    """Whether the record of a frame says that its model is this one."""
    return _as_json(said_model(frame)) == _as_json(model.describe())


def from_frame(frame: gsd.hoomd.Frame, model: GlassFormer | None = None) -> Sample:
    """The sample of a frame. Raises SampleError where the frame is damaged or not Vitrine's.

    model: the one that the record says (`is_of`), where the record cannot build it: a potential that was handed over in Python.
    """
    if "vitrine/record" not in frame.log or "vitrine/checksum" not in frame.log:
        raise SampleError("it was not written by Vitrine")
    if frame.particles.position.dtype != np.float64:
        raise SampleError("positions are in single precision, a minimum does not survive it")
    if _checksum(frame) != frame.log["vitrine/checksum"].tobytes():
        raise SampleError("its checksum does not match, the file is damaged")
    record = json.loads(frame.log["vitrine/record"].tobytes().decode())
    box = np.array(record["box"], dtype=float)
    return Sample(
        positions=np.ascontiguousarray(vectors_of(frame, "position", len(box))) + box.sum(axis=1) / 2,
        sizes=np.array(frame.particles.diameter, dtype=float),
        types=np.array(frame.particles.typeid, dtype=np.int64),
        box=box,
        model=glass_former(**record["model"]) if model is None else model,
        index=int(record["sample"]),
        parent_temperature=float(record["parent_temperature"]),
        flag=str(record["flag"]),
        provenance=dict(record["provenance"]),
        masses=np.array(frame.particles.mass, dtype=float),
    ).checked()


def _checksum(frame: gsd.hoomd.Frame) -> bytes:
    """Of the stored numbers as they are used: GSD leaves out what equals its defaults, and gives it back in single precision."""
    digest = hashlib.sha256()
    particles = frame.particles
    for array, kind in ((particles.position, float), (particles.diameter, float), (particles.typeid, np.uint32)):
        digest.update(np.ascontiguousarray(array, dtype=kind).tobytes())
    if np.any(particles.mass != 1):
        digest.update(np.ascontiguousarray(particles.mass, dtype=float).tobytes())
    if "particles/position_beyond" in frame.log:
        digest.update(np.ascontiguousarray(frame.log["particles/position_beyond"], dtype=float).tobytes())
    digest.update(frame.log["vitrine/record"].tobytes())
    return digest.digest()
