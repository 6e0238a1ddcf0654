"""A study: a config that has been checked and resolved into ensembles x observables x figures.

It is all that Snakefile, cost, status, watch, archive, summary and record read: what is measured where, from which files, with which settings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np

from vitrine.choices import MADE_BY, check_dimensions, check_pairwise, check_runs, chosen_figures, chosen_observables, producer, roots
from vitrine.config_schema import check_schema
from vitrine.declare import Figure, Observable
from vitrine.ensembles import Ensemble, ensemble_of, study_axes
from vitrine.errors import InputError
from vitrine.imports import Outlines
from vitrine.models import GLASS_FORMERS, published_parameters
from vitrine.observables import declarations, figures, function_of, module_of
from vitrine.places import Place, places_of
from vitrine.points import Axis, Point, full_key
from vitrine.preparation.checks import check_trajectories
from vitrine.preparation.samplers import MONTE_CARLO, chains_on_gpu
from vitrine.provenance import digest

MOST_BATCHES = 100_000  # of a study; Snakemake plans six jobs for each


@dataclass(frozen=True)
class Study:
    """A checked config. places: by label, the first ensemble first. observables: the chosen ones with their settings. axes: all that points have."""

    config: Mapping
    ensembles: tuple[Ensemble, ...]
    places: dict[str, Place]
    axes: tuple[Axis, ...]
    observables: dict[str, Observable]
    settings: dict[str, dict]
    figures: dict[str, Figure]
    options: dict[str, dict] = field(default_factory=dict)
    _identities: dict[tuple, str] = field(default_factory=dict, repr=False, compare=False)  # known ones: a plan asks for each of them many times

    @classmethod
    def from_config(cls, config: Mapping, conda: bool = False, directory: str | Path = ".") -> Study:
        """Check a config and resolve it. Raises InputError, in one sentence with the key, the value and what is allowed.

        conda: jobs run in the environments of envs/, so HOOMD-blue can be had whatever is present here. directory: in which the study runs, from
        which files of imported samples are seen.
        """
        check_schema(config)
        unknown = sorted(set(config["model"]) - {"name", *GLASS_FORMERS})
        if unknown:
            raise InputError(f"config key model.{unknown[0]} is unknown: allowed are name and the sections {', '.join(GLASS_FORMERS)}")
        axes = study_axes(config["axes"])
        outlines = Outlines(config["study"], Path(directory))
        ensembles = [ensemble_of(f"ensembles[{number}]", entry, axes, outlines) for number, entry in enumerate(config["ensembles"])]
        _check_number_of_batches(ensembles)
        places = places_of(config, ensembles, conda)
        chosen, settings = chosen_observables(config["observables"], ensembles)
        check_dimensions(chosen, {place.model.dimension for place in places.values()})
        check_pairwise(chosen, [place.model for place in places.values()])
        study = cls(
            config=config,
            ensembles=tuple(ensembles),
            places=places,
            axes=tuple({axis.name: axis for one in ensembles for axis in one.points[0].axes}.values()),
            observables=chosen,
            settings=settings,
            figures={},
            options={
                name: {option.name: option.default for option in figure.options} | (config["figure_options"].get(name) or {})
                for name, (figure, _) in figures().items()
            },
        )
        for number, ensemble in enumerate(ensembles):
            dynamics = config["preparation"]["sampler"] not in MONTE_CARLO or study.records or ensemble.origin == "imported"
            _check_axes(f"ensembles[{number}]", ensemble, config["preparation"]["sampler"], dynamics)
            if study.records and ensemble.origin == "prepared":
                spectra = any(one.spectra for one in study.measured)
                check_trajectories(config["trajectories"], places[ensemble.points[0].label].dynamics["time_step"], spectra)
                check_runs({one.name: settings[one.name] for one in study.measured}, config["trajectories"])
        if config["against"] not in [axis.name for axis in ensembles[0].points[0].axes]:
            allowed = ", ".join(axis.name for axis in ensembles[0].points[0].axes)
            raise InputError(f"config key against is {config['against']}: allowed are the axes of the first ensemble, {allowed}")
        _check_points(study)
        _check_options(study)
        _check_files(study, Path(directory))
        study.figures.update(chosen_figures(config["figures"], config["against"], chosen))
        return study

    @property
    def name(self) -> str:
        """The study's name, of its folder below results/."""
        return self.config["study"]

    @property
    def seed(self) -> int:
        """The study's seed."""
        return self.config["seed"]

    @property
    def main(self) -> Point:
        """The first point that is measured: where an axis is not drawn against, figures show its value here."""
        return next(place.point for place in self.places.values() if place.measured)

    @cached_property
    def against(self) -> Axis:
        """The axis against which figures are drawn and fits are made."""
        return next(axis for axis in self.axes if axis.name == self.config["against"])

    def labels_of(self, origin: str) -> list[str]:
        """The points whose samples are `prepared`, `imported` or `drawn`."""
        return [label for label, place in self.places.items() if place.ensemble.origin == origin]

    def key(self, label: str) -> dict[str, object]:
        """The key of a point over all axes of the study."""
        return full_key(self.places[label].point, self.axes)

    def labels(self, observable: Observable) -> list[str]:
        """The points at which an observable is averaged: those that are measured, and all for what preparation alone gives."""
        needed, origin = roots(observable, self.observables), self.origin(observable)
        every = observable.preparation and not any(MADE_BY["prepared"].get(file) == "quench_samples" for file in observable.combines)

        def serves(place: Place) -> bool:
            own = place.ensemble.origin
            if not observable.rule and not observable.combines:
                return True
            return own == "drawn" if origin == "drawn" else own != "drawn" and needed <= set(MADE_BY[own])

        places = {label: place for label, place in self.places.items() if serves(place)}
        if self._prepares(observable):
            return [label for label, place in places.items() if place.comes_down]
        return [label for label, place in places.items() if every or place.measured]

    def _prepares(self, observable: Observable) -> bool:
        """Whether an observable runs liquids itself, or averages what such a one gives."""
        makers = [self.producer(file) for file in observable.combines]
        return observable.prepares or any(maker is not None and maker is not observable and self._prepares(maker) for maker in makers)

    def origin(self, observable: Observable) -> str:
        """`prepared`, or `drawn` for an observable that draws its own systems, or takes what such a one gives."""
        files = observable.takes if observable.rule else observable.combines
        if not files:
            return "drawn" if observable.rule else "prepared"
        makers = [self.producer(file) for file in files]
        return "prepared" if any(maker is None for maker in makers) else self.origin(makers[0])

    def producer(self, file: str) -> Observable | None:
        """The chosen observable that gives a file of a batch, or of an ensemble; None for what preparation gives."""
        return producer(file, self.observables)

    @property
    def measured(self) -> list[Observable]:
        """The observables with a rule for batches."""
        return [one for one in self.observables.values() if one.rule]

    @property
    def aggregated(self) -> list[Observable]:
        """The observables that are averaged ensemble by ensemble."""
        return [one for one in self.observables.values() if one.aggregate and one.scope == "ensemble"]

    @property
    def overarching(self) -> list[Observable]:
        """The observables that are taken from all ensembles at once."""
        return [one for one in self.observables.values() if one.aggregate and one.scope == "study"]

    @property
    def derived(self) -> list[Observable]:
        """The observables that judge ensembles, or add quantities or fits over them."""
        return [one for one in self.observables.values() if module_of(one.name, "derive").is_file()]

    @property
    def records(self) -> bool:
        """Whether an observable takes trajectories."""
        return any("trajectories.gsd" in one.takes for one in self.measured)

    def settings_of(self, observable: str, used_by: str) -> dict[str, object]:
        """The settings of a chosen observable that one of its steps uses."""
        one = declarations()[observable]
        return {setting.name: self.settings[observable][setting.name] for setting in one.settings if setting.used_by == used_by}

    def batches(self) -> Iterator[tuple[str, str]]:
        """Label and batch of every batch of the study."""
        for label, place in self.places.items():
            for batch in place.batches:
                yield label, batch

    def last_files(self, label: str) -> dict[str, str]:
        """{rule: last file of a batch} of the steps that a point goes through."""
        place = self.places[label]
        steps = {}
        files = MADE_BY[place.ensemble.origin]
        if files:
            steps[files["liquids.gsd"]] = "liquids.gsd"
            if place.measured:
                steps["quench_samples"] = "glasses.gsd"
                if self.records and "trajectories.gsd" in files:
                    steps["record_trajectories"] = "trajectories.gsd"
        return steps | {one.rule: one.products[0] for one in self.measured if label in self.labels(one)}

    def identity(self, label: str, step: str = "liquids", observable: str = "") -> str:
        """Hash of all that the numbers of a step depend on, but for the code: seed, point, model, settings of it and of every step before.

        step: `liquids`, `trajectories`, `glasses` or `measure`. Files of another identity are another study's. The engine enters as the config names
        it.
        """
        key = (label, step, observable)
        if key not in self._identities:
            self._identities[key] = self._identity(self.places[label], label, step, observable)
        return self._identities[key]

    def _identity(self, place: Place, label: str, step: str, observable: str) -> str:
        if step == "measure":
            one = self.observables[observable]
            before = [self.identity_of_file(label, file) for file in one.takes] or [self.seed, place.point.key]
            return digest([before, self.settings_of(observable, "measure")])
        if step == "glasses":
            return digest([self.identity(label), place.quench])
        if step == "trajectories":
            return digest([self.identity(label), place.config["preparation"]["dynamics"], place.config["trajectories"]])
        if place.ensemble.imported:
            return digest([place.point.key, place.model.describe(), place.ensemble.imported.told])
        preparation = place.preparation
        if "dynamics" in preparation:
            preparation["dynamics"] = {**preparation["dynamics"], "engine": place.config["preparation"]["engine"], "device": ""}
        if "swap_gpu" in preparation:
            preparation["swap_gpu"] = {**preparation["swap_gpu"], "device": ""}
        before = self.identity(place.before) if place.before else ""
        return digest([self.seed, place.point.key, place.model.describe(), preparation, before])

    def identity_of_average(self, label: str, observable: str) -> str:
        """Identity of an ensemble's average: of the files of its batches, how many samples they hold, and the settings."""
        one = self.observables[observable]
        before = [self.identity_of_file(label, file) for file in one.combines]
        return digest([before, self.places[label].samples, self.settings_of(observable, "aggregate"), self.config["analysis"]["bootstrap"]])

    def identity_of_study(self) -> str:
        """Identity of the tables of the study as a whole."""
        averages = [self.identity_of_average(label, one.name) for one in self.aggregated for label in self.labels(one)]
        return digest([averages, {name: self.settings[name] for name in self.observables}, self.config["analysis"], self.config["against"]])

    def identity_of_file(self, label: str, file: str) -> str:
        """Identity of what made a file of a batch."""
        rule = MADE_BY[self.places[label].ensemble.origin].get(file)
        if rule is not None:
            return self.identity(label, {"quench_samples": "glasses", "record_trajectories": "trajectories"}.get(rule, "liquids"))
        return self.identity(label, "measure", self.producer(file).name)

    @property
    def dynamics_by_hoomd(self) -> bool:
        """Whether liquids need HOOMD-blue."""
        return any(place.engine == "hoomd" and place.config["preparation"]["sampler"] not in MONTE_CARLO for place in self.places.values())

    @property
    def chains_on_gpu(self) -> bool:
        """Whether chains of Monte Carlo need a GPU."""
        return any(chains_on_gpu(place.preparation) for place in self.places.values() if place.ensemble.origin == "prepared")

    @property
    def engine_in_words(self) -> str:
        """What prepares the liquids, for the record."""
        if all(place.ensemble.origin == "imported" for place in self.places.values()):
            return "none: samples are imported"
        sampler = self.config["preparation"]["sampler"]
        return MONTE_CARLO.get(sampler) or ", ".join(sorted({place.engine for place in self.places.values()}))

    def published(self, name: str, label: str | None = None) -> bool:
        """Whether the glass former is the one, with all its parameters, to which published numbers belong; for an empty name every one is."""
        model = self.places[label or self.main.label].model
        return not name or (model.name == name and model.describe()["parameters"] == dict(published_parameters(name)))


