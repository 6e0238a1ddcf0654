"""The ensembles of a config: lists of axes multiply into points, one axis may be a ladder or a history along which liquids are handed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from vitrine.batches import batch_names, sample_indices
from vitrine.errors import InputError
from vitrine.imports import Import, Outlines, imported
from vitrine.models import GLASS_FORMERS, published_parameters
from vitrine.observables import column_names
from vitrine.points import AXES, Axis, Point
from vitrine.preparation.checks import check_list
from vitrine.sources import Source

LEAVES = ("model", "preparation", "quench")  # sections whose leaves may be axes
MOST_POINTS = 10_000


@dataclass(frozen=True)
class Ensemble:
    """The points of one entry of the config's `ensembles`.

    path: name of the axis along which each point starts from the liquids of the one before, or empty. rungs: its values in order. measured: those at
    which the glasses are measured. origin: `prepared`, `imported`, or `drawn` where the observable draws its own systems. samples: of each point, at
    most; of_rungs: of each rung, where they become fewer along the path. imported: where the samples come from that the user brings.
    """

    points: tuple[Point, ...]
    samples: int
    batch: int
    path: str
    rungs: tuple
    measured: tuple
    origin: str
    of_rungs: tuple[int, ...] = ()
    imported: Import | None = None

    def samples_at(self, point: Point) -> int:
        """Samples of a point."""
        if self.imported:
            return len(self.imported.sources[point.label])
        return self.of_rungs[self.rung(point)] if self.of_rungs else self.samples

    def rung(self, point: Point) -> int:
        """The place of a point on its path; 0 where there is none."""
        return self.rungs.index(point.key[self.path]) if self.path else 0

    def batches(self, point: Point | None = None) -> list[str]:
        """Names of the batches of a point, by first and last sample: 00000-00011, ..."""
        return batch_names(self.samples if point is None else self.samples_at(point), self.batch)

    def sources(self, point: Point, batch: str) -> tuple[Source, ...]:
        """The frames of files that are the samples of a batch; none of samples that are not imported."""
        indices = sample_indices(batch)
        return self.imported.sources[point.label][indices.start : indices.stop] if self.imported else ()

    def before(self, point: Point) -> Point | None:
        """The point whose liquids this one starts from; None for random positions."""
        place = self.rung(point)
        return point.at(**{self.path: self.rungs[place - 1]}) if place else None

    def is_measured(self, point: Point) -> bool:
        """Whether the glasses of a point are measured."""
        return not self.path or point.key[self.path] in self.measured


def study_axes(declared: Mapping) -> dict[str, Axis]:
    """Every axis by name: those of `points.AXES` and those that the config declares."""
    axes = dict(AXES)
    for name, about in declared.items():
        if name in AXES:
            raise InputError(f"config key axes.{name} is declared already: every study has the axes {', '.join(AXES)}")
        if name in column_names():
            raise InputError(f"config key axes.{name} is a column of tables already: give the axis another name, such as control_{name}")
        leaf = about.get("leaf", "")
        if leaf and leaf.split(".")[0] not in LEAVES:
            raise InputError(
                f"config key axes.{name}.leaf is {leaf}: allowed are leaves of {', '.join(LEAVES)}, such as preparation.dynamics.pressure"
            )
        words = {"label": name.replace("_", ""), "symbol": rf"\mathrm{{{name.replace('_', '~')}}}", "unit": "1", "meaning": name.replace("_", " ")}
        axes[name] = Axis(name, **{**words, **about})
    labels = [axis.label for axis in axes.values()]
    for name, axis in axes.items():
        if labels.count(axis.label) > 1 and name in declared:
            raise InputError(f"config key axes.{name}.label is {axis.label}: another axis has this label")
    return axes


def ensemble_of(key: str, entry: Mapping, axes: Mapping[str, Axis], outlines: Outlines | None = None) -> Ensemble:
    """One entry of `ensembles`; outlines: of the files that an import names. Raises InputError, with the key, for axes or values that do not fit."""
    if entry.get("import") is not None:
        return _imported(key, entry, axes, outlines)
    for name in ("axes", "samples"):
        if name not in entry:
            raise InputError(f"config key {key}.{name} is missing")
    if entry["samples"] == "all":
        raise InputError(f"config key {key}.samples is all: allowed is a whole number, but for samples that are imported")
    values = {name: _values(f"{key}.axes.{name}", name, given, axes) for name, given in entry["axes"].items()}
    if entry.get("ladder") and entry.get("history"):
        raise InputError(f"config key {key}.history is {entry['history']}: an ensemble has a ladder or a history, not both")
    path = entry.get("ladder") or entry.get("history") or ""
    if path and path not in values:
        raise InputError(f"config key {key}.{'ladder' if entry.get('ladder') else 'history'} is {path}: allowed are its axes {', '.join(values)}")
    rungs = values[path] if path else ()
    if entry.get("ladder") and any(a <= b for a, b in zip(rungs[:-1], rungs[1:], strict=True)):
        raise InputError(f"config key {key}.axes.{path} is {list(rungs)}: a ladder must descend, from hot to cold")
    number = 1
    for one in values.values():
        number *= len(one)
    if number > MOST_POINTS:
        raise InputError(f"config key {key}.axes: its lists multiply into {number} points, allowed are {MOST_POINTS}")
    own = tuple(axes[name] for name in values)
    points = tuple(Point(own, combination) for combination in product(*values.values()))
    measured = _measured(f"{key}.measured", entry.get("measured", "all"), path, rungs, axes)
    of_rungs = _of_rungs(f"{key}.samples", entry["samples"], rungs, entry["batch"])
    return Ensemble(points, max(of_rungs or (entry["samples"],)), entry["batch"], path, rungs, measured, entry.get("origin", "prepared"), of_rungs)


def _imported(key: str, entry: Mapping, axes: Mapping[str, Axis], outlines: Outlines) -> Ensemble:
    """An ensemble of the user's own samples, which lie on no ladder."""
    for name in ("axes", "ladder", "history", "measured", "origin"):
        if entry.get(name) is not None:
            raise InputError(f"config key {key}.{name} does not go with import, whose samples are not prepared; its axes stand in {key}.import.axes")
    samples = entry.get("samples", "all")
    if isinstance(samples, list):
        raise InputError(f"config key {key}.samples is {samples}: of imported samples allowed are all, or a whole number")

    def checked(place: str, name: str, value: object) -> object:
        return _values(place, name, value, axes)[0]

    points, about = imported(f"{key}.import", entry["import"], samples, axes, outlines, checked)
    if len(points) > MOST_POINTS:
        raise InputError(f"config key {key}.import.axes: its files make {len(points)} points, allowed are {MOST_POINTS}")
    most = max(map(len, about.sources.values()))
    return Ensemble(points, most, entry["batch"], "", (), (), "imported", imported=about)


