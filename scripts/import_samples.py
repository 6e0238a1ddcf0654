"""Read a batch of samples that the user brings.

In: their files. Out: the configurations as they were read (GSD), and where each comes from (tables.IMPORTS).
"""

from vitrine.batches import sample_indices
from vitrine.job import start_log
from vitrine.models import glass_former
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.preparation.imported import import_samples
from vitrine.provenance import provenance
from vitrine.samples import write_samples
from vitrine.sources import Source
from vitrine.tables import IMPORTS

if __name__ == "__main__":
    start_log(snakemake.log[0])
    params = snakemake.params
    point, former = Point.of(params.point), glass_former(**params.model)
    indices = sample_indices(snakemake.wildcards.batch)
    sources = dict(zip(indices, (Source(*source) for source in params.sources), strict=True))
    samples, rows = import_samples(sources, former, params.types, point, params.identity)
    origin = provenance(snakemake.config, identity=params.identity)
    write_table(IMPORTS, [IMPORTS.row(**row) for row in rows], snakemake.output.imports, origin, Key.of(point))
    write_samples(snakemake.output.samples, samples)
