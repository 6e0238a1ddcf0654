"""Athermal quasistatic shear: stress, energy and softest mode along the strain, plastic drops, strained states (004 sec. IV H; 0-20)."""

from vitrine.declare import POSITIVE, Figure, Observable, Quantity, Setting, States
from vitrine.schema import ENERGY, LENGTH, MODULUS, NONE, Column, Table

STIFFNESS = "epsilon/lambda_min^2"

QUASISTATIC_SHEAR = Table(
    "quasistatic_shear",
    "states of each glass under athermal quasistatic shear: minima on a branch, and the first ones beyond a drop",
    (
        Column("strain", "double", NONE, "strain g of x_a -> x_a + g x_b"),
        Column("stress", "double", MODULUS, "(1/V) dU/dg"),
        Column("energy", "double", ENERGY, "U/N"),
        Column("pressure", "double", MODULUS, "virial pressure"),
        Column("modulus", "double", MODULUS, "d stress/dg on the branch, affine minus non-affine"),
        Column("lambda_1", "double", STIFFNESS, "lowest eigenvalue of the Hessian"),
        Column("drop", "int32", NONE, "index of the drop that ended here; -1 for a state on a branch"),
        Column("state", "int32", NONE, "frame of the file of strained states that holds it; -1 where it was not kept"),
    ),
    of_samples=True,
)
QUASISTATIC_DROPS = Table(
    "quasistatic_drops",
    "plastic drops of each glass, found, bracketed and told; a glass without any has one row, of index -1",
    (
        Column("drop", "int32", NONE, "index of the drop; -1 where there is none"),
        Column("strain", "double", NONE, "g_c: strain at which lambda_1^2 extrapolates to zero, no further than the bracket's end"),
        Column("before", "double", NONE, "last strain on the branch"),
        Column("bracket", "double", NONE, "width of the bracket, from there to the first strain beyond"),
        Column("bracketed", "bool", NONE, "whether that is no wider than the resolution; a wider one may hold several instabilities"),
        Column("energy", "double", ENERGY, "energy lost, the elastic work within the bracket taken away"),
        Column("stress", "double", MODULUS, "stress lost, the elastic part taken away; negative where it rose"),
        Column("displacement", "double", LENGTH, "|dx| of all particles, the affine part taken away"),
        Column("core_size", "double", NONE, "N e of the displacement"),
        Column("overlap", "double", NONE, "|cosine| of the displacement and of the mode that became unstable"),
        Column("core", "int32", NONE, "particle that moves most in the mode that became unstable"),
        Column("lambda_1", "double", STIFFNESS, "lowest eigenvalue at the last state on the branch"),
    ),
    of_samples=True,
)
QUASISTATIC_RUNS = Table(
    "quasistatic_runs",
    "the shear of each glass as a whole",
    (
        Column("plane", "string", NONE, "plane ab of the shear x_a -> x_a + g x_b"),
        Column("modulus", "double", MODULUS, "modulus of this plane at zero strain, affine minus non-affine"),
        Column("slope", "double", MODULUS, "slope of the stress at zero strain, from states at g = -1e-6 and 1e-6"),
        Column("difference", "double", NONE, "|slope - modulus|/|modulus|"),
        Column("strain", "double", NONE, "strain that was reached"),
        Column("states", "int32", NONE, "states on the way"),
        Column("drops", "int32", NONE, "drops"),
        Column("unbracketed", "int32", NONE, "of them, those whose bracket is wider than the resolution"),
        Column("doubtful", "int32", NONE, "longer steps on a branch whose energy is not that of the work: something gave way within and came back"),
    ),
    of_samples=True,
)
STRESS_STRAIN = Table(
    "stress_strain",
    "means over glasses along the strain",
    (
        Column("strain", "double", NONE, "strain"),
        Column("stress", "double", MODULUS, "mean stress"),
        Column("stress_error", "double", MODULUS, "bootstrap standard error over samples"),
        Column("energy", "double", ENERGY, "mean of U/N less that at zero strain"),
        Column("energy_error", "double", ENERGY, "bootstrap standard error over samples"),
        Column("samples", "int64", NONE, "glasses"),
    ),
)
STRAINED_GLASSES = Table(
    "strained_glasses",
    "states of the first good glasses, to be drawn",
    (
        Column("sample", "int32", NONE, "index of the sample"),
        *(column for column in QUASISTATIC_SHEAR.own if column.name in ("strain", "stress", "lambda_1", "drop")),
    ),
)
DROP_DENSITY = Table(
    "drop_density",
    "distributions of drops over all glasses, normalised to one",
    (
        Column("quantity", "string", NONE, "energy [epsilon], stress [epsilon/lambda_min^d] or interval, the strain from one drop to the next"),
        Column("value_low", "double", NONE, "lower edge of the bin"),
        Column("value_high", "double", NONE, "upper edge of the bin"),
        Column("density", "double", f"1/({NONE})", "probability density"),
        Column("density_error", "double", f"1/({NONE})", "bootstrap standard error over samples"),
        Column("count", "int64", NONE, "drops in the bin"),
    ),
)

