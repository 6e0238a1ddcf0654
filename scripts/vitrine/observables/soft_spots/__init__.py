"""Soft spots: their number N_QLM = A_g omega_g^5, its Boltzmann law and their size xi_g, from modes, elasticity and pinching (002, eqs. 2-4)."""

from vitrine.declare import POSITIVE, Figure, Headline, Observable, Quantity, Setting
from vitrine.papers import LENGTH_RANGE, PINCHING, PINCHING_RANGE
from vitrine.schema import NONE

OBSERVABLE = Observable(
    name="soft_spots",
    title="N_QLM, its Boltzmann law, xi_g",
    formula="N_QLM = A_g omega_g^5; ln N_QLM against 1/T_p, fitted at and below T_x; xi_g = 2 pi c_s/omega_g",
    source="002 eqs. 2-4",
    place=7,
    dimensions=(2, 3, 4),
    derive="fit_soft_spots",
    requires=("modes", "elasticity", "pinching"),
    settings=(Setting("crossover_temperature", 0.66, POSITIVE, "T_x: the Boltzmann law is fitted at and below it [epsilon/k_B]", "derive"),),
    quantities=(
        Quantity(
            "N_qlm", r"N_\mathrm{QLM}", NONE, "number of soft spots per particle, A_g omega_g^5", "N_QLM", 13, change=("N_qlm_decades", "decades")
        ),
        Quantity(
            "N_qlm_ml",
            r"N_\mathrm{QLM}",
            NONE,
            "number of soft spots per particle, with A_g from omega_min",
            "N_QLM (omega_min)",
            14,
            change=("N_qlm_ml_decades", "decades"),
        ),
        Quantity(
            "N_qlm_limit",
            r"N_\mathrm{QLM}",
            NONE,
            "number of soft spots per particle at most, where too few modes show a law: A_g_limit omega_g^5",
            "N_QLM at most (95 %)",
            14.2,
        ),
        Quantity("A_g_omega_0", r"A_g\,\omega_0^5", NONE, "prefactor of the omega^4 law in units of omega_0 = c_s/a0"),
        Quantity("A_g_omega_0_ml", r"A_g\,\omega_0^5", NONE, "A_g omega_0^5 with A_g from omega_min"),
        Quantity("xi_g", r"\xi_g/a_0", "a0", "glassy length 2 pi c_s/omega_g", "xi_g", 15, ratio="R_xi_g", change=("xi_g_decrease", "decrease")),
        Quantity(
            "E_qlm_local",
            r"E_\mathrm{QLM}",
            "k_B T_onset",
            "slope of ln N_QLM against 1/T_p between this T_p and the next hotter",
            "local E_QLM",
            14.5,
        ),
        Quantity(
            "E_qlm_least",
            r"E_\mathrm{QLM}",
            "k_B T_onset",
            "the same slope at least: from N_QLM of the next hotter T_p that has it to N_qlm_limit of this one",
            "local E_QLM at least (95 %)",
            14.6,
        ),
        Quantity("R_xi_g", r"R_\xi", NONE, "xi_g over its value at the hottest T_p", "R_xi (xi_g)", 20),
    ),
    headlines=(
        Headline(
            "E_qlm",
            "E_QLM, slope of ln N_QLM against 1/T_p",
            3.3,
            f"{PINCHING}, eq. 3 and Fig. 5",
            3,
            comparable=False,
            comment="its window is not printed: 3.3 over the whole range would mean a factor 735 in N_QLM, "
            "while slightly less than two decades are printed; "
            "ours is fitted at T_p <= T_x",
        ),
        Headline(
            "E_qlm_full",
            "E_QLM over all T_p",
            3.3,
            f"{PINCHING}, eq. 3 and Fig. 5",
            4,
            PINCHING_RANGE,
            False,
            "one straight line does not fit the whole range",
        ),
        Headline(
            "E_qlm_ml",
            "E_QLM with A_g from minimal frequencies",
            3.3,
            f"{PINCHING}, eq. 3 and Fig. 5",
            5,
            None,
            False,
            "window T_p <= T_x, as for E_QLM; the published window is not printed",
        ),
        Headline(
            "E_qlm_crossover",
            "E_QLM below a crossover T_x that is fitted too",
            3.3,
            f"{PINCHING}, eq. 3 and Fig. 5",
            5.5,
            None,
            False,
            "a plateau above T_x, the law below; the published window is not printed",
        ),
        Headline(
            "xi_g_decrease",
            "decrease of xi_g, hottest to coldest T_p",
            0.4,
            f"{PINCHING}, eq. 4 and Fig. 6",
            8,
            LENGTH_RANGE,
            comment="printed: about 40 %",
        ),
        Headline(
            "N_qlm_decades", "decades of N_QLM", 2.0, f"{PINCHING}, Fig. 4b", 13, PINCHING_RANGE, False, "printed in words: slightly less than 2"
        ),
    ),
    figures=(
        Figure(
            "defects",
            "plot_defects",
            tables=("quantities", "fits", "flags"),
            quantities=("omega_g", "N_qlm", "shear_modulus"),
            observables=("pinching", "modes"),
            source="002 Fig. 4",
            title="omega_g and N_QLM against T_p; inset G",
        ),
        Figure(
            "boltzmann",
            "plot_boltzmann",
            tables=("quantities", "fits", "flags"),
            quantities=("N_qlm",),
            observables=("soft_spots", "modes"),
            source="002 Fig. 5",
            axis="parent_temperature",
            title="N_QLM against 1/T_p with the fit and its window; E_QLM against the window",
        ),
        Figure("lengths", "plot_lengths", tables=("quantities", "flags"), quantities=("xi_g",), source="002 Fig. 6", title="xi_g against T_p"),
    ),
)
