"""What a system of mean-field oscillators takes: two Cholesky factors, products with the couplings, and solves for the modes.

Couplings take 2 N^2 bytes, a packed factor 4 N^2, a whole matrix with what finds its spectrum 12 N^2.
"""

from __future__ import annotations

from vitrine.costs import Ask, Need

FACTOR = 0.02  # seconds for a factor and its matrix at N = 1000
PRODUCT = 0.0003  # seconds for a product with the couplings at N = 1000
SOLVE = 0.0009  # seconds for a solve with the factor at N = 1000
SPECTRUM = 0.08  # seconds for all modes at N = 1000
PRODUCTS, SOLVES = 300, 4  # products of a minimisation; solves for each mode


def cost(ask: Ask) -> Need:
    """Of a system; two minima where a control is asked for."""
    size, modes = ask.particles / 1000, ask.settings["modes"]
    minimum = 2 * FACTOR * size**3 + PRODUCTS * PRODUCT * size**2
    if ask.settings.get("control"):
        minimum *= 2
    every = modes == "all" or modes > ask.particles // 4
    spectrum = SPECTRUM * size**3 if every else SOLVES * max(modes, 10) * SOLVE * size**2
    return Need(minimum + spectrum, 1e-6 * ask.particles**2 * (18 if every else 7), ask.particles if modes == "all" else modes)
