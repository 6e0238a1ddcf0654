"""Where D(omega) leaves omega^4, before the first phonon or beyond what it lets be seen (002 Fig. 3 and sec. IV, 004 Fig. 5b)."""

from vitrine.declare import POSITIVE, SHARE, Figure, Observable, Quantity, Setting
from vitrine.schema import FREQUENCY, NONE, Column, Table

LAW_RANGE = Table(
    "law_range",
    "exponent of the cumulative of the modes below the first phonons, in nested windows from the softest mode on, the widest first",
    (
        Column("end", "double", FREQUENCY, "end of the window; the first phonon of a sample ends it earlier"),
        Column("count", "int64", NONE, "modes in the window"),
        Column("exponent", "double", NONE, "exponent of the cumulative by maximum likelihood: 5 where D(omega) ~ omega^4"),
        Column("error", "double", NONE, "its bootstrap standard error"),
    ),
)

OBSERVABLE = Observable(
    name="law_range",
    title="omega_4, where D(omega) leaves omega^4, and over the first phonon; A_g against N",
    formula="omega_4: end of the widest window below the first phonons whose cumulative has an exponent within 5 +- departure",
    source="002 Fig. 3, 004 Fig. 5b",
    place=3.2,
    dimensions=(2, 3, 4),
    aggregate="aggregate_law_range",
    derive="fit_law_range",
    combines=("modes.parquet", "elasticity.parquet"),
    curves=(LAW_RANGE,),
    requires=("modes", "elasticity"),
    settings=(
        Setting("departure", 0.5, POSITIVE, "D(omega) has left omega^4 where the exponent of its cumulative is so far from 5", "aggregate"),
        Setting("phonon_fraction", 0.9, SHARE, "modes below this fraction of the first shear phonon of their sample count", "aggregate"),
    ),
    quantities=(
        Quantity("law_end", r"\omega_4", FREQUENCY, "frequency at which D(omega) leaves omega^4", "omega_4", 11.3, reduced="frequency"),
        Quantity("law_end_phonon", r"\omega_4/\omega_\mathrm{ph}", NONE, "omega_4 over the first shear phonon", "omega_4/omega_ph", 11.4),
        Quantity("law_end_g", r"\omega_4/\omega_g", NONE, "omega_4 over the frequency omega_g of pinched bonds", "omega_4/omega_g", 11.5),
        Quantity("law_exponent", r"1+\beta", NONE, "exponent of the cumulative below the first phonons, 5 where D(omega) ~ omega^4 all the way"),
    ),
    figures=(
        Figure(
            "law_range",
            "plot_law_range",
            tables=("mode_density", "law_range", "quantities", "flags"),
            quantities=("c_s", "omega_ph", "law_end"),
            observables=("law_range", "modes"),
            source="002 Fig. 3",
            title="D(omega) over omega^4 of each point, with its first phonon and where it leaves; A_g against N",
        ),
    ),
)
