"""Lengths from the decay of responses: xi_co of pinches and xi_QLM of quartic modes, by collapse of r^2d c(r) (002, Figs. 6, S2, S4)."""

from vitrine.declare import POSITIVE, SHARE, Figure, Headline, Observable, Quantity, Setting
from vitrine.papers import LENGTH_RANGE
from vitrine.papers import PINCHING as PAPER
from vitrine.schema import NONE, Column, Table

DECAY_COLLAPSE = Table(
    "decay_collapse",
    "decay functions times r^2d of all ensembles, over their factor, against the distance over their length",
    (
        Column("kind", "string", NONE, "`pinch` (responses to pinches) or `quartic` (quartic modes)"),
        Column("distance", "double", "a0", "distance r from the core"),
        Column("scaled_distance", "double", NONE, "r/a0 over the length, which is one at the reference"),
        Column("scaled_decay", "double", NONE, "(r/a0)^2d c(r)/A, A being one at the reference"),
        Column("scaled_error", "double", NONE, "bootstrap standard error of (r/a0)^2d c(r), over A"),
        Column("taken", "bool", NONE, "whether the value takes part in the collapse"),
    ),
)

TOGETHER = "printed for xi_g, 'by approximately 40 %', with which xi_co and xi_QLM vary together; their own decrease is drawn, not printed"

OBSERVABLE = Observable(
    name="crossover_lengths",
    title="xi_co, xi_QLM from the collapse of c(r)",
    formula="r^2d c(r) = A f(r/xi), one f for all ensembles; xi and A over those of the hottest",
    source="002 Figs. 6, S2, S4, 004 Fig. 6b",
    place=12,
    aggregate="collapse_decays",
    scope="study",
    combines=("decay_replicates.parquet", "response_decay_estimates.parquet"),
    curves=(DECAY_COLLAPSE,),
    requires=("response_decay",),
    settings=(
        Setting(
            "nearest",
            2.0,
            POSITIVE,
            "shortest distance that takes part in the collapse [a0]: below, c(r) shows the structure of the glass",
            "aggregate",
        ),
        Setting("farthest", 0.35, SHARE, "longest, as a share of the box (V/a0^d)^(1/d): beyond, periodic images show", "aggregate"),
        Setting(
            "far_field",
            0.1,
            SHARE,
            "the far field counts as reached where the outermost exponent of c(r) is within this share of -2d; lengths without it are flagged",
            "aggregate",
        ),
    ),
    quantities=(
        Quantity(
            "xi_co",
            r"\xi_\mathrm{co}",
            NONE,
            "crossover length of pinch responses over that of the hottest ensemble",
            "xi_co",
            104,
            change=("xi_co_decrease", "decrease"),
        ),
        Quantity(
            "xi_qlm",
            r"\xi_\mathrm{QLM}",
            NONE,
            "core length of quartic modes over that of the hottest ensemble",
            "xi_QLM",
            105,
            change=("xi_qlm_decrease", "decrease"),
        ),
        Quantity("A_1", "A_1", NONE, "factor of the collapse of pinches, over the hottest", "A_1", 106),
        Quantity("A_2", "A_2", NONE, "factor of the collapse of quartic modes, over the hottest", "A_2", 107),
        Quantity("xi_co_misfit", "", NONE, "root-mean-square deviation of ln(r^2d c) of pinches from the collapsed curve"),
        Quantity("xi_qlm_misfit", "", NONE, "root-mean-square deviation of ln(r^2d c) of quartic modes from the collapsed curve"),
    ),
    headlines=(
        Headline("xi_co_decrease", "decrease of xi_co, hottest to coldest T_p", 0.4, f"{PAPER}, Fig. 6", 8.1, LENGTH_RANGE, False, TOGETHER),
        Headline("xi_qlm_decrease", "decrease of xi_QLM, hottest to coldest T_p", 0.4, f"{PAPER}, Fig. 6", 8.2, LENGTH_RANGE, False, TOGETHER),
    ),
    figures=(
        Figure(
            "collapse",
            "plot_collapse",
            tables=("decay_collapse", "quantities", "flags"),
            quantities=("xi_co",),
            observables=("response_decay", "crossover_lengths"),
            source="002 Figs. S2b-d, S4b-d",
            title="r^2d c(r)/A against r/xi of pinches and of quartic modes; the factors A_1 and A_2",
        ),
        Figure(
            "lengths_compared",
            "plot_lengths_compared",
            tables=("quantities", "flags"),
            quantities=("xi_co",),
            observables=("crossover_lengths",),
            source="002 Fig. 6, 004 Fig. 6b",
            title="xi_co, xi_QLM and xi_g over their hottest values",
        ),
    ),
)
