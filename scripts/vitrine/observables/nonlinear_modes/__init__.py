"""Nonlinear modes, which do not hybridise with phonons: pseudo-harmonic (001 sec. C1), cubic (004 sec. VI F, G) and quartic ones (002 S-2, S-4)."""

from vitrine.declare import NUMBER_OR_ALL, POSITIVE, SHARE, Field, Figure, Headline, Observable, Quantity, Setting
from vitrine.papers import PERSPECTIVE
from vitrine.papers import PINCHING as PAPER
from vitrine.schema import ENERGY, FREQUENCY, NONE, Column, Table

ALL_KINDS = ["pseudo_harmonic", "cubic", "quartic"]
WORDS = {"pseudo_harmonic": "pseudo-harmonic", "cubic": "cubic", "quartic": "quartic"}
LETTERS = {"pseudo_harmonic": "P", "cubic": "3", "quartic": "4"}
COUNT = {"anyOf": [{"const": "all"}, {"type": "integer", "minimum": 0}], "description": "the word all, or a whole number from 0"}
WHOLE = {"type": "integer", "minimum": 0}
STIFFNESS, CUBIC_ORDER, QUARTIC_ORDER = "epsilon/lambda_min^2", "epsilon/lambda_min^3", "epsilon/lambda_min^4"
KIND = Column("kind", "string", NONE, "pseudo_harmonic, cubic or quartic; harmonic for the lowest vibrational modes")

NONLINEAR_MODES = Table(
    "nonlinear_modes",
    "nonlinear modes of each glass: one row for each distinct mode, softest first, then one for each start that ended in none; the lowest harmonic "
    "modes beside them. All of a displacement field z with sum_i |z_i|^2 = 1 and no mean. b3 and b4 are not "
    "defined along a mode that carries a bond across a distance at which phi''' jumps, such as those of sticky spheres",
    (
        KIND,
        Column("mode", "int32", NONE, "index among the distinct modes of its kind, from the softest; -1 for a start that ended in none"),
        Column("start", "string", NONE, "what its first start was: shear xy, pinch i-j, mode n (harmonic), bond operator n"),
        Column("starts", "int32", NONE, "starts that fell onto it: |overlap| > 0.99"),
        Column("ended", "string", NONE, "why the start ended in no mode; empty for a mode"),
        Column(
            "omega", "double", FREQUENCY, "sqrt(b2/sum_i m_i |u_i|^2), u being z with the centre of mass at rest: sqrt(b2/m) where all masses are one"
        ),
        Column("b2", "double", STIFFNESS, "z.H.z"),
        Column("b3", "double", CUBIC_ORDER, "|U3:.zzz|; that of the stored vector is -b3, so that the other well, where there is one, lies at +s"),
        Column("b4", "double", QUARTIC_ORDER, "U4::zzzz"),
        Column(
            "cost", "double", ENERGY, "cubic (2/3) b2^3/b3^2; quartic b2^2/b4; pseudo-harmonic b2^2/sum_<ij> |z_ij|^4, which is an energy^2/length^4"
        ),
        Column("participation", "double", NONE, "e = (sum |v_i|^2)^2/(N sum |v_i|^4) of v = m^1/2 u, as in the table modes"),
        Column("core_size", "double", NONE, "N e, about the number of particles in its core"),
        Column("i", "int32", NONE, "first particle of the core: the interacting pair whose |z_i - z_j| is largest"),
        Column("j", "int32", NONE, "second particle of the core"),
        Column("particle", "int32", NONE, "particle that moves most"),
        Column("residual", "double", NONE, "|H z - (b2/b_n) t|/|H z|; NaN for harmonic modes"),
        Column(
            "curvature",
            "double",
            NONE,
            "1 - mu, mu the largest growth of a disturbance in one step of the bare map: negative at a saddle of the cost",
        ),
        Column("solves", "int32", NONE, "solves of all its starts together"),
    ),
    of_samples=True,
)
NONLINEAR_SCATTER = Table(
    "nonlinear_scatter",
    "a seeded choice of modes of each kind, for scatter plots",
    (
        KIND,
        Column("sample", "int32", NONE, "index of the sample"),
        Column("softest", "bool", NONE, "whether it is the softest of its kind in its sample"),
        Column("omega", "double", FREQUENCY, "frequency"),
        Column("core_size", "double", NONE, "N e"),
        Column("b2", "double", STIFFNESS, "z.H.z"),
        Column("b3", "double", CUBIC_ORDER, "|U3:.zzz|"),
        Column("b4", "double", QUARTIC_ORDER, "U4::zzzz"),
    ),
)
MINIMAL_MODES = Table(
    "minimal_modes",
    "cumulative distribution over samples of the frequency of the softest mode of a kind",
    (
        KIND,
        Column("omega", "double", FREQUENCY, "frequency"),
        Column("cumulative", "double", NONE, "share of samples whose softest mode lies below omega"),
        Column("cumulative_error", "double", NONE, "bootstrap standard error over samples"),
        Column("count", "int64", NONE, "samples whose softest mode lies below omega"),
    ),
)
BARRIER_DENSITY = Table(
    "barrier_density",
    "distribution p(B) of energy barriers along modes, each normalised to one",
    (
        KIND,
        Column("expansion", "string", NONE, "cubic: (2/3) b2^3/b3^2 of every mode; quartic: the exact barrier of the quartic where it has two wells"),
        Column("barrier_low", "double", ENERGY, "lower edge of the bin"),
        Column("barrier_high", "double", ENERGY, "upper edge of the bin"),
        Column("density", "double", f"1/({ENERGY})", "p(B)"),
        Column("density_error", "double", f"1/({ENERGY})", "bootstrap standard error over samples"),
        Column("count", "int64", NONE, "modes in the bin"),
    ),
)


