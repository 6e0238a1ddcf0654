"""Where the files of a study lie: results/<study>/<point>/<batch>/<file>, averages one folder up, tables of the whole study in tables/."""

from __future__ import annotations

from vitrine.declare import Observable
from vitrine.study import Study


def results(study: Study) -> str:
    """The folder of a study's results."""
    return f"results/{study.name}"


def tables(study: Study) -> str:
    """The folder of the tables of the study as a whole."""
    return f"{results(study)}/tables"


def batches(study: Study, label: str, *files: str) -> dict[str, list[str]]:
    """{name of the file without its ending: that file of every batch of a point}."""
    folders = [f"{results(study)}/{label}/{batch}" for batch in study.places[label].batches]
    return {file.rpartition(".")[0]: [f"{folder}/{file}" for folder in folders] for file in files}


def averages(study: Study, observable: Observable, file: str) -> list[str]:
    """A file of an observable at every point at which it is averaged."""
    return [f"{results(study)}/{label}/{file}" for label in study.labels(observable)]


def everywhere(study: Study, kind: str) -> list[str]:
    """The files of `estimates`, or of `flags`, of all observables."""
    own = [path for one in study.aggregated for path in averages(study, one, f"{one.name}_{kind}.parquet")]
    return own + [f"{tables(study)}/{one.name}_{kind}.parquet" for one in study.overarching]


def collected(study: Study) -> dict[str, list[str]]:
    """{table: its files} of what is put together for the study as a whole: curves, tables of batches that are wanted whole, flags."""
    found = {curve.name: averages(study, one, curve.file) for one in study.aggregated for curve in one.curves}
    for one in study.aggregated:
        for file in one.collected:
            name = file.removesuffix(".parquet")
            found[name] = [path for label in study.labels(one) for path in batches(study, label, file)[name]]
    return found | {"flags": everywhere(study, "flags")}
