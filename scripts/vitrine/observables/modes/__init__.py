"""Vibrational modes: frequencies and participation, D(omega) and the prefactor A_g of its omega^4 law (002 Fig. 2, 001 Fig. 1c)."""

from vitrine.declare import NUMBER_OR_ALL, POSITIVE, SHARE, Figure, Headline, Observable, Quantity, Setting
from vitrine.papers import PERSPECTIVE, PINCHING, PINCHING_RANGE
from vitrine.schema import FREQUENCY, NONE, Column, Table

A_G_UNIT = f"1/({FREQUENCY})^5"

MODES = Table(
    "modes",
    "vibrational modes, the d translations left out",
    (
        Column("mode", "int32", NONE, "index of the mode, from the softest"),
        Column("omega", "double", FREQUENCY, "frequency: the root of an eigenvalue of m^-1/2.H.m^-1/2, blocks H_ij/sqrt(m_i m_j)"),
        Column(
            "participation",
            "double",
            NONE,
            "participation ratio e = (sum |z_i|^2)^2/(N sum |z_i|^4) of the eigenvector z = m^1/2 u; NaN where it was not computed",
        ),
    ),
    of_samples=True,
)
MODE_DENSITY = Table(
    "mode_density",
    "density of vibrational modes per particle: the integral of D(omega) is d(N-1)/N; divide by d for the density per degree of freedom",
    (
        Column("omega_low", "double", FREQUENCY, "lower edge of the bin"),
        Column("omega_high", "double", FREQUENCY, "upper edge of the bin"),
        Column("density", "double", f"1/({FREQUENCY})", "D(omega), modes per particle and frequency"),
        Column("density_error", "double", f"1/({FREQUENCY})", "bootstrap standard error"),
        Column("cumulative", "double", NONE, "modes per particle below omega_high"),
        Column("cumulative_error", "double", NONE, "bootstrap standard error"),
        Column("count", "int64", NONE, "modes in the bin"),
    ),
)
MODE_COUNTS = Table(
    "mode_counts",
    "modes per particle in fine bins of the frequency, for every bootstrap replicate; empty bins are left out (statistics.histograms.OMEGA_BINS)",
    (
        Column("replicate", "int32", NONE, "0 for the estimate, 1..B for the bootstrap replicates"),
        Column("bin", "int32", NONE, "index of the bin, from 10^-3 on, 200 to a decade"),
        Column("modes", "double", NONE, "modes per particle in the bin"),
        Column("samples", "int32", NONE, "samples behind the estimate"),
    ),
)
MODE_WINDOWS = Table(
    "mode_windows",
    "exponent of the cumulative of the modes in nested windows from the softest mode on, the widest first: 5 where D(omega) ~ omega^4",
    (
        Column("end", "double", FREQUENCY, "end of the window; the cutoff of a sample ends it earlier"),
        Column("extent", "double", NONE, "end of the window over the softest mode"),
        Column("count", "int64", NONE, "modes in the window"),
        Column("exponent", "double", NONE, "exponent of the cumulative by maximum likelihood"),
        Column("error", "double", NONE, "its standard error, exponent/sqrt(count)"),
    ),
)

