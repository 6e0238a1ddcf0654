"""Soft-potential model: minima of single random oscillators, and the exponents of their density of modes (004 sec. II A, eq. 1)."""

from vitrine.declare import POSITIVE, Figure, Headline, Observable, Quantity, Setting
from vitrine.papers import PERSPECTIVE
from vitrine.schema import NONE, Column, Table
from vitrine.seeds import SOFT_POTENTIALS

KIND = Column("minimum", "string", NONE, "any (every minimum of a potential) or lowest (one of each potential)")
SOFT_POTENTIALS_TABLE = Table(
    "soft_potentials",
    "numbers of minima of random potentials by their frequency",
    (
        KIND,
        Column("omega_low", "double", NONE, "lower edge of the bin"),
        Column("omega_high", "double", NONE, "upper edge"),
        Column("count", "int64", NONE, "minima in it"),
        Column("potentials", "int64", NONE, "potentials that were drawn"),
    ),
    of_samples=True,
)
SOFT_POTENTIAL_DENSITY = Table(
    "soft_potential_density",
    "D(omega) of the minima of random potentials, for each potential, with the law that is fitted",
    (
        KIND,
        Column("omega_low", "double", NONE, "lower edge of the bin"),
        Column("omega_high", "double", NONE, "upper edge"),
        Column("density", "double", f"1/({NONE})", "minima per potential and unit of omega"),
        Column("density_error", "double", f"1/({NONE})", "bootstrap standard error over samples"),
        Column("count", "int64", NONE, "minima in the bin"),
        Column("fitted", "double", NONE, "A omega^delta exp(c omega^2); NaN above the window of the fit"),
    ),
)
EXPECTED = {"any": 3.0, "lowest": 4.0}


def _of_kind(kind: str, words: str, place: int) -> tuple[Quantity, ...]:
    corrected = f"exponent of D(omega) {words}, with the correction"
    return (
        Quantity(f"soft_exponent_{kind}", r"\delta", NONE, corrected, f"exponent, {words}", place, universal=True),
        Quantity(f"soft_correction_{kind}", "c", NONE, f"c of D ~ omega^delta exp(c omega^2) {words}", f"correction, {words}", place + 1),
        Quantity(f"soft_plain_{kind}", "", NONE, f"exponent of D(omega) {words}, without it", f"plain exponent, {words}", place + 2),
    )


OBSERVABLE = Observable(
    name="soft_potentials",
    title="soft-potential model: exponents of D(omega)",
    formula="U(q) = sum_n a_n q^n/n!; D ~ omega^3 over all minima, ~ omega^4 over the lowest, b3^2 <= 3 b2 b4; corrections ~ omega^2",
    source="004 sec. II A, eq. 1",
    place=33,
    rule="draw_soft_potentials",
    aggregate="aggregate_soft_potentials",
    model="parameters",
    tables=(SOFT_POTENTIALS_TABLE,),
    combines=(SOFT_POTENTIALS_TABLE.file,),
    curves=(SOFT_POTENTIAL_DENSITY,),
    random=SOFT_POTENTIALS,
    message="Drawing random potentials",
    settings=(
        Setting("potentials", 1_000_000, {"type": "integer", "minimum": 1000}, "how many are drawn for each sample"),
        Setting("window", 0.5, POSITIVE, "frequency below which the law with its correction is fitted", "aggregate"),
    ),
    quantities=(
        *_of_kind("any", "of all minima", 330),
        *_of_kind("lowest", "of lowest minima", 333),
    ),
    headlines=(
        Headline("soft_exponent_any", "exponent of D, all minima of random potentials", 3.0, f"{PERSPECTIVE}, section II A", 330, model=""),
        Headline("soft_exponent_lowest", "exponent of D, lowest minima of random potentials", 4.0, f"{PERSPECTIVE}, section II A", 331, model=""),
    ),
    figures=(
        Figure(
            "soft_potentials",
            "plot_soft_potentials",
            tables=("soft_potential_density", "quantities", "flags"),
            quantities=("soft_exponent_any",),
            observables=("soft_potentials",),
            source="004 sec. II A",
            title="D(omega) of all and of the lowest minima of random potentials",
        ),
    ),
)
