r"""Mixtures of a few types, and the crystal of one: binary inverse power law, Kob-Andersen, monatomic crystal (000 Methods, 003 sec. II; M3-M6, M15).

    binary_ipl    phi = eps (sigma_ab/r)^n, sigma_AA = 1, sigma_AB = 1.18, sigma_BB = 1.4, 50:50
    kob_andersen  phi = 4 eps_ab [(sigma_ab/r)^12 - (sigma_ab/r)^6], sigma = 1, 0.8, 0.88 and eps = 1, 1.5, 0.5 for AA, AB, BB
    ipl_crystal   one type of binary_ipl's potential

Potential and force are shifted to zero at the cutoff, phi(r) - phi(r_c) - (r - r_c) phi'(r_c), unless binary_ipl asks for polynomial smoothing.
Every particle has size one; sigma_ab are the scales of the types. A is type 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np

from vitrine.errors import InputError
from vitrine.models.glass_former import GlassFormer
from vitrine.models.potential import LENNARD_JONES, PairPotential, force_shifted, smoothed_inverse_power


def density_or_null(key: str, value: object) -> float | None:
    """N/V, or null: the published one of the dimension. Raises InputError."""
    if value is None:
        return None
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 1e-3 <= value <= 10.0:
        raise InputError(f"config key {key} is {value!r}: it must be a number from 0.001 to 10.0, or null for the published one of its dimension")
    return float(value)


BINARY_IPL_DENSITIES = {2: 0.86, 3: 0.82, 4: 0.80}  # N/V of the comparison of dimensions (004 Fig. 5b; recipes), by dimension
BINARY_IPL_PARAMETERS = {
    "dimension": (int, 2, 4),
    "density": density_or_null,
    "exponent": (float, 1.0, 64.0),
    "cutoff": (float, 1.0, 5.0),
    "truncation": ("force_shift", "polynomial"),
    "smoothness": (int, 0, 8),
    "large_fraction": (float, 0.0, 1.0),
    "sigma_ab": (float, 0.1, 10.0),
    "sigma_bb": (float, 0.1, 10.0),
}
KOB_ANDERSEN_PARAMETERS = {
    "dimension": (int, 2, 3),
    "density": (float, 1e-3, 10.0),
    "small_fraction": (float, 0.0, 1.0),
    "cutoff": (float, 1.0, 5.0),
    "cutoff_of": ("pair", "AA"),
}
IPL_CRYSTAL_PARAMETERS = {
    "dimension": (int, 2, 3),
    "density": (float, 1e-3, 10.0),
    "exponent": (float, 1.0, 64.0),
    "cutoff": (float, 1.0, 5.0),
}


# The published parameters: of 000's Methods, and for Kob-Andersen those of 003 sec. II.
BINARY_IPL_PUBLISHED = {
    "dimension": 2,
    "density": 0.86,
    "exponent": 10.0,
    "cutoff": 1.48,
    "truncation": "force_shift",
    "smoothness": 3,
    "large_fraction": 0.5,
    "sigma_ab": 1.18,
    "sigma_bb": 1.4,
}
KOB_ANDERSEN_PUBLISHED = {"dimension": 3, "density": 1.2, "small_fraction": 0.2, "cutoff": 2.5, "cutoff_of": "AA"}
IPL_CRYSTAL_PUBLISHED = {"dimension": 2, "density": 0.86, "exponent": 10.0, "cutoff": 1.48}


def build_binary_ipl(parameters: Mapping) -> GlassFormer:
    """Two sizes of inverse-power-law particles (000 eq. 2; 004 Fig. 5b). Without a density they have that of the comparison of dimensions."""
    if parameters["density"] is None:
        parameters = {**parameters, "density": BINARY_IPL_DENSITIES[parameters["dimension"]]}
    exponent, cutoff = parameters["exponent"], parameters["cutoff"]
    shifted = parameters["truncation"] == "force_shift"
    ab, bb = parameters["sigma_ab"], parameters["sigma_bb"]
    return _mixture(
        "binary_ipl",
        parameters,
        force_shifted(((1.0, -exponent),), cutoff) if shifted else smoothed_inverse_power(exponent, cutoff, parameters["smoothness"]),
        parameters["large_fraction"],
        scales=np.array([[1.0, ab], [ab, bb]]),
        energies=np.ones((2, 2)),
    )


def build_kob_andersen(parameters: Mapping) -> GlassFormer:
    """The Kob-Andersen mixture, in the plane with a cutoff for each pair (000 eq. 3), in space with one for all (003 sec. II)."""
    sigma, cutoff = np.array([[1.0, 0.8], [0.8, 0.88]]), parameters["cutoff"]
    potential = force_shifted(LENNARD_JONES, cutoff)
    if parameters["cutoff_of"] == "AA":
        potential = tuple(force_shifted(LENNARD_JONES, cutoff / scale) for scale in sigma.ravel())
    return _mixture("kob_andersen", parameters, potential, parameters["small_fraction"], scales=sigma, energies=np.array([[1.0, 1.5], [1.5, 0.5]]))


def build_ipl_crystal(parameters: Mapping) -> GlassFormer:
    """One type of inverse-power-law particles, which crystallise on slow cooling (000 Methods)."""
    potential = force_shifted(((1.0, -parameters["exponent"]),), parameters["cutoff"])
    return _mixture("ipl_crystal", parameters, potential, 0.0, scales=np.ones((1, 1)), energies=np.ones((1, 1)))


def _mixture(
    name: str,
    parameters: Mapping,
    potential: PairPotential | tuple[PairPotential, ...],
    fraction: float,
    *,
    scales: np.ndarray,
    energies: np.ndarray,
) -> GlassFormer:
    return GlassFormer(
        name=name,
        parameters=dict(parameters),
        potential=potential,
        dimension=parameters["dimension"],
        density=parameters["density"],
        composition=partial(two_types, fraction=fraction),
        largest_size=1.0,
        scales=scales,
        energies=energies,
        species=len(scales),
        length="sigma_AA" if len(scales) > 1 else "sigma",
    )


def two_types(particles: int, rng: np.random.Generator, *, fraction: float) -> tuple[np.ndarray, np.ndarray]:
    """Unit sizes, and types in random order of which round(fraction N) are B."""
    types = np.zeros(particles, dtype=np.int64)
    types[: round(fraction * particles)] = 1
    return np.ones(particles), rng.permutation(types)