def _of_kind(kind: str, place: int) -> tuple[Quantity, ...]:
    """The quantities that every kind of mode has."""
    word, letter = WORDS[kind], LETTERS[kind]
    return (
        Quantity(
            f"softest_{kind}",
            rf"\omega_{letter}",
            FREQUENCY,
            f"frequency of the softest {word} mode of a sample",
            f"omega, softest {word} mode",
            place,
            "frequency",
        ),
        Quantity(
            f"weibull_{kind}",
            rf"k_{letter}",
            NONE,
            f"Weibull exponent of the softest {word} mode over all samples: 5 where all of them lie in the range of D(omega) ~ omega^4",
            f"Weibull exponent, {word}",
            place + 1,
            universal=True,
            error_from=0,
        ),
        Quantity(
            f"minimal_exponent_{kind}",
            "",
            NONE,
            f"exponent of the cumulative distribution of the softest {word} mode, in the widest window on which it does not depend: 5 for the law",
            universal=True,
            error_from=0,
        ),
        Quantity(f"core_{kind}", rf"(Ne)_{letter}", NONE, f"N e of the softest {word} mode", f"N e, softest {word} mode", place + 2),
        Quantity(f"modes_{kind}", "", NONE, f"distinct {word} modes of a sample", f"distinct {word} modes", place + 3),
        Quantity(f"starts_{kind}", "", NONE, f"starts that fall onto one {word} mode", f"starts for each {word} mode", place + 4),
        Quantity(f"failed_{kind}", "", NONE, f"share of starts that end in no {word} mode"),
        Quantity(f"solves_{kind}", "", NONE, f"solves that a start takes to a {word} mode, mean"),
    )


