"""Response of a batch of glasses to a force dipole on each bond. In: the glasses (GSD). Out: tables.PINCHING."""

from vitrine.measures.job import measure_glasses
from vitrine.measures.pinching import pinch_bonds
from vitrine.seeds import PINCH, sample_generator
from vitrine.tables import PINCHING

if __name__ == "__main__":
    seed = snakemake.params.seed

    def pinch(sample, **settings):
        """Pinch the bonds that the sample's own stream draws."""
        return pinch_bonds(sample, sample_generator(seed, PINCH, sample.particles, sample.parent_temperature, sample.index), **settings)

    measure_glasses(snakemake, PINCHING, pinch, bonds=snakemake.params.bonds)
