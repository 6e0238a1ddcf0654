"""The bond operator A = S M^+ S^T: its spectrum P(lambda), free of phonons, A_g from the tail and the length xi (001)."""

from vitrine.declare import NUMBER_OR_ALL, POSITIVE, SHARE, Figure, Headline, Observable, Quantity, Setting
from vitrine.observables.modes import A_G_UNIT
from vitrine.papers import BOND, BOND_RANGE
from vitrine.schema import FREQUENCY, INVERSE_STIFFNESS, LENGTH, NONE, Column, Table
from vitrine.tables import GLASSES

BOND_OPERATOR = Table(
    "bond_operator",
    "non-zero eigenvalues of the bond operator A = S M^+ S^T",
    (
        Column("mode", "int32", NONE, "index of the eigenvalue, from the largest"),
        Column("lambda", "double", INVERSE_STIFFNESS, "eigenvalue of A"),
        Column(
            "omega",
            "double",
            FREQUENCY,
            "frequency sqrt(D.M.D/(m D.D)) of the displacement mode D = M^+ F, m D.D = sum_i m_i |D_i|^2; NaN where the vector was not computed",
        ),
        Column(
            "participation_force", "double", NONE, "participation ratio of the particle force mode F = S^T f; NaN where the vector was not computed"
        ),
        Column("participation_displacement", "double", NONE, "participation ratio of D; NaN where the vector was not computed"),
    ),
    of_samples=True,
)
BOND_OPERATOR_DENSITY = Table(
    "bond_operator_density",
    "distribution of the non-zero eigenvalues of the bond operator, normalised to one, and participation of their modes",
    (
        Column("lambda_low", "double", INVERSE_STIFFNESS, "lower edge of the bin"),
        Column("lambda_high", "double", INVERSE_STIFFNESS, "upper edge of the bin"),
        Column("density", "double", f"1/({INVERSE_STIFFNESS})", "P(lambda)"),
        Column("density_error", "double", f"1/({INVERSE_STIFFNESS})", "bootstrap standard error"),
        Column("count", "int64", NONE, "eigenvalues in the bin"),
        Column("N_e", "double", NONE, "mean N e of the particle force modes in the bin"),
        Column("N_e_error", "double", NONE, "bootstrap standard error"),
        Column("N_e_displacement", "double", NONE, "mean N e of the displacement modes in the bin"),
        Column("N_e_displacement_error", "double", NONE, "bootstrap standard error"),
    ),
)
TAIL_WINDOWS = Table(
    "tail_windows",
    "exponent of P(lambda) and N e in nested windows above an onset, the lowest first: 7/2 where D(omega) ~ omega^4, no slope where N e is level",
    (
        Column("onset", "double", INVERSE_STIFFNESS, "lower end of the window"),
        Column("extent", "double", NONE, "extent of the window in omega, the square root of that in lambda"),
        Column("count", "int64", NONE, "eigenvalues in the window"),
        Column("exponent", "double", NONE, "exponent of P(lambda) by maximum likelihood"),
        Column("error", "double", NONE, "its standard error"),
        Column("N_e", "double", NONE, "mean N e of the particle force modes in the window"),
        Column("slope", "double", NONE, "slope of N e against ln(lambda) in the window"),
        Column("slope_error", "double", NONE, "its standard error"),
    ),
)

