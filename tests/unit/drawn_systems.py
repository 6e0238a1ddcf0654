"""Ensembles that draw their own systems, measured and averaged as the drivers do, in a folder; and the settings of a figure of them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from vitrine.aggregation.ensemble import Ensemble
from vitrine.figures.settings import Settings
from vitrine.observables import declarations, function_of, module_of
from vitrine.observables.batch import System, measure_batch
from vitrine.parquet import Key, write_table
from vitrine.points import PARTICLES, Axis, Point
from vitrine.seeds import point_generator
from vitrine.statistics.bootstrap import standard_error
from vitrine.tables import QUANTITIES

REPLICATES, SEED = 20, 3
NAMES = {"coupling": "J", "uniform_field": "h", "k_min": "ka", "k_0": "kb", "beta": "b"}
COUPLING, FIELD, K_MIN, K_0, BETA = (Axis(name, label, label, "1", name) for name, label in NAMES.items())
DISTRIBUTION = Axis("distribution", "p", "p", "1", "distribution", type="string")
MEAN_FIELD_AXES = (PARTICLES, COUPLING, FIELD, K_MIN, K_0)


def mean_field_point(particles: int, coupling: float, field: float, k_min: float, k_0: float) -> Point:
    return Point(MEAN_FIELD_AXES, (particles, coupling, field, k_min, k_0))


def ensemble_of(point: Point) -> Ensemble:
    return Ensemble(point, 3, SEED, REPLICATES)


def measured(folder: Path, name: str, point: Point, samples: int, settings: Mapping[str, object]) -> dict[str, list[Path]]:
    """The batches' tables by name, of one batch."""
    observable = declarations()[name]
    function = function_of(module_of(name, "measure"), observable.rule)
    systems = [System(index, (point, {})) for index in range(samples)]
    found = measure_batch(
        systems, observable, lambda system: function(point, rng=point_generator(SEED, observable.random, point, system.index), **settings)
    )
    paths = {}
    for table in observable.tables:
        path = folder / point.label / table.file
        write_table(table, found.tables[table.name], path, {}, Key.of(point))
        paths[table.name] = [path]
    return paths


def averaged(folder: Path, name: str, point: Point, samples: int, settings: Mapping = {}, **given: object) -> dict[str, pd.DataFrame]:
    """Estimates, curves and flags of a point by name, with its key; settings: of the measurement, `given`: of the average."""
    observable = declarations()[name]
    paths = measured(folder, name, point, samples, settings)
    frames = function_of(module_of(name, "aggregate"), observable.aggregate)(**paths, ensemble=ensemble_of(point), **given)
    names = ("estimates", *(curve.name for curve in observable.curves), "flags")
    return {key: frame.assign(**point.key) for key, frame in zip(names, frames, strict=True)}


def quantities_of(estimates: pd.DataFrame, axes: Sequence[Axis]) -> pd.DataFrame:
    """The table of quantities that collecting the estimates gives."""
    rows, key = [], [axis.name for axis in axes]
    for (*place, name), own in estimates.groupby([*key, "quantity"], sort=False):
        own = own.sort_values("replicate")
        first = own.iloc[0]
        value = {"quantity": name, "value": first["value"], "error": float(standard_error(own["value"].to_numpy()))}
        rows.append(dict(zip(key, place, strict=True)) | value | {column: first[column] for column in ("unit", "samples", "flagged", "flag")})
    return pd.DataFrame(rows, columns=[*key, *QUANTITIES.names])


def value(estimates: pd.DataFrame, name: str) -> np.ndarray:
    """All replicates of a quantity."""
    return estimates.loc[estimates["quantity"] == name, "value"].to_numpy()


def settings_of(axes: Sequence[Axis], main: Sequence, against: str, **options: Mapping) -> Settings:
    return Settings(tuple(axes), tuple(main), against, 3, 1.0, 1.0, options=options)
