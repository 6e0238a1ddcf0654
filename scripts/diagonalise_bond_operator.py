"""Spectrum of the bond operator of a batch of glasses. In: the glasses (GSD). Out: tables.BOND_OPERATOR."""

from vitrine.measures.bond_operator import bond_operator_modes
from vitrine.measures.job import measure_glasses
from vitrine.tables import BOND_OPERATOR

if __name__ == "__main__":
    measure_glasses(snakemake, BOND_OPERATOR, bond_operator_modes, **snakemake.params.settings)
