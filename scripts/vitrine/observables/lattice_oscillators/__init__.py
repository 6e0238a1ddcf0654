"""Lattice of interacting anharmonic oscillators of Gurevich, Parshin and Schober (004 sec. II B, eq. 2): it draws its own systems."""

from vitrine.declare import NUMBER_OR_ALL, POSITIVE, Figure, Headline, Observable, Quantity, Setting
from vitrine.oscillators.columns import DENSITY, MINIMUM, MODES
from vitrine.papers import PERSPECTIVE
from vitrine.schema import NONE, Column, Table
from vitrine.seeds import LATTICE_OSCILLATORS as STREAM

AXES = ("particles", "coupling", "beta")  # that its ensembles need

LATTICE_OSCILLATORS = Table(
    "lattice_oscillators",
    "the minimum of each lattice of oscillators; anharmonicity, mass, spacing and the largest bare stiffness are 1",
    (
        *MINIMUM,
        Column("unstable", "double", NONE, "share of the modes of the bare oscillators, at x = 0, that are unstable"),
    ),
    of_samples=True,
)
LATTICE_MODES = Table(
    "lattice_modes",
    "modes of the minimum of each lattice of oscillators, softest first",
    MODES,
    of_samples=True,
)
LATTICE_DENSITY = Table(
    "lattice_density",
    "D(omega) per oscillator of the lattices",
    DENSITY,
)

OBSERVABLE = Observable(
    name="lattice_oscillators",
    title="lattice of oscillators (GPS): D(omega), A_g, crossover",
    formula="U = sum_i [k_i x_i^2/2 + x_i^4/24] + sum_(i<j) J g_ij x_i x_j/r_ij^3, g_ij uniform on [-1/2, 1/2], density of k_i ~ k^beta on [0, 1]",
    source="004 eq. 2",
    place=32,
    rule="minimise_lattice_oscillators",
    aggregate="aggregate_lattice_oscillators",
    model="parameters",
    tables=(LATTICE_OSCILLATORS, LATTICE_MODES),
    combines=(LATTICE_OSCILLATORS.file, LATTICE_MODES.file),
    curves=(LATTICE_DENSITY,),
    random=STREAM,
    message="Minimising a lattice of oscillators",
    settings=(
        Setting("modes", "all", NUMBER_OR_ALL, "lowest modes of each system, or all of its spectrum"),
        Setting("iterations", 20_000, {"type": "integer", "minimum": 1}, "iterations of L-BFGS, at most"),
        Setting("softest", 2.0, POSITIVE, "A_g and the exponent are looked for where a system has so many modes on average", "aggregate"),
    ),
    quantities=(
        Quantity("lattice_square", "q", NONE, "mean of x^2", "q of the lattice oscillators", 320),
        Quantity("lattice_softest", r"\omega_1", NONE, "mean frequency of the softest mode", "softest mode of the lattice", 321),
        Quantity("lattice_core", "Ne", NONE, "mean N e of the softest mode", "N e, softest mode of the lattice", 322),
        Quantity("lattice_unstable", "", NONE, "share of modes at x = 0 that are unstable, before reconstruction"),
        Quantity("lattice_A_g", r"A_g", NONE, "prefactor of D = A_g omega^4 per oscillator", "A_g of the lattice", 323),
        Quantity(
            "lattice_exponent",
            r"\delta",
            NONE,
            "exponent of D(omega) in the widest window on which it does not depend",
            "exponent of D of the lattice, soft end",
            324,
            universal=True,
            error_from=-1,
        ),
        Quantity("lattice_A_g_end", "", NONE, "upper end of the window in which A_g is told"),
        Quantity(
            "lattice_exponent_linear",
            r"\delta'",
            NONE,
            "exponent of D(omega) where it rises least steeply, below the maximum of D/omega: 1 after reconstruction",
            "exponent of D of the lattice, above omega_b",
            327,
        ),
        Quantity("lattice_linear_at", "", NONE, "frequency at which D rises least steeply"),
        Quantity("lattice_linear", "", NONE, "C = D/omega there"),
        Quantity("lattice_crossover", r"\omega_b", NONE, "where A_g omega^4 = C omega", "omega_b of the lattice", 325),
        Quantity("lattice_peak", r"\omega_\mathrm{BP}", NONE, "where D(omega)/omega^2 is largest", "boson peak of the lattice", 326),
    ),
    headlines=(
        Headline(
            "lattice_exponent",
            "exponent of D, soft end of the lattice of oscillators",
            4.0,
            f"{PERSPECTIVE}, section II B",
            324,
            comment="for every beta; maximum likelihood in the widest window on which it does not depend",
            model="",
        ),
    ),
    figures=(
        Figure(
            "lattice_oscillators",
            "plot_lattice_oscillators",
            tables=("lattice_density", "quantities", "flags"),
            quantities=("lattice_A_g", "lattice_crossover"),
            observables=("lattice_oscillators",),
            source="004 sec. II B",
            title="D(omega) of the lattice of oscillators, D/omega^2, and the crossover",
        ),
    ),
)
