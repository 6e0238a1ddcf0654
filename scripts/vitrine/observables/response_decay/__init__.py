"""Decay of the responses to pinches and of quartic modes with the distance from their core, c(r) (002, S-3 and S-4; 004, Fig. 1b)."""

from vitrine.declare import POSITIVE, Figure, Observable, Quantity, Setting
from vitrine.schema import FREQUENCY, NONE, Column, Table
from vitrine.seeds import RESPONSE

A0 = "a0"
COUNT = {"type": "integer", "minimum": 1}
KINDS = {"pinch": "pinched weak bonds", "quartic": "softest quartic modes"}  # in the order of figures

_KIND = Column("kind", "string", NONE, "`pinch` (responses to unit dipoles on weak bonds) or `quartic` (the softest quartic mode from shear)")
_BIN = Column("bin", "int32", NONE, "number of the bin of the distance, the same in all samples")
_LOW = Column("distance_low", "double", A0, "lower edge of the bin of the distance from the core, in a0 of the sample")
_HIGH = Column("distance_high", "double", A0, "upper edge of the bin")

RESPONSE_DECAY = Table(
    "response_decay",
    "decay of responses and of the quartic mode of each glass with the distance from their core",
    (
        _KIND,
        _BIN,
        _LOW,
        _HIGH,
        Column(
            "projection", "double", NONE, "c(r): median over bonds kl at this distance of (u-hat . d-hat_kl)^2, mean over the fields of the sample"
        ),
        Column("projected", "int32", NONE, "fields with a bond in the bin"),
        Column("amplitude", "double", NONE, "median over particles at this distance of |u-hat_i|, mean over the fields of the sample"),
        Column("moved", "int32", NONE, "fields with a particle in the bin"),
        Column(
            "projection_images",
            "double",
            NONE,
            "c(r) of a dipole in the isotropic continuum of the glass's moduli in this periodic box, over that in an infinite medium; NaN where the "
            "glass is unstable to shear of its box",
        ),
        Column("amplitude_images", "double", NONE, "the same of |u|"),
    ),
    of_samples=True,
)
RESPONSE_FIELDS = Table(
    "response_fields",
    "what was pinched in each glass, and its softest quartic mode",
    (
        Column("pinched", "int32", NONE, "bonds that were pinched"),
        Column("weak", "int32", NONE, "weak bonds that the glass has"),
        Column("omega", "double", FREQUENCY, "frequency of the quartic mode, sqrt(z.H.z/(m z.z)); NaN where no start led to one"),
        Column("participation", "double", NONE, "its participation ratio"),
        Column("core_i", "int32", NONE, "first particle of its core, the interacting pair that maximises |z_i - z_j|^2; -1 without a mode"),
        Column("core_j", "int32", NONE, "second particle of its core"),
        Column("start", "string", NONE, "the shear whose response led to it"),
        Column("residual", "double", NONE, "|H z - (b2/b4) U4:.zzz|/|H z|"),
        Column("solves", "int32", NONE, "solves with the Hessian of all starts together"),
        Column("no_mode", "string", NONE, "why there is no quartic mode; empty where there is one"),
    ),
    of_samples=True,
)
DECAY_CURVES = Table(
    "decay_curves",
    "decay functions of an ensemble, and their local exponents",
    (
        _KIND,
        _LOW,
        _HIGH,
        Column("projection", "double", NONE, "c(r), mean over fields and samples"),
        Column("projection_error", "double", NONE, "bootstrap standard error over samples"),
        Column("projection_exponent", "double", NONE, "d ln c/d ln r in a window about the bin: -2d where the medium is a continuum"),
        Column("projection_exponent_error", "double", NONE, "bootstrap standard error"),
        Column("amplitude", "double", NONE, "median |u-hat_i|, mean over fields and samples"),
        Column("amplitude_error", "double", NONE, "bootstrap standard error"),
        Column("amplitude_exponent", "double", NONE, "d ln|u-hat|/d ln r in a window about the bin: -(d - 1) in a continuum"),
        Column("amplitude_exponent_error", "double", NONE, "bootstrap standard error"),
        Column("fields", "int64", NONE, "fields with a bond in the bin, of all samples"),
        Column("projection_images", "double", NONE, "c(r) of a dipole in the continuum in the periodic box, over that in an infinite medium"),
        Column("projection_continuum", "double", NONE, "exponent of that c(r) in the same window: what images alone make of -2d"),
        Column("amplitude_images", "double", NONE, "the same of |u|"),
        Column("amplitude_continuum", "double", NONE, "exponent of that |u|: what images alone make of -(d - 1)"),
    ),
)
FAR_EXPONENTS = Table(
    "far_exponents",
    "exponents of what decays in the outermost window, for several ends of it: how much they depend on the setting far_end",
    (
        Column("quantity", "string", NONE, "pinch_exponent, quartic_exponent or amplitude_exponent (images divided out), as in quantities"),
        Column("far_end", "double", NONE, "share of the box within which the window ends; that of the setting is among them"),
        Column("end", "double", A0, "upper edge of the last bin within it"),
        Column("exponent", "double", NONE, "slope in the last window that ends there"),
        Column("exponent_error", "double", NONE, "bootstrap standard error over samples"),
        Column("change", "double", NONE, "its difference to the exponent of the setting"),
        Column("change_error", "double", NONE, "bootstrap standard error of that difference, replicate by replicate"),
    ),
)
DECAY_REPLICATES = Table(
    "decay_replicates",
    "c(r) of an ensemble for every bootstrap replicate",
    (
        _KIND,
        _BIN,
        _LOW,
        _HIGH,
        Column("replicate", "int32", NONE, "0 for the estimate, 1..B for the bootstrap replicates"),
        Column("projection", "double", NONE, "c(r)"),
        Column("samples", "int32", NONE, "samples behind the estimate"),
    ),
)

