"""Bring a batch of liquids to their point, by swap Monte Carlo or by dynamics, and run them there for as long as the pilot says.

In: the liquids of the rung before (none at the top of a ladder: random starts), the pilot of this point where there is one.
Out: the liquids (GSD), how each chain ran (tables.LIQUIDS), overlap decays and energy series (tables.RELAXATION).
"""

from vitrine.batches import sample_indices
from vitrine.compile import compile_once
from vitrine.job import start_log
from vitrine.models import glass_former
from vitrine.parquet import Key, write_table
from vitrine.points import Point
from vitrine.preparation.equilibrate import Equilibration
from vitrine.preparation.liquids import equilibrate_liquid, liquid_rows, starts
from vitrine.preparation.pilot import NONE_ASKED, pilot_times, run_length
from vitrine.preparation.restart import Restarts
from vitrine.preparation.side_by_side import Meeting, one_by_one_or_side_by_side
from vitrine.provenance import provenance
from vitrine.samples import Sample, write_samples
from vitrine.tables import LIQUIDS, RELAXATION

if __name__ == "__main__":
    start_log(snakemake.log[0])
    params, settings = snakemake.params, snakemake.params.settings
    point, former = Point.of(params.point), glass_former(**params.model)
    compile_once(former, settings, params.code)
    pilot = snakemake.input.get("pilot")
    times = pilot_times(pilot, params.identity) if pilot else ()
    length = NONE_ASKED if settings["sampler"] == "cooling" else run_length(settings, times)
    restarts = Restarts.of(params, snakemake.config["preparation"]["walltime_minutes"])
    indices = sample_indices(snakemake.wildcards.batch)
    begun = starts(former, point, indices, params.seed, params.before, snakemake.input.get("before"))

    def prepare(start: Sample, meeting: Meeting | None) -> tuple[Sample, Equilibration | None]:
        """One liquid."""
        return equilibrate_liquid(
            start, point.parent_temperature, params.seed, settings, length.sweeps, restarts, point.further, params.identity, meeting=meeting
        )

    liquids, runs, series = [], [], []
    for liquid, run in one_by_one_or_side_by_side(settings, begun, prepare):
        row, curves = liquid_rows(liquid, run, length.asked)
        liquids.append(liquid)
        runs.append(LIQUIDS.row(**row))
        series.extend(RELAXATION.row(**curve) for curve in curves)
    engines = sorted({liquid.provenance["engine"] for liquid in liquids if "engine" in liquid.provenance})
    origin = provenance(snakemake.config, identity=params.identity, engine=", ".join(engines))
    write_table(RELAXATION, series, snakemake.output.relaxation, origin, Key.of(point))
    write_table(LIQUIDS, runs, snakemake.output.liquids, origin, Key.of(point))
    write_samples(snakemake.output.samples, (liquid for liquid in liquids if liquid.particles))
    restarts.clear()
