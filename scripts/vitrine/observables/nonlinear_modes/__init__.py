"""Nonlinear modes, which do not hybridise with phonons: pseudo-harmonic (001 sec. C1), cubic (004 sec. VI F, G) and quartic ones (002 S-2, S-4)."""

from vitrine.declare import NUMBER_OR_ALL, POSITIVE, SHARE, Field, Observable, Setting
from vitrine.schema import ENERGY, FREQUENCY, NONE, Column, Table

ALL_KINDS = ["pseudo_harmonic", "cubic", "quartic"]
COUNT = {"anyOf": [{"const": "all"}, {"type": "integer", "minimum": 0}], "description": "the word all, or a whole number from 0"}
WHOLE = {"type": "integer", "minimum": 0}
STIFFNESS, CUBIC_ORDER, QUARTIC_ORDER = "epsilon/lambda_min^2", "epsilon/lambda_min^3", "epsilon/lambda_min^4"
KIND = Column("kind", "string", NONE, "pseudo_harmonic, cubic or quartic; harmonic for the lowest vibrational modes")

NONLINEAR_MODES = Table(
    "nonlinear_modes",
    "nonlinear modes of each glass: one row for each distinct mode, softest first, then one for each start that ended in none; the lowest harmonic "
    "modes beside them. All of a displacement field z with sum_i |z_i|^2 = 1 and no mean",
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
        Column(
            "participation", "double", NONE, "e = (sum |v_i|^2)^2/(N sum |v_i|^4) of v = m^1/2 u, as in the table modes; the core has N e particles"
        ),
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

OBSERVABLE = Observable(
    name="nonlinear_modes",
    title="nonlinear modes: pseudo-harmonic, cubic, quartic",
    formula="H z = (b2/b_n) t with b2 = z.H.z, b_n = t.z; t = sum_j abs(z_ij)^2 z_ij, U3:zz or U4:.zzz; abs(z) = 1",
    source="001 sec. C1; 002 S-2, S-4; 004 eqs. 11-20",
    place=10.5,
    rule="find_nonlinear_modes",
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
    algebra="sparse",
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
)
