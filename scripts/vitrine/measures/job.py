"""What the scripts of the measuring rules share."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from vitrine.batches import sample_indices
from vitrine.job import start_log
from vitrine.linalg import Algebra
from vitrine.measures.batch import measure_batch
from vitrine.parquet import Table, write_table
from vitrine.provenance import provenance
from vitrine.samples import batch_samples


def measure_glasses(job: object, table: Table, measure: Callable[..., dict[str, np.ndarray]], **settings: object) -> None:
    """Measure the batch of glasses of a rule, each by measure(sample, algebra=..., **settings), and write its table.

    job: the `snakemake` object of the script, with input.glasses, one output, params.algebra, .dimension and .model, the wildcards particles, T_p
    and batch, and as its threads how many samples are measured at once on a GPU.
    """
    start_log(job.log[0])
    wildcards = job.wildcards
    algebra = Algebra(**job.params.algebra)
    samples = batch_samples(
        job.input.glasses,
        sample_indices(wildcards.batch),
        particles=int(wildcards.particles),
        parent_temperature=float(wildcards.T_p),
        model=job.params.model,
    )
    unknowns = int(job.params.dimension) * int(wildcards.particles)
    at_once = algebra.samples_at_once(unknowns, job.threads)
    rows = measure_batch(samples, table, partial(measure, algebra=algebra, **settings), at_once)
    write_table(table, rows, job.output[0], provenance(job.config, linear_algebra=algebra.describe(unknowns)))
