"""Quench a batch of liquids to their inherent states, and check that each is a minimum.

In: the liquids (GSD), and of imported ones where each comes from. Out: the glasses (GSD) and how each quench ran (tables.GLASSES).
"""

from dataclasses import replace

from vitrine.batches import sample_indices
from vitrine.job import start_log
from vitrine.linalg import Algebra
from vitrine.parquet import Key, read_table, write_table
from vitrine.points import Point
from vitrine.preparation.quench import quench
from vitrine.provenance import provenance
from vitrine.samples import batch_samples, write_samples
from vitrine.tables import GLASSES, IMPORTS

if __name__ == "__main__":
    start_log(snakemake.log[0])
    imports = snakemake.input.get("imports")
    unread = dict(read_table(IMPORTS, imports)[["sample", "flag"]].itertuples(index=False)) if imports else {}
    params = snakemake.params
    point, algebra, glasses, rows = Point.of(params.point), Algebra(**params.algebra), [], []
    for liquid in batch_samples(
        snakemake.input.liquids,
        sample_indices(snakemake.wildcards.batch),
        particles=point.particles,
        parent_temperature=point.parent_temperature,
        model=params.model,
        identity=params.before,
    ):
        if not liquid.particles and unread.get(liquid.index):
            liquid = replace(liquid, flag=unread[liquid.index])
        glass, row = quench(liquid, params.settings, algebra, params.identity)
        glasses.append(glass)
        rows.append(GLASSES.row(sample=liquid.index, **row))
    write_table(GLASSES, rows, snakemake.output.glasses, provenance(snakemake.config, identity=params.identity), Key.of(point))
    write_samples(snakemake.output.samples, (glass for glass in glasses if glass.particles))
