"""Linear equations and eigenproblems of a periodic solid."""

from vitrine.linalg.solve import Factor, without_translation
from vitrine.linalg.spectra import full_pencil, full_spectrum, largest_pencil, lowest_modes

__all__ = ["Factor", "full_pencil", "full_spectrum", "largest_pencil", "lowest_modes", "without_translation"]
