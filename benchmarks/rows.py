"""What a row of the long tables costs: bytes on disk, and time and memory to aggregate it.

python -m benchmarks.rows TABLE GLASS prints JSON. The table of one glass is repeated for many samples, with numbers that differ.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from vitrine.aggregation.ensemble import Ensemble
from vitrine.observables import declarations, function_of, known_tables, module_of
from vitrine.observables.batch import System, measure_batch
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.samples import Sample
from vitrine.tables import GLASSES

from benchmarks.glasses import config, load
from benchmarks.memory import peak_bytes
from benchmarks.timing import seconds

BATCH, BATCHES = 50, 2  # samples
LONG_TABLES = ("modes", "bond_operator", "pinching")


def settings(observable: str, used_by: str) -> dict[str, object]:
    """The defaults of an observable's settings that one of its steps uses."""
    return {setting.name: setting.default for setting in declarations()[observable].settings if setting.used_by == used_by}


def measured(name: str, glass: Sample) -> pd.DataFrame:
    """A table of one sample: of what preparation writes the columns that averages read."""
    if name == GLASSES.name:
        return pd.DataFrame([GLASSES.row(sample=0, spacing=glass.spacing)])
    observable = next(one for one in declarations().values() if name in [table.name for table in one.tables])
    further = {"rng": np.random.default_rng(0)} if observable.random else {}
    function = function_of(module_of(observable.name, "measure"), observable.rule)
    given = further | settings(observable.name, "measure")
    return pd.DataFrame(measure_batch([System(0, (glass, {}))], observable, lambda system: function(glass, **given)).tables[name])


def repeated(frame: pd.DataFrame, samples: range) -> pd.DataFrame:
    """The table of one sample as that of many, whose numbers differ by a permille: equal ones would be packed too well."""
    rng, copies = np.random.default_rng(samples.start), []
    for sample in samples:
        copy = frame.assign(sample=sample)
        for name in copy.select_dtypes("float").columns:
            copy[name] *= 1 + 1e-3 * rng.random(len(copy))
        copies.append(copy)
    return pd.concat(copies, ignore_index=True)


def averaging(name: str, folder: Path, point: Point, dimension: int) -> partial:
    """The average of an observable's batches in a folder."""
    observable = declarations()[name]
    tables = [file.removesuffix(".parquet") for file in observable.combines]
    ensemble = Ensemble(point=point, dimension=dimension, seed=0, replicates=config()["analysis"]["bootstrap"])
    function = function_of(module_of(name, "aggregate"), observable.aggregate)
    paths = {table: sorted(folder.glob(f"{table}_*.parquet")) for table in tables}
    return partial(function, **paths, ensemble=ensemble, **settings(name, "aggregate"))


def measure(name: str, glass: Sample) -> dict[str, float]:
    """Bytes, seconds and bytes of memory for each row."""
    point = Point.plain(glass.particles, glass.parent_temperature)

    def write(table: str, frame: pd.DataFrame, path: Path) -> Path:
        write_table(known_tables()[table], frame, path, {}, Key.of(point))
        return path

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        frames = {file.removesuffix(".parquet"): measured(file.removesuffix(".parquet"), glass) for file in declarations()[name].combines}
        for batch in range(BATCHES):
            samples = range(batch * BATCH, (batch + 1) * BATCH)
            paths = {table: write(table, repeated(frame, samples), folder / f"{table}_{batch}.parquet") for table, frame in frames.items()}
        single, rows = write(name, frames[name], folder / "single.parquet"), len(frames[name])
        action, before = averaging(name, folder, point, glass.dimension), peak_bytes()
        taken = seconds(action)
        return {
            "bytes": (paths[name].stat().st_size - single.stat().st_size) / (rows * (BATCH - 1)),
            "seconds": taken / (rows * BATCH * BATCHES),
            "memory": max(0.0, peak_bytes() - before) / (rows * BATCH),
            "rows": rows,
        }


def main() -> None:
    """Measure one table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rows", description=__doc__)
    parser.add_argument("table", choices=LONG_TABLES)
    parser.add_argument("glass", type=Path)
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.table, load(arguments.glass, 3)[1])))


if __name__ == "__main__":
    main()