OBSERVABLE = Observable(
    name="quasistatic_shear",
    title="athermal quasistatic shear: stress, energy, lambda_1, plastic drops",
    formula="x_a -> x_a + g x_b; dx = -M^+ Xi dg, then Newton; a step is at most 0.3 lambda_1^2/(2 abs(b3 F)); beyond an instability: minimise",
    source="004 sec. IV H, 000 Supp. 2",
    place=18.31,
    rule="shear_quasistatically",
    aggregate="aggregate_quasistatic_shear",
    takes=("glasses.gsd",),
    tables=(QUASISTATIC_SHEAR, QUASISTATIC_DROPS, QUASISTATIC_RUNS),
    fields=(States("strained_states", "positions, boxes and strains of glasses under quasistatic shear", LENGTH),),
    combines=(QUASISTATIC_SHEAR.file, QUASISTATIC_DROPS.file, QUASISTATIC_RUNS.file),
    curves=(STRESS_STRAIN, STRAINED_GLASSES, DROP_DENSITY),
    algebra="sparse",
    pairwise=True,
    message="Shearing quasistatically",
    settings=(
        Setting("plane", "xy", {"enum": ["xy", "xz", "yz"]}, "plane ab of the shear x_a -> x_a + g x_b; in two dimensions xy alone"),
        Setting("strain", 0.05, POSITIVE, "strain up to which glasses are sheared"),
        Setting("largest_step", 1.0e-3, POSITIVE, "longest step of strain; with fixed steps, every one"),
        Setting(
            "resolution", 1.0e-7, POSITIVE, "strain within which an instability is bracketed; drops in wider brackets are counted and flag numbers"
        ),
        Setting(
            "steps",
            "adaptive",
            {"enum": ["adaptive", "fixed"]},
            "adaptive: as far as the softest mode allows; fixed: all of the largest length but those that end at a kept state",
        ),
        Setting("states", 6, {"type": "integer", "minimum": 2}, "strained states kept as a trajectory, evenly spaced from zero to the last strain"),
        Setting("minimiser", "lbfgs", {"enum": ["lbfgs", "cg", "fire"]}, "of what follows an instability; another one may find another minimum"),
        Setting("minimiser_step", 0.1, POSITIVE, "its step, as in quench"),
    ),
    quantities=(
        Quantity(
            "shear_slope", r"G_{ab}", MODULUS, "slope of the stress at zero strain, in the plane of the shear", "G of the plane, by its slope", 231
        ),
        Quantity("shear_slope_difference", "", NONE, "|slope - modulus|/|modulus|, mean", "slope less modulus, relative", 231.1),
        Quantity("shear_states", "", NONE, "states of a glass on the way", "states under shear", 231.2),
        Quantity("drops", r"n_\mathrm{drop}", NONE, "plastic drops of a glass", "drops of a glass", 231.3),
        Quantity("first_drop", r"g_1", NONE, "strain of the first drop, of glasses that have one, mean", "strain of the first drop", 231.4),
        Quantity("drop_energy", r"\Delta U", ENERGY, "energy lost in a drop, mean over drops", "energy of a drop", 231.5),
        Quantity("drop_stress", r"\Delta\sigma", MODULUS, "stress lost in a drop, mean over drops", "stress of a drop", 231.6),
        Quantity("drop_core", r"Ne", NONE, "N e of the displacement in a drop, mean over drops", "N e of a drop", 231.7),
        Quantity(
            "drop_overlap",
            "",
            NONE,
            "overlap of a drop's displacement with the mode that became unstable, mean",
            "drop along the unstable mode",
            231.8,
        ),
        Quantity("final_stress", r"\sigma", MODULUS, "stress at the last strain, mean", "stress at the last strain", 231.9),
    ),
    figures=(
        Figure(
            "quasistatic_shear",
            "plot_quasistatic_shear",
            tables=("stress_strain", "strained_glasses", "drop_density", "quantities", "flags"),
            quantities=("drops",),
            observables=("quasistatic_shear",),
            source="004 sec. IV H",
            title="stress against strain, lambda_1 of one glass on its way, and the distribution of plastic drops",
        ),
    ),
)
