"""Pinching: the response to a force dipole on each bond, and omega_g, the characteristic frequency of soft spots (002, eqs. S1-S5)."""

from vitrine.declare import NUMBER_OR_ALL, POSITIVE, Figure, Headline, Observable, Quantity, Setting
from vitrine.papers import PINCHING as PAPER
from vitrine.papers import PINCHING_RANGE
from vitrine.schema import FORCE, FREQUENCY, NONE, Column, Table
from vitrine.seeds import PINCH

PINCHING = Table(
    "pinching",
    "frequency of the response to a force dipole on each bond",
    (
        Column("i", "int32", NONE, "first particle of the bond"),
        Column("j", "int32", NONE, "second particle of the bond"),
        Column("force", "double", FORCE, "pair force f = -phi'(r), positive for repulsion"),
        Column("force_reduced", "double", NONE, "f/(p a0^(d-1)) with the sample's own pressure p"),
        Column("omega", "double", FREQUENCY, "frequency of the response u = H^+ d: sqrt(u.H.u/(m u.u)), m u.u = sum_i m_i |u_i|^2"),
    ),
    of_samples=True,
)
PINCHING_FORCE = Table(
    "pinching_force",
    "frequency of pinched bonds against their force",
    (
        Column("force_low", "double", NONE, "lower edge of the bin of f/(p a0^(d-1))"),
        Column("force_high", "double", NONE, "upper edge of the bin"),
        Column("omega", "double", FREQUENCY, "mean frequency in the bin"),
        Column("omega_error", "double", FREQUENCY, "bootstrap standard error over samples"),
        Column("count", "int64", NONE, "bonds in the bin"),
    ),
)
PINCHING_SCATTER = Table(
    "pinching_scatter",
    "a seeded choice of pinched bonds, for the scatter plot",
    (
        Column("force_reduced", "double", NONE, "f/(p a0^(d-1))"),
        Column("omega", "double", FREQUENCY, "frequency of the response"),
    ),
)

OBSERVABLE = Observable(
    name="pinching",
    title="omega_g",
    formula="u = M^+ d for the force dipole d on each bond, omega_ij = sqrt(u.M.u/(m u.u)); mean over bonds with f/(p a0^(d-1)) < weak_force",
    source="002 eqs. S1-S5",
    place=5,
    dimensions=(2, 3, 4),
    rule="pinch_bonds",
    aggregate="aggregate_pinching",
    takes=("glasses.gsd",),
    tables=(PINCHING,),
    combines=(PINCHING.file,),
    curves=(PINCHING_FORCE, PINCHING_SCATTER),
    algebra="sparse",
    random=PINCH,
    pairwise=True,
    message="Pinching the bonds",
    settings=(
        Setting("bonds", "all", NUMBER_OR_ALL, "bonds pinched per sample: all, or a number drawn by the seed"),
        Setting("weak_force", 1.0e-2, POSITIVE, "f/(p a0^(d-1)) below which a bond counts for omega_g (002, eq. S5)", "aggregate"),
    ),
    quantities=(
        Quantity(
            "omega_g",
            r"\omega_g",
            FREQUENCY,
            "mean frequency of pinched bonds of weak force",
            "omega_g",
            7,
            "frequency",
            change=("omega_g_ratio", "ratio"),
        ),
        Quantity(
            "omega_g_unfiltered", r"\omega_g^\mathrm{all}", FREQUENCY, "mean frequency of all pinched bonds", "omega_g (all bonds)", 8, "frequency"
        ),
        Quantity("omega_g_filter_ratio", r"\omega_g^\mathrm{all}/\omega_g", NONE, "ratio of the two means", universal=True, error_from=0),
        Quantity("weak_bonds", "", NONE, "share of bonds of weak force"),
    ),
    headlines=(
        Headline(
            "omega_g_filter_ratio",
            "omega_g of all bonds over that of weak bonds",
            1.4,
            f"{PAPER}, Fig. S1b,c",
            6,
            comparable=False,
            comment="printed in words: the two means differ by about 40 % at every T_p, of which of the two is not said",
        ),
        Headline(
            "omega_g_ratio", "omega_g, coldest over hottest T_p", 2.0, f"{PAPER}, Fig. 4a", 7, PINCHING_RANGE, comment="printed: nearly a factor of 2"
        ),
    ),
    figures=(
        Figure(
            "pinching_force",
            "plot_pinching_force",
            tables=("pinching_scatter", "pinching_force", "quantities", "fits", "flags"),
            quantities=("omega_g", "omega_g_filter_ratio"),
            observables=("pinching",),
            source="002 Fig. S1",
            title="omega_ij against the bond's force; filtered and unfiltered mean",
        ),
    ),
)
