"""The registry of glass formers. To add one: write a builder from its parameters to a GlassFormer and enter it below."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vitrine.errors import InputError
from vitrine.models.glass_former import GlassFormer
from vitrine.models.mixtures import (
    BINARY_IPL_PARAMETERS,
    IPL_CRYSTAL_PARAMETERS,
    KOB_ANDERSEN_PARAMETERS,
    build_binary_ipl,
    build_ipl_crystal,
    build_kob_andersen,
)
from vitrine.models.poly import POLY_PARAMETERS, build_poly

# The builder of each glass former, and of every parameter its type, smallest and largest value, or the words that it may be.
GLASS_FORMERS: dict[str, tuple[Callable[[Mapping], GlassFormer], dict]] = {
    "poly": (build_poly, POLY_PARAMETERS),
    "binary_ipl": (build_binary_ipl, BINARY_IPL_PARAMETERS),
    "kob_andersen": (build_kob_andersen, KOB_ANDERSEN_PARAMETERS),
    "ipl_crystal": (build_ipl_crystal, IPL_CRYSTAL_PARAMETERS),
}


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
