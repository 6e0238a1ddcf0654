"""Every point of a study with what holds there: its config, in which its axes have set their leaves, its glass former, its samples."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from vitrine.config_schema import check_schema
from vitrine.ensembles import Ensemble, with_leaves, with_length
from vitrine.errors import InputError
from vitrine.models import GlassFormer, glass_former
from vitrine.points import Point
from vitrine.preparation.checks import PRESSED, check_preparation, check_pressure, check_quench
from vitrine.preparation.engines import chosen_engine
from vitrine.preparation.samplers import MONTE_CARLO, SECTIONS
from vitrine.provenance import digest


@dataclass(frozen=True)
class Place:
    """A point of a study: where it belongs, the config there (its axes have set their leaves), its glass former, and the engine of dynamics."""

    point: Point
    ensemble: Ensemble
    config: Mapping
    model: GlassFormer
    engine: str
    before: str | None
    measured: bool

    @property
    def samples(self) -> int:
        """Samples of the point."""
        return self.ensemble.samples_at(self.point)

    @property
    def batches(self) -> list[str]:
        """Names of its batches."""
        return self.ensemble.batches(self.point)

    @property
    def dimension(self) -> int:
        """d."""
        return self.model.dimension

    @property
    def mixed(self) -> tuple[float, int, int] | None:
        """Mean, smallest and largest N of imported samples of mixed N; None where N is one."""
        about = self.ensemble.imported
        return about.particles(self.point.label) if about and "particles" not in self.point.key else None

    @property
    def particles(self) -> int:
        """N; of samples of mixed N their mean, rounded; 0 without particles."""
        return round(self.mixed[0]) if self.mixed else self.point.particles

    @property
    def unknowns(self) -> int:
        """Degrees of freedom of a sample, N d; 0 without particles."""
        return self.particles * self.model.dimension

    @property
    def quench(self) -> dict:
        """What the glasses are made with: the config's section, and of imported samples what is done with those that are not at rest."""
        about, section = self.ensemble.imported, dict(self.config["quench"])
        if section.get("pressure") is None:  # what changes no sample stays out of its identity
            section = {key: value for key, value in section.items() if key not in PRESSED}
        if section.get("box_shape") == "kept":
            del section["box_shape"]
        return {**section, **({"as_is": about.as_is, "at_rest": about.at_rest} if about else {})}

    @property
    def preparation(self) -> dict:
        """What the liquids are made with: the config's section, its engine resolved and its lists cut down to this rung."""
        section = {key: value for key, value in self.config["preparation"].items() if key != "walltime_minutes"}  # it changes no sample
        section["sweeps"] = self._of_rung(section["sweeps"])
        for own in SECTIONS - {section["sampler"]}:
            del section[own]
        if section["sampler"] in MONTE_CARLO:
            return {key: value for key, value in section.items() if key not in ("dynamics", "engine")}
        return {**section, "dynamics": self.dynamics}

    @property
    def dynamics(self) -> dict:
        """The config's preparation.dynamics with its engine resolved and its lists cut down to this rung."""
        own = {key: self._of_rung(value) for key, value in self.config["preparation"]["dynamics"].items()}
        return {**own, "engine": self.engine}

    def _of_rung(self, value: object) -> object:
        """What a setting says for this rung, where it is a list of one for each."""
        return value[self.ensemble.rung(self.point)] if isinstance(value, list) else value

    @property
    def comes_down(self) -> bool:
        """Whether its liquids come from a hotter rung, to which they can be heated up again."""
        before = self.ensemble.before(self.point)
        cooling = self.config["preparation"]["sampler"] == "cooling"
        return before is not None and not cooling and before.parent_temperature > self.point.parent_temperature

    @property
    def has_pilot(self) -> bool:
        """Whether a pilot measures how long the liquids run."""
        section = self.config["preparation"]
        return self.ensemble.origin == "prepared" and section["sampler"] != "cooling" and section["sweeps"] is None


def places_of(config: Mapping, ensembles: Sequence[Ensemble], conda: bool) -> dict[str, Place]:
    """Every point with its config, glass former and engine; what differs in N and T_p alone is checked once."""
    places: dict[str, Place] = {}
    known: dict[str, tuple] = {}
    for number, ensemble in enumerate(ensembles):
        for point in ensemble.points:
            own = with_leaves(_of_import(config, ensemble), point)
            with _told_of_axes(number, point):
                key = digest([own["model"], own["preparation"], own["quench"], number])
                if key not in known:
                    if any(axis.leaf for axis in point.axes):
                        check_schema(own)
                    known[key] = _resolved(own, number, ensemble, conda)
                model, engine = known[key]
                point = with_length(point, model.length)
                if ensemble.origin == "prepared":
                    _check_size(f"ensembles[{number}]", point, model)
                    check_pressure(own["quench"], model, point.particles)
            if point.label in places:
                raise InputError(f"config key ensembles[{number}].axes: the point {point.words} is in another ensemble already")
            before = ensemble.before(point)
            places[point.label] = Place(point, ensemble, own, model, engine, before.label if before else None, ensemble.is_measured(point))
    return places


@contextmanager
def _told_of_axes(number: int, point: Point) -> Iterator[None]:
    """A refused leaf that an axis sets is told with the axis, since the leaf has another value in the file."""
    try:
        yield
    except InputError as error:
        key = re.match(r"config key ([\w.]+)", str(error))
        for axis in point.axes if key else ():
            section, _, leaf = axis.leaf.rpartition(".")
            if key[1] == axis.leaf or (section == "model" and re.fullmatch(rf"model\.\w+\.{leaf}", key[1])):
                raise InputError(f"{error}; it is set by ensembles[{number}].axes.{axis.name}") from error
        raise


def _of_import(config: Mapping, ensemble: Ensemble) -> Mapping:
    """The config with the glass former and the dimension of an ensemble's imported samples."""
    about = ensemble.imported
    if not about:
        return config
    name = about.model or config["model"]["name"]
    section = dict(config["model"].get(name) or {})
    own = {name: section | {"dimension": about.dimension}} if about.dimension else {}
    return {**config, "model": {**config["model"], "name": name, **own}}


def _resolved(config: Mapping, number: int, ensemble: Ensemble, conda: bool) -> tuple[GlassFormer, str]:
    """Glass former and engine of a point's config, which are checked."""
    section = config["model"]
    model = glass_former(section["name"], section.get(section["name"]) or {})
    if ensemble.origin == "imported":
        check_quench(config, model, conda)
    if ensemble.origin != "prepared":
        return model, "builtin"
    engine = chosen_engine(config["preparation"]["engine"], model, key="preparation.engine", conda=conda)
    names = [axis.name for axis in ensemble.points[0].axes]
    for name in ("particles", "parent_temperature"):
        if name not in names:
            raise InputError(
                f"config key ensembles[{number}].axes.{name} is missing: samples are prepared at a number of particles and a temperature"
            )
    check_preparation(config, model, engine, len(ensemble.rungs), conda)
    return model, engine


def _check_size(key: str, point: Point, model: GlassFormer) -> None:
    if model.box_length(point.particles) < 2 * model.range:
        least = int(np.ceil((2 * model.range) ** model.dimension * model.density))
        raise InputError(
            f"config key {key}.axes.particles is {point.particles}: the box must be wider than twice the range of the interaction "
            f"({2 * model.range:.4g} {model.length}), so at least {least} particles are allowed"
        )
