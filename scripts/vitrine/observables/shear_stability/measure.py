"""How one glass answers to all shears of its box: linalg/shears.py says how stresses and stiffnesses are defined."""

from __future__ import annotations

import numpy as np

from vitrine.interactions import Interactions
from vitrine.linalg import DEFAULT_ALGEBRA, Algebra, Factor
from vitrine.linalg.shears import shear_response, symmetric_shears
from vitrine.samples import Sample


def measure_shear_stability(sample: Sample, algebra: Algebra = DEFAULT_ALGEBRA) -> dict[str, np.ndarray]:
    """Shear stress and moduli of a glass; columns as in SHEAR_STABILITY, each of shape (1,). Raises SampleError where the sample is no minimum.

    For shears E_k, symmetric and with E_k:E_k = 1/2, the stiffnesses C have the moduli of shears as their eigenvalues.
    """
    bonds = Interactions.of(sample)
    stress, stiffness = shear_response(bonds, Factor.of(bonds, algebra.solver), symmetric_shears(sample.dimension))
    moduli = np.linalg.eigvalsh(stiffness)
    row = {"stress": np.linalg.norm(stress), "modulus": moduli.mean(), "lowest": moduli[0], "highest": moduli[-1]}
    return {name: np.array([value]) for name, value in row.items()}
