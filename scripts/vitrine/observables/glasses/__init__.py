"""Glasses: inherent energies and densities. Preparation writes the table of batches; here it is averaged."""

from vitrine.declare import Observable, Quantity
from vitrine.schema import ENERGY, LENGTH
from vitrine.tables import GLASSES

OBSERVABLE = Observable(
    name="glasses",
    title="glasses: inherent energy, spacing a0",
    formula="e_IS = U/N at the minimum; a0 = (V/N)^(1/d)",
    source="002 App. A",
    place=2,
    dimensions=(2, 3, 4),
    preparation=True,
    aggregate="aggregate_glasses",
    combines=(GLASSES.file,),
    quantities=(
        Quantity("energy_inherent", r"e_\mathrm{IS}", ENERGY, "potential energy of the inherent state per particle", "e_IS", 1),
        Quantity("spacing", "a_0", LENGTH, "a0 = (V/N)^(1/d) of the samples' own boxes"),
    ),
)
