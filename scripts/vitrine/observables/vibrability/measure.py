r"""Vibrability (000 eq. 1): what a particle moves in all modes together, at equal energy of each.

Psi_i = d<|Delta r_i|^2>/dT at T = 0 = sum_l |u_l,i|^2/omega_l^2 = tr (H^+)_ii,    sum_i Psi_i = sum_l omega_l^-2

With masses all of eq. 1 stands, with the displacement u = m^(-1/2) e of a mode whose e is normalised: Psi_i = tr (D^+)_ii/m_i with the dynamical
matrix D = m^(-1/2) H m^(-1/2), and sum_i m_i Psi_i = sum_l omega_l^-2. It is a thermal displacement: the masses of u and of omega cancel, and the
response to forces is left. All that depends on masses is which translation is taken away: Delta r_i is measured from the centre of mass, which is at
rest, not from the mean position; the difference is of the order of Psi/N. (sum_l |e_l,i|^2/omega_l^2 would be m_i Psi_i, by which nothing moves.)
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

    Unit: lambda_min^2/epsilon, whatever the masses. Raises SampleError where the sample is no minimum.
    """
    bonds = Interactions.of(sample)
    cut = partial(dissected, sample.positions, sample.box, *bonds.couplings)
    psi = np.trace(diagonal_blocks(bonds.hessian, sample.dimension, cut, sample.masses), axis1=1, axis2=2)
    row = {
        "mean": psi.mean(),
        "largest": psi.max(),
        "core": np.count_nonzero(psi > core_threshold),
        "key_core": np.count_nonzero(psi > key_core_fraction * psi.max()),
    }
    return {"vibrability": {name: np.array([value]) for name, value in row.items()}, "vibrability_field": {"vibrability": psi}}
