"""Aggregate one ensemble. In: the batches of tables.PINCHING. Out: estimates, frequency against force, a choice of bonds, samples left out."""

from vitrine.aggregation.job import aggregate_ensemble
from vitrine.aggregation.pinching import aggregate_pinching

if __name__ == "__main__":
    aggregate_ensemble(snakemake, aggregate_pinching, weak_force=snakemake.params.weak_force)
