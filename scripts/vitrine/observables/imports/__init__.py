"""Imports: the samples that the user brings, their N, and how far from rest they lay in their files. Preparation writes the table of batches."""

from vitrine.declare import Observable, Quantity
from vitrine.schema import ENERGY, LENGTH, NONE
from vitrine.tables import GLASSES, IMPORTS

OBSERVABLE = Observable(
    name="imports",
    title="imported samples: where they come from, how far from rest they lay",
    formula="largest displacement of a particle in the quench; (U as read - U at the minimum)/N",
    source="the files' own",
    place=1.7,
    preparation=True,
    aggregate="aggregate_imports",
    combines=(IMPORTS.file, GLASSES.file),
    collected=(IMPORTS.file,),
    quantities=(
        Quantity("particles_mean", r"\langle N \rangle", NONE, "mean number of particles of imported samples", "particles (mean)", 90),
        Quantity("particles_least", r"N_\mathrm{min}", NONE, "smallest number of particles of imported samples", "particles (least)", 91),
        Quantity("particles_most", r"N_\mathrm{max}", NONE, "largest number of particles of imported samples", "particles (most)", 92),
        Quantity(
            "import_displacement",
            r"\Delta_\mathrm{max}",
            LENGTH,
            "largest displacement of any particle when imported samples relax",
            "moved on relaxing",
            93,
        ),
        Quantity(
            "import_energy",
            r"\Delta U/N",
            ENERGY,
            "mean energy per particle that imported samples lose when they relax",
            "energy lost on relaxing",
            94,
        ),
    ),
)
