"""What a config may say: the schema of config.schema.yaml, with a section for each observable from its declaration; errors as one sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import jsonschema
import numpy as np
import yaml

from vitrine.declare import Setting
from vitrine.errors import InputError
from vitrine.observables import declarations, figures

SCHEMA = Path(__file__).with_name("config.schema.yaml")
# A whole number is written without a point: 256.0 would name another folder than 256.
_Validator = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    ),
)
MOST_VALUES, DEEPEST = 100_000, 20  # a config beyond these is a mistake, or meant to fill the memory


@cache
def config_schema() -> dict:
    """The whole schema."""
    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    observables = {name: _section(one.settings) for name, one in declarations().items() if one.settings or not one.preparation}
    schema["properties"]["observables"] = {"type": "object", "additionalProperties": False, "properties": observables}
    options = {name: _section(figure.options) for name, (figure, _) in figures().items() if figure.options}
    schema["properties"]["figure_options"] = {"type": "object", "additionalProperties": False, "properties": options}
    return schema


def _section(settings: tuple[Setting, ...]) -> dict:
    return {"type": ["object", "null"], "additionalProperties": False, "properties": {setting.name: dict(setting.allowed) for setting in settings}}


def check_schema(config: Mapping) -> None:
    """Raise InputError, in one sentence with the key, the value and what is allowed, for the first thing that the schema does not allow."""
    _check_values("", config, [0])
    validator = _Validator(config_schema())
    error = next(iter(sorted(validator.iter_errors(config), key=lambda e: (e.validator != "additionalProperties", [str(p) for p in e.path]))), None)
    if error is not None:
        raise InputError(_sentence(error))


def _check_values(key: str, value: object, seen: list[int], depth: int = 0) -> None:
    """Refuse what a schema lets pass, NaN and infinity, and what it would never end with: aliases of YAML that unfold into billions of values."""
    seen[0] += 1
    if seen[0] > MOST_VALUES or depth > DEEPEST:
        raise InputError(f"config key {key[:80]}: allowed are {MOST_VALUES} values in all and sections in sections, {DEEPEST} deep")
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _check_values(f"{key}.{name}".lstrip("."), inner, seen, depth + 1)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            _check_values(f"{key}[{place}]", inner, seen, depth + 1)
    elif isinstance(value, float) and not np.isfinite(value):
        raise InputError(f"config key {key} is {value}: allowed is a finite number")


def _sentence(error: jsonschema.ValidationError) -> str:
    """What jsonschema found, for a physicist."""
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.path).lstrip(".")
    here = f"{key}." if key else ""
    schema, value = error.schema, json.dumps(error.instance, default=str)
    value = value if len(value) <= 80 else value[:77] + "..."
    if error.validator == "additionalProperties":
        unknown = sorted(str(name) for name in error.instance if name not in schema["properties"])[0]
        return f"config key {here}{unknown} is unknown: allowed {'below ' + key if key else 'at the top'} are {', '.join(schema['properties'])}"
    if error.validator == "required":
        missing = next(name for name in schema["required"] if name not in error.instance)
        return f"config key {here}{missing} is missing"
    if "description" in schema:
        return f"config key {key} is {value}: allowed is {schema['description']}"
    if error.validator == "enum":
        return f"config key {key} is {value}: allowed are {', '.join(map(str, schema['enum']))}"
    kinds = schema.get("type", "value")
    words = {"integer": "a whole number", "number": "a number", "string": "a text", "object": "a section of keys", "array": "a list", "null": "null"}
    text = " or ".join(words.get(kind, kind) for kind in ([kinds] if isinstance(kinds, str) else kinds))
    bounds = [
        f"{word} {schema[name]:g}"
        for name, word in (("minimum", "at least"), ("exclusiveMinimum", "greater than"), ("maximum", "at most"))
        if name in schema
    ]
    if "minItems" in schema:
        bounds.append(f"with at least {schema['minItems']} entry")
    return f"config key {key} is {value}: allowed is {' '.join([text, ' and '.join(bounds)]).strip()}"