def _of_wells(kind: str) -> tuple[Quantity, ...]:
    """Of the energy along a mode, 004 eqs. 16-20."""
    word, letter = WORDS[kind], LETTERS[kind]
    return (
        Quantity(f"double_{kind}", "", NONE, f"share of {word} modes with b3^2 > (8/3) b2 b4: the quartic expansion has two wells"),
        Quantity(f"deeper_{kind}", "", NONE, f"share of {word} modes with b3^2 > 3 b2 b4: the other well is deeper"),
        Quantity(f"b3_slope_{kind}", "", NONE, f"slope of ln |b3| against ln omega, softest {word} mode of each sample", universal=True),
        Quantity(f"b4_slope_{kind}", "", NONE, f"slope of ln b4 against ln omega, softest {word} mode of each sample", universal=True),
        Quantity(f"b3_slope_all_{kind}", "", NONE, f"slope of ln |b3| against ln omega, all {word} modes", universal=True),
        Quantity(f"b4_slope_all_{kind}", "", NONE, f"slope of ln b4 against ln omega, all {word} modes", universal=True),
        Quantity(f"barrier_{kind}", f"B_{letter}", ENERGY, f"median of the barrier (2/3) b2^3/b3^2 of the cubic expansion, {word} modes"),
        Quantity(
            f"double_barrier_{kind}",
            f"B_{letter}^\\mathrm{{double}}",
            ENERGY,
            f"median of the barrier of the quartic expansion of the {word} modes with two wells, where there are 8",
        ),
        Quantity(
            f"barrier_exponent_{kind}",
            "",
            NONE,
            f"exponent of p(B) as B -> 0, of the quartic expansion where it has two wells, {word} modes: 1/4 expected",
            universal=True,
            error_from=-1,
        ),
    )


