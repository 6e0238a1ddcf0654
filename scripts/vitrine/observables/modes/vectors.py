"""The softest modes of a glass themselves, for those who look at them: H u = omega^2 m u."""

from __future__ import annotations

import numpy as np

from vitrine.errors import InputError
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra
from vitrine.observables.modes.measure import find_mode_vectors
from vitrine.samples import Sample


def mode_vectors(sample: Sample, modes: int = 10, algebra: Algebra = DEFAULT_ALGEBRA) -> dict[str, np.ndarray]:
    """Frequencies and displacements of the softest modes, without the d translations.

    modes: how many, at most d (N - 1). Returns omega (k,) [sqrt(epsilon/m)/lambda_min]; vectors u (k, N, d) with sum_i m_i |u_i|^2 = 1 and
    their largest component positive; shares m_i |u_i|^2 (k, N) of the particles in the mode's kinetic energy, which sum to one; and participation
    e = 1/(N sum_i share_i^2) (k,), as `find_modes` gives it. Raises InputError for a number that is none, SampleError where the sample is no minimum.
    """
    n, d = sample.positions.shape
    if isinstance(modes, bool) or not isinstance(modes, (int, np.integer)) or not 1 <= modes <= d * (n - 1):
        raise InputError(f"modes is {modes}: allowed are whole numbers from 1 to {d * (n - 1)}, the modes of {n} particles")
    omega, columns = find_mode_vectors(sample, int(modes), algebra)
    largest = np.take_along_axis(columns, np.argmax(np.abs(columns), axis=0)[None], axis=0)
    vectors = np.ascontiguousarray((columns * np.sign(largest)).T).reshape(-1, n, d)
    shares = np.sum(vectors**2, axis=2) * (1.0 if sample.masses is None else sample.masses)
    shares /= shares.sum(axis=1)[:, None]
    return {"omega": omega, "vectors": vectors, "shares": shares, "participation": 1 / (n * np.sum(shares**2, axis=1))}