OBSERVABLE = Observable(
    name="response_decay",
    title="decay c(r) of responses to pinches and of quartic modes",
    formula="c(r) = <median over kl at distance r of (u_ij . d_kl)^2/(u_ij^2 d_kl^2)>_ij, u_ij = M^+ d_ij; the same of the softest quartic mode",
    source="002 eqs. S8-S11, 004 Fig. 1b",
    place=11,
    rule="measure_response_decay",
    aggregate="aggregate_response_decay",
    takes=("glasses.gsd",),
    tables=(RESPONSE_DECAY, RESPONSE_FIELDS),
    combines=(RESPONSE_DECAY.file, RESPONSE_FIELDS.file),
    curves=(DECAY_CURVES, FAR_EXPONENTS),
    kept=(DECAY_REPLICATES,),
    algebra="sparse",
    random=RESPONSE,
    pairwise=True,
    message="Measuring the decay of responses",
    settings=(
        Setting("pinches", 200, COUNT, "weak bonds that are pinched in each sample, drawn by the seed; all where there are fewer"),
        Setting("weak_force", 1.0e-2, POSITIVE, "f/(p a0^(d-1)) below which a bond is weak (002, eq. S5)"),
        Setting("projected", "all", {"enum": ["all", "weak"]}, "bonds kl onto whose dipoles fields are projected: all, or the weak ones"),
        Setting("spacing", "logarithmic", {"enum": ["logarithmic", "linear"]}, "how wide the bins of the distance are"),
        Setting("bins", 20, COUNT, "bins to a decade (logarithmic) or to an a0 (linear)"),
        Setting("farthest", 0.5, {"type": "number", "exclusiveMinimum": 0, "maximum": 0.5}, "end of the bins, as a share of the box"),
        Setting(
            "window", 1.5, {"type": "number", "minimum": 1.1}, "extent, a factor of the distance, of the windows of local exponents", "aggregate"
        ),
        Setting(
            "far_end",
            0.45,
            {"type": "number", "exclusiveMinimum": 0, "maximum": 0.5},
            "end, as a share of the box (V/a0^d)^(1/d), of the outermost window, whose exponents are given as numbers: beyond, the images of a "
            "continuum raise c(r)",
            "aggregate",
        ),
        Setting("core", 1.5, POSITIVE, "distance below which the disorder of the core makes up c(r): no exponents there [a0]", "aggregate"),
    ),
    quantities=(
        Quantity(
            "pinch_exponent",
            r"\mathrm{d}\ln c/\mathrm{d}\ln r",
            NONE,
            "exponent of c(r) of pinches in the outermost window: -2d in a continuum",
            "exponent of c(r), pinches",
            100,
        ),
        Quantity(
            "quartic_exponent",
            r"\mathrm{d}\ln c/\mathrm{d}\ln r",
            NONE,
            "exponent of c(r) of quartic modes in the outermost window: -2d in a continuum",
            "exponent of c(r), quartic modes",
            101,
        ),
        Quantity(
            "amplitude_exponent",
            r"\mathrm{d}\ln|\pi|/\mathrm{d}\ln r",
            NONE,
            "exponent of the amplitude of quartic modes in the outermost window, images divided out: -(d - 1) in a continuum",
            "exponent of |pi|(r), quartic modes",
            102,
        ),
        Quantity(
            "omega_quartic",
            r"\omega_\pi",
            FREQUENCY,
            "mean frequency of the softest quartic mode from shear",
            "omega, softest quartic mode",
            103,
            "frequency",
        ),
    ),
    figures=(
        Figure(
            "decay",
            "plot_decay",
            tables=("decay_curves", "quantities", "flags"),
            quantities=("pinch_exponent",),
            observables=("response_decay",),
            source="002 Figs. S2a, S4a, 004 Fig. 1b",
            title="c(r) of pinches and of quartic modes, the amplitude of quartic modes, and their local exponents",
        ),
    ),
)
