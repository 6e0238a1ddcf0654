"""Phase diagram of the mean-field oscillators: where their replica-symmetric phase ends (004 Fig. 8a)."""

from vitrine.declare import POSITIVE, Figure, Observable, Quantity, Setting
from vitrine.schema import NONE, Column, Table

MEAN_FIELD_PHASES = Table(
    "mean_field_phases",
    "the transition of the mean-field oscillators, of every range of stiffnesses with k_min > 0",
    (
        Column("transition_field", "double", NONE, "field h"),
        Column("transition_coupling", "double", NONE, "coupling J_c"),
        Column(
            "branch",
            "double",
            NONE,
            "exponent of D(omega) there: 2 where J^2 <1/K^2> = 1, 4 where w = k_min, 7/3 at the special point, where both are",
        ),
        Column("shift", "double", NONE, "w = J^2 <1/K>"),
        Column("stability", "double", NONE, "J^2 <1/K^2>"),
    ),
)

OBSERVABLE = Observable(
    name="mean_field_phases",
    title="phase diagram of the mean-field oscillators",
    formula="J^2 <1/K^2> = 1 (omega^2) or w = J^2 <1/K> = k_min (omega^4), whichever comes first; K = k - w + x^2/2",
    source="004 Fig. 8a",
    place=31,
    aggregate="compute_mean_field_phases",
    scope="study",
    combines=("mean_field_estimates.parquet",),
    curves=(MEAN_FIELD_PHASES,),
    requires=("mean_field",),
    settings=(
        Setting("highest", 3.0, POSITIVE, "field h up to which the transition is followed, from a thousandth of it", "aggregate"),
        Setting("points", 25, {"type": "integer", "minimum": 2}, "fields at which it is computed, evenly in ln h", "aggregate"),
    ),
    quantities=(
        Quantity("transition_without_field", r"J_c(0)", NONE, "coupling of the transition as h goes to 0, of these stiffnesses", "J_c(h -> 0)", 310),
        Quantity(
            "special_field", r"h_*", NONE, "field of the special point, where the branches of the transition meet", "h of the special point", 311
        ),
        Quantity("special_coupling", r"J_*", NONE, "coupling of the special point", "J of the special point", 312),
    ),
    figures=(
        Figure(
            "mean_field_phases",
            "plot_mean_field_phases",
            tables=("mean_field_phases", "quantities", "flags"),
            quantities=("transition_without_field", "mean_field_softest"),
            observables=("mean_field_phases",),
            source="004 Fig. 8a",
            title="phase diagram of the mean-field oscillators, with both branches and the special point",
            axis="coupling",
        ),
    ),
)
