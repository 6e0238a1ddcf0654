r"""Mixtures of two sizes of spheres: harmonic and Hertzian ones, which repel where they overlap, and sticky ones (001 App. B, 004 secs. IV C and D).

    harmonic_spheres   phi = (k/2) (r - l_ij)^2, r < l_ij                          l = 1, 1.2, 1.4 for AA, AB, BB; k is the same for all pairs
    hertzian_spheres   phi = (2/5) eps (1 - r/l_ij)^(5/2), r < l_ij                the same sizes
    sticky_spheres     Lennard-Jones up to its minimum, then a tail to r_c         sigma = 1, 1.18, 1.4 (models/sticky.py)

Every particle has size one; the lengths are the scales of the types. A is type 0, the small one. `density` is N/V of the liquid: a glass that is
quenched at a pressure (quench.pressure) has the density that this asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from vitrine.models.glass_former import GlassFormer, Potential
from vitrine.models.mixtures import two_types
from vitrine.models.overlap import HERTZIAN
from vitrine.models.potential import HARMONIC
from vitrine.models.sticky import StickyPotential

HARMONIC_PARAMETERS = {
    "dimension": (int, 2, 3),
    "density": (float, 1e-3, 10.0),
    "stiffness": (float, 1e-6, 1e6),
    "size_ratio": (float, 1.0, 10.0),
    "large_fraction": (float, 0.0, 1.0),
}
HERTZIAN_PARAMETERS = {key: rule for key, rule in HARMONIC_PARAMETERS.items() if key != "stiffness"}
STICKY_PARAMETERS = {
    "dimension": (int, 2, 3),
    "density": (float, 1e-3, 10.0),
    "attraction_range": (float, 1.001, 2.0),
    "large_fraction": (float, 0.0, 1.0),
    "sigma_ab": (float, 0.1, 10.0),
    "sigma_bb": (float, 0.1, 10.0),
}

# 001 App. B: k = 1, diameters 1 and 1.4 half and half; the density is near that of the published pressure, p = 0.1.
HARMONIC_PUBLISHED = {"dimension": 3, "density": 0.84, "stiffness": 1.0, "size_ratio": 1.4, "large_fraction": 0.5}
HERTZIAN_PUBLISHED = {"dimension": 3, "density": 0.94, "size_ratio": 1.4, "large_fraction": 0.5}
STICKY_PUBLISHED = {"dimension": 3, "density": 0.6, "attraction_range": 1.2, "large_fraction": 0.5, "sigma_ab": 1.18, "sigma_bb": 1.4}


def build_harmonic_spheres(parameters: Mapping) -> GlassFormer:
    """Springs of one stiffness k that push where spheres overlap (001 eq. B1); phi'' = k for every pair."""
    scales = _additive(parameters["size_ratio"])
    return _spheres("harmonic_spheres", parameters, HARMONIC, scales, parameters["stiffness"] * scales**2, "d_A", touching=True)


def build_hertzian_spheres(parameters: Mapping) -> GlassFormer:
    """Elastic spheres (004 Fig. 5a)."""
    return _spheres("hertzian_spheres", parameters, HERTZIAN, _additive(parameters["size_ratio"]), np.ones((2, 2)), "d_A", touching=True)


def build_sticky_spheres(parameters: Mapping) -> GlassFormer:
    """Spheres whose attraction ends at r_c, in units of the distance of its minimum (004 Fig. 7a)."""
    ab, bb = parameters["sigma_ab"], parameters["sigma_bb"]
    potential = StickyPotential(parameters["attraction_range"])
    return _spheres("sticky_spheres", parameters, potential, np.array([[1.0, ab], [ab, bb]]), np.ones((2, 2)), "sigma_AA")


def _additive(ratio: float) -> np.ndarray:
    """Sums of radii, those of the small ones being one half."""
    return np.array([[1.0, (1 + ratio) / 2], [(1 + ratio) / 2, ratio]])


def _spheres(
    name: str, parameters: Mapping, potential: Potential, scales: np.ndarray, energies: np.ndarray, length: str, *, touching: bool = False
) -> GlassFormer:
    return GlassFormer(
        name=name,
        parameters=dict(parameters),
        potential=potential,
        dimension=parameters["dimension"],
        density=parameters["density"],
        composition=partial(two_types, fraction=parameters["large_fraction"]),
        largest_size=1.0,
        scales=scales,
        energies=energies,
        species=len(scales),
        length=length,
        touching=touching,
    )
