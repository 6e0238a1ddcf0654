"""A glass former: a pair potential, or one for each pair of types, with its rule for sizes and types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from vitrine.models.cut import CutPotential
from vitrine.models.overlap import Overlap, OverlapPotential
from vitrine.models.piecewise import Spline
from vitrine.models.potential import HARMONIC, Kernel, PairPotential
from vitrine.models.sticky import Joined, StickyPotential

Potential = PairPotential | CutPotential | OverlapPotential | StickyPotential

if TYPE_CHECKING:
    from vitrine.models.eam import Embedded, EmbeddedAtoms


@dataclass(frozen=True)
class GlassFormer:
    """Pairs interact as energies[t_i, t_j] phi(r/lambda_ij) with lambda_ij = scales[t_i, t_j] (s_i + s_j)/2 (1 - nonadditivity |s_i - s_j|).

    `scales` and `energies` have shape (types, types). `potential` is phi, or one phi for each pair of types, row by row of the matrix: a mixture
    that is cut off at one distance for all pairs needs it. `composition(N, rng)` gives sizes s (N,) and types (N,). `parameters` are the config's,
    kept with every sample. `species` is the number of distinct kinds of particles, by size and type; None where sizes are continuous.
    `length` is the name of the unit of length. `contacts` (types, types) are the distances, over the mixed size, at which softened particles
    touch; None where they are the `scales`. `touching`: particles interact by overlaps alone, so that some may be rattlers, held by nothing.
    `embedding` makes it a many-body potential, sum_i F(rho_i) beside the pairs (`models/eam.py`). `masses` (types,) are those of particles that are
    prepared; None where all are one.
    """

    name: str
    parameters: Mapping[str, object]
    potential: Potential | tuple[Potential, ...]
    dimension: int
    density: float
    composition: Callable[[int, np.random.Generator], tuple[np.ndarray, np.ndarray]]
    largest_size: float
    nonadditivity: float = 0.0
    scales: np.ndarray = field(default_factory=lambda: np.ones((1, 1)))
    energies: np.ndarray = field(default_factory=lambda: np.ones((1, 1)))
    polydisperse: bool = False
    species: int | None = 1
    length: str = "lambda_min"
    contacts: np.ndarray | None = None
    touching: bool = False
    embedding: EmbeddedAtoms | None = None
    masses: np.ndarray | None = None

    @property
    def potentials(self) -> tuple[Potential, ...]:
        """The potential of all pairs, or those of each pair of types."""
        return self.potential if isinstance(self.potential, tuple) else (self.potential,)

    def potential_of(self, a: int, b: int) -> Potential:
        """The potential of two types."""
        return self.potentials[0 if len(self.potentials) == 1 else a * len(self.scales) + b]

    @cached_property
    def kernels(self) -> tuple[Kernel | Spline | Overlap | Joined, ...] | Embedded:
        """The compiled loops' form of `potentials`, or of a many-body potential as a whole."""
        if self.embedding is not None:
            return self.embedding.kernel
        return tuple(potential.kernel for potential in self.potentials)

    @cached_property
    def ranges(self) -> np.ndarray:
        """Range of the interaction over the mixed size of a pair, shape (types, types)."""
        types = range(len(self.scales))
        return self.scales * np.array([[self.potential_of(a, b).cutoff for b in types] for a in types])

    @property
    def of_even_powers(self) -> bool:
        """Whether all pairs have one potential, a sum of even powers of the distance."""
        return len(self.potentials) == 1 and isinstance(self.potential, PairPotential) and all(power % 2 == 0 for _, power in self.potential.terms)

    @property
    def range(self) -> float:
        """The longest distance at which two particles interact."""
        return float(np.max(self.ranges)) * self.largest_size

    def pair_scale(self, i: np.ndarray, j: np.ndarray, sizes: np.ndarray, types: np.ndarray) -> np.ndarray:
        """lambda_ij of shape (n,) for particle indices i, j of shape (n,)."""
        a, b = sizes[i], sizes[j]
        return self.scales[types[i], types[j]] * 0.5 * (a + b) * (1 - self.nonadditivity * np.abs(a - b))

    def derivatives(self, r: np.ndarray, i: np.ndarray, j: np.ndarray, sizes: np.ndarray, types: np.ndarray) -> np.ndarray:
        """phi of the pairs (i, j) at distances r, and its first four derivatives by r, shape (5, n)."""
        scale, energy = self.pair_scale(i, j, sizes, types), self.energies[types[i], types[j]]
        if len(self.potentials) == 1:
            return self.potentials[0].derivatives(r, scale, energy)
        place, out = types[i] * len(self.scales) + types[j], np.zeros((5, len(r)))
        for pair, potential in enumerate(self.potentials):
            of = place == pair
            out[:, of] = potential.derivatives(r[of], scale[of], energy[of])
        return out

    def box_length(self, particles: int) -> float:
        """Edge of the cubic (square) box of N particles at the model's density."""
        return (particles / self.density) ** (1 / self.dimension)

    def softened(self) -> GlassFormer:
        """The same sizes with the harmonic potential, finite at overlap: random starts are relaxed with it."""
        scales = self.scales if self.contacts is None else self.contacts
        return replace(self, name=f"{self.name} (softened)", potential=HARMONIC, energies=np.ones_like(self.energies), scales=scales, embedding=None)

    def describe(self) -> dict:
        """Name and parameters as plain values, for provenance; `glass_former(**description)` builds the same glass former."""
        return {"name": self.name, "parameters": dict(self.parameters)}
