"""Aggregate one ensemble. In: the batches of tables.ELASTICITY. Out: estimates, samples left out."""

from vitrine.aggregation.elasticity import aggregate_elasticity
from vitrine.aggregation.job import aggregate_ensemble

if __name__ == "__main__":
    aggregate_ensemble(snakemake, aggregate_elasticity)