OBSERVABLE = Observable(
    name="modes",
    title="D(omega), its cumulative, A_g, participation N e",
    formula="omega = sqrt(eigenvalue of m^-1/2.M.m^-1/2); D = A_g omega^4 below the first phonon; e = (sum abs(z_i)^2)^2/(N sum abs(z_i)^4)",
    source="002 eq. 1 and Fig. 2, 001 Fig. 1c",
    place=3,
    dimensions=(2, 3, 4),
    rule="find_modes",
    aggregate="aggregate_modes",
    derive="fit_modes",
    takes=("glasses.gsd",),
    tables=(MODES,),
    combines=(MODES.file, "elasticity.parquet"),
    curves=(MODE_DENSITY, MODE_WINDOWS),
    kept=(MODE_COUNTS,),
    algebra="full",
    message="Finding the modes",
    settings=(
        Setting("spectrum", "full", {"enum": ["full", "lowest"]}, "full (every frequency, for D(omega)) or lowest"),
        Setting("vectors", "all", NUMBER_OR_ALL, "modes whose vectors are computed, for their participation: all, or a number of the softest"),
        Setting("phonon_fraction", 0.8, SHARE, "modes below this fraction of the first shear phonon count for A_g", "aggregate"),
        Setting("softest", 1, POSITIVE, "... and only as far as the ensemble has this many modes per sample on average", "aggregate"),
        Setting(
            "large_above",
            None,
            {"type": ["number", "null"], "exclusiveMinimum": 0},
            "take D(omega) and A_g from the largest ensemble above this T_p (002, Fig. 2); null: from the main one",
            "derive",
        ),
    ),
    quantities=(
        Quantity(
            "A_g",
            "A_g",
            A_G_UNIT,
            "prefactor of D(omega) = A_g omega^4, fit of the cumulative",
            "A_g",
            9,
            "prefactor",
            "R_Ag",
            ("A_g_decades", "decades"),
            large=True,
        ),
        Quantity(
            "A_g_ml",
            r"A_g",
            A_G_UNIT,
            "prefactor by maximum likelihood on omega_min, censored below the phonon",
            "A_g (omega_min)",
            10,
            "prefactor",
            change=("A_g_ml_decades", "decades"),
            large=True,
        ),
        Quantity(
            "A_g_limit",
            r"A_g",
            A_G_UNIT,
            "prefactor at most, where too few modes show a law: under a larger one so few lie below the cutoff once in twenty times",
            "A_g at most (95 %)",
            10.5,
        ),
        Quantity(
            "A_g_exponent",
            r"1+\beta",
            NONE,
            "exponent of the cumulative in the widest window on which it does not depend, 5 for the law",
            "exponent of the cumulative",
            11,
            universal=True,
            error_from=0,
        ),
        Quantity("omega_min", r"\omega_\mathrm{min}", FREQUENCY, "lowest frequency of a sample", reduced="frequency"),
        Quantity(
            "omega_min_ratio",
            r"\mathrm{std/mean}\;\omega_\mathrm{min}",
            NONE,
            "spread of omega_min over its mean",
            "std/mean of omega_min",
            12,
            universal=True,
            error_from=0,
        ),
        Quantity("omega_min_below", "", NONE, "share of samples whose softest mode lies below the phonons"),
        Quantity("omega_cutoff", r"\omega_c", FREQUENCY, "upper end of the window of A_g"),
        Quantity("weibull_exponent", "k", NONE, "Weibull exponent of omega_min, censored", universal=True, error_from=0),
        Quantity("weibull_scale", r"\omega_*", FREQUENCY, "Weibull scale of omega_min"),
        Quantity("R_Ag", "R_{A_g}", NONE, "A_g over its value at the hottest T_p", "R_Ag", 16),
    ),
    headlines=(
        Headline(
            "A_g_decades", "decades of A_g (cumulative)", 3.0, f"{PINCHING}, inset of Fig. 2", 10, PINCHING_RANGE, False, "printed in words: nearly 3"
        ),
        Headline(
            "A_g_ml_decades",
            "decades of A_g (minimal frequencies)",
            3.0,
            f"{PINCHING}, inset of Fig. 2",
            11,
            PINCHING_RANGE,
            False,
            "printed in words, for the cumulative: nearly 3",
        ),
        Headline(
            "omega_min_ratio",
            "std/mean of omega_min",
            0.22905,
            f"{PERSPECTIVE}, section IV A; exact for a Weibull variable of exponent 5",
            14,
            comment="uncensored: only T_p at which the softest modes lie below the phonons",
            model="",
        ),
        Headline(
            "weibull_exponent",
            "Weibull exponent of omega_min",
            5.0,
            f"{PERSPECTIVE}, section IV A",
            15,
            comment="censored maximum likelihood",
            model="",
        ),
        Headline(
            "A_g_exponent",
            "exponent of the cumulative D(omega)",
            5.0,
            f"{PINCHING}, eq. 1 and Fig. 2",
            16,
            comment="maximum likelihood below the cutoff",
            model="",
        ),
        Headline("omega_min_size_exponent", "exponent x of <omega_min> ~ N^x", -0.2, f"{PINCHING}, section IV", 18, model=""),
    ),
    figures=(
        Figure(
            "cumulative_modes",
            "plot_cumulative_modes",
            tables=("mode_density", "mode_windows", "quantities", "fits", "flags"),
            quantities=("A_g", "omega_ph"),
            observables=("modes",),
            source="002 Fig. 2",
            title="cumulative D(omega) for each point, guide omega^5, first phonon; inset A_g",
        ),
        Figure(
            "mode_densities",
            "plot_mode_densities",
            tables=("mode_density", "quantities", "fits", "flags"),
            quantities=("c_s", "omega_ph"),
            source="004 Fig. 5",
            title="D(omega) of each point in units of its own omega_0, with its first phonon; over omega^4",
        ),
    ),
)
