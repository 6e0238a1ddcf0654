"""How far the nearest neighbour is: an observable that only the tests know (test_toy.py)."""

from vitrine.declare import POSITIVE, Field, Figure, Observable, Quantity, Setting
from vitrine.schema import LENGTH, NONE, Column, Table

TOY = Table(
    "toy", "moment of the distance to the nearest neighbour", (Column("moment", "double", LENGTH, "mean of the power, to one over it"),), True
)
TOY_CURVE = Table(
    "toy_curve",
    "distribution of that moment over samples",
    (Column("moment", "double", LENGTH, "moment of a sample, by rising value"), Column("share", "double", NONE, "share of samples up to it")),
)

OBSERVABLE = Observable(
    name="toy",
    title="distance to the nearest neighbour",
    formula="(mean of r^power)^(1/power)",
    source="nowhere",
    place=90,
    rule="measure_toy",
    aggregate="aggregate_toy",
    takes=("glasses.gsd",),
    tables=(TOY,),
    fields=(Field("toy_field", "distance to the nearest neighbour of every particle", LENGTH),),
    combines=(TOY.file,),
    curves=(TOY_CURVE,),
    message="Looking for nearest neighbours",
    settings=(Setting("power", 2.0, POSITIVE, "of the moment"),),
    quantities=(Quantity("toy_moment", r"r_\mathrm{toy}", LENGTH, "moment of the nearest distance", "r_toy", 90, "length"),),
    figures=(Figure("toy", "plot_toy", tables=("toy_curve", "quantities", "flags"), quantities=("toy_moment",), observables=("toy",)),),
)
