"""Quench a batch of liquids to their inherent states, and check that each is a minimum.

In: the liquids (GSD). Out: the glasses (GSD) and how each quench ran (tables.GLASSES).
"""

from vitrine.batches import sample_indices
from vitrine.job import start_log
from vitrine.linalg import Algebra
from vitrine.parquet import write_table
from vitrine.preparation.quench import quench
from vitrine.provenance import provenance
from vitrine.samples import batch_samples, write_samples
from vitrine.tables import GLASSES

if __name__ == "__main__":
    start_log(snakemake.log[0])
    particles, temperature = int(snakemake.wildcards.particles), float(snakemake.wildcards.T_p)
    algebra, glasses, rows = Algebra(**snakemake.params.algebra), [], []
    for liquid in batch_samples(
        snakemake.input.liquids,
        sample_indices(snakemake.wildcards.batch),
        particles=particles,
        parent_temperature=temperature,
        model=snakemake.params.model,
    ):
        glass, row = quench(liquid, snakemake.params.settings, algebra)
        glasses.append(glass)
        rows.append(GLASSES.empty_row(particles=particles, parent_temperature=temperature, sample=liquid.index, **row))
    write_table(GLASSES, rows, snakemake.output.glasses, provenance(snakemake.config))
    write_samples(snakemake.output.samples, (glass for glass in glasses if glass.particles))
