"""What the scripts of the aggregating rules share."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from vitrine.aggregation.ensemble import Ensemble
from vitrine.inputs import TABLES
from vitrine.job import start_log
from vitrine.parquet import write_table
from vitrine.provenance import provenance


def aggregate_ensemble(job: object, aggregate: Callable[..., Sequence[pd.DataFrame]], **settings: object) -> None:
    """Aggregate the batches of one (particles, T_p) and write the frames that `aggregate` returns, in the order of the rule's outputs.

    job: the `snakemake` object. Its inputs are lists of batch files named as the arguments of `aggregate`; each output is named as its schema in
    `tables`; params has dimension, density, seed and bootstrap; the wildcards are particles and T_p.
    """
    start_log(job.log[0])
    params = job.params
    ensemble = Ensemble(
        int(job.wildcards.particles), float(job.wildcards.T_p), params.dimension, params.density, seed=params.seed, replicates=params.bootstrap
    )
    batches = {name: [paths] if isinstance(paths, str) else list(paths) for name, paths in job.input.items()}
    frames = aggregate(**batches, ensemble=ensemble, **settings)
    for (name, path), frame in zip(job.output.items(), frames, strict=True):
        write_table(TABLES[name], frame, path, provenance(job.config))
