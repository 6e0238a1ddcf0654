"""What the script of an export does: write the samples of a batch with their fields, modes and responses, one frame for each.

Arrays of the particles: mode_1, mode_2, ... are the displacements of the softest modes with sum_i m_i |u_i|^2 = 1, and mode_1_share, ... the share
m_i |u_i|^2 of each particle in them; pinch_1, ... are the responses to force dipoles on the bonds of lowest frequency, with the same norm, beside
pinch_1_share, ...; and every field that the study measured has its own arrays. Numbers of the frame: omega_1, ... and participation_1, ... of the
modes, pinch_omega_1, pinch_i_1, pinch_j_1, ... of the responses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from vitrine.errors import SampleError
from vitrine.job import start_log
from vitrine.linalg import Algebra
from vitrine.observables.batch import System
from vitrine.observables.jobs import systems
from vitrine.observables.modes.vectors import mode_vectors
from vitrine.observables.pinching.response import pinch_responses
from vitrine.points import Point
from vitrine.samples import Sample
from vitrine.samples.export import Exported, write_exported


def export(job: object) -> None:
    """Write the samples of a batch.

    params: study, point, model, samples (how many of the point, or `all`), modes, pinched, algebra, taken ({file: identity} of what is taken).
    """
    log, params = start_log(job.log[0]), job.params
    point, algebra = Point.of(params.point), Algebra(**params.algebra)
    words = {"study": params.study, "point": point.label}

    def frames() -> Iterator[Exported]:
        for system in systems(job, tuple(params.taken), point):
            if params.samples != "all" and system.index >= params.samples:
                return
            frame = exported(system, params.modes, params.pinched, algebra)
            if frame is None:
                log.warning("sample %d: left out, %s", system.index, system.flag)
                continue
            log.info("sample %d: %s", system.index, f"exported with its flag, {frame.sample.flag}" if frame.sample.flag else "exported")
            yield replace(frame, told={**words, **frame.told})

    write_exported(job.output[0], frames())


def exported(system: System, modes: int, pinched: int, algebra: Algebra) -> Exported | None:
    """A sample with all that is known of it; one with a flag without modes and responses, and None for one that has no configuration."""
    sample, given = system.given
    if sample.particles == 0:
        return None
    arrays: dict[str, np.ndarray] = {}
    told: dict[str, float] = {}
    flag = system.flag
    if not flag:
        try:
            for part in (_modes(sample, modes, algebra), _responses(sample, given, pinched, algebra)):
                arrays, told = arrays | part.arrays, told | part.told
        except SampleError as error:
            arrays, told, flag = {}, {}, str(error)
    for content in given.values():
        arrays |= content if isinstance(content, Mapping) else {}
    return Exported(replace(sample, flag=flag), arrays, told)


def _modes(sample: Sample, number: int, algebra: Algebra) -> Exported:
    """The softest modes of a sample."""
    number = min(number, sample.dimension * (sample.particles - 1))
    if not number:
        return Exported(sample)
    modes = mode_vectors(sample, number, algebra)
    arrays, told = _fields("mode", modes["vectors"], modes["shares"]), {}
    for place, (omega, participation) in enumerate(zip(modes["omega"], modes["participation"], strict=True), 1):
        told |= {f"omega_{place}": float(omega), f"participation_{place}": float(participation)}
    return Exported(sample, arrays, told)


def _responses(sample: Sample, given: Mapping[str, object], number: int, algebra: Algebra) -> Exported:
    """The responses to dipoles on the softest bonds of the table of pinched ones."""
    table = given.get("pinching")
    if not number or not isinstance(table, pd.DataFrame):
        return Exported(sample)
    softest = table.nsmallest(number, "omega", keep="first")
    pairs = list(zip(softest["i"], softest["j"], strict=True))
    responses = pinch_responses(sample, pairs, algebra)
    energies = np.sum(responses**2, axis=2) * (1.0 if sample.masses is None else sample.masses)
    norms = energies.sum(axis=1)
    arrays, told = _fields("pinch", responses / np.sqrt(norms)[:, None, None], energies / norms[:, None]), {}
    for place, ((i, j), omega) in enumerate(zip(pairs, softest["omega"], strict=True), 1):
        told |= {f"pinch_omega_{place}": float(omega), f"pinch_i_{place}": int(i), f"pinch_j_{place}": int(j)}
    return Exported(sample, arrays, told)


def _fields(name: str, vectors: np.ndarray, shares: np.ndarray) -> dict[str, np.ndarray]:
    """Vectors (k, N, d) and shares (k, N) by their names in the file."""
    arrays: dict[str, np.ndarray] = {}
    for place, (vector, share) in enumerate(zip(vectors, shares, strict=True), 1):
        arrays |= {f"{name}_{place}": vector, f"{name}_{place}_share": share}
    return arrays
