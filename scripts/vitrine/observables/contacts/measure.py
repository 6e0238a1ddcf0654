r"""Contacts of a sample, and its states of self stress.

The compatibility matrix S has N_b rows, one of each contact, and N d columns. Forces f on contacts with S^T f = 0 are states of self stress, of which
there are N_b - rank S. At a minimum of repelling spheres the rank is N d - d: a displacement with S u = 0 that is no translation would cost no energy
in the springs, and less than none in the forces, which only lower u.H.u. (Identity 1 of the recipes.) A packing under pressure has one state of self
stress at least; z_c = 2d - 2 (d-1)/N is the coordination at which it has no other.
"""

from __future__ import annotations

from math import gamma, pi

import numpy as np

from vitrine.errors import SampleError
from vitrine.interactions import Interactions
from vitrine.samples import Sample

AT_REST = 2e-6  # residual, twice the loosest tolerance of a quench


def measure_contacts(sample: Sample) -> dict[str, np.ndarray]:
    """Columns of CONTACTS, each of shape (1,). Raises SampleError where the sample is not at rest."""
    bonds, d, n = Interactions.of(sample), sample.dimension, sample.particles
    if bonds.residual > AT_REST:
        raise SampleError(f"not a minimum: the residual force is {bonds.residual:.2g}, above {AT_REST:g}")
    lost = len(sample.provenance.get("rattlers", ()))
    spheres = pi ** (d / 2) / gamma(d / 2 + 1) * np.sum((sample.diameters / 2) ** d)
    row = {
        "backbone": n,
        "rattlers": lost / (n + lost),
        "touching_pairs": len(bonds.i),
        "excess_coordination": 2 * len(bonds.i) / n - 2 * d + 2 * (d - 1) / n,
        "self_stress": (len(bonds.i) - d * (n - 1)) / n,
        "packing_fraction": spheres / sample.volume,
    }
    return {name: np.array([value]) for name, value in row.items()}
