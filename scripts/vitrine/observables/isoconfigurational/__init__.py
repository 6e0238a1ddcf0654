"""Isoconfigurational runs: from one configuration with fresh velocities, how often each particle leaves its cage (003 Fig. 3d)."""

from vitrine.declare import POSITIVE, Figure, Headline, Observable, Quantity, Setting
from vitrine.papers import SOFTNESS as PAPER
from vitrine.schema import NONE, Column, Table
from vitrine.seeds import ISOCONFIGURATIONAL

PROPENSITY = Table(
    "propensity",
    "what the runs of each sample say of every particle, a row for each in their order",
    (
        Column("particle", "int32", NONE, "index of the particle"),
        Column("species", "int32", NONE, "its type"),
        Column("softness", "double", NONE, "S along the recorded run"),
        Column("runs", "int32", NONE, "runs"),
        Column("escapes", "int32", NONE, "runs that end with |dr| > nearest"),
        Column("propensity", "double", "lambda_min^2", "mean of |dr|^2 at the end of the runs"),
    ),
    of_samples=True,
)
ESCAPE_CURVES = Table(
    "escape_curves",
    "probability to end further than d_NN away, in bins of the softness",
    (
        Column("softness_low", "double", NONE, "lower edge of the bin"),
        Column("softness_high", "double", NONE, "upper edge of the bin"),
        Column("probability", "double", NONE, "P(|dr| > d_NN), mean over the particles of the bin"),
        Column("probability_error", "double", NONE, "bootstrap standard error over samples"),
        Column(
            "binomial_error",
            "double",
            NONE,
            "of counting, n = particles x runs: sqrt(q (1 - q)/n) with q = (P n + 1)/(n + 2), not zero where none leaves",
        ),
        Column("propensity", "double", "lambda_min^2", "mean |dr|^2"),
        Column("propensity_error", "double", "lambda_min^2", "bootstrap standard error over samples"),
        Column("particles_in", "int64", NONE, "particles in the bin, all samples together"),
    ),
)

OBSERVABLE = Observable(
    name="isoconfigurational",
    title="isoconfigurational runs: probability to leave the cage against softness",
    formula="P_i(abs(dr(t)) > d_NN) over runs from one configuration with Maxwell velocities",
    source="003 Fig. 3d",
    place=10.4,
    rule="run_isoconfigurational",
    aggregate="aggregate_isoconfigurational",
    derive="fit_isoconfigurational",
    takes=("trajectories.gsd", "softness_particles.parquet"),
    tables=(PROPENSITY,),
    combines=(PROPENSITY.file,),
    curves=(ESCAPE_CURVES,),
    collected=(PROPENSITY.file,),
    random=ISOCONFIGURATIONAL,
    moves=True,
    spectra=True,
    message="Running isoconfigurational ensembles",
    settings=(
        Setting("runs", 100, {"type": "integer", "minimum": 1}, "runs of each sample; they are stored one by one"),
        Setting("time", 960.0, POSITIVE, "length of a run [lambda_min sqrt(m/epsilon)]; runs x time/time_step steps for each sample"),
        Setting("nearest", 0.9, POSITIVE, "d_NN: a particle that ends further away has left its cage [lambda_min]"),
    ),
    quantities=(
        Quantity("escape_all", "P", NONE, "P(|dr| > d_NN) over all particles", "P(leave the cage), all", 199),
        Quantity("escape_softest", "P", NONE, "P(|dr| > d_NN) of the softest 2 % of each sample", "P(leave the cage), softest 2 %", 199.1),
        Quantity("escape_peak_softness", "S", NONE, "middle of the bin of S with the largest P", "S of the largest P", 199.2),
        Quantity("propensity_correlation", r"r(S, \Delta r^2)", NONE, "r(S, mean |dr|^2)", "r(S, propensity)", 199.3),
    ),
    headlines=(
        Headline(
            "escape_peak_softness",
            "S above which rearrangements are reversible",
            20.0,
            f"{PAPER}, section III",
            84,
            comparable=False,
            comment="not the same N or rate; ours is the bin of S with the largest P, theirs a line drawn by eye beyond it",
            model="kob_andersen",
        ),
    ),
    figures=(
        Figure(
            "escape_probability",
            "plot_escape_probability",
            tables=("propensity", "escape_curves", "quantities", "flags"),
            quantities=("escape_all",),
            observables=("isoconfigurational",),
            source="003 Fig. 3d",
            title="probability to leave the cage against softness",
        ),
    ),
)
