"""Modes of the bond operator beside the pseudo-harmonic modes that they lead to: decay, overlap, reach of the operator (001, secs. C1, C2)."""

from vitrine.declare import POSITIVE, Field, Figure, Headline, Observable, Quantity, Setting
from vitrine.papers import BOND
from vitrine.schema import FREQUENCY, INVERSE_STIFFNESS, LENGTH, NONE, Column, Table
from vitrine.seeds import OPERATOR_ROWS

A0 = "a0"
COUNT = {"type": "integer", "minimum": 1}
# Kind of a profile, and its words.
PROFILES = {
    "D": "displacement mode D = M^+ F of the bond operator",
    "D_PH": "pseudo-harmonic mode that D leads to",
    "F": "force mode F = S^T f of the bond operator",
    "F_PH": "its forces M D_PH",
    "A": "rows of the bond operator",
}

_KIND = Column("kind", "string", NONE, "D, D_PH, F or F_PH (against the distance from its own particle of largest amplitude), or A (from its bond)")
_BIN = Column("bin", "int32", NONE, "number of the bin of the distance, the same in all samples")
_LOW = Column("distance_low", "double", A0, "lower edge of the bin of the distance, in a0 of the sample")
_HIGH = Column("distance_high", "double", A0, "upper edge of the bin")

MODE_PAIRS = Table(
    "mode_pairs",
    "modes of the largest eigenvalues of the bond operator, and the pseudo-harmonic modes that they lead to",
    (
        Column("mode", "int32", NONE, "index of the eigenvalue, from the largest"),
        Column("lambda", "double", INVERSE_STIFFNESS, "eigenvalue of A = S M^+ S^T"),
        Column("omega_pseudo_harmonic", "double", FREQUENCY, "frequency of the pseudo-harmonic mode; NaN where D leads to none"),
        Column("overlap_displacement", "double", NONE, "|<D|D_PH>| of the fields of length one"),
        Column("overlap_force", "double", NONE, "|<F|F_PH>| of the fields of length one"),
        Column("first", "int32", NONE, "the mode of largest lambda whose D leads to the same pseudo-harmonic mode: itself where none before it does"),
        Column("high", "bool", NONE, "whether lambda lies above lambda_low: profiles and the exponent of the overlap are of these"),
        Column("no_mode", "string", NONE, "why D leads to no pseudo-harmonic mode; empty where it does"),
    ),
    of_samples=True,
)
MODE_PROFILES = Table(
    "mode_profiles",
    "decay of the amplitudes of modes with the distance from their largest one, and of rows of the bond operator, in each glass",
    (
        _KIND,
        _BIN,
        _LOW,
        _HIGH,
        Column(
            "amplitude",
            "double",
            "see kind",
            "median over particles (A: over bonds) in the bin, mean over the fields of the sample; fields have length one",
        ),
        Column("fields", "int32", NONE, "fields with a particle (A: a bond) in the bin"),
    ),
    of_samples=True,
)
OPERATOR_SUMS = Table(
    "operator_sums",
    "largest eigenvalues of the bond operator from the softest harmonic modes alone",
    (
        Column("low_modes", "int32", NONE, "number n of the softest modes in A_n = sum_l S|l><l|S^T/omega_l^2"),
        Column("largest", "double", NONE, "1 - lambda_1(A_n)/lambda_1(A)"),
        Column("several", "double", NONE, "the same of the sum of the largest eigenvalues, as many as modes are taken, or n"),
    ),
    of_samples=True,
)
PROFILE_CURVES = Table(
    "profile_curves",
    "decay of the amplitudes of modes, and of rows of the bond operator, over an ensemble",
    (
        _KIND,
        _LOW,
        _HIGH,
        Column("amplitude", "double", "see kind", "mean over fields and samples of the medians"),
        Column("amplitude_error", "double", "see kind", "bootstrap standard error over samples"),
        Column("fields", "int64", NONE, "fields with an entry in the bin"),
    ),
)
OVERLAP_CURVES = Table(
    "overlap_curves",
    "how far modes of the bond operator are from the pseudo-harmonic modes that they lead to",
    (
        Column("lambda_low", "double", INVERSE_STIFFNESS, "lower edge of the bin of lambda"),
        Column("lambda_high", "double", INVERSE_STIFFNESS, "upper edge of the bin"),
        Column("displacement", "double", NONE, "mean of 1 - |<D|D_PH>| over modes that are the first to lead to theirs"),
        Column("displacement_error", "double", NONE, "bootstrap standard error over samples"),
        Column("force", "double", NONE, "mean of 1 - |<F|F_PH>| over the same"),
        Column("force_error", "double", NONE, "bootstrap standard error"),
        Column("collapsed", "double", NONE, "mean of 1 - |<D|D_PH>| over further D that fall onto the mode of another one"),
        Column("count", "int64", NONE, "modes that are the first"),
        Column("count_collapsed", "int64", NONE, "further ones"),
    ),
)
SUM_CURVES = Table(
    "sum_curves",
    "error of the largest eigenvalues of the bond operator from the n softest harmonic modes",
    (
        Column("low_modes", "int32", NONE, "n"),
        Column("largest", "double", NONE, "mean of 1 - lambda_1(A_n)/lambda_1(A)"),
        Column("largest_error", "double", NONE, "bootstrap standard error over samples"),
        Column("several", "double", NONE, "the same of the sum of several largest"),
        Column("several_error", "double", NONE, "bootstrap standard error"),
    ),
)
BOND_MODE_MAPS = Table(
    "bond_mode_maps",
    "modes of one glass in the plane, the first that is good: a harmonic one, and displacement modes of the bond operator; empty in space",
    (
        Column("sample", "int32", NONE, "index of the sample"),
        Column("field", "string", NONE, "`harmonic`, `largest`, or `example` with its number, from low to high lambda"),
        Column("x", "double", LENGTH, "place of a particle"),
        Column("y", "double", LENGTH, "place of a particle"),
        Column("u_x", "double", NONE, "its displacement in the field of length one"),
        Column("u_y", "double", NONE, "its displacement"),
        Column("eigenvalue", "double", INVERSE_STIFFNESS, "lambda; of the harmonic mode 1/omega^2"),
        Column("N_e", "double", NONE, "N e, participating particles"),
    ),
)

