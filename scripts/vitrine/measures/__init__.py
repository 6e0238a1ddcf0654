"""Observables of a glass, one module each."""

from vitrine.measures.batch import measure_batch
from vitrine.measures.bond_operator import bond_operator_modes
from vitrine.measures.elasticity import elastic_moduli
from vitrine.measures.modes import vibrational_modes
from vitrine.measures.pinching import pinch_bonds

__all__ = ["bond_operator_modes", "elastic_moduli", "measure_batch", "pinch_bonds", "vibrational_modes"]
