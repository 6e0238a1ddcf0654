"""What a section `pair` may say, key by key: each function takes a key and its value, and gives the value in one form, or InputError."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath

from vitrine.errors import InputError
from vitrine.models.cut import SMOOTHINGS
from vitrine.models.formulas import FUNCTIONS, NAME, NUMBERS

TYPES = "ABCDEFGH"
VARIABLES = ("r", "x")
SIZES = {"ratio": (1.0, 10.0), "exponent": (0.0, 20.0)}
SIZES_RULES = ("quantiles", "random")
HANDED_OVER = "given in Python"


def number(low: float, high: float) -> Callable[[str, object], float]:
    """A rule for a number between two."""

    def rule(key: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            raise InputError(f"config key {key} is {_short(value)}: it must be a number from {low:g} to {high:g}")
        return float(value)

    return rule


def fractions(key: str, value: object) -> dict[str, float]:
    """Fractions of the types A, B, ...; none given means one type."""
    if value is None:
        return {"A": 1.0}
    allowed = f"allowed are fractions of the types A, B, ... in this order (at most {len(TYPES)}) that add up to 1, such as {{A: 0.8, B: 0.2}}"
    if not isinstance(value, Mapping) or not value or list(value) != list(TYPES[: len(value)]):
        raise InputError(f"config key {key} is {_short(value)}: {allowed}")
    found = {kind: number(0.0, 1.0)(f"{key}.{kind}", one) for kind, one in value.items()}
    if abs(sum(found.values()) - 1) > 1e-9:
        raise InputError(f"config key {key} adds up to {sum(found.values()):g}: {allowed}")
    return found


def sizes(key: str, value: object) -> dict | None:
    """A power law of sizes from 1 to `ratio`, or none."""
    if value is None:
        return None
    allowed = {"ratio", "exponent", "rule", "levels"}
    if not isinstance(value, Mapping) or not {"ratio"} <= set(value) <= allowed:
        raise InputError(f"config key {key} is {_short(value)}: allowed is null, or ratio with exponent, rule and levels as in model poly")
    levels, rule = value.get("levels", 0), value.get("rule", "quantiles")
    if rule not in SIZES_RULES:
        raise InputError(f"config key {key}.rule is {_short(rule)}: allowed are {', '.join(SIZES_RULES)}")
    if not isinstance(levels, int) or isinstance(levels, bool) or not 0 <= levels <= 1000:
        raise InputError(f"config key {key}.levels is {_short(levels)}: it must be a whole number from 0 to 1000")
    found = {name: number(*limits)(f"{key}.{name}", value.get(name, 0.0)) for name, limits in SIZES.items()}
    return {**found, "rule": rule, "levels": levels}


def constants(key: str, value: object) -> dict[str, object]:
    """Constants by name: a number each, or one for each pair of types."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InputError(f"config key {key} is {_short(value)}: allowed is a section of names with their values")
    found = {}
    for name, one in value.items():
        if not isinstance(name, str) or not NAME.fullmatch(name) or name in (*VARIABLES, *FUNCTIONS, *NUMBERS):
            raise InputError(f"config key {key} has the name {_short(name)}: allowed are letters, digits and _, but for r, x and names of functions")
        found[name] = by_pair(f"{key}.{name}", one, number(-1e30, 1e30))
    return found


def distance(key: str, value: object) -> object:
    """A distance: a number, or a formula of the constants, for all pairs or for each."""
    return by_pair(key, value, _distance)


def optional_distance(key: str, value: object) -> object:
    """A distance, or none."""
    return None if value is None else distance(key, value)


def _distance(key: str, value: object) -> object:
    return value if isinstance(value, str) else number(1e-6, 1e6)(key, value)


def lengths(key: str, value: object) -> object:
    """lambda_ij of pairs of types, in units of the mean of the two sizes; none given means one."""
    return 1.0 if value is None else by_pair(key, value, number(1e-3, 1e3))


