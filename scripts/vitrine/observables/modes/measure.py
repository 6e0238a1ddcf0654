"""Vibrational modes: H z = omega^2 z at unit mass."""

from __future__ import annotations

import numpy as np

from vitrine.interactions import Interactions
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra, Factor, full_spectrum, lowest_modes
from vitrine.linalg.participation import participation_ratio
from vitrine.samples import Sample


def find_modes(sample: Sample, spectrum: str = "full", vectors: int | str = "all", algebra: Algebra = DEFAULT_ALGEBRA) -> dict[str, np.ndarray]:
    """Frequencies and participation ratios, from the softest mode, without the d translations.

    spectrum: `full` for all N d - d modes, `lowest` for the `vectors` softest alone. vectors: how many of the softest have their participation
    computed, or `all`. Returns columns mode, omega [sqrt(epsilon/m)/lambda_min] and participation (NaN where there is no vector).
    Raises SampleError where the sample is no minimum with exactly d zero modes.
    """
    bonds, d = Interactions.of(sample), sample.dimension
    hessian = bonds.hessian
    wanted = hessian.shape[0] - d if vectors == "all" else min(int(vectors), hessian.shape[0] - d)
    dense = wanted > hessian.shape[0] // 4
    if dense:
        stiffness, modes = full_spectrum(hessian, d, vectors=True, device=algebra.device)
        modes = modes[:, :wanted]
    else:
        softest, modes = np.zeros(0), np.zeros((hessian.shape[0], 0))
        if wanted:
            softest, modes = lowest_modes(hessian, d, wanted, Factor.of(bonds, algebra.solver))
        stiffness = full_spectrum(hessian, d, device=algebra.device)[0] if spectrum == "full" else softest
    if spectrum == "lowest":
        stiffness = stiffness[:wanted]
    participation = np.full(len(stiffness), np.nan)
    participation[:wanted] = participation_ratio(modes, d)
    return {"mode": np.arange(len(stiffness)), "omega": np.sqrt(stiffness), "participation": participation}
