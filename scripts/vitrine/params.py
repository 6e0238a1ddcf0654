"""What the rules give their jobs: plain values that the study has resolved. A rule carries what it uses and no more, so that a change reruns what it
must.

Functions of a label serve as functions of wildcards.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path

from vitrine.declare import Figure, Observable
from vitrine.paths import results
from vitrine.provenance import digest
from vitrine.schema import table_of
from vitrine.study import Study


def before(study: Study, label: str) -> dict | None:
    """Temperature, glass former and identity of the liquids that a point starts from; None for random positions."""
    place = study.places[label].before
    if place is None:
        return None
    start = study.places[place]
    return {"parent_temperature": start.point.parent_temperature, "model": start.model.describe(), "identity": study.identity(place)}


def preparing(study: Study) -> dict:
    """The params of the rules that run liquids at their point."""
    return {
        "point": by_label(lambda label: study.places[label].point.describe()),
        "before": by_label(lambda label: before(study, label)),
        "seed": study.seed,
        "model": by_label(lambda label: study.places[label].model.describe()),
        "settings": by_label(lambda label: study.places[label].preparation),
        "identity": by_label(study.identity),
    }


def importing(study: Study) -> dict:
    """The params of the rule that reads the user's samples: of a batch where each lies, so that it runs anew where they change."""

    def sources(wildcards: object) -> list[list]:
        place = study.places[wildcards.point]
        return [list(one) for one in place.ensemble.sources(place.point, wildcards.batch)]

    return {
        "point": by_label(lambda label: study.places[label].point.describe()),
        "sources": told(sources),
        "model": by_label(lambda label: study.places[label].model.describe()),
        "types": by_label(lambda label: dict(study.places[label].ensemble.imported.types)),
        "identity": by_label(study.identity),
    }


def algebra(study: Study, kind: str) -> dict | None:
    """What concerns jobs without full spectra (`sparse`), with them (`full`), or without equations."""
    section = study.config["linear_algebra"]
    return {"": None, "sparse": {"solver": section["solver"]}, "full": dict(section)}[kind]


def measuring(study: Study, one: Observable) -> dict:
    """The params of the rule that measures an observable."""
    return {
        "observable": one.name,
        "rule": one.rule,
        "point": by_label(lambda label: study.places[label].point.describe()),
        "seed": study.seed,
        "model": by_label(lambda label: study.places[label].model.describe()),
        "settings": study.settings_of(one.name, "measure"),
        "algebra": algebra(study, one.algebra),
        "unknowns": by_label(lambda label: study.places[label].unknowns),
        "identity": by_label(lambda label: study.identity(label, "measure", one.name)),
        "taken": by_label(lambda label: {file: study.identity_of_file(label, file) for file in one.takes}),
        "declared": digest([*map(table_of, one.tables), *(vars(field) for field in one.fields)]),
        **({"preparation": by_label(lambda label: rung_before(study, label))} if one.prepares else {}),
        **({"dynamics": by_label(lambda label: study.places[label].dynamics)} if one.moves else {}),
        **({"restarts": restarts(study, one)} if one.stores else {}),
        **files_of_the_user(study, one, "measure"),
    }


def restarts(study: Study, one: Observable) -> object:
    """Where the runs of a batch of an observable store what they have done."""
    return told(lambda wildcards: f"{results(study)}/restarts/{one.rule}/{wildcards.point}_{wildcards.batch}")


def rung_before(study: Study, label: str) -> dict:
    """How the rung before a point prepares its liquids."""
    hotter = study.places[study.places[label].before]
    return {"settings": hotter.preparation, "seed": study.seed, "further": hotter.point.further}


def averaging(study: Study, one: Observable) -> dict:
    """The params of the rule that averages an observable."""
    params = {
        "observable": one.name,
        "function": one.aggregate,
        "settings": study.settings_of(one.name, "aggregate"),
        "declared": digest([table_of(table) for table in (*one.curves, *one.kept)]),
        **files_of_the_user(study, one, "aggregate"),
    }
    if one.scope == "study":
        return params | {"ensembles": [ensemble(study, label, one) for label in study.labels(one)], "identity": study.identity_of_study()}
    return params | {
        "ensemble": by_label(lambda label: ensemble(study, label, one)),
        "identity": by_label(lambda label: study.identity_of_average(label, one.name)),
    }