OBSERVABLE = Observable(
    name="bond_operator",
    title="P(lambda), A_g from its tail, xi from N e(lambda)",
    formula="the d (N - 1) non-zero eigenvalues of A = S M^+ S^T; tail A_g lambda^-7/2; F = S^T f; xi = a0 n^(1/d), n = N e 15 % above its plateau",
    source="001 eqs. 4-13",
    place=6,
    dimensions=(2, 3, 4),
    rule="diagonalise_bond_operator",
    aggregate="aggregate_bond_operator",
    takes=("glasses.gsd",),
    tables=(BOND_OPERATOR,),
    combines=(BOND_OPERATOR.file, GLASSES.file),
    curves=(BOND_OPERATOR_DENSITY, TAIL_WINDOWS),
    algebra="full",
    pairwise=True,
    message="Diagonalising the bond operator",
    settings=(
        Setting("spectrum", "full", {"enum": ["full", "largest"]}, "full (every eigenvalue, for P(lambda)) or largest"),
        Setting("vectors", "all", NUMBER_OR_ALL, "eigenvalues whose modes are computed, for N e: all, or a number of the largest"),
        Setting("lambda_tail", 1.0e-3, SHARE, "fraction of the eigenvalues among which the tail of P(lambda) is looked for", "aggregate"),
        Setting("plateau_excess", 0.15, POSITIVE, "xi from N e at this excess over its plateau (001, eq. 13)", "aggregate"),
    ),
    quantities=(
        Quantity("lambda_tail", r"\lambda_\mathrm{tail}", INVERSE_STIFFNESS, "lowest eigenvalue among which the tail is looked for"),
        Quantity(
            "lambda_exponent",
            "",
            NONE,
            "exponent of P(lambda) in the widest window on which it does not depend",
            "exponent of P(lambda)",
            18,
            universal=True,
            error_from=1,
        ),
        Quantity("lambda_onset", r"\lambda_\mathrm{onset}", INVERSE_STIFFNESS, "where the lambda^-7/2 law sets in"),
        Quantity(
            "A_g_tail",
            "A_g",
            A_G_UNIT,
            "prefactor from the tail of P(lambda)",
            reduced="prefactor",
            ratio="R_Ag_tail",
            change=("A_g_tail_decades", "decades"),
        ),
        Quantity("N_e_plateau", "N e", NONE, "plateau of N e(lambda)"),
        Quantity("plateau_onset", r"\lambda_\mathrm{level}", INVERSE_STIFFNESS, "where the plateau of N e(lambda) sets in"),
        Quantity(
            "xi_bond", r"\xi", LENGTH, "size of a soft spot from N e(lambda)", reduced="length", ratio="R_xi_bond", change=("xi_bond_ratio", "ratio")
        ),
        Quantity("R_Ag_tail", "R_{A_g}", NONE, "A_g_tail over its value at the hottest T_p", "R_Ag (P(lambda))", 17),
        Quantity("xi_bond_reduced", r"\xi/a_0", "a0", "size of a soft spot in a0", "xi of the bond operator", 19),
        Quantity("R_xi_bond", r"R_\xi", NONE, "xi_bond over its value at the hottest T_p", "R_xi (bond operator)", 21),
    ),
    headlines=(
        Headline(
            "xi_bond_ratio",
            "xi of the bond operator, coldest over hottest T_p",
            0.6,
            f"{BOND}, inset of Fig. 5",
            9,
            BOND_RANGE,
            comparable=False,
            comment="drawn there, about 0.6 at T_p = 0.32 against 1.00, not printed as a number",
        ),
        Headline("A_g_tail_decades", "decades of A_g (tail of P(lambda))", 3.0, f"{BOND}, Fig. 5", 12, BOND_RANGE, False, "printed in words: three"),
        Headline(
            "lambda_exponent",
            "exponent of P(lambda) at large lambda",
            3.5,
            f"{BOND}, eq. 11 and Fig. 3a",
            17,
            comment="maximum likelihood above the lowest onset on which it does not depend",
            model="",
        ),
    ),
    figures=(
        Figure(
            "bond_operator",
            "plot_bond_operator",
            tables=("bond_operator_density", "tail_windows", "quantities", "flags"),
            quantities=("N_e_plateau", "A_g_tail"),
            observables=("bond_operator",),
            source="001 Fig. 3",
            title="P(lambda) for each point with guides -7/2 and -2; N e(lambda); where the law and the plateau set in",
        ),
    ),
)
