"""Reheating: liquids of a rung heated up to the rung before. Where they meet those that came down, the ensemble is bracketed and in equilibrium."""

from vitrine.declare import Observable, Quantity, Setting
from vitrine.schema import ENERGY, SWEEPS, TEMPERATURE, Column, Table

REHEATED_LIQUIDS = Table(
    "reheated",
    "liquids heated up to the temperature of the rung before, and run there for a multiple of the time of its own liquids",
    (
        Column("temperature", "double", TEMPERATURE, "temperature to which the liquid is heated up"),
        Column("sweeps", "int64", SWEEPS, "length of the run there"),
        Column("energy", "double", ENERGY, "mean potential energy per particle over the second half of the run"),
        Column("energy_approach", "double", ENERGY, "the same over the second quarter"),
    ),
    of_samples=True,
)

OBSERVABLE = Observable(
    name="reheating",
    title="liquids heated up from the colder rung, beside those that came down",
    formula="mean energy of the ensemble that came down less that of liquids heated up from the colder rung, zero in equilibrium",
    source="Vitrine's own",
    place=1.5,
    rule="reheat_liquids",
    aggregate="aggregate_reheated",
    takes=("liquids.gsd",),
    tables=(REHEATED_LIQUIDS,),
    combines=(REHEATED_LIQUIDS.file,),
    message="Heating up liquids",
    prepares=True,
    settings=(
        Setting("samples", 10, {"type": "integer", "minimum": 2}, "samples of each rung that are heated up to the rung before"),
        Setting(
            "length",
            1,
            {"type": "number", "minimum": 1},
            "length of their runs there, in those of its own liquids; cold liquids that still rise need more than 1",
        ),
    ),
    quantities=(
        Quantity("energy_reheated", "U/N", ENERGY, "mean energy at the rung before of liquids heated up from this one"),
        Quantity(
            "energy_rise",
            r"\Delta U",
            ENERGY,
            "mean energy of the reheated liquids over the second half of their runs less that over the second quarter",
        ),
        Quantity("temperature_reheated", "T", TEMPERATURE, "temperature to which liquids of this rung were heated up: that of the rung before"),
        Quantity("energy_bracket", r"\Delta U", ENERGY, "mean energy of the liquids that came down less that of the liquids that were heated up"),
        Quantity(
            "temperature_bracket",
            r"\Delta T",
            TEMPERATURE,
            "energy_bracket over the heat capacity",
            "energy above that of reheated liquids, as a temperature",
            30.5,
        ),
        Quantity(
            "temperature_rise",
            r"\Delta T",
            TEMPERATURE,
            "energy_rise of the liquids that were heated up to this rung, over the heat capacity",
            "rise of reheated liquids, as a temperature",
            30.6,
        ),
    ),
)
