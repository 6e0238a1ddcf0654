"""Residual shear stress, stability to shears of the box, and the low tail of G from sample to sample (004 sec. IV I and K)."""

from vitrine.declare import SHARE, Figure, Headline, Observable, Quantity, Setting
from vitrine.papers import PERSPECTIVE
from vitrine.schema import MODULUS, NONE, Column, Table

STRESS_FREE = f"{PERSPECTIVE}, section IV K, of its ref. 186"
TAIL = "follows from D ~ omega^4, where one soft mode lowers G by (Xi.z)^2/(V omega^2); flagged where it depends on its window"

SHEAR_STABILITY = Table(
    "shear_stability",
    "answers of each glass to all shears of its box, athermal and with the particles at rest",
    (
        Column("stress", "double", MODULUS, "shear stress sqrt(s':s'/2) of the deviator s' of the stress: that of a simple shear, where it is one"),
        Column("modulus", "double", MODULUS, "G, mean over the (d - 1)(d + 2)/2 independent shears"),
        Column("lowest", "double", MODULUS, "least modulus of any shear: not positive where the glass is unstable to a shear of its box"),
        Column("highest", "double", MODULUS, "largest modulus of any shear"),
    ),
    of_samples=True,
)
MODULUS_SHARES = Table(
    "modulus_shares",
    "how G differs from sample to sample, over its mean: shares of samples beyond a distance from the median, and of low least moduli",
    (
        Column(
            "kind", "string", NONE, "below, above: samples whose G lies further than x below, or above, the median; lowest: least modulus below x"
        ),
        Column("x", "double", NONE, "distance, or least modulus, over the mean of G"),
        Column("share", "double", NONE, "share of the samples"),
        Column("share_error", "double", NONE, "bootstrap standard error"),
        Column("count", "int64", NONE, "samples"),
    ),
)
MODULUS_TAIL = Table(
    "modulus_tail",
    "exponent of the low tail p(D) ~ D^-x, D = median(G) - G, in nested windows: samples with D above a threshold, x = 1 + n/sum ln(D/threshold)",
    (
        Column("share", "double", NONE, "share of the samples that lie above the threshold"),
        Column("threshold", "double", NONE, "lower end of the window, over the mean of G"),
        Column("exponent", "double", NONE, "x"),
        Column("exponent_error", "double", NONE, "bootstrap standard error"),
        Column("count", "int64", NONE, "samples above the threshold"),
        Column("samples", "int64", NONE, "the same"),
    ),
)

OBSERVABLE = Observable(
    name="shear_stability",
    title="shear stress, stability to shears of the box, low tail of G",
    formula="C_kl = d2U/(dg_k dg_l)/V over all trace-free shears of the box, particles at rest; p(D) ~ D^-x of D = median(G) - G",
    source="004 sec. IV I and K",
    place=18.35,
    rule="measure_shear_stability",
    aggregate="aggregate_shear_stability",
    derive="fit_shear_stability",
    takes=("glasses.gsd",),
    tables=(SHEAR_STABILITY,),
    combines=(SHEAR_STABILITY.file,),
    curves=(MODULUS_SHARES, MODULUS_TAIL),
    algebra="sparse",
    message="Measuring the stability to shear",
    settings=(Setting("tail", 0.02, SHARE, "share of the samples, those of lowest G, whose exponent is told", "aggregate"),),
    quantities=(
        Quantity("shear_modulus_all", "G", MODULUS, "shear modulus, mean over all shears of the box", "G, all shears", 235),
        Quantity("shear_modulus_lowest", r"G_\mathrm{min}", MODULUS, "least modulus of any shear, mean over samples", "least modulus", 235.1),
        Quantity("shear_unstable", "", NONE, "share of samples that are unstable to a shear of their box", "unstable to a shear", 235.2),
        Quantity(
            "shear_stress_share", r"\sigma/G", NONE, "shear stress of a sample, root of the mean square, over the mean of G", "shear stress/G", 235.3
        ),
        Quantity("G_spread", r"\mathrm{std/mean}\;G", NONE, "standard deviation of G over its mean", "std/mean of G", 235.4),
        Quantity(
            "G_asymmetry",
            "",
            NONE,
            "distance of the median of G from the quantile at the share `tail` over that from the one at 1 - tail: 1 for a symmetric distribution",
            "low tail of G over high tail",
            235.5,
        ),
        Quantity("G_tail_exponent", "x", NONE, "exponent of p(D) ~ D^-x over the low tail", "x of the low tail of G", 235.6),
        Quantity("G_tail_threshold", "", NONE, "D at which that tail begins, over the mean of G", "its threshold", 235.7),
    ),
    headlines=(
        Headline("G_tail_exponent", "x of the low tail of G", 3.5, f"{PERSPECTIVE}, section IV I", 78, False, TAIL, ""),
        Headline(
            "omega_min_exponent_kept",
            "exponent of p(omega_min), box as it was cast",
            4.0,
            STRESS_FREE,
            78.1,
            comment="Weibull exponent of omega_min less one",
            model="",
        ),
        Headline(
            "omega_min_exponent_relaxed",
            "exponent of p(omega_min), free of shear stress",
            5.0,
            STRESS_FREE,
            78.2,
            comment="Weibull exponent of omega_min less one; of another glass former in the plane",
            model="",
        ),
    ),
    figures=(
        Figure(
            "shear_stability",
            "plot_shear_stability",
            tables=("modulus_shares", "modulus_tail", "quantities", "flags"),
            quantities=("G_tail_exponent",),
            observables=("shear_stability",),
            source="004 sec. IV I and K",
            title="tails of G from sample to sample, the low one's exponent in nested windows, and the least modulus of any shear",
        ),
    ),
)
