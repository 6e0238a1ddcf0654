"""Local heat capacity of every pair of particles near zero temperature, and the tail of its distribution (004 eq. 22, sec. IV I, Fig. 13)."""

from vitrine.declare import SHARE, Field, Figure, Headline, Observable, Quantity, Setting
from vitrine.papers import PERSPECTIVE
from vitrine.schema import FREQUENCY, HEAT_CAPACITY, LENGTH, NONE, Column, Table

PUBLISHED = f"{PERSPECTIVE}, section IV I"
FAR = "expected of the largest c, c ~ omega^-4 with D ~ omega^4; ours is of the window that it names, and flagged where it depends on it"

LOCAL_HEAT_CAPACITIES = Table(
    "local_heat_capacities",
    "local heat capacity of every interacting pair, d<eps_alpha>/dT = (k_B/2) c_alpha at T = 0: c is the sum of both parts",
    (
        Column("i", "int32", NONE, "particle"),
        Column("j", "int32", NONE, "particle"),
        Column("harmonic", "double", HEAT_CAPACITY, "d2 eps:H^+"),
        Column("anharmonic", "double", HEAT_CAPACITY, "-d eps.H^+.U''':H^+"),
    ),
    of_samples=True,
)
HEAT_CAPACITY_GLASSES = Table(
    "heat_capacity_glasses",
    "each glass as a whole",
    (
        Column("modes", "int32", NONE, "N d - d, to which all c add up"),
        Column("harmonic", "double", HEAT_CAPACITY, "sum of the harmonic parts"),
        Column("anharmonic", "double", HEAT_CAPACITY, "sum of the anharmonic parts, zero but for rounding"),
        Column("largest", "double", HEAT_CAPACITY, "largest |c|"),
        Column("negative", "double", NONE, "share of pairs with c < 0"),
        Column("omega", "double", FREQUENCY, "lowest frequency at unit mass, the root of the lowest eigenvalue of H"),
    ),
    of_samples=True,
)
HEAT_CAPACITY_DENSITY = Table(
    "heat_capacity_density",
    "distribution of c over pairs: of positive and of negative ones, both together normalised to one",
    (
        Column("sign", "int32", NONE, "1 or -1"),
        Column("c_low", "double", HEAT_CAPACITY, "lower edge of the bin, of |c|"),
        Column("c_high", "double", HEAT_CAPACITY, "upper edge of the bin"),
        Column("density", "double", "1/(k_B)", "p(c)"),
        Column("density_error", "double", "1/(k_B)", "bootstrap standard error over samples"),
        Column("count", "int64", NONE, "pairs in the bin"),
    ),
)
HEAT_CAPACITY_TAIL = Table(
    "heat_capacity_tail",
    "exponent of the tail p(|c|) ~ |c|^-x in nested windows: pairs with |c| above a threshold, x = 1 + n/sum ln(|c|/threshold)",
    (
        Column("share", "double", NONE, "share of the pairs that lie above the threshold"),
        Column("threshold", "double", HEAT_CAPACITY, "lower end of the window"),
        Column("exponent", "double", NONE, "x"),
        Column("exponent_error", "double", NONE, "bootstrap standard error over samples: pairs of one glass are not independent"),
        Column("count", "int64", NONE, "pairs above the threshold"),
        Column("samples", "int64", NONE, "glasses that have one"),
    ),
)
HEAT_CAPACITY_LARGEST = Table(
    "heat_capacity_largest",
    "the largest |c| of each glass beside its lowest frequency",
    (
        Column("sample", "int32", NONE, "index of the sample"),
        *(column for column in HEAT_CAPACITY_GLASSES.own if column.name in ("largest", "omega")),
    ),
)
HEAT_CAPACITY_MAP = Table(
    "heat_capacity_map",
    "the pairs of one glass, the first that is good, in the plane; empty in space",
    (
        Column("sample", "int32", NONE, "index of the sample"),
        Column("x", "double", LENGTH, "place of the pair's first particle"),
        Column("y", "double", LENGTH, "place of the pair's first particle"),
        Column("d_x", "double", LENGTH, "from there to the second one"),
        Column("d_y", "double", LENGTH, "from there to the second one"),
        Column("c", "double", HEAT_CAPACITY, "local heat capacity"),
    ),
)

