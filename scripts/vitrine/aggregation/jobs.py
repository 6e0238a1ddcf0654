"""What the driver of the aggregating rules does: average what the batches of an ensemble, or the ensembles of a study, have measured.

`job` is the `snakemake` object. Its inputs are lists of files, named after what each file holds; the last output is the flags.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from vitrine.aggregation.ensemble import Ensemble
from vitrine.aggregation.results import with_axes
from vitrine.job import start_log
from vitrine.observables import declarations, function_of, module_of
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.provenance import provenance
from vitrine.schema import Table
from vitrine.tables import ESTIMATES, FLAGS


def aggregate(job: object) -> None:
    """Average one ensemble, or take all ensembles at once, by the function params.function of the observable params.observable.

    params: observable, function, settings; point, dimension, seed, bootstrap, identities ({table: identity}) of an ensemble, or a list of
    them as `ensembles` for an observable of the study. The function is called with the files of each table by name and returns the estimates, the
    observable's curves in their order, and the flags.
    """
    start_log(job.log[0])
    params = job.params
    observable = declarations()[params.observable]
    function = function_of(module_of(observable.name, "aggregate"), params.function)
    inputs = {name: [paths] if isinstance(paths, str) else list(paths) for name, paths in job.input.items()}
    if observable.scope == "study":
        ensembles = [_ensemble(one) for one in params.ensembles]
        key = Key(tuple({axis.name: axis for one in ensembles for axis in one.point.axes}.values()), None, ensembles[0].point.length)
        frames = [with_axes(frame, key.axes) for frame in function(**inputs, ensembles=ensembles, **params.settings)]
    else:
        ensemble = _ensemble(params.ensemble)
        frames, key = function(**inputs, ensemble=ensemble, **params.settings), Key.of(ensemble.point)
    _write(job.output, (ESTIMATES, *observable.curves, *observable.kept, FLAGS), frames, provenance(job.config, identity=params.identity), key)


def _ensemble(about: dict) -> Ensemble:
    return Ensemble(**{**about, "point": Point.of(about["point"])})


def _write(paths: Sequence[str | Path], tables: Sequence[Table], frames: Sequence[pd.DataFrame], origin: dict, key: Key) -> None:
    for path, table, frame in zip(paths, tables, frames, strict=True):
        write_table(table, frame, path, origin, key)
