"""Linear equations and eigenproblems of a periodic solid."""

from vitrine.linalg.algebra import DEFAULT_ALGEBRA, Algebra
from vitrine.linalg.dissection import dissected
from vitrine.linalg.masses import displacements, dynamical_matrix, weighted
from vitrine.linalg.solve import Factor, pseudo_inverse, without_translation
from vitrine.linalg.spectra import full_pencil, full_spectrum, largest_pencil, lowest_modes

__all__ = [
    "DEFAULT_ALGEBRA",
    "Algebra",
    "Factor",
    "displacements",
    "dissected",
    "dynamical_matrix",
    "full_pencil",
    "full_spectrum",
    "largest_pencil",
    "lowest_modes",
    "pseudo_inverse",
    "weighted",
    "without_translation",
]
