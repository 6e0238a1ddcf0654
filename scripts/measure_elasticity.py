"""Elastic moduli of a batch of glasses. In: the glasses (GSD). Out: tables.ELASTICITY."""

from vitrine.measures.elasticity import elastic_moduli
from vitrine.measures.job import measure_glasses
from vitrine.tables import ELASTICITY

if __name__ == "__main__":
    measure_glasses(snakemake, ELASTICITY, elastic_moduli)
