"""Bring a batch of liquids to their point, by swap Monte Carlo or by dynamics, and equilibrate them there.

In: the liquids of the rung before (none at the top of a ladder: random starts).
Out: the liquids (GSD), how each chain ran (tables.LIQUIDS), overlap decays and energy series (tables.RELAXATION).
"""

from dataclasses import replace
from pathlib import Path

from vitrine.batches import sample_indices
from vitrine.compile import compile_once
from vitrine.job import start_log
from vitrine.models import glass_former
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.preparation.liquids import equilibrate_liquid, liquid_rows, random_starts
from vitrine.preparation.restart import Restarts
from vitrine.provenance import provenance
from vitrine.samples import batch_samples, write_samples
from vitrine.tables import LIQUIDS, RELAXATION

if __name__ == "__main__":
    start_log(snakemake.log[0])
    params, settings, model = snakemake.params, snakemake.params.settings, snakemake.params.model
    point = Point.of(params.point)
    particles, temperature, former = point.particles, point.parent_temperature, glass_former(**model)
    compile_once(former, settings, params.code)
    indices = sample_indices(snakemake.wildcards.batch)
    if params.before is None:
        starts = random_starts(former, particles, temperature, indices, params.seed, point.further)
    else:
        starts = batch_samples(
            snakemake.input.before,
            indices,
            particles=particles,
            parent_temperature=params.before["parent_temperature"],
            model=params.before["model"],
            identity=params.before["identity"],
        )
    made_of = {"settings": settings, "seed": params.seed, "model": model, "code": params.code}
    restarts = Restarts(Path(params.restarts), settings["restart_sweeps"], made_of, snakemake.config["preparation"]["walltime_minutes"])
    liquids, runs, series = [], [], []
    for start in starts:
        # On a history of a parameter of the model, the liquids come from another glass former.
        start = replace(start, model=former) if start.particles else start
        liquid, run = equilibrate_liquid(start, temperature, params.seed, settings, restarts, point.further, params.identity)
        row, curves = liquid_rows(liquid, run)
        liquids.append(liquid)
        runs.append(LIQUIDS.row(**row))
        series.extend(RELAXATION.row(**curve) for curve in curves)
    engines = sorted({liquid.provenance["engine"] for liquid in liquids if "engine" in liquid.provenance})
    origin = provenance(snakemake.config, identity=params.identity, engine=", ".join(engines))
    write_table(RELAXATION, series, snakemake.output.relaxation, origin, Key.of(point))
    write_table(LIQUIDS, runs, snakemake.output.liquids, origin, Key.of(point))
    write_samples(snakemake.output.samples, (liquid for liquid in liquids if liquid.particles))
    restarts.clear()
