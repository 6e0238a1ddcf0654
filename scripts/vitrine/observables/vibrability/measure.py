r"""Vibrability (000 eq. 1): what a particle moves in all modes together, at equal energy of each.

Psi_i = sum_l |u_l,i|^2/omega_l^2 = tr (H^+)_ii,    sum_i Psi_i = sum_l omega_l^-2
"""

from __future__ import annotations

from functools import partial

import numpy as np

from vitrine.interactions import Interactions
from vitrine.linalg import dissected
from vitrine.linalg.diagonal_blocks import diagonal_blocks
from vitrine.samples import Sample


def measure_vibrability(sample: Sample, core_threshold: float = 0.25, key_core_fraction: float = 0.6) -> dict[str, dict[str, np.ndarray]]:
    """Vibrability of every particle, as the field, and what of it makes up a core, as the table's one row.

    Unit: lambda_min^2/epsilon at unit mass. Raises SampleError where the sample is no minimum.
    """
    bonds = Interactions.of(sample)
    cut = partial(dissected, sample.positions, sample.box, bonds.i, bonds.j)
    psi = np.trace(diagonal_blocks(bonds.hessian, sample.dimension, cut), axis1=1, axis2=2)
    row = {
        "mean": psi.mean(),
        "largest": psi.max(),
        "core": np.count_nonzero(psi > core_threshold),
        "key_core": np.count_nonzero(psi > key_core_fraction * psi.max()),
    }
    return {"vibrability": {name: np.array([value]) for name, value in row.items()}, "vibrability_field": {"vibrability": psi}}
