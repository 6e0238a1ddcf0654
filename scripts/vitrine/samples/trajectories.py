"""Trajectories on disk: GSD in double precision, the frames of one sample after those of the other, readable by OVITO and HOOMD-blue.

A frame is a sample (as in store.py) with particles/velocity and particles/image, the boxes that each particle has crossed, so that paths can be
followed through the periodic boundaries. log/vitrine/trajectory is the UTF-8 of a JSON object with the sample's index and flag, the frame's number
among how many, its time and provenance; log/vitrine/trajectory_checksum is the SHA-256 of images, velocities and that record. The first frame of a
sample may carry the Fourier sums of velocities that were not stored (velocities.py): log/vitrine/sums_low (2 (K + 2), 2 N d) with real and
imaginary parts one after the other, sums_whole and sums_square; their step, number and segment stand in the record, and the checksum covers them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import gsd.hoomd
import numpy as np

from vitrine.declare import States
from vitrine.errors import SampleError
from vitrine.samples.sample import Sample
from vitrine.samples.store import from_frame, numbered, opened, put_vectors, to_frame, vectors_of, write_frames
from vitrine.samples.velocities import VelocitySums, sums_of

RECORD, CHECKSUM = "vitrine/trajectory", "vitrine/trajectory_checksum"
SUMS = ("low", "whole", "square")
HIGHEST, RESOLUTION = 1.2, 0.25  # of spectra that are taken from stored velocities: the defaults of the config's section trajectories


@dataclass(frozen=True)
class Trajectory:
    """The path of one sample.

    index: of the sample. times (F,) [lambda_min sqrt(m/epsilon)], of strained states their strains; positions (F, N, d) followed through the
    boundaries [lambda_min]; velocities (F, N, d) [sqrt(epsilon/m)]; boxes (F, d, d); start: the sample at the first frame. `flag` says why it is
    left out; its arrays are then empty. sums: of the velocities in between, where they were taken; the run then ends one interval after the last
    frame.
    """

    index: int
    times: np.ndarray
    positions: np.ndarray
    velocities: np.ndarray
    boxes: np.ndarray
    start: Sample | None
    flag: str = ""
    sums: VelocitySums | None = None

    def frame(self, number: int) -> Sample:
        """A frame as a sample, its positions followed through the boundaries."""
        return self.start.moved(self.positions[number], box=self.boxes[number])

    def spread(self, most: int) -> np.ndarray:
        """Numbers of at most so many frames at equal intervals over the run, from two on with the first and the last."""
        return np.unique(np.linspace(0, len(self.times) - 1, most).astype(int))

    @classmethod
    def missing(cls, index: int, flag: str) -> Trajectory:
        """A trajectory that is not there, with the reason."""
        none = np.zeros((0, 0, 0))
        return cls(index, np.zeros(0), none, none, none, None, flag)


def write_trajectories(path: str | Path, trajectories: Iterable[Trajectory], origin: Mapping) -> None:
    """Write trajectories, whole or not at all; one that is missing as a single empty frame with its flag. origin: provenance."""
    write_frames(path, (frame for one in trajectories for frame in _frames(one, origin)))


def write_states(path: str | Path, field: States, entries: Iterable[tuple], origin: Mapping) -> None:
    """Write strained states of samples, (index, sample, arrays, flag) of each, as trajectories: a frame's time is its strain, velocities are zero.

    arrays: positions (F, N, d), boxes (F, d, d) and strains (F,); none where there is a flag.
    """
    write_trajectories(path, (_states(*entry) for entry in entries), {**origin, "field": field.name, "meaning": field.meaning})


def _states(index: int, sample: Sample, arrays: Mapping[str, np.ndarray], flag: str) -> Trajectory:
    if flag:
        return Trajectory.missing(index, flag)
    positions = arrays["positions"]
    return Trajectory(index, arrays["strains"], positions, np.zeros_like(positions), arrays["boxes"], sample)


def _frames(one: Trajectory, origin: Mapping) -> Iterator[gsd.hoomd.Frame]:
    count = max(1, len(one.times))
    for number in range(count):
        record = {"sample": one.index, "flag": one.flag, "frame": number, "frames": count, "provenance": dict(origin)}
        frame = gsd.hoomd.Frame()
        if one.start is not None:
            record["time"] = float(one.times[number])
            frame = to_frame(one.frame(number))
            put_vectors(frame, "velocity", one.velocities[number].astype(float))
            put_vectors(frame, "image", np.floor(one.positions[number] @ np.linalg.inv(one.boxes[number]).T).astype(np.int32))
        if number == 0 and one.sums is not None:
            record["sums"] = {"step": one.sums.step, "frames": one.sums.frames, "segment": one.sums.segment}
            frame.log |= {f"vitrine/sums_{name}": array for name, array in _plain(one.sums).items()}
        frame.log[RECORD] = np.frombuffer(json.dumps(record, sort_keys=True).encode(), dtype=np.uint8)
        frame.log[CHECKSUM] = np.frombuffer(_checksum(frame, "sums" in record), dtype=np.uint8)
        yield frame


def _plain(sums: VelocitySums) -> dict[str, np.ndarray]:
    """The arrays of the sums as a file takes them: two dimensions at most, and real."""
    low = np.ascontiguousarray(sums.low).view(float)
    return {"low": low.reshape(low.shape[0] * low.shape[1], -1), "whole": sums.whole, "square": sums.square}


def _sums(frame: gsd.hoomd.Frame, record: Mapping, dimension: int) -> VelocitySums | None:
    """The sums that a sample's first frame carries; None where it carries none."""
    if "sums" not in record:
        return None
    low, whole, square = (np.array(frame.log[f"vitrine/sums_{name}"], dtype=float) for name in SUMS)
    return VelocitySums(**record["sums"], low=low.view(complex).reshape(2, len(low) // 2, -1, dimension), whole=whole, square=square)


def _checksum(frame: gsd.hoomd.Frame, sums: bool) -> bytes:
    """sums: whether the frame carries sums of its own; a reader of GSD shows those of the file's first frame with every other."""
    digest = hashlib.sha256()
    for name in SUMS if sums else ():
        digest.update(np.ascontiguousarray(frame.log[f"vitrine/sums_{name}"], dtype=float).tobytes())
    for array, kind in ((frame.particles.velocity, float), (frame.particles.image, np.int32)):
        if array is not None:
            digest.update(np.ascontiguousarray(array, dtype=kind).tobytes() if np.any(array) else b"")
    for name, kind in (("velocity", float), ("image", np.int32)):
        if f"particles/{name}_beyond" in frame.log:
            digest.update(np.ascontiguousarray(frame.log[f"particles/{name}_beyond"], dtype=kind).tobytes())
    digest.update(np.ascontiguousarray(frame.log[RECORD]).tobytes())
    return digest.digest()


def read_trajectories(path: str | Path) -> Iterator[Trajectory]:
    """Yield the trajectory of every sample, one in memory at a time; one with a damaged frame comes without arrays, its flag says why.

    Raises InputError where the file as a whole cannot be opened, or a frame does not even say to which sample it belongs.
    """
    with opened(path) as trajectory:
        frames, index = [], None
        for number in range(len(trajectory)):
            frame, record = numbered(path, trajectory, number, RECORD)
            if index is not None and record["sample"] != index:
                yield _joined(index, frames, Path(path).name)
                frames = []
            index = record["sample"]
            frames.append((frame, record))
        if index is not None:
            yield _joined(index, frames, Path(path).name)


def read_trajectories_provenance(path: str | Path) -> dict:
    """What made a file of trajectories; empty for a file without frames. Raises InputError where that cannot be read."""
    with opened(path) as trajectory:
        return numbered(path, trajectory, 0, RECORD)[1]["provenance"] if len(trajectory) else {}


def _joined(index: int, frames: list[tuple[gsd.hoomd.Frame, Mapping]], name: str) -> Trajectory:
    """The frames of one sample as its trajectory."""
    try:
        for frame, record in frames:
            _check(frame, record)
        if frames[0][1]["flag"]:
            return Trajectory.missing(index, str(frames[0][1]["flag"]))
        if [record["frame"] for _, record in frames] != list(range(frames[0][1]["frames"])):
            raise SampleError("frames are missing")
        samples = [from_frame(frame) for frame, _ in frames]
        sums = _sums(*frames[0], samples[0].dimension)
    except Exception as error:  # a damaged frame leads to any error there is
        return Trajectory.missing(index, f"unreadable: {error} in {name}")
    d = samples[0].dimension
    boxes = np.array([sample.box for sample in samples])
    images = np.array([vectors_of(frame, "image", d) for frame, _ in frames], dtype=float)
    positions = np.array([sample.positions for sample in samples]) + np.einsum("fab,fnb->fna", boxes, images)
    velocities = np.array([vectors_of(frame, "velocity", d) for frame, _ in frames], dtype=float)
    return Trajectory(index, np.array([record["time"] for _, record in frames]), positions, velocities, boxes, samples[0], sums=sums)


def _check(frame: gsd.hoomd.Frame, record: Mapping) -> None:
    if _checksum(frame, "sums" in record) != frame.log[CHECKSUM].tobytes():
        raise SampleError("its checksum does not match, it is damaged")


def velocity_sums(one: Trajectory) -> VelocitySums:
    """The Fourier sums of a trajectory's velocities: those that were taken along the run, or else of the velocities of its frames.

    Raises SampleError for a trajectory without velocities, for frames that are not at equal intervals, and for velocities too far apart.
    """
    sums = one.sums
    if sums is None:
        steps = np.diff(one.times)
        if len(steps) == 0 or one.velocities.shape != one.positions.shape:
            raise SampleError("its trajectory holds no velocities: set config key trajectories.sampling")
        if np.ptp(steps) > 1e-6 * steps.mean():
            raise SampleError("the frames of its trajectory are not at equal intervals")
        sums = sums_of(one.velocities, float(steps.mean()), HIGHEST, RESOLUTION)
    sums.check_not_folded()
    return sums
