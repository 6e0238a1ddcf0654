"""Fields of particles on disk: what one observable gives to another, and to OVITO. GSD in double precision, one frame for each sample.

A frame holds the sample itself (positions, sizes, types, box, as in store.py) and of each array the chunk log/particles/<name>, of shape (N,) or
(N, d'), which OVITO and HOOMD-blue read as a property of the particles. log/vitrine/fields is the UTF-8 of a JSON object with the sample's index, its
flag, whether the frame has particles, the names of the arrays, what they are and their unit; log/vitrine/fields_checksum is the SHA-256 of arrays and
record. A reader of GSD takes what a frame lacks from the first one: a sample without arrays has NaN in their place, so that nobody sees another's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import gsd.hoomd
import numpy as np

from vitrine.declare import Field
from vitrine.errors import SampleError
from vitrine.samples.sample import Sample
from vitrine.samples.store import from_frame, numbered, opened, to_frame, write_frames

RECORD, CHECKSUM = "vitrine/fields", "vitrine/fields_checksum"


def write_fields(
    path: str | Path, field: Field, entries: Iterable[tuple[int, Sample | None, Mapping[str, np.ndarray], str]], origin: Mapping
) -> None:
    """Write (index, sample, arrays, flag) as the frames of one file, whole or not at all. origin: provenance, kept with every frame."""
    write_frames(path, _frames(field, entries, origin))


class FieldOf(NamedTuple):
    """The arrays of one sample by name, the sample itself (None without particles), and the flag that it has instead."""

    arrays: dict[str, np.ndarray]
    sample: Sample | None
    flag: str


def read_fields(path: str | Path) -> dict[int, FieldOf]:
    """{index of the sample: its field} of every frame; one that is damaged has no arrays and says so in its flag.

    Raises InputError where the file as a whole cannot be opened, or where a frame does not even say to which sample it belongs.
    """
    found: dict[int, FieldOf] = {}
    with opened(path) as trajectory:
        for number in range(len(trajectory)):
            frame, record = numbered(path, trajectory, number, RECORD)
            try:
                arrays, flag = _arrays(frame, record), str(record["flag"])
                found[record["sample"]] = FieldOf(arrays, from_frame(frame) if record["particles"] and not flag else None, flag)
            except Exception as error:  # a damaged frame leads to any error there is
                found[record["sample"]] = FieldOf({}, None, f"unreadable: {error} in {Path(path).name}")
    return found


def read_fields_provenance(path: str | Path) -> dict:
    """What made a file of fields; empty for a file without frames. Raises InputError where that cannot be read."""
    with opened(path) as trajectory:
        return numbered(path, trajectory, 0, RECORD)[1]["provenance"] if len(trajectory) else {}


def _frames(field: Field, entries: Iterable[tuple], origin: Mapping) -> Iterator[gsd.hoomd.Frame]:
    first: Mapping[str, np.ndarray] | None = None
    for index, sample, arrays, flag in entries:
        first = arrays if first is None else first
        present = sample is not None and sample.particles > 0 and sample.model is not None
        frame = to_frame(sample) if present else gsd.hoomd.Frame()
        blank = {name: np.full((frame.particles.N, *array.shape[1:]), np.nan) for name, array in first.items() if name not in arrays}
        given = {**blank, **arrays}
        frame.log = dict(frame.log) | {f"particles/{name}": np.ascontiguousarray(array, dtype=float) for name, array in given.items()}
        told = {"sample": index, "flag": flag, "particles": present, "arrays": list(arrays)}
        record = {**told, "field": field.name, "meaning": field.meaning, "unit": field.unit, "provenance": dict(origin)}
        frame.log[RECORD] = np.frombuffer(json.dumps(record, sort_keys=True).encode(), dtype=np.uint8)
        frame.log[CHECKSUM] = np.frombuffer(_checksum(frame, list(arrays)), dtype=np.uint8)
        yield frame


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