def _of_rungs(key: str, samples: object, rungs: Sequence, batch: int) -> tuple[int, ...]:
    """Samples of each rung, where the config lists them: each starts from one of the rung before, and batches are handed on whole."""
    if not isinstance(samples, list):
        return ()
    check_list(key, samples, len(rungs))
    for before, own in zip(samples[:-1], samples[1:], strict=True):
        if own > before or (own < before and own % batch):
            raise InputError(f"config key {key} is {samples}: from rung to rung they may become fewer, by whole batches of {batch}")
    return tuple(samples)


def _values(key: str, name: str, given: object, axes: Mapping[str, Axis]) -> tuple:
    """The values of an axis, in its type."""
    if name not in axes:
        raise InputError(f"config key {key} is no axis: allowed are {', '.join(axes)}, and what the section axes declares")
    axis, values = axes[name], given if isinstance(given, list) else [given]
    kinds = {"double": (int, float), "int32": int, "string": str}[axis.type]
    words = {"double": "a number", "int32": "a whole number", "string": "a word"}[axis.type]
    for value in values:
        if not isinstance(value, kinds) or isinstance(value, bool):
            raise InputError(f"config key {key} is {value!r}: allowed is {words}, or a list of them")
    values = [float(value) for value in values] if axis.type == "double" else values
    texts = [axis.text(value) for value in values]
    if axis.type == "double" and any(float(text) != value for text, value in zip(texts, values, strict=True)):
        raise InputError(f"config key {key} is {values}: at most {axis.decimals} decimals are allowed")
    if len(set(texts)) < len(texts):
        raise InputError(f"config key {key} is {values}: entries must differ")
    if name == "parent_temperature" and min(values) <= 0:
        raise InputError(f"config key {key} is {values}: entries must be positive")
    if name == "particles" and not 2 <= min(values) <= max(values) <= 10_000_000:
        raise InputError(f"config key {key} is {values}: allowed are whole numbers from 2 to 10000000")
    return tuple(values)


def _measured(key: str, asked: object, path: str, rungs: Sequence, axes: Mapping[str, Axis]) -> tuple:
    if not path:
        if asked != "all":
            raise InputError(f"config key {key} is {asked}: without a ladder or history every point is measured, allowed is all")
        return ()
    if asked == "all":
        return tuple(rungs)
    if asked == "last":
        return tuple(rungs[-1:])
    wanted = tuple(float(value) if axes[path].type == "double" and isinstance(value, (int, float)) else value for value in asked)
    for value in wanted:
        if value not in rungs:
            raise InputError(f"config key {key} has {value}: allowed are values of {path}: {', '.join(axes[path].words(rung) for rung in rungs)}")
    return wanted


def with_length(point: Point, length: str) -> Point:
    """The point with the name of its glass former's unit of length."""
    return replace(point, length=length)


def with_leaves(config: Mapping, point: Point) -> dict:
    """The config at a point: every axis that sets a leaf has set it.

    A leaf `model.x` that is neither `model.name` nor in a named section belongs to the section of the point's glass former. What that section leaves
    out has its published value.
    """
    result = dict(config)
    name = point.key.get("model", config["model"]["name"])
    if name in GLASS_FORMERS:
        result["model"] = {**config["model"], name: {**published_parameters(name), **(config["model"].get(name) or {})}}
    for axis, value in sorted(zip(point.axes, point.values, strict=True), key=lambda pair: pair[0].leaf != "model.name"):
        if not axis.leaf:
            continue
        parts = axis.leaf.split(".")
        if parts[0] == "model" and len(parts) == 2 and parts[1] != "name":
            parts = ["model", result["model"]["name"], parts[1]]
        result = _set(result, parts, value, axis)
    return result


def _set(section: Mapping, parts: Sequence[str], value: object, axis: Axis) -> dict:
    """A copy of a section in which one leaf is set; only what lies on the way is copied."""
    inner = section.get(parts[0]) if isinstance(section, Mapping) else None
    if parts[0] not in section or (len(parts) > 1 and not isinstance(inner, Mapping)):
        raise InputError(f"config key axes.{axis.name}.leaf is {axis.leaf}: there is no such leaf in the config")
    return {**section, parts[0]: value if len(parts) == 1 else _set(inner, parts[1:], value, axis)}
