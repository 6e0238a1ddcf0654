"""Measure the relaxation time of a point with a few chains that are used for nothing else.

In: the pilot's liquids of the rung before (none at the top of a ladder: random starts). Out: their ends (GSD), and how each ran (tables.PILOT).
"""

import logging

from vitrine.compile import compile_once
from vitrine.job import start_log
from vitrine.models import glass_former
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.preparation.liquids import starts
from vitrine.preparation.pilot import pilot_liquid
from vitrine.preparation.restart import Restarts
from vitrine.preparation.side_by_side import Meeting, one_by_one_or_side_by_side
from vitrine.provenance import provenance
from vitrine.samples import Sample, write_samples
from vitrine.seeds import PILOT_START
from vitrine.tables import PILOT

if __name__ == "__main__":
    start_log(snakemake.log[0])
    params, settings = snakemake.params, snakemake.params.settings
    point, former = Point.of(params.point), glass_former(**params.model)
    compile_once(former, settings, params.code)
    restarts = Restarts.of(params, snakemake.config["preparation"]["walltime_minutes"])
    chains = range(settings["pilot_samples"])
    begun = starts(former, point, chains, params.seed, params.before, snakemake.input.get("before"), PILOT_START)

    def run(start: Sample, meeting: Meeting | None) -> tuple[Sample, dict]:
        """One chain of the pilot."""
        return pilot_liquid(start, point.parent_temperature, params.seed, settings, restarts, point.further, params.identity, meeting)

    liquids, rows = [], []
    for liquid, row in one_by_one_or_side_by_side(settings, begun, run):
        logging.getLogger("vitrine").info("sample %d: %s", liquid.index, liquid.flag or f"relaxation time {row['relaxation_time']:.0f} sweeps")
        liquids.append(liquid)
        rows.append(PILOT.row(**row))
    write_table(PILOT, rows, snakemake.output.pilot, provenance(snakemake.config, identity=params.identity), Key.of(point))
    write_samples(snakemake.output.samples, (liquid for liquid in liquids if liquid.particles))
    restarts.clear()