def formula(key: str, value: object) -> object:
    """A formula as text, for all pairs or one for each; or none."""
    return None if value is None else by_pair(key, value, _text)


def _text(key: str, value: object) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return repr(value)
    if not isinstance(value, str):
        raise InputError(f"config key {key} is {_short(value)}: allowed is a formula as text, or one for each pair of types")
    return value.strip()


def table(key: str, value: object) -> object:
    """The file of a table as {path, sha256, error}, for all pairs or one for each; or none. The last two follow from the file."""
    if value is None:
        return None
    if isinstance(value, Mapping) and "path" in value:
        return _file(key, value)
    return by_pair(key, value, _file)


def _file(key: str, value: object) -> dict:
    return table_file(key, value, "a table, or one for each pair of types", "error")


def table_file(key: str, value: object, of: str, *told: str) -> dict:
    """The path of a file as {path, sha256}; of: what it is the path of; told: what else a description says, which follows from the file."""
    about = {"path": value} if isinstance(value, (str, PurePath)) else value
    if not isinstance(about, Mapping) or not {"path"} <= set(about) <= {"path", "sha256", *told} or not isinstance(about["path"], (str, PurePath)):
        raise InputError(f"config key {key} is {_short(value)}: allowed is the path of {of}")
    return {"path": str(about["path"]), "sha256": str(about.get("sha256", ""))}


def functions(key: str, value: object) -> object:
    """Functions handed over in Python, for all pairs or for each; or none."""
    if value is None:
        return None
    if isinstance(value, Mapping) and "handed_over" in value:
        raise InputError(f"{key}: the potential was {HANDED_OVER} and cannot be told from a file: give the model again, read(path, model=...)")
    return by_pair(key, value, _functions)


def _functions(key: str, value: object) -> tuple[Callable, ...]:
    found = tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else (value,)
    if not all(callable(one) for one in found):
        raise InputError(f"config key {key} is {_short(value)}: allowed are functions, for vitrine.glass_former alone; a config has formula or table")
    if len(found) not in (1, 2, 5):
        raise InputError(f"{key} has {len(found)} functions: allowed are phi, phi and its derivative, or phi and its first four derivatives")
    return found


def smoothing(key: str, value: object) -> str:
    """How a potential ends."""
    if value not in SMOOTHINGS:
        raise InputError(f"config key {key} is {_short(value)}: allowed are {', '.join(SMOOTHINGS)}")
    return value


def by_pair(key: str, value: object, rule: Callable[[str, object], object]) -> object:
    """One value for all pairs, or {AA: ..., AB: ...} with a value for each; pairs are written with the first letter first."""
    if not isinstance(value, Mapping):
        return rule(key, value)
    found: dict[str, object] = {}
    for pair, one in value.items():
        if not isinstance(pair, str) or len(pair) != 2 or not set(pair) <= set(TYPES):
            raise InputError(f"config key {key} has {_short(pair)}: allowed are pairs of types, such as AA, AB and BB")
        name = "".join(sorted(pair))
        if name in found:
            raise InputError(f"config key {key}.{pair} is the pair {name}, which has a value already: phi is the same for both")
        found[name] = rule(f"{key}.{pair}", one)
    return {pair: found[pair] for pair in sorted(found)}


def of_pair(key: str, value: object, pair: str, pairs: Sequence[str]) -> object:
    """The value of a pair of types. Raises InputError where pairs are missing, or belong to types that the model does not have."""
    if not isinstance(value, Mapping) or "path" in value:
        return value
    for name in sorted(set(value) ^ set(pairs)):
        trouble = "is missing" if name in pairs else "is a pair of types that the model does not have"
        raise InputError(f"config key {key}.{name} {trouble}: by model.pair.fractions its pairs are {', '.join(pairs)}")
    return value[pair]


def _short(value: object) -> str:
    text = repr(value)
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value}"
    return text if len(text) <= 60 else text[:57] + "..."
