"""Atomic stress: the virial of each particle, positive in tension, by species and against softness or other numbers of particles (003 Fig. 4)."""

from vitrine.declare import NAMED, NUMBERS_OF_PARTICLES, SHARE, Field, Figure, Observable, Quantity, Setting
from vitrine.schema import MODULUS, NONE, Column, Table

STATE = Column("state", "string", NONE, "inherent, the glass at rest, or thermal, the mean over the frames of its liquid's trajectory")
SPECIES = Column("species", "int32", NONE, "type of the particles: 0 is A, 1 is B")
ATOMIC_STRESS = Table(
    "atomic_stress",
    "tension of the particles of each glass: one row for each state and species; numbers of particles are in atomic_stress_field",
    (
        STATE,
        SPECIES,
        Column("particles_of", "int32", NONE, "particles of the species"),
        Column("mean", "double", MODULUS, "mean tension of the species; over all particles it is minus the virial pressure"),
        Column("deviation", "double", MODULUS, "standard deviation of the tension within the species"),
        Column("shear", "double", MODULUS, "mean over the species of sqrt(s':s'/2), s' the deviator of the stress"),
        Column("kinetic", "double", MODULUS, "mean of -(N/V) m v^2/d over species and frames; zero in the inherent state"),
        Column("correlation", "double", NONE, "Pearson correlation of tension and the numbers `against` within the species; NaN without them"),
    ),
    of_samples=True,
)
ATOMIC_STRESS_DENSITY = Table(
    "atomic_stress_density",
    "distribution of the tension over the particles of each species, normalised to one",
    (
        STATE,
        SPECIES,
        Column("tension_low", "double", MODULUS, "lower edge of the bin"),
        Column("tension_high", "double", MODULUS, "upper edge of the bin"),
        Column("density", "double", f"1/({MODULUS})", "P(tension)"),
        Column("density_error", "double", f"1/({MODULUS})", "bootstrap standard error over samples"),
        Column("count", "int64", NONE, "particles in the bin"),
    ),
)
ATOMIC_STRESS_BINS = Table(
    "atomic_stress_bins",
    "tension in bins of the rank by the numbers `against` among the particles of a species in their sample; empty without them",
    (
        STATE,
        SPECIES,
        Column("rank_low", "double", NONE, "share of the species with smaller numbers than any of the bin"),
        Column("rank_high", "double", NONE, "share of the species with smaller numbers, or those of the bin"),
        Column("relative", "double", NONE, "mean of the numbers over the mean of all particles of the sample"),
        Column("tension", "double", MODULUS, "mean tension"),
        Column("tension_error", "double", MODULUS, "bootstrap standard error over samples"),
        Column("count", "int64", NONE, "particles in the bin"),
    ),
)

OBSERVABLE = Observable(
    name="atomic_stress",
    title="atomic stress: virial of each particle, by species and against softness",
    formula="s_i = (N/2V) sum_j phi'(r_ij) R_ij R_ij/r_ij, tension tr s_i/d; positive is tension; its mean over all particles is -p",
    source="003 Fig. 4",
    place=8.5,
    rule="measure_atomic_stress",
    aggregate="aggregate_atomic_stress",
    takes=("glasses.gsd",),
    tables=(ATOMIC_STRESS,),
    fields=(
        Field(
            "atomic_stress_field",
            "tension and shear of the inherent state, positive is tension; thermal: mean tension over the trajectory; against: the numbers named",
            MODULUS,
        ),
    ),
    combines=("atomic_stress.parquet", "atomic_stress_field.gsd"),
    curves=(ATOMIC_STRESS_DENSITY, ATOMIC_STRESS_BINS),
    message="Measuring atomic stresses",
    settings=(
        Setting(
            "thermal",
            False,
            {"type": "boolean"},
            "whether stresses are also averaged over the frames of the trajectory; those of 003 are 100 frames 0.02 apart (`trajectories`)",
            takes="trajectories.gsd",
        ),
        Setting(
            "against",
            None,
            NUMBERS_OF_PARTICLES,
            "numbers of particles with which the tension is compared, such as vibrability_field.vibrability; null: none",
            takes=NAMED,
        ),
        Setting("share", 0.05, SHARE, "share of each species, that of the largest or smallest numbers `against`, whose tension is told", "aggregate"),
    ),
    quantities=(
        Quantity("tension_a", r"\sigma_A", MODULUS, "mean tension of species A in the inherent state", "tension of A", 25.1),
        Quantity("tension_b", r"\sigma_B", MODULUS, "mean tension of species B in the inherent state", "tension of B", 25.2),
        Quantity("tension_deviation", r"\Delta\sigma", MODULUS, "deviation of the tension within species", "tension, deviation", 25.3),
        Quantity("tension_correlation", r"r(\sigma, S)", NONE, "correlation of tension and the numbers within species", "r(tension, S)", 25.4),
        Quantity("tension_largest", r"\sigma_\mathrm{soft}", MODULUS, "tension of the share with the largest numbers less their species' mean"),
        Quantity("tension_smallest", r"\sigma_\mathrm{hard}", MODULUS, "tension of the share with the smallest numbers less their species' mean"),
        Quantity("tension_thermal_a", r"\sigma_A", MODULUS, "mean tension of species A over trajectories"),
        Quantity("tension_thermal_b", r"\sigma_B", MODULUS, "mean tension of species B over trajectories"),
        Quantity("tension_thermal_deviation", r"\Delta\sigma", MODULUS, "deviation of the time-averaged tension within species"),
        Quantity(
            "tension_thermal_correlation",
            r"r(\sigma, S)",
            NONE,
            "correlation of the time-averaged tension and the numbers within species",
            "r(tension, S), T",
            25.5,
        ),
        Quantity("tension_thermal_largest", r"\sigma_\mathrm{soft}", MODULUS, "time-averaged tension of the largest numbers, likewise"),
        Quantity("tension_thermal_smallest", r"\sigma_\mathrm{hard}", MODULUS, "time-averaged tension of the smallest numbers, likewise"),
    ),
    figures=(
        Figure(
            "atomic_stress",
            "plot_atomic_stress",
            tables=("atomic_stress_density", "atomic_stress_bins", "quantities", "flags"),
            quantities=("tension_deviation",),
            observables=("atomic_stress",),
            source="003 Fig. 4",
            title="distribution of the atomic stress of each species, and atomic stress against softness",
        ),
    ),
)
