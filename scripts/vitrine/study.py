"""A study: a config that has been checked, and what follows from it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import numpy as np
import yaml

from vitrine.batches import batch_names
from vitrine.errors import InputError
from vitrine.models import GLASS_FORMERS, GlassFormer, glass_former
from vitrine.preparation.engines import chosen_engine

SCHEMA = Path(__file__).with_name("config.schema.yaml")
# A whole number is written without a point: 256.0 would name another folder than 256.
_Validator = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    ),
)
DIGITS = 4  # decimals of T_p in the names of folders
MOST_VALUES, DEEPEST = 100_000, 20  # a config beyond these is a mistake, or meant to fill the memory
MOST_BATCHES = 100_000  # of a study; Snakemake plans six jobs for each


@dataclass(frozen=True)
class EnsemblePlan:
    """The ensembles of one system size: N, samples per T_p, samples per job and the ladder of T_p, hot to cold."""

    particles: int
    samples: int
    batch: int
    parent_temperatures: tuple[float, ...]

    def batches(self) -> list[str]:
        """Names of the batches, by first and last sample: 00000-00011, ..."""
        return batch_names(self.samples, self.batch)

    def hotter(self, parent_temperature: str) -> str | None:
        """The next hotter rung of the ladder as it stands in paths; None for the hottest."""
        names = [temperature_name(t) for t in self.parent_temperatures]
        place = names.index(parent_temperature)
        return names[place - 1] if place else None


@dataclass(frozen=True)
class Study:
    """A checked config. `ensembles` maps N to its plan, the main one first; `engine` is what runs the dynamics, `hoomd` or `builtin`."""

    config: Mapping
    model: GlassFormer
    ensembles: dict[int, EnsemblePlan]
    engine: str = "builtin"

    @classmethod
    def from_config(cls, config: Mapping, conda: bool = False) -> Study:
        """Check a config. Raises InputError, in one sentence with the key, the value and what is allowed.

        conda: jobs run in the environments of envs/, so HOOMD-blue can be had whatever is present here.
        """
        _check_schema(config)
        section = config["model"]
        unknown = sorted(set(section) - {"name", *GLASS_FORMERS})
        if unknown:
            raise InputError(f"config key model.{unknown[0]} is unknown: allowed are name and the sections {', '.join(GLASS_FORMERS)}")
        model = glass_former(section["name"], section.get(section["name"]) or {})
        plans = [EnsemblePlan(e["particles"], e["samples"], e["batch"], tuple(map(float, e["parent_temperatures"]))) for e in config["ensembles"]]
        for number, plan in enumerate(plans):
            _check_ensemble(f"ensembles[{number}]", plan, model)
            if plan.particles in [other.particles for other in plans[:number]]:
                raise InputError(f"config key ensembles[{number}].particles is {plan.particles}: another ensemble has this size already")
        _check_number_of_batches(plans)
        preparation = config["preparation"]
        engine = chosen_engine(preparation["engine"], model, key="preparation.engine", conda=conda)
        _check_sampler(preparation, model, plans, engine)
        chosen_engine(config["quench"]["engine"], model, key="quench.engine", conda=conda)
        if config["quench"]["engine"] == "hoomd" and config["quench"]["minimiser"] != "fire":
            raise InputError(f"config key quench.minimiser is {config['quench']['minimiser']}: with quench.engine hoomd it must be fire")
        if preparation["minimum_sweeps"] > preparation["maximum_sweeps"]:
            raise InputError(
                f"config key preparation.minimum_sweeps is {preparation['minimum_sweeps']}: "
                f"it must not exceed preparation.maximum_sweeps, {preparation['maximum_sweeps']}"
            )
        return cls(config, model, {plan.particles: plan for plan in plans}, engine)

    def preparation(self, particles: int, parent_temperature: str) -> dict:
        """What the liquids of one rung are made with: the config's section, its engine resolved and its lists cut down to this T_p."""
        section = {key: value for key, value in self.config["preparation"].items() if key != "walltime_minutes"}  # it changes no sample
        if section["sampler"] == "swap":
            return {key: value for key, value in section.items() if key not in ("dynamics", "engine")}
        ladder = [temperature_name(T_p) for T_p in self.ensembles[particles].parent_temperatures]
        place = ladder.index(parent_temperature)
        own = {key: value[place] if isinstance(value, list) else value for key, value in section["dynamics"].items()}
        return {**section, "dynamics": {**own, "engine": self.engine}}

    @property
    def name(self) -> str:
        """The study's name, of its folder below results/."""
        return self.config["study"]

    @property
    def seed(self) -> int:
        """The study's seed."""
        return self.config["seed"]

    @property
    def main(self) -> EnsemblePlan:
        """The main ensemble, used for every figure."""
        return next(iter(self.ensembles.values()))


