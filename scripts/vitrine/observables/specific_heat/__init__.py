"""Specific heat of the harmonic glass, C(T), from D(omega) of all ensembles at once (004 sec. V, eq. 23 and Fig. 15)."""

from vitrine.declare import Figure, Observable, Quantity, Setting
from vitrine.schema import FREQUENCY, NONE, Column, Table

SPECIFIC_HEAT = Table(
    "specific_heat",
    "specific heat per particle of the harmonic glass against temperature, hbar = k_B = 1: temperatures are frequencies",
    (
        Column("temperature", "double", FREQUENCY, "k_B T/hbar"),
        Column("heat", "double", "k_B", "C(T) per particle"),
        Column("heat_error", "double", "k_B", "bootstrap standard error over samples"),
        Column("exponent", "double", NONE, "d ln C/d ln T: delta + 1 where D ~ omega^delta is what is warm"),
        Column("exponent_error", "double", NONE, "bootstrap standard error"),
        Column("reduced", "double", f"k_B/({FREQUENCY})^d", "(C + C_TLS T - C_Debye T^d)/T^d, C_TLS as the study gives it"),
        Column("reduced_error", "double", f"k_B/({FREQUENCY})^d", "bootstrap standard error"),
        Column("phonons", "double", "k_B", "Debye's law C_D T^d of the same speeds of sound"),
        Column("soft", "double", "k_B", "C_sm T^5 of D = A_g omega^4, as if at all frequencies; it shows where k_B T/hbar is below omega_c/20"),
    ),
)

OBSERVABLE = Observable(
    name="specific_heat",
    title="C(T), its exponent, (C - C_Debye)/T^3",
    formula="C = k_B int D(omega) x^2 e^x/(e^x - 1)^2 d omega, x = hbar omega/(k_B T); ~ T^(delta+1) where D ~ omega^delta",
    source="004 sec. V, eq. 23",
    place=9,
    aggregate="compute_specific_heat",
    scope="study",
    combines=("mode_counts.parquet", "modes_estimates.parquet", "elasticity_estimates.parquet", "glasses_estimates.parquet"),
    curves=(SPECIFIC_HEAT,),
    requires=("modes", "elasticity"),
    settings=(
        Setting(
            "two_level",
            0.0,
            {"type": "number", "minimum": 0},
            "C_TLS of the term C_TLS T that two-level systems add [k_B per particle and unit of k_B T/hbar]; a harmonic glass has none",
            "aggregate",
        ),
    ),
    quantities=(
        Quantity(
            "heat_exponent",
            r"\mathrm{d}\ln C/\mathrm{d}\ln T",
            NONE,
            "exponent of C(T) at k_B T/hbar = omega_c/10, where the omega^4 law is what is warm: 5 for the law",
            "exponent of C(T)",
            26,
        ),
        Quantity(
            "heat_minimum",
            r"k_BT_\mathrm{min}/\hbar",
            FREQUENCY,
            "where (C + C_TLS T - C_Debye T^d)/T^d is least below its boson peak; none where that is the coldest of the range",
            "T_min of the reduced specific heat",
            27,
        ),
        Quantity("heat_debye", r"C_D", f"k_B/({FREQUENCY})^d", "C_D of Debye's law C_D T^d, from the speeds of sound", "C_D", 27.1),
        Quantity("heat_soft", r"C_\mathrm{sm}", f"k_B/({FREQUENCY})^5", "C_sm = 720 zeta(6) A_g of the term C_sm T^5 of soft modes", "C_sm", 27.2),
        Quantity(
            "heat_minimum_law",
            r"(C_\mathrm{TLS}/C_\mathrm{sm})^{1/4}",
            FREQUENCY,
            "T_min = (C_TLS/C_sm)^(1/4), where the terms of two-level systems and of soft modes are alike; none without two-level systems",
            "T_min, (C_TLS/C_sm)^(1/4)",
            27.3,
        ),
    ),
    figures=(
        Figure(
            "specific_heat",
            "plot_specific_heat",
            tables=("specific_heat", "quantities", "fits", "flags"),
            quantities=("heat_exponent",),
            observables=("specific_heat",),
            source="004 Fig. 15",
            title="C(T) of every point with Debye's law, its exponent, and (C - C_Debye)/T^3",
        ),
    ),
)
