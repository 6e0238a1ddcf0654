"""The way out of the Python door: samples with fields of their particles as files, and the fields that others want to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from vitrine.errors import InputError
from vitrine.linalg import Algebra
from vitrine.observables.modes import vectors
from vitrine.observables.pinching import response
from vitrine.samples import Sample
from vitrine.samples.export import Exported, check_ending, write_exported


def mode_vectors(sample: Sample, modes: int = 10, *, solver: str = "auto") -> dict[str, np.ndarray]:
    """The softest modes of a glass: omega (k,), vectors (k, N, d) with sum_i m_i |u_i|^2 = 1, shares m_i |u_i|^2 (k, N) and participation e (k,).

    omega is in sqrt(epsilon/m) over the model's length. The first mode is the softest; the d translations are left out. The largest component of a
    vector is positive. Raises InputError for a number of modes that is none, SampleError where the sample is no minimum.
    """
    return vectors.mode_vectors(sample.checked(), modes, Algebra(solver=solver))


def pinch_response(sample: Sample, bond: tuple[int, int], *, solver: str = "auto") -> np.ndarray:
    """The displacements u = H^+ d (N, d) [length^2/epsilon] by which a glass answers a unit force dipole on a bond (002, eq. S3).

    bond: its two particles, i and j of a row of `vitrine.pinch_bonds`; the dipole pushes them apart. Raises InputError for particles that do not
    interact, SampleError where the sample is no minimum.
    """
    return response.pinch_responses(sample.checked(), [bond], Algebra(solver=solver))[0]


def write(path: str | Path, samples: Sample | Sequence[Sample], **arrays: object) -> None:
    """Write a sample, or one frame for each of several, with arrays of the particles, for OVITO and others: extended XYZ (.xyz) or GSD (.gsd).

    arrays, by their names in the file: numbers (N,), vectors (N, d), several vectors (k, N, d), which become name_1, ..., name_k, or a number or word
    of the whole frame; of several samples a sequence with one of these for each. OVITO shows them as properties of the particles, and in extended XYZ
    the first vector as arrows (`disp`, its property Displacement). Raises InputError, in one sentence, for what cannot be written; the file is whole
    or not there.

        vitrine.write("mode.xyz", glass, mode=modes["vectors"][0], share=modes["shares"][0], omega=modes["omega"][0])
    """
    check_ending(Path(path))
    if isinstance(samples, Sample):
        samples, arrays = [samples], {name: [value] for name, value in arrays.items()}
    samples = list(samples)
    for sample in samples:
        if not isinstance(sample, Sample):
            raise InputError(f"{path}: a {type(sample).__name__} is no sample; allowed is a sample as vitrine.read gives it, or a list of them")
    for name, values in arrays.items():
        if not (isinstance(values, (list, tuple)) or np.ndim(values) > 0) or len(values) != len(samples):
            raise InputError(f"{path}: {name} is no list of one array for each of the {len(samples)} samples, as is allowed for several samples")
    write_exported(path, [_frame(sample, {name: values[place] for name, values in arrays.items()}) for place, sample in enumerate(samples)])


def _frame(sample: Sample, given: Mapping[str, object]) -> Exported:
    """A sample with what is given of it, sorted into arrays and what holds for the whole frame."""
    arrays: dict[str, object] = {}
    told: dict[str, float | int | str] = {}
    for name, value in given.items():
        if isinstance(value, (str, bool, int, float, np.number, np.bool_)):
            told[name] = value
        elif isinstance(value, np.ndarray) and value.ndim == 3:
            arrays |= {f"{name}_{place}": vector for place, vector in enumerate(value, 1)}
        else:
            arrays[name] = value
    return Exported(sample.checked(), arrays, told)
