"""Vibrability: how much a particle moves in all modes together, Psi_i = sum_l |u_l,i|^2/omega_l^2 = tr (H^+)_ii (000 eq. 1)."""

from vitrine.declare import POSITIVE, SHARE, Field, Figure, Observable, Quantity, Setting
from vitrine.schema import INVERSE_STIFFNESS, LENGTH, NONE, Column, Table

VIBRABILITY = Table(
    "vibrability",
    "vibrability of each glass; those of its particles are in the field vibrability_field",
    (
        Column("mean", "double", INVERSE_STIFFNESS, "mean of Psi over the particles: sum_l omega_l^-2/N where all masses are one"),
        Column("largest", "double", INVERSE_STIFFNESS, "largest Psi of a particle"),
        Column("core", "int32", NONE, "particles whose Psi lies above the threshold"),
        Column("key_core", "int32", NONE, "particles whose Psi lies above the fraction of the largest"),
    ),
    of_samples=True,
)
VIBRABILITY_DENSITY = Table(
    "vibrability_density",
    "distribution of the vibrability over particles, normalised to one",
    (
        Column("psi_low", "double", INVERSE_STIFFNESS, "lower edge of the bin"),
        Column("psi_high", "double", INVERSE_STIFFNESS, "upper edge of the bin"),
        Column("density", "double", f"1/({INVERSE_STIFFNESS})", "P(Psi)"),
        Column("density_error", "double", f"1/({INVERSE_STIFFNESS})", "bootstrap standard error over samples"),
        Column("count", "int64", NONE, "particles in the bin"),
    ),
)
VIBRABILITY_MAP = Table(
    "vibrability_map",
    "the particles of one glass, the first that is good, in the plane; empty in space",
    (
        Column("sample", "int32", NONE, "index of the sample"),
        Column("x", "double", LENGTH, "place"),
        Column("y", "double", LENGTH, "place"),
        Column("size", "double", LENGTH, "diameter"),
        Column("psi", "double", INVERSE_STIFFNESS, "vibrability"),
    ),
)

OBSERVABLE = Observable(
    name="vibrability",
    title="vibrability Psi_i, its distribution, cores",
    formula="Psi_i = tr (M^+)_ii = sum_l abs(u_l,i)^2/omega_l^2; core: Psi > 0.25, key core: Psi > 0.6 max Psi",
    source="000 eq. 1",
    place=8,
    dimensions=(2, 3, 4),
    rule="measure_vibrability",
    aggregate="aggregate_vibrability",
    takes=("glasses.gsd",),
    tables=(VIBRABILITY,),
    fields=(
        Field("vibrability_field", "Psi_i = sum_l |u_l,i|^2/omega_l^2 of every particle: tr (H^+)_ii where all masses are one", INVERSE_STIFFNESS),
    ),
    combines=("vibrability.parquet", "vibrability_field.gsd"),
    curves=(VIBRABILITY_DENSITY, VIBRABILITY_MAP),
    message="Measuring the vibrability",
    settings=(
        Setting("core_threshold", 0.25, POSITIVE, "Psi above which a particle belongs to a core; its background grows with N (000 Fig. 3c)"),
        Setting("key_core_fraction", 0.6, SHARE, "fraction of the largest Psi above which a particle belongs to the key core (000 Fig. 1d)"),
    ),
    quantities=(
        Quantity("vibrability_mean", r"\langle\Psi\rangle", INVERSE_STIFFNESS, "mean vibrability of a particle", "Psi, mean", 22),
        Quantity("vibrability_largest", r"\Psi_\mathrm{max}", INVERSE_STIFFNESS, "largest vibrability in a sample", "Psi, largest", 23),
        Quantity("core_particles", r"N_\mathrm{core}", NONE, "particles of a sample above the threshold", "N_core", 24),
        Quantity("key_core_particles", r"N_\mathrm{key\,core}", NONE, "particles of a sample above the fraction of the largest", "N_key core", 25),
    ),
    figures=(
        Figure(
            "vibrability",
            "plot_vibrability",
            tables=("vibrability_density", "vibrability_map", "quantities", "flags"),
            quantities=("vibrability_mean",),
            observables=("vibrability",),
            source="000 Fig. 1d",
            title="distribution of the vibrability at each point, and its map in a glass of the plane",
        ),
    ),
)