OBSERVABLE = Observable(
    name="nonlinear_modes",
    title="nonlinear modes: pseudo-harmonic, cubic, quartic",
    formula="H z = (b2/b_n) t with b2 = z.H.z, b_n = t.z; t = sum_j abs(z_ij)^2 z_ij, U3:zz or U4:.zzz; abs(z) = 1",
    source="001 sec. C1; 002 S-2, S-4; 004 eqs. 11-20",
    place=10.5,
    dimensions=(2, 3, 4),
    rule="find_nonlinear_modes",
    aggregate="aggregate_nonlinear_modes",
    takes=("glasses.gsd",),
    tables=(NONLINEAR_MODES,),
    fields=(
        Field(
            "nonlinear_vectors",
            "displacements z of the softest modes of each kind, (N, d) with sum_i |z_i|^2 = 1 and b3 <= 0, so that another well lies "
            "at +s: <kind>_0 is the softest; NaN where a sample has fewer",
            NONE,
        ),
    ),
    combines=(NONLINEAR_MODES.file,),
    curves=(NONLINEAR_SCATTER, MINIMAL_MODES, BARRIER_DENSITY),
    algebra="sparse",
    pairwise=True,
    message="Finding nonlinear modes",
    settings=(
        Setting(
            "kinds",
            ALL_KINDS,
            {"type": "array", "items": {"enum": ALL_KINDS}, "minItems": 1, "uniqueItems": True},
            "kinds of modes: a list of pseudo_harmonic, cubic, quartic",
        ),
        Setting("shear", True, {"type": "boolean"}, "start from the responses to simple and pure shear in every plane (002, S-4)"),
        Setting("pinches", 20, COUNT, "start from the softest of the responses to force dipoles on weak bonds (002, S-2): how many, or all"),
        Setting("pinches_tried", 200, NUMBER_OR_ALL, "weak bonds among whose responses these are looked for, the weakest first, or all"),
        Setting("weak_force", 1.0e-2, POSITIVE, "f/(p a0^(d-1)) below which a bond is weak (002, eq. S5)"),
        Setting("harmonic", 8, WHOLE, "start from the lowest harmonic modes: how many; they are rows of the table too, of the kind harmonic"),
        Setting("bond_operator", 4, WHOLE, "start from the displacements D of the largest lambda of the bond operator (001, sec. C1): how many"),
        Setting("kept", 3, WHOLE, "softest modes of each kind whose vectors are written, for other observables and for OVITO"),
        Setting("tolerance", 1.0e-8, SHARE, "residual |H z - (b2/b_n) t|/|H z| of a mode"),
    ),
    quantities=(
        *(quantity for place, kind in enumerate(ALL_KINDS) for quantity in _of_kind(kind, 40 + 5 * place)),
        *(quantity for kind in ("cubic", "quartic") for quantity in _of_wells(kind)),
        Quantity(
            "softest_harmonic", r"\omega_h", FREQUENCY, "frequency of the softest harmonic mode of a sample, phonons included", reduced="frequency"
        ),
        Quantity("below_bound_cubic", "", NONE, "share of cubic modes with b3^2 < 0.4 b2 b4"),
        Quantity("below_bound_harmonic", "", NONE, "share of the harmonic modes with b3^2 < 0.4 b2 b4"),
    ),
    headlines=(
        Headline(
            "minimal_exponent_cubic",
            "exponent of the cumulative of the softest cubic mode",
            5.0,
            f"{PERSPECTIVE}, Fig. 10a",
            40,
            comment="in the plane, through phonon bands; maximum likelihood in the widest window on which it does not depend",
            model="",
        ),
        Headline(
            "minimal_exponent_quartic",
            "exponent of the cumulative of the softest quartic mode",
            5.0,
            f"{PAPER}, section S-4",
            41,
            comparable=False,
            comment="the law of D(omega), which quartic modes are said to represent",
            model="",
        ),
        Headline("b3_slope_cubic", "slope of ln abs(b3) against ln omega, softest cubic modes", 1.0, f"{PERSPECTIVE}, eq. 18", 42, model=""),
        Headline("b4_slope_cubic", "slope of ln b4 against ln omega, softest cubic modes", 0.0, f"{PERSPECTIVE}, section VI G", 43, model=""),
        Headline(
            "barrier_exponent_cubic", "exponent of p(B), double wells along cubic modes", 0.25, f"{PERSPECTIVE}, eq. 20, a prediction", 44, model=""
        ),
    ),
    figures=(
        Figure(
            "participation_frequency",
            "plot_participation_frequency",
            tables=("nonlinear_scatter", "quantities", "fits", "flags"),
            quantities=("core_quartic",),
            observables=("nonlinear_modes",),
            source="002 Fig. S3, 004 Fig. 10b",
            title="N e against omega: harmonic modes, and nonlinear ones of each kind",
        ),
        Figure(
            "minimal_frequencies",
            "plot_minimal_frequencies",
            tables=("minimal_modes", "quantities", "fits", "flags"),
            quantities=("softest_cubic",),
            observables=("nonlinear_modes",),
            source="004 Fig. 10a",
            title="cumulative distribution of the softest mode of each glass, harmonic and nonlinear",
        ),
        Figure(
            "coefficients",
            "plot_coefficients",
            tables=("nonlinear_scatter", "quantities", "flags"),
            quantities=("double_cubic", "deeper_cubic", "below_bound_cubic"),
            observables=("nonlinear_modes",),
            source="004 Fig. 11",
            title="b3^2 against b2 b4, with the bounds",
        ),
        Figure(
            "coefficients_frequency",
            "plot_coefficients_frequency",
            tables=("nonlinear_scatter", "quantities", "flags"),
            quantities=("b3_slope_cubic", "b4_slope_cubic"),
            observables=("nonlinear_modes",),
            source="004 eq. 18",
            title="b3 and b4 against omega, with fitted slopes",
        ),
        Figure(
            "barriers",
            "plot_barriers",
            tables=("barrier_density", "quantities", "flags"),
            quantities=("barrier_cubic", "double_barrier_cubic"),
            observables=("nonlinear_modes",),
            source="004 eqs. 14, 19, 20",
            title="distribution of energy barriers along modes, of the cubic and of the quartic expansion",
        ),
    ),
)
