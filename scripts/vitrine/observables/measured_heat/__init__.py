"""Measured specific heat of a glass, a table of the user's, taken apart into two-level systems, phonons and soft modes (004 eq. 23, Fig. 15)."""

from vitrine.declare import POSITIVE, Figure, Observable, Quantity, Setting
from vitrine.schema import NONE, Column, Table
from vitrine.seeds import MEASURED_HEAT as STREAM

MEASURED_HEAT = Table(
    "measured_heat",
    "measured specific heat and its fit C_TLS T + C_D T^3 + C_sm T^5, in the units of the user's table",
    (
        Column("temperature", "double", NONE, "T"),
        Column("heat", "double", NONE, "C"),
        Column("heat_error", "double", NONE, "error of C"),
        Column("reduced", "double", NONE, "(C - C_D T^3)/T^3"),
        Column("reduced_error", "double", NONE, "error of it, that of C alone"),
        Column("fitted", "double", NONE, "C_TLS/T^2 + C_sm T^2"),
        Column("used", "bool", NONE, "in the window of the fit"),
    ),
)
RANGE = {
    "anyOf": [{"type": "null"}, {"type": "array", "items": POSITIVE, "minItems": 2, "maxItems": 2}],
    "description": "null, or two positive numbers, the lower first",
}

OBSERVABLE = Observable(
    name="measured_heat",
    title="measured C(T): two-level systems, phonons, soft modes",
    formula="C = C_TLS T + C_D T^3 + C_sm T^5; (C - C_D T^3)/T^3 least at T_min = (C_TLS/C_sm)^(1/4)",
    source="004 eq. 23, Fig. 15",
    place=9.5,
    aggregate="fit_measured_heat",
    scope="study",
    curves=(MEASURED_HEAT,),
    random=STREAM,
    settings=(
        Setting(
            "table",
            None,
            {"type": ["string", "null"], "minLength": 1},
            "file of the measured heat with the columns T, C and error, by a comma, a tab or spaces, or Parquet; null: nothing is fitted",
            "aggregate",
            names_file=True,
        ),
        Setting(
            "debye",
            None,
            {"anyOf": [{"type": "null"}, POSITIVE], "description": "null, or a number greater than 0"},
            "C_D, where elastic measurements give it; null: it is fitted too",
            "aggregate",
        ),
        Setting("window", None, RANGE, "lowest and highest T of the fit; null: all of the table", "aggregate"),
    ),
    quantities=(
        Quantity("measured_two_level", r"C_\mathrm{TLS}", NONE, "C_TLS of the measured heat", "C_TLS of the measured heat", 340),
        Quantity("measured_debye", r"C_D", NONE, "C_D of the measured heat, fitted or as given", "C_D of the measured heat", 341),
        Quantity("measured_soft", r"C_\mathrm{sm}", NONE, "C_sm of the measured heat", "C_sm of the measured heat", 342),
        Quantity("measured_minimum_law", r"T_\mathrm{min}", NONE, "(C_TLS/C_sm)^(1/4) of the fit", "(C_TLS/C_sm)^(1/4)", 343),
        Quantity(
            "measured_minimum",
            r"T_\mathrm{min}",
            NONE,
            "where (C - C_D T^3)/T^3 itself is least: smoothed, no law",
            "T_min of the measured heat",
            344,
        ),
        Quantity("measured_chi_square", "", NONE, "chi^2 of the fit per degree of freedom", "chi^2 of the measured heat", 345),
    ),
    figures=(
        Figure(
            "measured_heat",
            "plot_measured_heat",
            tables=("measured_heat", "quantities"),
            quantities=("measured_two_level",),
            observables=("measured_heat",),
            source="004 Fig. 15a",
            title="(C - C_D T^3)/T^3 of a measured glass, with its two terms and T_min",
        ),
    ),
)