OBSERVABLE = Observable(
    name="mode_decay",
    title="modes of the bond operator beside pseudo-harmonic ones",
    formula="|D|, |D_PH|, |F|, |F_PH| against r, D_PH the pseudo-harmonic mode from D; 1 - |<D|D_PH>| against lambda; |A|(r); A from n modes",
    source="001 secs. C1, C2, V",
    place=13,
    rule="measure_mode_decay",
    aggregate="aggregate_mode_decay",
    takes=("glasses.gsd",),
    tables=(MODE_PAIRS, MODE_PROFILES, OPERATOR_SUMS),
    fields=(
        Field(
            "mode_decay_field",
            "in the plane, fields of length one: a harmonic mode, D of the largest lambda, D of others from low to high; beside each lambda and N e",
            NONE,
        ),
    ),
    combines=("mode_pairs.parquet", "mode_profiles.parquet", "operator_sums.parquet", "mode_decay_field.gsd"),
    curves=(PROFILE_CURVES, OVERLAP_CURVES, SUM_CURVES, BOND_MODE_MAPS),
    algebra="sparse",
    random=OPERATOR_ROWS,
    pairwise=True,
    message="Measuring the decay of modes",
    settings=(
        Setting("modes", 10, COUNT, "largest eigenvalues of the bond operator whose modes are taken from each sample"),
        Setting("rows", 20, COUNT, "rows of the bond operator of each sample, drawn by the seed: a solve for each"),
        Setting("low_modes", 128, COUNT, "softest harmonic modes from which the top of the operator is built, up to a quarter of all"),
        Setting("spacing", "logarithmic", {"enum": ["logarithmic", "linear"]}, "how wide the bins of the distance are"),
        Setting("bins", 20, COUNT, "bins to a decade (logarithmic) or to an a0 (linear)"),
        Setting("lambda_low", 2.0, POSITIVE, "lambda above which modes enter profiles and the exponent of 1 - |<D|D_PH>| [lambda_min^2/epsilon]"),
        Setting("nearest", 2.5, POSITIVE, "lower end of the range in which exponents are fitted [a0]", "aggregate"),
        Setting("farthest", 0.35, {"type": "number", "exclusiveMinimum": 0, "maximum": 0.5}, "upper end, as a share of (V/a0^d)^(1/d)", "aggregate"),
    ),
    quantities=(
        Quantity("D_exponent", "", NONE, "exponent of |D|(r): -(d - 1) for a soft spot", "exponent of D", 110),
        Quantity("D_PH_exponent", "", NONE, "exponent of |D_PH|(r): -(d - 1) for a soft spot", "exponent of D_PH", 111),
        Quantity("F_exponent", "", NONE, "exponent of |F|(r)", "exponent of F", 112),
        Quantity("F_PH_exponent", "", NONE, "exponent of |F_PH|(r): -3d, the cube of the gradient of r^-(d-1)", "exponent of F_PH", 113),
        Quantity("A_exponent", "", NONE, "exponent of |A|(r): -d", "exponent of A", 114),
        Quantity("overlap_exponent", "", NONE, "exponent of 1 - |<D|D_PH>| in lambda", "exponent of 1 - |<D|D_PH>|", 115, universal=True),
        Quantity("collapsed_modes", "", NONE, "share of the D that fall onto the pseudo-harmonic mode of another one", "D that fall together", 116),
    ),
    headlines=(
        Headline(
            "overlap_exponent",
            "exponent of 1 - |<D|D_PH>| in lambda",
            -4.0,
            f"{BOND}, Fig. 4e",
            30,
            comparable=False,
            comment="printed for T_p = 0.45, in the limit of large lambda, of which a thousand modes were taken",
            model="",
        ),
    ),
    figures=(
        Figure(
            "mode_decay",
            "plot_mode_decay",
            tables=("profile_curves", "overlap_curves", "sum_curves", "quantities", "flags"),
            quantities=("D_exponent",),
            observables=("mode_decay",),
            source="001 Fig. 4d,e",
            title="|D|, |D_PH|, |F|, |F_PH| and |A| against r; 1 - |<D|D_PH>| against lambda; the top of A from n modes",
        ),
        Figure(
            "bond_modes",
            "plot_bond_modes",
            tables=("bond_mode_maps", "quantities", "flags"),
            quantities=("D_exponent",),
            observables=("mode_decay",),
            source="001 Figs. 1a,b and 6",
            title="in the plane: a harmonic mode and the mode of the bond operator, and modes from low to high lambda",
        ),
    ),
)
