"""A model without particles: numbers of a width that is an axis of the study's own."""

from vitrine.declare import Field, Observable, Quantity, Setting
from vitrine.schema import NONE, Column, Table

TOY_DRAWN = Table("toy_drawn", "numbers that were drawn", (Column("spread", "double", NONE, "root of their mean square"),), True)

OBSERVABLE = Observable(
    name="toy_drawn",
    title="spread of drawn numbers",
    source="nowhere",
    place=92,
    rule="draw_toy",
    aggregate="aggregate_toy_drawn",
    model="width",
    tables=(TOY_DRAWN,),
    fields=(Field("toy_numbers", "the numbers themselves", NONE),),
    combines=(TOY_DRAWN.file, "toy_numbers.gsd"),
    random=0x70E,
    message="Drawing numbers",
    settings=(Setting("numbers", 100, {"type": "integer", "minimum": 2}, "how many are drawn for each sample"),),
    quantities=(
        Quantity("toy_spread", r"\sigma_\mathrm{toy}", NONE, "root of the mean square", "spread", 92),
        Quantity("toy_spread_field", r"\sigma'", NONE, "the same from the field", "spread, from the field", 93),
    ),
)
