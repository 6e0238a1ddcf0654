r"""Embedded-atom potentials (Daw and Baskes 1984; Finnis and Sinclair 1984), from tables that the user names (003 sec. III, Fig. S7; M7).

    U = sum_i F_i(rho_i) + sum_{i<j} phi_ij(r_ij),    rho_i = sum_j f_ji(r_ij)

f_ji is the density of j at the place of i. Between the points of a table each function is the cubic that LAMMPS puts there: values of the table,
slopes by differences of five points (of three and two at the ends), so that function and slope are continuous and the second derivative jumps at the
points. Beyond the last density F goes on as a straight line. Energies and lengths are those of the table, eV and angstrom; k_B = 1, so that
temperatures are in eV, and with masses in atomic units a unit of time is 10.18 fs.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from vitrine.errors import InputError
from vitrine.models import pair_parameters as rules
from vitrine.models.glass_former import GlassFormer
from vitrine.models.pair import composition_of_types
from vitrine.models.setfl import Setfl, read_setfl

# The form for the compiled loops: cubics (K, n, 4) of r phi and of the density by pairs of types at first T + second, of F by types (T, m, 4); how
# many points a unit of distance and of density has.
Embedded = namedtuple("Embedded", "pair density embedding per_distance per_density cutoff2")
CLOSE = 0.9  # distance at which softened particles touch, over the mean spacing


def cubics(values: np.ndarray) -> np.ndarray:
    """Coefficients (n, 4) of 1, p, p^2, p^3 between each of n points and the next, p from 0 to 1; those after the last are a straight line."""
    n, slopes = len(values), np.empty(len(values))
    slopes[0], slopes[-1] = values[1] - values[0], values[-1] - values[-2]
    slopes[1], slopes[-2] = (values[2] - values[0]) / 2, (values[-1] - values[-3]) / 2
    slopes[2:-2] = (values[:-4] - values[4:] + 8 * (values[3:-1] - values[1:-3])) / 12
    rise = np.diff(values)
    out = np.zeros((n, 4))
    out[:, 0], out[:, 1] = values, slopes
    out[:-1, 2] = 3 * rise - 2 * slopes[:-1] - slopes[1:]
    out[:-1, 3] = slopes[:-1] + slopes[1:] - 2 * rise
    return out


def at(coefficients: np.ndarray, per_unit: float, x: np.ndarray) -> np.ndarray:
    """A function and its first two derivatives, (3, ...), at x; beyond the last point the value and slope that it has there."""
    place = np.asarray(x) * per_unit
    last = len(coefficients) - 1
    k = np.clip(place.astype(np.int64), 0, last - 1)
    p = np.minimum(place - k, 1.0)
    c0, c1, c2, c3 = np.moveaxis(coefficients[k], -1, 0)
    value, slope, bend = ((c3 * p + c2) * p + c1) * p + c0, (3 * c3 * p + 2 * c2) * p + c1, 6 * c3 * p + 2 * c2
    return np.array([value, slope * per_unit, np.where(place > last, 0.0, bend) * per_unit**2])


@dataclass(frozen=True)
class EmbeddedAtoms:
    """The functions of a table between types A, B, ..., which are the `order` of its elements."""

    table: Setfl
    order: tuple[int, ...]

    @cached_property
    def kernel(self) -> Embedded:
        """The form for the compiled loops."""
        table, pairs = self.table, [(a, b) for a in self.order for b in self.order]
        return Embedded(
            np.array([cubics(table.pair[a, b]) for a, b in pairs]),
            np.array([cubics(table.density[a, b]) for a, b in pairs]),
            np.array([cubics(table.embedding[a]) for a in self.order]),
            1 / table.dr,
            1 / table.drho,
            table.cutoff**2,
        )

    def pair(self, a: int, b: int, r: np.ndarray) -> np.ndarray:
        """phi and its first two derivatives by r at distances below the cutoff, (3, n)."""
        z, slope, bend = at(self.kernel.pair[a * len(self.order) + b], self.kernel.per_distance, r)
        phi = z / r
        first = (slope - phi) / r
        return np.array([phi, first, (bend - 2 * first) / r])

    def density(self, a: int, b: int, r: np.ndarray) -> np.ndarray:
        """The density of type a at the place of type b and its first two derivatives by r, (3, n)."""
        return at(self.kernel.density[a * len(self.order) + b], self.kernel.per_distance, r)

    def embedding(self, a: int, rho: np.ndarray) -> np.ndarray:
        """F of type a and its first two derivatives by rho, (3, n); beyond the last density a straight line."""
        found = at(self.kernel.embedding[a], self.kernel.per_density, rho)
        found[0] += found[1] * np.maximum(rho - (len(self.kernel.embedding[a]) - 1) / self.kernel.per_density, 0.0)
        return found


@dataclass(frozen=True)
class EmbeddedPair:
    """The pair part phi of two types, as a GlassFormer takes it."""

    atoms: EmbeddedAtoms
    a: int
    b: int

    @property
    def cutoff(self) -> float:
        """The range [length of the table]."""
        return self.atoms.table.cutoff

    def derivatives(self, r: np.ndarray, scale: np.ndarray, energy: np.ndarray) -> np.ndarray:
        """phi and its first two derivatives by r; the third and fourth, which a table of cubics does not have, are NaN. Shape (5, n)."""
        out, inside = np.zeros((5, len(r))), r < self.cutoff
        out[3:] = np.nan
        out[:3, inside] = self.atoms.pair(self.a, self.b, r[inside])
        return out


def _elements(key: str, value: object) -> list[str] | None:
    """Elements of the types A, B, ...; None for those of the table in its order."""
    if value is None:
        return None
    if not isinstance(value, (list, tuple)) or not value or not all(isinstance(one, str) for one in value) or len(set(value)) < len(value):
        raise InputError(f"config key {key} is {value!r}: allowed is a list of different elements, such as [Cu, Zr], or null for those of the table")
    return list(value)


EAM_PARAMETERS = {
    "dimension": (int, 3, 3),
    "density": rules.number(1e-6, 1e3),
    "table": lambda key, value: rules.table_file(key, value, "a table of eam/alloy or eam/fs (DYNAMO setfl)"),
    "elements": _elements,
    "fractions": lambda key, value: None if value is None else rules.fractions(key, value),
}
EAM_DEFAULTS = {"dimension": 3, "elements": None, "fractions": None}


def build_eam(parameters: Mapping) -> GlassFormer:
    """Embedded atoms, a many-body potential of metals: a table of eam/alloy or eam/fs that you name ([potentials](potentials.md))."""
    about = parameters["table"]
    table = read_setfl(about["path"], about["sha256"])
    elements = parameters["elements"] or list(table.elements)
    for element in elements:
        if element not in table.elements:
            raise InputError(f"config key model.eam.elements has {element}: the table {about['path']} has {', '.join(table.elements)}")
    fractions = parameters["fractions"] or {chr(ord("A") + place): 1 / len(elements) for place in range(len(elements))}
    if len(fractions) != len(elements):
        raise InputError(f"config key model.eam.fractions has {len(fractions)} types: the elements are {', '.join(elements)}, one for each")
    order = tuple(table.elements.index(element) for element in elements)
    atoms, types = EmbeddedAtoms(table, order), range(len(elements))
    shape = (len(elements), len(elements))
    return GlassFormer(
        name="eam",
        parameters={**parameters, "table": {"path": about["path"], "sha256": table.digest}, "elements": elements, "fractions": fractions},
        potential=tuple(EmbeddedPair(atoms, a, b) for a in types for b in types),
        dimension=3,
        density=parameters["density"],
        composition=partial(composition_of_types, fractions=tuple(fractions.values()), sizes=None),
        largest_size=1.0,
        scales=np.ones(shape),
        energies=np.ones(shape),
        species=len(elements),
        length="angstrom",
        contacts=np.full(shape, CLOSE * parameters["density"] ** (-1 / 3)),
        embedding=atoms,
        masses=table.masses[list(order)],
    )
