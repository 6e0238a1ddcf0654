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
from vitrine.aggregation.bond_operator import aggregate_bond_operator
from vitrine.aggregation.ensemble import Ensemble
from vitrine.aggregation.modes import aggregate_modes
from vitrine.aggregation.pinching import aggregate_pinching
from vitrine.measures import bond_operator_modes, elastic_moduli, measure_batch, pinch_bonds, vibrational_modes
from vitrine.parquet import Table, write_table
from vitrine.samples import Sample
from vitrine.tables import BOND_OPERATOR, ELASTICITY, MODES, PINCHING

from benchmarks.glasses import config, load
from benchmarks.memory import peak_bytes
from benchmarks.timing import seconds

BATCH, BATCHES = 50, 2  # samples
TABLES = {
    "modes": (MODES, vibrational_modes),
    "bond_operator": (BOND_OPERATOR, bond_operator_modes),
    "pinching": (PINCHING, lambda glass: pinch_bonds(glass, np.random.default_rng(0))),
}


def repeated(frame: pd.DataFrame, samples: range) -> pd.DataFrame:
    """The table of one sample as that of many, whose numbers differ by a permille: equal ones would be packed too well."""
    rng, copies = np.random.default_rng(samples.start), []
    for sample in samples:
        copy = frame.assign(sample=sample)
        for name in copy.select_dtypes("float").columns.drop("parent_temperature"):
            copy[name] *= 1 + 1e-3 * rng.random(len(copy))
        copies.append(copy)
    return pd.concat(copies, ignore_index=True)


def aggregation(name: str, folder: Path, glass: Sample) -> partial:
    """The aggregation of a table's batches in a folder, with the settings of the default config."""
    analysis = config()["analysis"]
    ensemble = Ensemble(glass.particles, glass.parent_temperature, glass.dimension, glass.model.density, 0, analysis["bootstrap"])
    paths = sorted(folder.glob(f"{name}_*.parquet"))
    if name == "modes":
        elasticity = sorted(folder.glob("elasticity_*.parquet"))
        return partial(aggregate_modes, paths, elasticity, ensemble, phonon_fraction=analysis["phonon_fraction"], softest=analysis["softest"])
    if name == "bond_operator":
        tail = {key: analysis[key] for key in ("lambda_tail", "plateau_excess")}
        return partial(aggregate_bond_operator, paths, ensemble, **tail)
    return partial(aggregate_pinching, paths, ensemble, weak_force=config()["pinching"]["weak_force"])


def measure(name: str, glass: Sample) -> dict[str, float]:
    """Bytes, seconds and bytes of memory for each row."""
    table, observable = TABLES[name]

    def write(schema: Table, frame: pd.DataFrame, batch: int) -> Path:
        path = folder / f"{schema.name}_{batch}.parquet"
        write_table(schema, repeated(frame, range(batch * BATCH, (batch + 1) * BATCH)), path, {})
        return path

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        one, moduli = (pd.DataFrame(measure_batch([glass], *what)) for what in ((table, observable), (ELASTICITY, elastic_moduli)))
        for batch in range(BATCHES):
            path = write(table, one, batch)
            write(ELASTICITY, moduli, batch)
        single, rows = folder / "single.parquet", len(one)
        write_table(table, one, single, {})
        action, before = aggregation(name, folder, glass), peak_bytes()
        taken = seconds(action)
        return {
            "bytes": (path.stat().st_size - single.stat().st_size) / (rows * (BATCH - 1)),
            "seconds": taken / (rows * BATCH * BATCHES),
            "memory": max(0.0, peak_bytes() - before) / (rows * BATCH),
            "rows": rows,
        }


def main() -> None:
    """Measure one table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rows", description=__doc__)
    parser.add_argument("table", choices=TABLES)
    parser.add_argument("glass", type=Path)
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.table, load(arguments.glass, 3)[1])))


if __name__ == "__main__":
    main()
