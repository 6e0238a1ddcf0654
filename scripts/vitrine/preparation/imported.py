"""Read a batch of the user's own samples from their files."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from vitrine.errors import InputError, SampleError
from vitrine.interactions import Interactions
from vitrine.models import GlassFormer
from vitrine.points import Point
from vitrine.samples import Sample
from vitrine.samples.foreign import read_frames
from vitrine.sources import Source


def import_samples(
    sources: Mapping[int, Source], model: GlassFormer, types: Mapping[str, str], point: Point, identity: str
) -> tuple[list[Sample], list[dict]]:
    """The samples of a batch that could be read, and a row of tables.IMPORTS, without the key, for each of `sources` {index: where it lies}.

    Every file is opened once. types: {name in the files: name in the model}. A sample that cannot be read, or is none of the model or of the point,
    is its row's flag; the others are read all the same. identity: of what imports them (Study.identity), kept in their provenance.
    """
    samples, rows = {}, {}
    files: dict[str, list[int]] = {}
    for index, source in sources.items():
        files.setdefault(source.file, []).append(index)
    for file, indices in files.items():
        for index, found in zip(indices, _frames(file, [sources[index] for index in indices], model, types), strict=True):
            sample = found if isinstance(found, SampleError) else _of_point(found, index, point, sources[index], identity)
            rows[index] = {"file": file, "frame": sources[index].frame, **_row(sample), "sample": index}
            logging.getLogger("vitrine").info("sample %d: %s", index, rows[index]["flag"] or f"read from {file}, frame {sources[index].frame}")
            if isinstance(sample, Sample):
                samples[index] = sample
    return [samples[index] for index in sources if index in samples], [rows[index] for index in sources]


def _frames(file: str, sources: Sequence[Source], model: GlassFormer, types: Mapping[str, str]) -> list[Sample | SampleError]:
    """The frames of one file; where it cannot be read at all, the same error for each."""
    if sources[0].trouble:
        return [SampleError(source.trouble) for source in sources]
    try:
        return read_frames(Path(file), model, [source.frame for source in sources], types=types or None, brought=True)
    except InputError as error:
        return [SampleError(str(error)) for _ in sources]


def _of_point(sample: Sample, index: int, point: Point, source: Source, identity: str) -> Sample | SampleError:
    """A sample with the index and the temperature of its point."""
    if sample.particles != source.particles:
        return SampleError(f"{source.file}: frame {source.frame} has N = {sample.particles}, not {source.particles}: the file has changed")
    told = {**sample.provenance, "identity": identity}
    try:
        return replace(sample, index=index, parent_temperature=point.parent_temperature, provenance=told).checked()
    except SampleError as error:
        return SampleError(f"{source.file}: frame {source.frame}: {error}")


def _row(sample: Sample | SampleError) -> dict:
    if isinstance(sample, SampleError):
        return {"flag": str(sample)}
    told = sample.provenance["imported"]
    return {
        "checksum": told["sha256"],
        "library": told["library"],
        "digits": told["digits"],
        "particles_read": sample.particles,
        "residual_read": Interactions.of(sample).residual,
        "done": ", ".join(told["done"]),
        "flag": sample.flag,
    }
