"""Vibrational modes of a batch of glasses. In: the glasses (GSD). Out: tables.MODES."""

from vitrine.measures.job import measure_glasses
from vitrine.measures.modes import vibrational_modes
from vitrine.tables import MODES

if __name__ == "__main__":
    measure_glasses(snakemake, MODES, vibrational_modes, **snakemake.params.settings)
