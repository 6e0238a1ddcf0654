"""What a study chooses: observables with what they need of each other, and the figures that they allow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from vitrine.declare import NAMED, Figure, Observable
from vitrine.ensembles import Ensemble
from vitrine.errors import InputError
from vitrine.observables import declarations, figures, function_of, module_of
from vitrine.tables import GLASSES, IMPORTS, LIQUIDS, RELAXATION

if TYPE_CHECKING:
    from vitrine.models import GlassFormer

# Of each origin of samples the files of a batch that its preparation gives, and the rule behind each. `drawn` samples have none.
MADE_BY: dict[str, dict[str, str]] = {
    "prepared": {
        "liquids.gsd": "equilibrate_liquids",
        LIQUIDS.file: "equilibrate_liquids",
        RELAXATION.file: "equilibrate_liquids",
        "trajectories.gsd": "record_trajectories",
        "glasses.gsd": "quench_samples",
        GLASSES.file: "quench_samples",
    },
    "imported": {
        "liquids.gsd": "import_samples",
        IMPORTS.file: "import_samples",
        "glasses.gsd": "quench_samples",
        GLASSES.file: "quench_samples",
    },
    "drawn": {},
}
PREPARED = tuple(dict.fromkeys(file for files in MADE_BY.values() for file in files))
STUDY_TABLES = ("quantities", "fits", "flags", "ensembles")  # that every study has


def producer(file: str, observables: Mapping[str, Observable]) -> Observable | None:
    """The observable that gives a file of a batch or of an ensemble; None for what preparation gives."""
    for one in observables.values():
        if file in one.products or file in one.averages:
            return one
    return None


def chosen_observables(section: Mapping, ensembles: Sequence[Ensemble]) -> tuple[dict[str, Observable], dict[str, dict]]:
    """The chosen observables by their place, with their settings; what preparation gives, or goes on with, is there where samples are prepared so."""
    origins = {one.origin for one in ensembles}

    def wanted(one: Observable) -> bool:
        if one.preparation:
            return any(set(one.combines) <= set(MADE_BY[origin]) for origin in origins)
        return section.get(one.name) is not None and ("prepared" in origins or not one.prepares)

    settings = {name: one.defaults | dict(section.get(name) or {}) for name, one in declarations().items() if wanted(one)}
    chosen = {name: _with_named_files(declarations()[name], own) for name, own in settings.items()}
    for name, one in chosen.items():
        for file in (*one.takes, *one.combines):
            maker = producer(file, declarations())
            if maker is None and file not in PREPARED:
                raise InputError(f"observable {name} needs {file}, which nothing gives")
            if maker is not None and maker.name not in chosen:
                raise InputError(f"config key observables.{name} needs {file} of the observable {maker.name}: choose that too, or set {name}: null")
        for other in one.requires:
            if other not in chosen:
                raise InputError(f"config key observables.{name} needs the observable {other}: choose that too, or set {name}: null")
    _check_cycles(chosen)
    for name, one in chosen.items():
        needed = roots(one, chosen)
        if needed and not any(needed <= set(MADE_BY[origin]) for origin in origins):
            lacking = sorted(needed - set(MADE_BY["imported"]))
            raise InputError(f"config key observables.{name} needs {', '.join(lacking)}, which imported samples have not: set {name}: null")
    return chosen, settings


def _with_named_files(one: Observable, settings: Mapping) -> Observable:
    """The observable with the files that its settings make it take beside its own."""
    named = (_file_of(f"observables.{one.name}.{setting.name}", setting.takes, settings[setting.name]) for setting in one.settings)
    further = [file for file in named if file]
    return replace(one, takes=tuple(dict.fromkeys((*one.takes, *further)))) if further else one


def _file_of(key: str, takes: str, value: object) -> str:
    """The file that a setting of this value makes its observable take; empty for none."""
    if not takes or not value:
        return ""
    if takes != NAMED:
        return takes
    name = str(value).partition(".")[0]
    known = [file for one in declarations().values() for file in one.products]
    fields = [file.removesuffix(".gsd") for file in known if file.endswith(".gsd")]
    for file in (f"{name}.gsd", f"{name}.parquet"):
        if file in known:
            return file
    raise InputError(f"config key {key} is {value}: nothing gives {name}; allowed are null, arrays of {', '.join(fields)}, and columns of tables")


def check_dimensions(observables: Mapping[str, Observable], dimensions: set[int]) -> None:
    """Refuse an observable that is made for one dimension of space alone where the study has points of another. dimensions: of its points."""
    for name, one in observables.items():
        if one.dimension and dimensions - {one.dimension}:
            other = min(dimensions - {one.dimension})
            raise InputError(
                f"config key observables.{name} is made for glasses of {one.dimension} dimensions, the study has some of {other}: set {name}: null"
            )


def check_pairwise(observables: Mapping[str, Observable], models: Iterable[GlassFormer]) -> None:
    """Refuse an observable of pairs where the study has a many-body potential. models: of its points."""
    many = next((model.name for model in models if model.embedding is not None), None)
    for name, one in observables.items():
        if one.pairwise and many:
            raise InputError(
                f"config key observables.{name} takes the energy apart into pairs, and model {many} is a many-body potential: set {name}: null"
            )


def check_runs(settings: Mapping[str, Mapping], trajectories: Mapping) -> None:
    """Refuse settings of observables, by name, that do not fit the runs that the study records: `check` of their check.py."""
    for name, own in settings.items():
        module = module_of(name, "check")
        if module.is_file():
            function_of(module, "check")(own, trajectories)


def roots(one: Observable, observables: Mapping[str, Observable]) -> set[str]:
    """The files of preparation that an observable goes back to, through others or not."""
    found: set[str] = set()
    seen, waiting = {one.name}, [one]  # averages may combine each other's tables
    while waiting:
        own = waiting.pop()
        found |= {LIQUIDS.file} if own.prepares else set()  # it runs liquids itself, as those that were prepared
        for file in (*own.takes, *own.combines):
            maker = producer(file, observables)
            if maker is None:
                found.add(file)
            elif maker.name not in seen:
                seen.add(maker.name)
                waiting.append(maker)
    return found


def _check_cycles(observables: Mapping[str, Observable]) -> None:
    """Refuse observables that take what they themselves give, through others or not; an average is a step of its own."""

    def follow(name: str, averages: bool, way: tuple[tuple[str, bool], ...]) -> None:
        step = (name, averages)
        if step in way:
            circle = [other for other, _ in (*way[way.index(step) :], step)]
            raise InputError(f"observables take each other's files in a circle: {' -> '.join(circle)}")
        for file in observables[name].combines if averages else observables[name].takes:
            maker = producer(file, observables)
            if maker is not None:
                follow(maker.name, file in maker.averages, (*way, step))

    for name in observables:
        follow(name, False, ())
        follow(name, True, ())


def chosen_figures(asked: object, against: str, observables: Mapping[str, Observable]) -> dict[str, Figure]:
    """The figures to draw: all that the study has data for, or those named."""
    known = {name: figure for name, (figure, _) in figures().items()}
    drawn = {name: figure for name, figure in known.items() if not _missing(figure, against, observables)}
    if asked == "all":
        return drawn
    for name in asked:
        if name not in known:
            raise InputError(f"config key figures has {name}: allowed with these observables are {', '.join(drawn)}")
        missing = _missing(known[name], against, observables)
        if missing:
            raise InputError(f"config key figures has {name}: {missing}")
    return {name: known[name] for name in sorted(asked)}


def _missing(figure: Figure, against: str, observables: Mapping[str, Observable]) -> str:
    """Why a study cannot draw a figure; empty where it can."""
    if figure.axis and figure.axis != against:
        return f"it is drawn against {figure.axis} alone, this study against {against}"
    for name in figure.quantities:
        owner = next((one for one in declarations().values() if name in [quantity.name for quantity in one.quantities]), None)
        if owner is None or owner.name not in observables:
            return f"it draws {name} of the observable {owner.name if owner else '?'}, which is not chosen"
    for name in figure.tables:
        if name not in STUDY_TABLES and name not in collected_tables(observables):
            owner = next(one.name for one in declarations().values() if name in collected_tables({one.name: one}))
            return f"it draws the table {name} of the observable {owner}, which is not chosen"
    return ""


def collected_tables(observables: Mapping[str, Observable]) -> list[str]:
    """Names of the tables of observables that are collected over all ensembles."""
    curves = [curve.name for one in observables.values() for curve in one.curves]
    return curves + [file.removesuffix(".parquet") for one in observables.values() for file in one.collected]