def temperature_name(temperature: float) -> str:
    """T_p as it stands in paths."""
    return f"{temperature:.{DIGITS}f}"


def _check_sampler(preparation: Mapping, model: GlassFormer, plans: Sequence[EnsemblePlan], engine: str) -> None:
    """Refuse samplers that cannot prepare the model, and lists that do not fit a ladder."""
    sampler, dynamics = preparation["sampler"], preparation["dynamics"]
    if sampler == "swap" and preparation["engine"] == "hoomd":
        raise InputError(
            "config key preparation.engine is hoomd: HOOMD-blue runs the samplers hybrid, dynamics and cooling, and preparation.sampler is swap"
        )
    if sampler == "hybrid" and not model.polydisperse:
        raise InputError(
            f"config key preparation.sampler is hybrid: the model {model.name} has no sizes to exchange; allowed are dynamics and cooling"
        )
    if sampler == "swap" and len(model.potentials) > 1:
        raise InputError(
            f"config key preparation.sampler is swap: this {model.name} has a potential for each pair of types; allowed are dynamics and cooling"
        )
    if sampler == "hybrid" and dynamics["pressure"] is not None:
        raise InputError(f"config key preparation.dynamics.pressure is {dynamics['pressure']}: the hybrid sampler keeps the volume, allowed is null")
    if sampler != "swap" and engine == "builtin" and dynamics["device"] == "gpu":
        raise InputError(
            "config key preparation.dynamics.device is gpu: preparation.engine is builtin here, which has the CPU alone; allowed are auto and cpu"
        )
    if engine == "hoomd" and dynamics["thermostat"] == "langevin" and dynamics["pressure"] is not None:
        raise InputError("config key preparation.dynamics.thermostat is langevin: HOOMD-blue allows bussi and mttk at constant pressure")
    for key in ("cooling_rate", "hold_time"):
        for plan in plans:
            if isinstance(dynamics[key], list) and len(dynamics[key]) != len(plan.parent_temperatures):
                raise InputError(
                    f"config key preparation.dynamics.{key} has {len(dynamics[key])} entries: "
                    f"allowed is one number, or one for each of the {len(plan.parent_temperatures)} parent temperatures of N = {plan.particles}"
                )


def _check_schema(config: Mapping) -> None:
    _check_values("", config, [0])
    validator = _Validator(yaml.safe_load(SCHEMA.read_text()))
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


def _check_number_of_batches(plans: Sequence[EnsemblePlan]) -> None:
    """Before any list of them is made."""
    numbers = [len(plan.parent_temperatures) * -(-plan.samples // plan.batch) for plan in plans]
    if sum(numbers) > MOST_BATCHES:
        worst = int(np.argmax(numbers))
        raise InputError(
            f"config key ensembles[{worst}].batch is {plans[worst].batch}: this makes {numbers[worst]} batches of samples, "
            f"allowed are {MOST_BATCHES} in a study; take more samples per batch"
        )


def _check_ensemble(key: str, plan: EnsemblePlan, model: GlassFormer) -> None:
    ladder = plan.parent_temperatures
    if any(a <= b for a, b in zip(ladder[:-1], ladder[1:], strict=True)):
        raise InputError(f"config key {key}.parent_temperatures is {list(ladder)}: it must descend, from hot to cold")
    names = [temperature_name(t) for t in ladder]
    if len(set(names)) < len(names) or float(names[-1]) == 0:
        raise InputError(
            f"config key {key}.parent_temperatures is {list(ladder)}: entries must be positive and differ in the first {DIGITS} decimals"
        )
    if any(float(name) != temperature for name, temperature in zip(names, ladder, strict=True)):
        raise InputError(f"config key {key}.parent_temperatures is {list(ladder)}: at most {DIGITS} decimals are allowed")
    if model.box_length(plan.particles) < 2 * model.range:
        least = int(np.ceil((2 * model.range) ** model.dimension * model.density))
        raise InputError(
            f"config key {key}.particles is {plan.particles}: the box must be wider than twice the range of the interaction "
            f"({2 * model.range:.4g} lambda_min), so at least {least} particles are allowed"
        )
