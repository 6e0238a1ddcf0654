"""Aggregate one ensemble. In: the batches of tables.MODES and, for the first phonon, tables.ELASTICITY.

Out: estimates, the density of modes, samples left out.
"""

from vitrine.aggregation.job import aggregate_ensemble
from vitrine.aggregation.modes import aggregate_modes

if __name__ == "__main__":
    aggregate_ensemble(snakemake, aggregate_modes, phonon_fraction=snakemake.params.phonon_fraction, softest=snakemake.params.softest)