def files_of_the_user(study: Study, one: Observable, step: str) -> dict:
    """The digests of the files that settings of a step name, so that its rule runs anew when one changes; nothing where there are none."""
    named = {setting.name: study.settings[one.name][setting.name] for setting in one.settings if setting.names_file and setting.used_by == step}
    return {"files": {name: hashlib.sha256(Path(path).read_bytes()).hexdigest() for name, path in named.items() if path}} if named else {}


def ensemble(study: Study, label: str, one: Observable) -> dict:
    """What averaging an observable needs of an ensemble, as aggregation.ensemble.Ensemble takes it; identities: of the files that it reads."""
    place = study.places[label]

    def identity(file: str) -> str:
        return study.identity_of_file(label, file) if one.scope == "ensemble" else study.identity_of_average(label, study.producer(file).name)

    return {
        "point": place.point.describe(),
        "dimension": place.model.dimension,
        **({"mixed": place.mixed} if place.mixed else {}),
        "seed": study.seed,
        "replicates": study.config["analysis"]["bootstrap"],
        "identities": {file.rpartition(".")[0]: identity(file) for file in one.combines},
    }


def identities(study: Study) -> dict[str, str]:
    """{<folder of the point>/<file>: identity} of the averages of all ensembles, and of the tables of batches that are wanted whole."""
    found = {f"tables/{file}": study.identity_of_study() for one in study.overarching for file in one.averages}
    for one in study.aggregated:
        for label in study.labels(one):
            found |= dict.fromkeys((f"{label}/{file}" for file in one.averages), study.identity_of_average(label, one.name))
            found |= {f"{label}/{file}": study.identity_of_file(label, file) for file in one.collected}
    return found


def combining(study: Study) -> dict:
    """What combining ensembles needs of a study, as aggregation.results.StudySettings takes it."""
    main, section = study.places[study.main.label], study.config["analysis"]
    return {
        "axes": [vars(axis) for axis in study.axes],
        "main": list(study.key(study.main.label).values()),
        "against": study.config["against"],
        "dimension": main.model.dimension,
        "density": main.model.density,
        "temperature_unit": section["temperature_unit"],
        "temperature_name": section["temperature_name"],
        "observables": list(study.observables),
        "options": {name: study.settings_of(name, "derive") for name in study.observables},
        "published": [main.model.name] if study.published(main.model.name) else [],
    }


def drawing(study: Study, figure: Figure) -> dict:
    """What a figure needs of a study, as figures.settings.Settings takes it: of observables' settings only those that it shows."""
    preparation = study.config["preparation"]
    return combining(study) | {
        "options": {name: study.settings[name] for name in figure.observables if name in study.settings},
        "length": study.main.length,
        "sampler": preparation["sampler"],
        "relaxation_times": 0 if preparation["sampler"] == "cooling" else preparation["relaxation_times"],
        "figure": study.options[figure.name],
    }


def list_of_ensembles(study: Study) -> list[dict]:
    """The rows of the table of ensembles."""
    return [
        {
            **study.key(label),
            "point": label,
            "samples": place.samples,
            "batches": len(place.batches),
            "origin": place.ensemble.origin,
            "particles_least": place.mixed[1] if place.mixed else place.particles,
            "particles_most": place.mixed[2] if place.mixed else place.particles,
            "starts_from": place.before or "",
            "measured": place.measured,
        }
        for label, place in study.places.items()
    ]


def declared(study: Study) -> str:
    """Digest of the quantities and published values of the chosen observables."""
    return digest([[vars(item) for item in (*one.quantities, *one.headlines)] for one in study.observables.values()])


def by_label(function: Callable[[str], object]) -> Callable:
    """A function of wildcards from one of a point's label; each point is computed once."""
    known = cache(function)
    return told(lambda wildcards: known(wildcards.point))


def told(function: Callable) -> Callable:
    """A function that says its signature: Snakemake asks for it at every job, and finding it out takes a sixth of a large plan's time."""
    function.__signature__ = inspect.signature(function)
    return function
