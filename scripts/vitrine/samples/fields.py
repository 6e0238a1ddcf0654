"""Fields of particles on disk: what one observable gives to another, and to OVITO. GSD in double precision, one frame for each sample.

A frame holds the sample itself (positions, sizes, types, box, as in store.py) and of each array the chunk log/particles/<name>, of shape (N,) or
(N, d'), which OVITO and HOOMD-blue read as a property of the particles. log/vitrine/fields is the UTF-8 of a JSON object with the sample's index, its
flag, the names of the arrays, what they are and their unit; log/vitrine/fields_checksum is the SHA-256 of arrays and record.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import gsd.hoomd
import numpy as np

from vitrine.declare import Field
from vitrine.errors import InputError, SampleError
from vitrine.samples.sample import Sample
from vitrine.samples.store import check_room, from_frame, to_frame, write_frames

RECORD, CHECKSUM = "vitrine/fields", "vitrine/fields_checksum"


def write_fields(
    path: str | Path, field: Field, entries: Iterable[tuple[int, Sample | None, Mapping[str, np.ndarray], str]], origin: Mapping
) -> None:
    """Write (index, sample, arrays, flag) as the frames of one file, whole or not at all. origin: provenance, kept with every frame."""
    write_frames(path, (_frame(field, *entry, origin) for entry in entries))


class FieldOf(NamedTuple):
    """The arrays of one sample by name, the sample itself (None without particles), and the flag that it has instead."""

    arrays: dict[str, np.ndarray]
    sample: Sample | None
    flag: str


def read_fields(path: str | Path) -> dict[int, FieldOf]:
    """{index of the sample: its field} of every frame; one that is damaged has no arrays and says so in its flag.

    Raises InputError where the file as a whole cannot be opened, or where a frame does not even say to which sample it belongs.
    """
    try:
        trajectory = gsd.hoomd.open(str(path), "r")
    except (OSError, RuntimeError) as error:
        raise InputError(f"{path}: not a whole GSD file ({error}); remove it and run again") from error
    found: dict[int, FieldOf] = {}
    with trajectory:
        room = Path(path).stat().st_size
        for number in range(len(trajectory)):
            try:
                check_room(trajectory.file, number, room)
                frame = trajectory[number]
                record = json.loads(frame.log[RECORD].tobytes().decode())
                index = int(record["sample"])
            except Exception as error:  # a damaged file leads GSD into any error there is
                raise InputError(f"{path}: frame {number} cannot be read ({error}); remove it and run again") from error
            try:
                sample = from_frame(frame) if "vitrine/record" in frame.log else None
                found[index] = FieldOf(_arrays(frame, record), sample, str(record["flag"]))
            except SampleError as error:
                found[index] = FieldOf({}, None, f"unreadable: {error} in {Path(path).name}")
    return found


def read_fields_provenance(path: str | Path) -> dict:
    """What made a file of fields; empty for a file without frames."""
    with gsd.hoomd.open(str(path), "r") as trajectory:
        return json.loads(trajectory[0].log[RECORD].tobytes().decode())["provenance"] if len(trajectory) else {}


def _frame(field: Field, index: int, sample: Sample | None, arrays: Mapping[str, np.ndarray], flag: str, origin: Mapping) -> gsd.hoomd.Frame:
    frame = to_frame(sample) if sample is not None and sample.particles and sample.model is not None else gsd.hoomd.Frame()
    frame.log = dict(frame.log) | {f"particles/{name}": np.ascontiguousarray(array, dtype=float) for name, array in arrays.items()}
    record = {"sample": index, "flag": flag, "arrays": list(arrays), "field": field.name, "meaning": field.meaning, "unit": field.unit}
    frame.log[RECORD] = np.frombuffer(json.dumps({**record, "provenance": dict(origin)}, sort_keys=True).encode(), dtype=np.uint8)
    frame.log[CHECKSUM] = np.frombuffer(_checksum(frame, list(arrays)), dtype=np.uint8)
    return frame


def _arrays(frame: gsd.hoomd.Frame, record: Mapping) -> dict[str, np.ndarray]:
    names = list(record["arrays"])
    if any(f"particles/{name}" not in frame.log for name in names) or CHECKSUM not in frame.log:
        raise SampleError("an array is missing")
    if _checksum(frame, names) != frame.log[CHECKSUM].tobytes():
        raise SampleError("its checksum does not match, it is damaged")
    return {name: np.array(frame.log[f"particles/{name}"], dtype=float) for name in names}


def _checksum(frame: gsd.hoomd.Frame, names: list[str]) -> bytes:
    digest = hashlib.sha256()
    for name in names:
        digest.update(np.ascontiguousarray(frame.log[f"particles/{name}"], dtype=float).tobytes())
    digest.update(np.ascontiguousarray(frame.log[RECORD]).tobytes())
    return digest.digest()
