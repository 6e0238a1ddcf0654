"""What a job takes before its first sample: the interpreter, the library, its compiled kernels. python -m benchmarks.start prints JSON.

Its memory is that of a whole job of one small sample, table and all: reading kernels and writing Parquet take a part of it.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path

import vitrine.compile
import vitrine.observables.jobs
from vitrine.observables import declarations
from vitrine.observables.batch import System, measure_batch
from vitrine.observables.elasticity.measure import measure_elasticity
from vitrine.parquet import write_table
from vitrine.preparation.minimise import minimise

from benchmarks.glasses import liquid_chain, poly
from benchmarks.memory import peak_bytes

SMALL = 160  # particles

if __name__ == "__main__":
    vitrine.compile.main()
    to_start = time.process_time()
    glass = minimise(liquid_chain(poly(), SMALL).current()).sample
    observable = declarations()["elasticity"]
    measured = measure_batch([System(0, (glass, {}))], observable, lambda system: measure_elasticity(system.given[0]))
    with tempfile.TemporaryDirectory() as folder:
        write_table(observable.tables[0], measured.tables["elasticity"], Path(folder) / "table.parquet", {})
    print(json.dumps({"seconds": to_start, "megabytes": peak_bytes() / 1e6}))