def _check_axes(key: str, ensemble: Ensemble, sampler: str, dynamics: bool) -> None:
    """Refuse axes that contradict each other, that nothing takes, or along which no liquid can be handed on. dynamics: whether there are any."""
    axes = ensemble.points[0].axes
    leaves = [axis.leaf for axis in axes]
    for axis in axes:
        if axis.leaf and leaves.count(axis.leaf) > 1:
            raise InputError(f"config key {key}.axes.{axis.name} sets {axis.leaf}, which another axis sets too: one of them is allowed")
        if axis.leaf.startswith("preparation.dynamics.") and not dynamics:
            raise InputError(
                f"config key {key}.axes.{axis.name} sets {axis.leaf}, and preparation.sampler is {sampler}: allowed are hybrid, dynamics and cooling"
            )
        if axis.name == ensemble.path and (axis.name == "particles" or axis.leaf == "model.dimension"):
            raise InputError(
                f"config key {key}: liquids keep their number of particles and their dimension, no ladder or history along {axis.name} is allowed"
            )


def _check_points(study: Study) -> None:
    """Refuse a point at which an observable cannot draw its systems, before there is a job."""
    for name, observable in study.observables.items():
        if not observable.model:
            continue
        parameters = function_of(module_of(name, "model"), observable.model)
        for label in study.labels(observable):
            place = study.places[label]
            try:
                parameters(place.point)
            except InputError as error:
                raise InputError(f"config key ensembles[{study.ensembles.index(place.ensemble)}].axes, for observable {name}: {error}") from error


