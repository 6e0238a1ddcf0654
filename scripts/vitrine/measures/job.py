"""What the scripts of the measuring rules share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vitrine.job import start_log
from vitrine.measures.batch import measure_batch
from vitrine.provenance import provenance
from vitrine.samples import Sample, batch_samples
from vitrine.study import sample_indices
from vitrine.tables import Table, write_table


def measure_glasses(job: object, table: Table, measure: Callable[[Sample], dict[str, np.ndarray]], **origin: object) -> None:
    """Measure the batch of glasses of a rule and write its table.

    job: the `snakemake` object of the script, with input.glasses, one output, and the wildcards particles, T_p and batch. origin: what else the
    provenance of the table says.
    """
    start_log(job.log[0])
    wildcards = job.wildcards
    samples = batch_samples(
        job.input.glasses, sample_indices(wildcards.batch), particles=int(wildcards.particles), parent_temperature=float(wildcards.T_p)
    )
    write_table(table, measure_batch(samples, table, measure), job.output[0], provenance(job.config, **origin))