OBSERVABLE = Observable(
    name="local_heat_capacity",
    title="local heat capacity c of pairs, its map and tail",
    formula="c = d2 eps:M^+ - d eps.M^+.U''':M^+ of every pair's energy eps; sum of all c: N d - d; p(|c|) ~ |c|^-x",
    source="004 eq. 22, Fig. 13",
    place=18.34,
    rule="measure_heat_capacities",
    aggregate="aggregate_local_heat_capacity",
    derive="fit_local_heat_capacity",
    takes=("glasses.gsd",),
    tables=(LOCAL_HEAT_CAPACITIES, HEAT_CAPACITY_GLASSES),
    fields=(Field("heat_capacity_field", "half of the local heat capacities of the pairs of every particle; N d - d in all", HEAT_CAPACITY),),
    combines=(LOCAL_HEAT_CAPACITIES.file, HEAT_CAPACITY_GLASSES.file, "heat_capacity_field.gsd"),
    curves=(HEAT_CAPACITY_DENSITY, HEAT_CAPACITY_TAIL, HEAT_CAPACITY_LARGEST, HEAT_CAPACITY_MAP),
    algebra="sparse",
    pairwise=True,
    message="Measuring local heat capacities",
    settings=(Setting("tail", 1.0e-2, SHARE, "share of the pairs, those of largest |c|, whose exponent is told", "aggregate"),),
    quantities=(
        Quantity("heat_tail_exponent", "x", NONE, "exponent of p(|c|) ~ |c|^-x over the tail", "x of p(c) ~ c^-x", 234),
        Quantity("heat_tail_threshold", "", HEAT_CAPACITY, "|c| at which that tail begins", "its threshold", 234.1),
        Quantity("heat_negative", "", NONE, "share of pairs with negative c", "pairs with c < 0", 234.2),
        Quantity("heat_largest", r"|c|_\mathrm{max}", HEAT_CAPACITY, "largest |c| of a glass, geometric mean", "largest c of a glass", 234.3),
        Quantity(
            "heat_softest_exponent",
            "",
            NONE,
            "slope of ln of the largest |c| against ln omega_1 over the softer half of the glasses",
            "c ~ omega^y",
            234.4,
        ),
        Quantity("heat_sum_error", "", NONE, "largest |sum of c - (N d - d)|/(N d - d) of a glass", "sum of c, relative error", 234.5),
    ),
    headlines=(
        Headline("heat_tail_exponent", "x of p(c) ~ c^-x", 2.25, PUBLISHED, 76, comparable=False, comment=FAR, model=""),
        Headline(
            "heat_softest_exponent",
            "y of largest c ~ omega^y",
            -4.0,
            PUBLISHED,
            77,
            comparable=False,
            comment="of soft quasilocalized modes",
            model="",
        ),
    ),
    figures=(
        Figure(
            "local_heat_capacity",
            "plot_local_heat_capacity",
            tables=("heat_capacity_density", "heat_capacity_tail", "heat_capacity_largest", "quantities", "flags"),
            quantities=("heat_tail_exponent",),
            observables=("local_heat_capacity",),
            source="004 sec. IV I",
            title="distribution of the local heat capacity, exponent of its tail in nested windows, largest value against the lowest frequency",
        ),
        Figure(
            "heat_capacity_map",
            "plot_heat_capacity_map",
            tables=("heat_capacity_map", "quantities", "flags"),
            quantities=("heat_tail_exponent",),
            observables=("local_heat_capacity",),
            source="004 Fig. 13",
            title="map of the local heat capacity of the pairs of one glass in the plane",
        ),
    ),
)
