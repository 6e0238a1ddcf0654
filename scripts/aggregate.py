"""Average one ensemble, or take all ensembles of a study at once. In: tables of batches, or of ensembles. Out: estimates, curves, samples left
out.
"""

from vitrine.aggregation.jobs import aggregate

if __name__ == "__main__":
    aggregate(snakemake)
