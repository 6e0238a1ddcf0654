"""Mean-field model of interacting anharmonic oscillators, KHGPS (004 sec. IV E, eq. 10, Figs. 8b, c and 9): it draws its own systems."""

from vitrine.declare import NUMBER_OR_ALL, POSITIVE, Figure, Headline, Observable, Quantity, Setting
from vitrine.oscillators.columns import DENSITY, MINIMUM, MODES
from vitrine.papers import PERSPECTIVE
from vitrine.schema import NONE, Column, Table
from vitrine.seeds import OSCILLATORS

AXES = ("particles", "coupling", "uniform_field", "k_min", "k_0")  # that its ensembles need

MEAN_FIELD = Table(
    "mean_field",
    "the minimum of each system of oscillators; anharmonicity and mass are 1",
    (
        *MINIMUM,
        Column("difference", "double", NONE, "largest difference of x to the minimum from the other start; NaN where no control is asked for"),
    ),
    of_samples=True,
)
MEAN_FIELD_MODES = Table(
    "mean_field_modes",
    "modes of the minimum of each system of oscillators, softest first",
    MODES,
    of_samples=True,
)
MEAN_FIELD_DENSITY = Table(
    "mean_field_density",
    "D(omega) per oscillator beside the exact one of the replica-symmetric phase",
    (
        *DENSITY,
        Column("exact", "double", f"1/({NONE})", "exact D(omega) of infinitely many oscillators, mean over the bin; NaN beyond the transition"),
    ),
)
MEAN_FIELD_EXACT = Table(
    "mean_field_exact",
    "exact D(omega) per oscillator of the replica-symmetric phase, and at the transition at the same field",
    (
        Column("at_transition", "bool", NONE, "at the coupling of the transition, not at that of the point"),
        Column("omega", "double", NONE, "frequency"),
        Column("density", "double", f"1/({NONE})", "D(omega)"),
    ),
)
MEAN_FIELD_NUMBERS = Table(
    "mean_field_numbers",
    "numbers of modes below several frequencies, beside those of the exact D(omega): replica-symmetric phase alone",
    (
        Column("omega", "double", NONE, "frequency"),
        Column("count", "int64", NONE, "modes below it, all samples together"),
        Column("expected", "double", NONE, "the same of the exact D(omega)"),
        Column("deviation", "double", NONE, "(count - expected)/expected^(1/2): in Poisson errors"),
    ),
)

