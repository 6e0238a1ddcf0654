"""What a second observable makes of the first one's table and field, without the samples."""

from vitrine.declare import Observable, Quantity
from vitrine.schema import NONE, Column, Table

TOY_SECOND = Table("toy_second", "nearest distances in units of the moment", (Column("largest", "double", NONE, "largest over the moment"),), True)

OBSERVABLE = Observable(
    name="toy_second",
    title="largest distance to the nearest neighbour",
    source="nowhere",
    place=91,
    rule="measure_toy_second",
    aggregate="aggregate_toy_second",
    takes=("toy.parquet", "toy_field.gsd"),
    tables=(TOY_SECOND,),
    combines=(TOY_SECOND.file,),
    message="Comparing nearest neighbours",
    quantities=(Quantity("toy_largest", r"R_\mathrm{toy}", NONE, "largest nearest distance over the moment", "R_toy", 91),),
)
