"""What a lattice of oscillators takes: two whole spectra, two Cholesky factors, and products with the couplings."""

from __future__ import annotations

from vitrine.costs import Ask, Need
from vitrine.observables.mean_field.cost import FACTOR, PRODUCT, SPECTRUM

PRODUCTS = 1000  # of a minimisation from a random start


def cost(ask: Ask) -> Need:
    """Of a system; its spectrum at x = 0 is always whole."""
    size = ask.particles / 1000
    seconds = (2 * FACTOR + 2 * SPECTRUM) * size**3 + PRODUCTS * PRODUCT * size**2
    modes = ask.settings["modes"]
    return Need(seconds, 1e-6 * ask.particles**2 * 18, ask.particles if modes == "all" else modes)