OBSERVABLE = Observable(
    name="mean_field",
    title="mean-field oscillators: minima, D(omega), A_g",
    formula="U = sum_i [k_i x_i^2/2 + x_i^4/24 - h x_i] + sum_(i<j) J_ij x_i x_j, J_ij normal of variance J^2/N, k_i uniform on [k_min, k_0]",
    source="004 eq. 10",
    place=30,
    rule="minimise_mean_field",
    aggregate="aggregate_mean_field",
    derive="fit_mean_field",
    model="parameters",
    tables=(MEAN_FIELD, MEAN_FIELD_MODES),
    combines=(MEAN_FIELD.file, MEAN_FIELD_MODES.file),
    curves=(MEAN_FIELD_DENSITY, MEAN_FIELD_EXACT, MEAN_FIELD_NUMBERS),
    random=OSCILLATORS,
    message="Minimising mean-field oscillators",
    settings=(
        Setting("modes", 20, NUMBER_OR_ALL, "lowest modes of each system, or all of its spectrum"),
        Setting("start", "zero", {"enum": ["zero", "random"]}, "x = 0, or independent normal x_i of the size of a single oscillator's minimum"),
        Setting("control", False, {"type": "boolean"}, "also minimise from the other start, and tell how far the two minima are apart"),
        Setting("iterations", 20_000, {"type": "integer", "minimum": 1}, "iterations of L-BFGS, at most"),
        Setting(
            "cutoff",
            0.3,
            POSITIVE,
            "modes below cutoff 1.14 (h^2 + J^2 q)^(1/6) count for A_g: in units of the lowest frequency of one oscillator in the typical field",
            "aggregate",
        ),
    ),
    quantities=(
        Quantity("mean_field_square", "q", NONE, "mean of x^2", "q of the oscillators", 300),
        Quantity("mean_field_softest", r"\omega_1", NONE, "mean frequency of the softest mode", "softest mode of the oscillators", 301),
        Quantity("mean_field_core", "Ne", NONE, "mean N e of the softest mode", "N e, softest mode of the oscillators", 302),
        Quantity("mean_field_A_g", r"A_g", NONE, "prefactor of D = A_g omega^4 per oscillator", "A_g of the oscillators", 303),
        Quantity(
            "mean_field_exponent",
            r"\delta",
            NONE,
            "exponent of D(omega) in the widest window on which it does not depend",
            "exponent of D",
            304,
        ),
        Quantity("mean_field_A_g_end", "", NONE, "upper end of the window in which A_g is told"),
        Quantity(
            "mean_field_A_g_single",
            r"A_g^\mathrm{RS}",
            NONE,
            "A_g of single oscillators in the replica-symmetric field; k_min = 0 alone",
        ),
        Quantity("mean_field_marginality", "", NONE, "J^2 <1/K^2> of the replica-symmetric solution: 1 where it loses its stability"),
        Quantity("mean_field_transition", r"J_c", NONE, "coupling of the transition at this field; none for k_min = 0", "J_c", 305),
        Quantity("mean_field_iterations", "", NONE, "mean number of iterations of L-BFGS"),
        Quantity("mean_field_difference", "", NONE, "largest difference of x between the minima from both starts, mean over samples"),
    ),
    headlines=(
        Headline(
            "mean_field_J_c",
            "J_c(h -> 0) of the mean-field oscillators",
            0.1371,
            f"{PERSPECTIVE}, Fig. 8a",
            318,
            comment="exact; the figure's value follows from eq. 10 and is not printed",
            model="",
        ),
        Headline(
            "mean_field_quartic_exponent",
            "exponent of D of the mean-field oscillators, k_min = 0",
            4.0,
            f"{PERSPECTIVE}, Fig. 9a",
            319,
            comparable=False,
            comment="of N = 16,000; smaller N have not reached it: 3.2 to 3.6 at h = 0.1",
            model="",
        ),
    ),
    figures=(
        Figure(
            "mean_field_approach",
            "plot_mean_field_approach",
            tables=("mean_field_density", "mean_field_exact", "quantities", "flags"),
            quantities=("mean_field_transition",),
            observables=("mean_field",),
            source="004 Fig. 8b, c",
            title="D(omega) of the mean-field oscillators towards the transition, beside the exact curve",
            axis="coupling",
        ),
        Figure(
            "mean_field_numbers",
            "plot_mean_field_numbers",
            tables=("mean_field_numbers", "quantities", "flags"),
            quantities=("mean_field_transition",),
            observables=("mean_field",),
            title="numbers of modes of the mean-field oscillators below several frequencies over the exact ones",
            axis="coupling",
        ),
        Figure(
            "mean_field_quartic",
            "plot_mean_field_quartic",
            tables=("mean_field_density", "quantities", "flags"),
            quantities=("mean_field_A_g",),
            observables=("mean_field",),
            source="004 Fig. 9a",
            title="D(omega) of the mean-field oscillators without a gap of stiffnesses, k_min = 0",
            axis="coupling",
        ),
        Figure(
            "mean_field_weak",
            "plot_mean_field_weak",
            tables=("quantities", "fits", "flags"),
            quantities=("mean_field_A_g", "mean_field_A_g_single"),
            observables=("mean_field",),
            source="004 Fig. 9b",
            title="A_g of the mean-field oscillators at weak coupling, beside its law",
            axis="coupling",
        ),
        Figure(
            "mean_field_prefactor",
            "plot_mean_field_prefactor",
            tables=("quantities", "fits", "flags"),
            quantities=("mean_field_A_g",),
            observables=("mean_field",),
            source="004 Fig. 9c",
            title="A_g of the mean-field oscillators against the coupling",
            axis="coupling",
        ),
    ),
)
