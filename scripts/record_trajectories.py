"""Record the dynamics of a batch of liquids at their temperature. In: the liquids (GSD). Out: their trajectories (GSD)."""

import logging

from vitrine.batches import sample_indices
from vitrine.job import start_log
from vitrine.points import Point
from vitrine.preparation.record import record_trajectory
from vitrine.provenance import provenance
from vitrine.samples import batch_samples, write_trajectories
from vitrine.seeds import TRAJECTORY, point_generator

if __name__ == "__main__":
    start_log(snakemake.log[0])
    params = snakemake.params
    point = Point.of(params.point)
    liquids = batch_samples(
        snakemake.input.liquids,
        sample_indices(snakemake.wildcards.batch),
        particles=point.particles,
        parent_temperature=point.parent_temperature,
        model=params.model,
        identity=params.before,
    )

    def recorded():
        """One trajectory at a time: they are long."""
        for liquid in liquids:
            rng = point_generator(params.seed, TRAJECTORY, point, liquid.index)
            one = record_trajectory(liquid, point.parent_temperature, params.dynamics, params.settings, rng)
            logging.getLogger("vitrine").info("sample %d: %s", liquid.index, one.flag or "recorded")
            yield one

    write_trajectories(snakemake.output[0], recorded(), provenance(snakemake.config, identity=params.identity))
