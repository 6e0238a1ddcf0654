"""Aggregate one ensemble. In: the batches of tables.LIQUIDS and tables.RELAXATION. Out: estimates, the decay of the overlap, samples left out."""

from vitrine.aggregation.job import aggregate_ensemble
from vitrine.aggregation.liquids import aggregate_liquids

if __name__ == "__main__":
    aggregate_ensemble(snakemake, aggregate_liquids)
