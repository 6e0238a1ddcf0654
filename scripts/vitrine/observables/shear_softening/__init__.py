"""Softening before a plastic instability: the harmonic mode and the cubic one that is followed backwards from it (004 eq. 21, Fig. 12)."""

from vitrine.declare import POSITIVE, Figure, Headline, Observable, Quantity, Setting
from vitrine.papers import PERSPECTIVE
from vitrine.schema import FORCE, NONE, Column, Table

STIFFNESS = "epsilon/lambda_min^2"
PUBLISHED = f"{PERSPECTIVE}, section IV H"

LIMIT = "a limit, g -> g_c: in a window lambda_1 comes to it from below and b2 from above, by a few thousandths between 1e-9 and 4e-6"

SHEAR_SOFTENING = Table(
    "shear_softening",
    "states of each glass on its way to its first instability, by falling distance from it; cubic columns are NaN where the mode was lost",
    (
        Column("distance", "double", NONE, "g_c - g"),
        Column("strain", "double", NONE, "g"),
        Column("lambda_1", "double", STIFFNESS, "lowest eigenvalue of the Hessian"),
        Column("overlap_harmonic", "double", NONE, "|cosine| of its mode and the one that becomes unstable"),
        Column("participation_harmonic", "double", NONE, "its participation ratio"),
        Column("b2", "double", STIFFNESS, "stiffness of the cubic mode"),
        Column("b3", "double", "epsilon/lambda_min^3", "its U3:.zzz, with the sign of the instability's mode"),
        Column("shear_force", "double", FORCE, "F = Xi.pi of the cubic mode"),
        Column("overlap_cubic", "double", NONE, "|cosine| of the cubic mode and the one that becomes unstable"),
        Column("participation_cubic", "double", NONE, "its participation ratio"),
        Column("rate", "double", NONE, "change of b2^2 to the next state over the mean of -2 b3 F: one where eq. 21 holds; NaN at the last state"),
        Column("solves", "int32", NONE, "solves that the cubic mode took from the one at the next state"),
    ),
    of_samples=True,
)
SOFTENING_CURVES = Table(
    "softening_curves",
    "medians over glasses against the distance from the instability",
    (
        Column("kind", "string", NONE, "harmonic or cubic"),
        Column("distance", "double", NONE, "g_c - g"),
        Column("stiffness", "double", STIFFNESS, "median stiffness"),
        Column("stiffness_error", "double", STIFFNESS, "bootstrap standard error over samples"),
        Column("overlap", "double", NONE, "median overlap with the mode that becomes unstable"),
        Column("overlap_error", "double", NONE, "bootstrap standard error over samples"),
        Column("rate", "double", NONE, "median of the change of b2^2 over what eq. 21 says; NaN for harmonic modes"),
        Column("rate_error", "double", NONE, "bootstrap standard error over samples"),
        Column("samples", "int64", NONE, "glasses that reach this distance"),
    ),
)

OBSERVABLE = Observable(
    name="shear_softening",
    title="softening before a plastic instability, harmonic and cubic",
    formula="lambda_1 ~ (g_c - g)^1/2; cubic mode followed backwards from g_c; d b2/dg = -b3 F/b2, F = Xi.pi; overlap with the mode at g_c",
    source="004 eq. 21, Fig. 12",
    place=18.32,
    rule="follow_softening",
    aggregate="aggregate_shear_softening",
    derive="fit_shear_softening",
    takes=("glasses.gsd",),
    tables=(SHEAR_SOFTENING,),
    combines=(SHEAR_SOFTENING.file,),
    curves=(SOFTENING_CURVES,),
    algebra="sparse",
    pairwise=True,
    message="Following modes to an instability",
    settings=(
        Setting("plane", "xy", {"enum": ["xy", "xz", "yz"]}, "plane ab of the shear x_a -> x_a + g x_b; in two dimensions xy alone"),
        Setting("strain", 0.2, POSITIVE, "strain up to which the first instability is looked for; a glass without one is flagged"),
        Setting("largest_step", 1.0e-3, POSITIVE, "longest step of strain"),
        Setting("resolution", 1.0e-10, POSITIVE, "strain within which the instability is bracketed, and about the least distance from it"),
        Setting("window", [1.0e-9, 4.0e-6], {"type": "array", "items": POSITIVE, "minItems": 2, "maxItems": 2}, "distances of the fits", "aggregate"),
    ),
    quantities=(
        Quantity("softening_critical", r"g_c", NONE, "strain of the first instability, mean", "g_c", 232),
        Quantity(
            "softening_exponent_harmonic", "", NONE, "exponent of lambda_1 against the distance, in the window, mean", "exponent of lambda_1", 232.1
        ),
        Quantity("softening_exponent_cubic", "", NONE, "exponent of b2 of the cubic mode, in the window, mean", "exponent of b2", 232.2),
        Quantity(
            "softening_range_harmonic",
            "",
            NONE,
            "distance up to which lambda_1 keeps to the square root within a quarter, median",
            "range of the square root, lambda_1",
            232.3,
        ),
        Quantity(
            "softening_range_cubic",
            "",
            NONE,
            "distance up to which b2 of the cubic mode keeps to the square root within a quarter, median",
            "range of the square root, b2",
            232.4,
        ),
        Quantity(
            "softening_overlap_harmonic",
            "",
            NONE,
            "overlap of the lowest mode at zero strain with the unstable one, median",
            "overlap, lowest mode",
            232.5,
        ),
        Quantity(
            "softening_overlap_cubic",
            "",
            NONE,
            "overlap of the cubic mode at zero strain with the unstable one, median",
            "overlap, cubic mode",
            232.6,
        ),
        Quantity("softening_followed", "", NONE, "share of glasses whose cubic mode is followed to zero strain", "cubic modes followed", 232.7),
        Quantity("softening_rate", "", NONE, "change of b2^2 over what eq. 21 says, of the whole way, median", "eq. 21 over the whole way", 232.8),
    ),
    headlines=(
        Headline(
            "softening_exponent_harmonic", "exponent of lambda_1 before an instability", 0.5, PUBLISHED, 74, comparable=False, comment=LIMIT, model=""
        ),
        Headline("softening_exponent_cubic", "exponent of b2 before an instability", 0.5, PUBLISHED, 75, comparable=False, comment=LIMIT, model=""),
    ),
    figures=(
        Figure(
            "shear_softening",
            "plot_shear_softening",
            tables=("softening_curves", "quantities", "flags"),
            quantities=("softening_critical",),
            observables=("shear_softening",),
            source="004 Fig. 12",
            title="stiffness of the softest harmonic and of a cubic mode against the distance from an instability",
        ),
    ),
)
