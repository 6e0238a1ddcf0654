"""POLY: the polydisperse inverse-power-law glass former (001 sec. II, 002 App. A; M1, M2 of the inventory)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from vitrine.errors import InputError
from vitrine.models.glass_former import GlassFormer
from vitrine.models.potential import smoothed_inverse_power
from vitrine.models.sizes import draw_sizes, in_levels

# Type, smallest and largest allowed value of each numeric parameter; a tuple of strings is a choice.
POLY_PARAMETERS = {
    "dimension": (int, 2, 3),
    "density": (float, 1e-3, 10.0),
    "exponent": (float, 1.0, 64.0),
    "cutoff": (float, 1.0, 5.0),
    "smoothness": (int, 0, 8),
    "nonadditivity": (float, 0.0, 0.5),
    "size_ratio": (float, 1.0, 10.0),
    "size_exponent": (float, 0.0, 20.0),
    "sizes": ("quantiles", "random"),
    "size_levels": (int, 0, 1000),
}

# The published parameters of 001 sec. II and 002 App. A, as far as they are printed; the rest is what is believed to be meant.
POLY_PUBLISHED = {
    "dimension": 3,
    "density": 0.58,
    "exponent": 10.0,
    "cutoff": 1.4,
    "smoothness": 3,
    "nonadditivity": 0.1,
    "size_ratio": 2.22,
    "size_exponent": 3.0,
    "sizes": "quantiles",
    "size_levels": 0,
}


def build_poly(parameters: Mapping) -> GlassFormer:
    """Polydisperse particles that repel by an inverse power law, smooth at the cutoff (001 sec. II, 002 App. A)."""
    if parameters["nonadditivity"] * parameters["size_ratio"] > 0.5:
        raise InputError(
            f"config key model.poly.nonadditivity is {parameters['nonadditivity']}: nonadditivity times size_ratio must not exceed 0.5, "
            "or a growing particle would shrink its interactions"
        )
    return GlassFormer(
        name="poly",
        parameters=dict(parameters),
        potential=smoothed_inverse_power(parameters["exponent"], parameters["cutoff"], parameters["smoothness"]),
        dimension=parameters["dimension"],
        density=parameters["density"],
        composition=partial(_power_law_mixture, parameters=parameters),
        largest_size=parameters["size_ratio"],
        nonadditivity=parameters["nonadditivity"],
        polydisperse=parameters["size_ratio"] > 1,
        species=1 if parameters["size_ratio"] == 1 else parameters["size_levels"] or None,
    )


def _power_law_mixture(particles: int, rng: np.random.Generator, *, parameters: Mapping) -> tuple[np.ndarray, np.ndarray]:
    sizes = draw_sizes(particles, parameters["size_exponent"], parameters["size_ratio"], parameters["sizes"], rng)
    if parameters["size_levels"]:
        sizes = in_levels(sizes, parameters["size_levels"])
    return sizes, np.zeros(particles, dtype=np.int64)
