"""Aggregate one ensemble. In: the batches of tables.BOND_OPERATOR. Out: estimates, the distribution of eigenvalues, samples left out."""

from vitrine.aggregation.bond_operator import aggregate_bond_operator
from vitrine.aggregation.job import aggregate_ensemble

if __name__ == "__main__":
    aggregate_ensemble(snakemake, aggregate_bond_operator, lambda_tail=snakemake.params.lambda_tail, plateau_excess=snakemake.params.plateau_excess)