def _check_options(study: Study) -> None:
    """Refuse an option of a figure that names an axis which the study has not."""
    names = [axis.name for axis in study.axes]
    for name, (figure, _) in figures().items():
        for option in figure.options:
            value = study.options[name][option.name]
            if option.names_axis and value is not None and value not in names:
                raise InputError(
                    f"config key figure_options.{name}.{option.name} is {value}: allowed are null and the study's axes, {', '.join(names)}"
                )


def _check_files(study: Study, directory: Path) -> None:
    """Refuse a setting that names a file which is not there."""
    for name, observable in study.observables.items():
        for setting in observable.settings:
            path = study.settings[name][setting.name]
            if setting.names_file and path and not (directory / path).is_file():
                raise InputError(f"config key observables.{name}.{setting.name} is {path}: there is no such file")


def _check_number_of_batches(ensembles: list[Ensemble]) -> None:
    """Before any list of them is made."""
    numbers = [len(one.points) * -(-one.samples // one.batch) for one in ensembles]  # at most
    if sum(numbers) > MOST_BATCHES:
        worst = int(np.argmax(numbers))
        raise InputError(
            f"config key ensembles[{worst}].batch is {ensembles[worst].batch}: this makes {numbers[worst]} batches of samples, "
            f"allowed are {MOST_BATCHES} in a study; take more samples per batch"
        )
