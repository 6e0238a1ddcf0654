"""The published numbers, each with its source: the only place where they are written down.

References:
    Rainone et al. 2020: C. Rainone, E. Bouchbinder and E. Lerner, Pinching a glass reveals key properties of its soft spots,
        PNAS 117, 5228 (2020), doi:10.1073/pnas.1919958117
    Giannini et al. 2021: J. A. Giannini, D. Richard, M. L. Manning and E. Lerner, Bond-space operator disentangles quasilocalized and phononic
        modes in structural glasses, arXiv:2106.16231
    Lerner and Bouchbinder 2021: Low-energy quasilocalized excitations in structural glasses, arXiv:2108.13859
"""

from __future__ import annotations

from dataclasses import dataclass

PINCHING = "Rainone et al. 2020, doi:10.1073/pnas.1919958117"
BOND = "Giannini et al. 2021, arXiv:2106.16231"
PERSPECTIVE = "Lerner and Bouchbinder 2021, arXiv:2108.13859"

# Parent temperatures in units of T_onset; T_onset = 0.9 epsilon/k_B.
PINCHING_RANGE = (1 / 3, 13 / 9)  # Rainone et al. 2020, Figs. 2, 4 and 5
LENGTH_RANGE = (7 / 18, 13 / 9)  # Rainone et al. 2020, Fig. 6
BOND_RANGE = (0.32 / 0.9, 1.00 / 0.9)  # Giannini et al. 2021, section IV B 2


def belong_to(model: str, dimension: int) -> bool:
    """Whether the numbers that are not universal were published for this glass former: POLY in three dimensions."""
    return (model, dimension) == ("poly", 3)


@dataclass(frozen=True)
class Published:
    """A published number and how far it compares with ours.

    `fit`: name in the fits table. `range`: parent temperatures (in T_onset) over which it was taken; ours is compared only when it has the same ends.
    `comparable`: False where a deviation would mean nothing; the comment then says why. `comment`: what to know when comparing. `universal`: holds
    for every glass former; all others were published for POLY in three dimensions.
    """

    fit: str
    label: str
    value: float
    source: str
    range: tuple[float, float] | None = None
    comparable: bool = True
    comment: str = ""
    universal: bool = False


HEADLINES = (
    Published("G_inf_reduced", "G_inf a0^3/(k_B T_onset)", 17.0, f"{PINCHING}, appendix A", comment="T_onset = 0.9 taken as published"),
    Published(
        "T_onset",
        "T_onset, end of the plateau of G",
        0.9,
        f"{PINCHING}, appendix A, in the units of its ref. 87: E. Lerner, J. Non-Cryst. Solids 522, 119570 (2019)",
        comparable=False,
        comment="read off by eye there, a two-segment fit here: the crossover is smooth, and the fit depends on the temperatures it has",
    ),
    Published(
        "E_qlm",
        "E_QLM, slope of ln N against 1/T_p",
        3.3,
        f"{PINCHING}, eq. 3 and Fig. 5",
        comparable=False,
        comment="its window is not printed: 3.3 over the whole range would mean a factor 735 in N, while slightly less than two decades are printed; "
        "ours is fitted at T_p <= T_x",
    ),
    Published(
        "E_qlm_full",
        "E_QLM over all T_p",
        3.3,
        f"{PINCHING}, eq. 3 and Fig. 5",
        PINCHING_RANGE,
        False,
        "one straight line does not fit the whole range",
    ),
    Published(
        "E_qlm_ml",
        "E_QLM with A_g from minimal frequencies",
        3.3,
        f"{PINCHING}, eq. 3 and Fig. 5",
        None,
        False,
        "window T_p <= T_x, as for E_QLM; the published window is not printed",
    ),
    Published(
        "omega_g_filter_ratio",
        "omega_g of all bonds over that of weak bonds",
        1.4,
        f"{PINCHING}, Fig. S1b,c",
        comparable=False,
        comment="printed in words: the two means differ by about 40 % at every T_p, of which of the two is not said",
    ),
    Published(
        "omega_g_ratio", "omega_g, coldest over hottest T_p", 2.0, f"{PINCHING}, Fig. 4a", PINCHING_RANGE, comment="printed: nearly a factor of 2"
    ),
    Published(
        "xi_g_decrease", "decrease of xi_g, hottest to coldest T_p", 0.4, f"{PINCHING}, eq. 4 and Fig. 6", LENGTH_RANGE, comment="printed: about 40 %"
    ),
    Published(
        "xi_bond_ratio",
        "xi of the bond operator, coldest over hottest T_p",
        0.6,
        f"{BOND}, inset of Fig. 5",
        BOND_RANGE,
        comparable=False,
        comment="drawn there, about 0.6 at T_p = 0.32 against 1.00, not printed as a number",
    ),
    Published("A_g_decades", "decades of A_g (cumulative)", 3.0, f"{PINCHING}, inset of Fig. 2", PINCHING_RANGE, False, "printed in words: nearly 3"),
    Published(
        "A_g_ml_decades",
        "decades of A_g (minimal frequencies)",
        3.0,
        f"{PINCHING}, inset of Fig. 2",
        PINCHING_RANGE,
        False,
        "printed in words, for the cumulative: nearly 3",
    ),
    Published("A_g_tail_decades", "decades of A_g (tail of P(lambda))", 3.0, f"{BOND}, Fig. 5", BOND_RANGE, False, "printed in words: three"),
    Published("N_qlm_decades", "decades of N", 2.0, f"{PINCHING}, Fig. 4b", PINCHING_RANGE, False, "printed in words: slightly less than 2"),
    Published(
        "omega_min_ratio",
        "std/mean of omega_min",
        0.22905,
        f"{PERSPECTIVE}, section IV A; exact for a Weibull variable of exponent 5",
        comment="uncensored: only T_p at which the softest modes lie below the phonons",
        universal=True,
    ),
    Published(
        "weibull_exponent",
        "Weibull exponent of omega_min",
        5.0,
        f"{PERSPECTIVE}, section IV A",
        comment="censored maximum likelihood",
        universal=True,
    ),
    Published(
        "A_g_exponent",
        "exponent of the cumulative D(omega)",
        5.0,
        f"{PINCHING}, eq. 1 and Fig. 2",
        comment="maximum likelihood below the cutoff",
        universal=True,
    ),
    Published(
        "lambda_exponent",
        "exponent of P(lambda) at large lambda",
        3.5,
        f"{BOND}, eq. 11 and Fig. 3a",
        comment="Hill's estimate above lambda_tail",
        universal=True,
    ),
    Published("omega_min_size_exponent", "exponent x of <omega_min> ~ N^x", -0.2, f"{PINCHING}, section IV", universal=True),
)
