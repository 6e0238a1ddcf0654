"""Any pair potential: a formula, a table of numbers, or functions handed over in Python, for all particles or for each pair of types."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache, partial
from itertools import combinations_with_replacement

import numpy as np

from vitrine.errors import InputError
from vitrine.models import pair_parameters as rules
from vitrine.models.cut import INNER, CutPotential
from vitrine.models.formulas import Formula, names_in, number_of, parsed
from vitrine.models.glass_former import GlassFormer
from vitrine.models.sizes import draw_sizes, in_levels, power_law_quantile
from vitrine.models.tabulated import DERIVATIVES, Tabulated, given_functions, read_table

PAIR_PARAMETERS = {
    "dimension": (int, 2, 3),
    "density": rules.number(1e-6, 1e6),
    "fractions": rules.fractions,
    "variable": rules.VARIABLES,
    "formula": rules.formula,
    "table": rules.table,
    "functions": rules.functions,
    "constants": rules.constants,
    "cutoff": rules.distance,
    "inner": rules.optional_distance,
    "smoothing": rules.smoothing,
    "smoothness": (int, 0, 8),
    "lengths": rules.lengths,
    "sizes": rules.sizes,
    "nonadditivity": (float, 0.0, 0.5),
}
# What is not given: the keys that are not here must be.
PAIR_DEFAULTS = {
    "fractions": None,
    "variable": "r",
    "formula": None,
    "table": None,
    "functions": None,
    "constants": None,
    "inner": None,
    "smoothing": "shifted_force",
    "smoothness": 3,
    "lengths": None,
    "sizes": None,
    "nonadditivity": 0.0,
}
SOURCES = ("formula", "table", "functions")
LOOKS = 2000  # distances at which contacts are looked for


def build_pair(parameters: Mapping) -> GlassFormer:
    """Any pair potential of your own: a formula, a table or functions ([potentials](potentials.md))."""
    types = list(parameters["fractions"])
    pairs = ["".join(pair) for pair in combinations_with_replacement(types, 2)]
    _check_together(parameters)
    potentials = {pair: _potential(parameters, pair, pairs) for pair in pairs}
    _check_constants(parameters)
    places = ["".join(sorted(a + b)) for a in types for b in types]
    same = len(set(potentials.values())) == 1
    scales = np.array([rules.of_pair("model.pair.lengths", parameters["lengths"], pair, pairs) for pair in places]).reshape(len(types), -1)
    sizes = parameters["sizes"]
    shares, moment = tuple(parameters["fractions"].values()), _mean_power(sizes, parameters["dimension"])
    distinct = (potentials[pairs[0]],) if same else tuple(potentials[pair] for pair in places)
    return GlassFormer(
        name="pair",
        parameters=_told(parameters, potentials),
        potential=distinct[0] if same else distinct,
        dimension=parameters["dimension"],
        density=parameters["density"],
        composition=partial(composition_of_types, fractions=shares, sizes=sizes),
        largest_size=sizes["ratio"] if sizes else 1.0,
        nonadditivity=parameters["nonadditivity"],
        scales=scales,
        energies=np.ones_like(scales),
        polydisperse=bool(sizes and sizes["ratio"] > 1),
        species=_species(len(types), sizes),
        length="length",
        contacts=_contacts(distinct, tuple(map(tuple, scales.tolist())), parameters["density"] * moment, shares, parameters["dimension"]),
    )


def _check_together(parameters: Mapping) -> None:
    """What one key asks of another."""
    given = [source for source in SOURCES if parameters[source] is not None]
    if len(given) != 1:
        raise InputError(f"config key model.pair has {' and '.join(given) or 'no potential'}: allowed is one of {', '.join(SOURCES)}")
    if parameters["variable"] == "r":
        for key, default in (("sizes", None), ("lengths", 1.0), ("nonadditivity", 0.0)):
            if parameters[key] != default:
                raise InputError(f"config key model.pair.{key} is given: it needs variable: x, where x = r/lambda_ij, and variable is r")
    if parameters["sizes"] and parameters["nonadditivity"] * parameters["sizes"]["ratio"] > 0.5:
        raise InputError("config key model.pair.nonadditivity: times sizes.ratio it must not exceed 0.5, or a growing particle would interact less")
    if parameters["smoothing"] == "polynomial" and given != ["formula"] and parameters["smoothness"] > DERIVATIVES:
        raise InputError(f"config key model.pair.smoothness is {parameters['smoothness']}: allowed is at most {DERIVATIVES} without a formula")


def _check_constants(parameters: Mapping) -> None:
    """Refuse a constant that is in no formula, which have all been read: a mistake of spelling."""
    texts = [value for key in ("formula", "cutoff", "inner") for value in _each(parameters[key])]
    used = set().union(*(names_in(text) for text in texts if isinstance(text, str)))
    for name in parameters["constants"]:
        if name not in used:
            raise InputError(f"config key model.pair.constants.{name} is used nowhere: no formula, cutoff or inner has it")


def _each(value: object) -> list:
    return list(value.values()) if isinstance(value, Mapping) else [value]


def _potential(parameters: Mapping, pair: str, pairs: list[str]) -> CutPotential:
    """The potential of a pair of types. Raises InputError with the key."""

    def own(key: str) -> object:
        return rules.of_pair(f"model.pair.{key}", parameters[key], pair, pairs)

    constants = {name: rules.of_pair(f"model.pair.constants.{name}", value, pair, pairs) for name, value in parameters["constants"].items()}
    cutoff = _distance(parameters, "cutoff", own("cutoff"), pair, constants)
    inner = _distance(parameters, "inner", own("inner"), pair, constants) or INNER * cutoff
    source = next(source for source in SOURCES if parameters[source] is not None)
    each = isinstance(parameters[source], Mapping) and pair in parameters[source]
    key = f"model.pair.{source}" + (f".{pair}" if each else f" for the pair {pair}" if len(pairs) > 1 else "")
    ends = (parameters["smoothing"], parameters["smoothness"] if parameters["smoothing"] == "polynomial" else 0)
    given = own(source)
    _check_inner(inner, cutoff)
    with _named(key):
        if source == "formula":
            return _of_formula(given, parameters["variable"], tuple(sorted(constants.items())), cutoff, inner, *ends)
        if source == "table":
            return _of_table(given, cutoff, inner if parameters["inner"] is not None else 0.0, *ends)
        return CutPotential(given_functions(given, inner, cutoff), cutoff, inner, *ends).checked()


class _named:
    """Puts a key in front of what an InputError says."""

    def __init__(self, key: str) -> None:
        self.key = key

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, InputError):
            raise InputError(f"config key {self.key}: {error}") from None


def _distance(parameters: Mapping, name: str, value: object, pair: str, constants: Mapping[str, float]) -> float:
    """A distance in numbers, from a formula of the constants where it is one; 0 where none is given."""
    if not isinstance(value, str):
        return value or 0.0
    with _named(f"model.pair.{name}" + (f".{pair}" if isinstance(parameters[name], Mapping) else "")):
        found = number_of(value, dict(constants))
        if not 1e-6 <= found <= 1e6:
            raise InputError(f"{value} is {found:g} for {pair}: it must be from 1e-06 to 1e+06")
        return found


def _check_inner(inner: float, cutoff: float) -> None:
    if not inner < cutoff:
        raise InputError(f"config key model.pair.inner is {inner:g}: it must be below the cutoff, {cutoff:g}")


@lru_cache(maxsize=256)
def _of_formula(text: str, variable: str, constants: tuple, cutoff: float, inner: float, smoothing: str, smoothness: int) -> CutPotential:
    """Formulas are read once: every frame of a file says its model."""
    used = names_in(text)
    law = Formula(text, variable, tuple((name, value) for name, value in constants if name in used))
    parsed(text, (variable, *(name for name, _ in constants)))
    if variable not in used and not law.vanishes:
        raise InputError(f"it has no {variable}: it must be a formula in {variable}")
    return CutPotential(law, cutoff, inner, smoothing, smoothness).checked()


def _of_table(about: Mapping, cutoff: float, inner: float, smoothing: str, smoothness: int) -> CutPotential:
    law = read_table(about["path"], about["sha256"])
    first, last = float(law.distances[0]), float(law.distances[-1])
    if last < cutoff:
        raise InputError(f"{about['path']}: ends at {last:g}, before the cutoff, {cutoff:g}")
    if not first < cutoff:
        raise InputError(f"{about['path']}: begins at {first:g}, beyond the cutoff, {cutoff:g}")
    inner = max(inner, first, INNER * cutoff)
    return CutPotential(law, cutoff, inner, smoothing, smoothness).checked()


def _told(parameters: Mapping, potentials: Mapping[str, CutPotential]) -> dict:
    """The parameters as plain values: of tables what tells them apart and how good they are, of functions what tells that they were there."""
    told = dict(parameters)
    if told["table"] is not None:
        files = {pair: _file_told(parameters["table"], pair, potential.law) for pair, potential in potentials.items()}
        one = not isinstance(parameters["table"], Mapping) or "path" in parameters["table"]
        told["table"] = next(iter(files.values())) if one else files
    if told["functions"] is not None:
        digests = {pair: potential.law.digest for pair, potential in potentials.items()}
        told["functions"] = {"handed_over": rules.HANDED_OVER, "sha256": digests}
    return told


def _file_told(table: Mapping, pair: str, law: Tabulated) -> dict:
    about = table if "path" in table else table[pair]
    return {"path": about["path"], "sha256": law.digest, "error": float(f"{law.error:.0e}")}


def _mean_power(sizes: Mapping | None, power: int) -> float:
    """The mean of size^power."""
    return float(np.mean(power_law_quantile((np.arange(1000) + 0.5) / 1000, sizes["exponent"], sizes["ratio"]) ** power)) if sizes else 1.0


def _species(types: int, sizes: Mapping | None) -> int | None:
    if not sizes or sizes["ratio"] == 1:
        return types
    return types * sizes["levels"] or None


def composition_of_types(
    particles: int, rng: np.random.Generator, *, fractions: tuple[float, ...], sizes: Mapping | None
) -> tuple[np.ndarray, np.ndarray]:
    """Sizes by their power law or all one, and types in random order, as many of each as is nearest to its fraction."""
    drawn = draw_sizes(particles, sizes["exponent"], sizes["ratio"], sizes["rule"], rng) if sizes else np.ones(particles)
    if sizes and sizes["levels"]:
        drawn = in_levels(drawn, sizes["levels"])
    types = np.zeros(particles, dtype=np.int64)
    ends = [round(share * particles) for share in np.cumsum([0.0, *fractions[1:]])]
    for kind, (first, last) in enumerate(zip(ends[:-1], ends[1:], strict=True), 1):
        types[first:last] = kind
    return drawn, rng.permutation(types) if len(fractions) > 1 else types


@lru_cache(maxsize=64)
def _contacts(
    potentials: tuple[CutPotential, ...], scales: tuple[tuple[float, ...], ...], density: float, shares: tuple[float, ...], dimension: int
) -> np.ndarray:
    """Distances (types, types) at which two types touch: where their potentials reach one energy, so high that spheres of these sizes do not jam.

    A random start is softened with them. Spheres fill half of space, or three quarters of the plane, where density times contact^d is one; `density`
    is that of particles times their mean size^d.
    """
    one, grids, lengths = np.ones(LOOKS), [], np.array(scales)
    for potential in potentials:
        x = np.geomspace(potential.inner, potential.cutoff, LOOKS, endpoint=False)
        grids.append((x, np.minimum.accumulate(potential.derivatives(x, one, one)[0])))
    levels, share = np.unique(np.concatenate([lowest for _, lowest in grids])), np.array(shares)

    def contacts(energy: float) -> np.ndarray:
        touch = [float(x[min(np.searchsorted(-lowest, -energy), LOOKS - 1)]) for x, lowest in grids]
        return np.broadcast_to(np.reshape(touch, lengths.shape if len(touch) > 1 else (1, 1)), lengths.shape) * lengths

    low, high = 0, len(levels) - 1
    while low < high:  # the lowest energy whose spheres have room
        middle = (low + high) // 2
        if density * float(share @ contacts(levels[middle]) ** dimension @ share) <= 1:
            high = middle
        else:
            low = middle + 1
    return contacts(levels[low])
