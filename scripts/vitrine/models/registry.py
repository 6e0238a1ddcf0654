"""The registry of glass formers. To add one: write a builder from its parameters to a GlassFormer and enter it below."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vitrine.errors import InputError
from vitrine.models.eam import EAM_DEFAULTS, EAM_PARAMETERS, build_eam
from vitrine.models.glass_former import GlassFormer
from vitrine.models.mixtures import (
    BINARY_IPL_PARAMETERS,
    BINARY_IPL_PUBLISHED,
    IPL_CRYSTAL_PARAMETERS,
    IPL_CRYSTAL_PUBLISHED,
    KOB_ANDERSEN_PARAMETERS,
    KOB_ANDERSEN_PUBLISHED,
    build_binary_ipl,
    build_ipl_crystal,
    build_kob_andersen,
)
from vitrine.models.pair import PAIR_DEFAULTS, PAIR_PARAMETERS, build_pair
from vitrine.models.poly import POLY_PARAMETERS, POLY_PUBLISHED, build_poly
from vitrine.models.spheres import (
    HARMONIC_PARAMETERS,
    HARMONIC_PUBLISHED,
    HERTZIAN_PARAMETERS,
    HERTZIAN_PUBLISHED,
    STICKY_PARAMETERS,
    STICKY_PUBLISHED,
    build_harmonic_spheres,
    build_hertzian_spheres,
    build_sticky_spheres,
)

# Of each glass former its builder, of every parameter its type, smallest and largest value, or the words that it may be, or a function that takes its
# key and value and gives the value checked, and the published values. Of `pair` and `eam` these are the defaults of what need not be given.
GLASS_FORMERS: dict[str, tuple[Callable[[Mapping], GlassFormer], dict, dict]] = {
    "poly": (build_poly, POLY_PARAMETERS, POLY_PUBLISHED),
    "binary_ipl": (build_binary_ipl, BINARY_IPL_PARAMETERS, BINARY_IPL_PUBLISHED),
    "kob_andersen": (build_kob_andersen, KOB_ANDERSEN_PARAMETERS, KOB_ANDERSEN_PUBLISHED),
    "ipl_crystal": (build_ipl_crystal, IPL_CRYSTAL_PARAMETERS, IPL_CRYSTAL_PUBLISHED),
    "harmonic_spheres": (build_harmonic_spheres, HARMONIC_PARAMETERS, HARMONIC_PUBLISHED),
    "hertzian_spheres": (build_hertzian_spheres, HERTZIAN_PARAMETERS, HERTZIAN_PUBLISHED),
    "sticky_spheres": (build_sticky_spheres, STICKY_PARAMETERS, STICKY_PUBLISHED),
    "pair": (build_pair, PAIR_PARAMETERS, PAIR_DEFAULTS),
    "eam": (build_eam, EAM_PARAMETERS, EAM_DEFAULTS),
}
YOURS = ("pair", "eam")  # those of which nothing is published: what is not given has its default


def published_parameters(name: str) -> dict:
    """The published parameters of a glass former. Raises InputError for an unknown name."""
    if name not in GLASS_FORMERS:
        raise InputError(f"config key model.name is {name!r}: allowed are {', '.join(sorted(GLASS_FORMERS))}")
    return dict(GLASS_FORMERS[name][2])


def glass_former(name: str, parameters: Mapping) -> GlassFormer:
    """Build a glass former from its name in the registry and its parameters, all of them given (but for those with defaults of `pair` and `eam`).

    Raises InputError for an unknown name, an unknown or missing parameter, or a value out of range.
    """
    if name not in GLASS_FORMERS:
        raise InputError(f"config key model.name is {name!r}: allowed are {', '.join(sorted(GLASS_FORMERS))}")
    build, allowed, _ = GLASS_FORMERS[name]
    if not isinstance(parameters, Mapping):
        raise InputError(f"config key model.{name} is {parameters!r}: allowed is a section of the keys {', '.join(allowed)}")
    if name in YOURS:
        parameters = {**GLASS_FORMERS[name][2], **parameters}
    for key in sorted(set(parameters) ^ set(allowed)):
        trouble = "is unknown" if key in parameters else "is missing"
        raise InputError(f"config key model.{name}.{key} {trouble}: model {name} has {', '.join(allowed)}")
    return build({key: _checked(f"model.{name}.{key}", parameters[key], rule) for key, rule in allowed.items()})


def _checked(key: str, value: object, rule: tuple | Callable[[str, object], object]) -> object:
    if callable(rule):
        return rule(key, value)
    if isinstance(rule[0], str):
        if value not in rule:
            raise InputError(f"config key {key} is {value!r}: allowed are {', '.join(rule)}")
        return value
    kind, low, high = rule
    number = isinstance(value, int) if kind is int else isinstance(value, (int, float))
    if not number or isinstance(value, bool) or not low <= value <= high:
        raise InputError(f"config key {key} is {value!r}: it must be {'a whole number' if kind is int else 'a number'} from {low} to {high}")
    return kind(value)
