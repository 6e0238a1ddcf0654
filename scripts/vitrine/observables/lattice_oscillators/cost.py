"""What a lattice of oscillators takes: a whole spectrum, two Cholesky factors and one L D L^T, and products with the couplings."""

from __future__ import annotations

from vitrine.costs import Ask, Need
from vitrine.observables.mean_field.cost import FACTOR, PRODUCT, SPECTRUM

PRODUCTS = 1000  # of a minimisation from a random start
SIGNS = 2  # times a Cholesky factor, for L D L^T


def cost(ask: Ask) -> Need:
    """Of a system; of x = 0 the signs alone are looked for."""
    size = ask.particles / 1000
    seconds = ((2 + SIGNS) * FACTOR + SPECTRUM) * size**3 + PRODUCTS * PRODUCT * size**2
    modes = ask.settings["modes"]
    return Need(seconds, 1e-6 * ask.particles**2 * 18, ask.particles if modes == "all" else modes)
