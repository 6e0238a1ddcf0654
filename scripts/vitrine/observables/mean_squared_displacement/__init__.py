"""Mean squared displacement and non-Gaussian parameter of the liquids, from trajectories (003 Fig. 3a)."""

from vitrine.declare import Figure, Observable, Quantity
from vitrine.schema import NONE, Column, Table

TIME = "lambda_min sqrt(m/epsilon)"

DISPLACEMENTS = Table(
    "displacements",
    "moments of the displacement in a time, over particles and time origins, the drift of the centre of mass taken away",
    (
        Column("lag", "double", TIME, "time between the two looks"),
        Column("second", "double", "lambda_min^2", "<Delta^2>, mean squared displacement"),
        Column("fourth", "double", "lambda_min^4", "<Delta^4>"),
    ),
    of_samples=True,
)
DISPLACEMENT_CURVES = Table(
    "displacement_curves",
    "mean squared displacement and non-Gaussian parameter of an ensemble",
    (
        Column("lag", "double", TIME, "time between the two looks"),
        Column("second", "double", "lambda_min^2", "mean squared displacement"),
        Column("second_error", "double", "lambda_min^2", "bootstrap standard error over samples"),
        Column("non_gaussian", "double", NONE, "alpha_2 = d <Delta^4>/((d + 2) <Delta^2>^2) - 1"),
        Column("non_gaussian_error", "double", NONE, "bootstrap standard error"),
    ),
)

OBSERVABLE = Observable(
    name="mean_squared_displacement",
    title="mean squared displacement, non-Gaussian parameter",
    formula="<Delta^2>(t) over particles and time origins; alpha_2 = d <Delta^4>/((d + 2) <Delta^2>^2) - 1",
    source="003 Fig. 3a",
    place=10,
    rule="measure_displacements",
    aggregate="aggregate_displacements",
    takes=("trajectories.gsd",),
    tables=(DISPLACEMENTS,),
    combines=("displacements.parquet",),
    curves=(DISPLACEMENT_CURVES,),
    message="Measuring the displacements",
    quantities=(
        Quantity(
            "displacement_longest",
            r"\langle\Delta^2\rangle",
            "lambda_min^2",
            "mean squared displacement in the longest time that half of a trajectory holds",
            "<Delta^2> in the longest time",
            28,
        ),
    ),
    figures=(
        Figure(
            "mean_squared_displacement",
            "plot_mean_squared_displacement",
            tables=("displacement_curves", "quantities", "flags"),
            quantities=("displacement_longest",),
            source="003 Fig. 3a",
            title="mean squared displacement and non-Gaussian parameter against time",
        ),
    ),
)
