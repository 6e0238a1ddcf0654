"""The registry of glass formers. To add one: write a builder from its parameters to a GlassFormer and enter it below."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from vitrine.errors import InputError
from vitrine.models.potential import HARMONIC, PairPotential, smoothed_inverse_power
from vitrine.models.sizes import draw_sizes


@dataclass(frozen=True)
class GlassFormer:
    """A pair potential with its rule for sizes and types.

    The pair (i, j) interacts as energies[t_i, t_j] phi(r/lambda_ij) with
    lambda_ij = scales[t_i, t_j] (s_i + s_j)/2 (1 - nonadditivity |s_i - s_j|); `scales` and `energies` have shape (types, types).
    `composition(N, rng)` gives sizes s (N,) and types (N,). `parameters` are the config's, kept with every sample.
    """

    name: str
    parameters: Mapping[str, object]
    potential: PairPotential
    dimension: int
    density: float
    composition: Callable[[int, np.random.Generator], tuple[np.ndarray, np.ndarray]]
    largest_size: float
    nonadditivity: float = 0.0
    scales: np.ndarray = field(default_factory=lambda: np.ones((1, 1)))
    energies: np.ndarray = field(default_factory=lambda: np.ones((1, 1)))
    polydisperse: bool = False

    def pair_scale(self, i: np.ndarray, j: np.ndarray, sizes: np.ndarray, types: np.ndarray) -> np.ndarray:
        """lambda_ij of shape (n,) for particle indices i, j of shape (n,)."""
        a, b = sizes[i], sizes[j]
        return self.scales[types[i], types[j]] * 0.5 * (a + b) * (1 - self.nonadditivity * np.abs(a - b))

    @property
    def range(self) -> float:
        """The longest distance at which two particles interact."""
        return self.potential.cutoff * float(np.max(self.scales)) * self.largest_size

    def box_length(self, particles: int) -> float:
        """Edge of the cubic (square) box of N particles at the model's density."""
        return (particles / self.density) ** (1 / self.dimension)

    def softened(self) -> GlassFormer:
        """The same sizes with the harmonic potential, finite at overlap: random starts are relaxed with it."""
        return GlassFormer(
            f"{self.name} (softened)", self.parameters, HARMONIC, self.dimension, self.density, self.composition, self.largest_size,
            self.nonadditivity, self.scales, np.ones_like(self.energies), self.polydisperse,
        )  # fmt: skip

    def describe(self) -> dict:
        """Name and parameters as plain values, for provenance; `glass_former(**description)` builds the same glass former."""
        return {"name": self.name, "parameters": dict(self.parameters)}


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
}


def _power_law_mixture(particles: int, rng: np.random.Generator, *, exponent: float, ratio: float, rule: str) -> tuple[np.ndarray, np.ndarray]:
    return draw_sizes(particles, exponent, ratio, rule, rng), np.zeros(particles, dtype=np.int64)


def build_poly(parameters: Mapping) -> GlassFormer:
    """The polydisperse inverse-power-law glass former (001 sec. II, 002 App. A; M1, M2 of the inventory)."""
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
        composition=partial(_power_law_mixture, exponent=parameters["size_exponent"], ratio=parameters["size_ratio"], rule=parameters["sizes"]),
        largest_size=parameters["size_ratio"],
        nonadditivity=parameters["nonadditivity"],
        polydisperse=parameters["size_ratio"] > 1,
    )


GLASS_FORMERS: dict[str, tuple[Callable[[Mapping], GlassFormer], dict]] = {"poly": (build_poly, POLY_PARAMETERS)}


def glass_former(name: str, parameters: Mapping) -> GlassFormer:
    """Build a glass former from its name in the registry and its parameters, all of them given.

    Raises InputError for an unknown name, an unknown or missing parameter, or a value out of range.
    """
    if name not in GLASS_FORMERS:
        raise InputError(f"config key model.name is {name!r}: allowed are {', '.join(sorted(GLASS_FORMERS))}")
    build, allowed = GLASS_FORMERS[name]
    if not isinstance(parameters, Mapping):
        raise InputError(f"config key model.{name} is {parameters!r}: allowed is a section of the keys {', '.join(allowed)}")
    for key in sorted(set(parameters) ^ set(allowed)):
        trouble = "is unknown" if key in parameters else "is missing"
        raise InputError(f"config key model.{name}.{key} {trouble}: model {name} has {', '.join(allowed)}")
    return build({key: _checked(f"model.{name}.{key}", parameters[key], rule) for key, rule in allowed.items()})


def _checked(key: str, value: object, rule: tuple) -> object:
    if isinstance(rule[0], str):
        if value not in rule:
            raise InputError(f"config key {key} is {value!r}: allowed are {', '.join(rule)}")
        return value
    kind, low, high = rule
    number = isinstance(value, int) if kind is int else isinstance(value, (int, float))
    if not number or isinstance(value, bool) or not low <= value <= high:
        raise InputError(f"config key {key} is {value!r}: it must be {'a whole number' if kind is int else 'a number'} from {low} to {high}")
    return kind(value)
