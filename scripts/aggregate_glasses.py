"""Aggregate one ensemble. In: the batches of tables.GLASSES. Out: estimates, samples left out."""

from vitrine.aggregation.glasses import aggregate_glasses
from vitrine.aggregation.job import aggregate_ensemble

if __name__ == "__main__":
    aggregate_ensemble(snakemake, aggregate_glasses)
