"""Bring a batch of liquids to their parent temperature, by swap Monte Carlo or by dynamics, and equilibrate them there.

In: the liquids of the next hotter parent temperature (none for the hottest: random starts).
Out: the liquids (GSD), how each chain ran (tables.LIQUIDS), overlap decays and energy series (tables.RELAXATION).
"""

from pathlib import Path

from vitrine.batches import sample_indices
from vitrine.compile import compile_once
from vitrine.job import start_log
from vitrine.models import glass_former
from vitrine.parquet import write_table
from vitrine.preparation.liquids import equilibrate_liquid, liquid_rows, random_starts
from vitrine.preparation.restart import Restarts
from vitrine.provenance import provenance
from vitrine.samples import batch_samples, write_samples
from vitrine.tables import LIQUIDS, RELAXATION

if __name__ == "__main__":
    start_log(snakemake.log[0])
    settings, seed, model = snakemake.params.settings, snakemake.params.seed, snakemake.params.model
    particles, temperature = int(snakemake.wildcards.particles), float(snakemake.wildcards.T_p)
    compile_once(glass_former(**model), settings, snakemake.params.code)
    indices = sample_indices(snakemake.wildcards.batch)
    if snakemake.params.hotter is None:
        starts = random_starts(glass_former(**model), particles, temperature, indices, seed)
    else:
        starts = batch_samples(snakemake.input.hotter, indices, particles=particles, parent_temperature=snakemake.params.hotter, model=model)
    made_of = {"settings": settings, "seed": seed, "model": model, "code": snakemake.params.code}
    restarts = Restarts(Path(snakemake.params.restarts), settings["restart_sweeps"], made_of, snakemake.config["preparation"]["walltime_minutes"])
    liquids, runs, series = [], [], []
    for start in starts:
        liquid, run = equilibrate_liquid(start, temperature, seed, settings, restarts)
        row, curves = liquid_rows(liquid, run, particles)
        liquids.append(liquid)
        runs.append(LIQUIDS.empty_row(**row))
        series.extend(RELAXATION.empty_row(**curve) for curve in curves)
    engines = sorted({liquid.provenance["engine"] for liquid in liquids if "engine" in liquid.provenance})
    origin = provenance(snakemake.config, engine=", ".join(engines))
    write_table(RELAXATION, series, snakemake.output.relaxation, origin)
    write_table(LIQUIDS, runs, snakemake.output.liquids, origin)
    write_samples(snakemake.output.samples, (liquid for liquid in liquids if liquid.particles))
    restarts.clear()
