"""Athermal elastic moduli, pressure, wave speeds, coordination and the first shear phonon (002 Fig. 4a)."""

from vitrine.declare import Headline, Observable, Quantity
from vitrine.papers import PINCHING
from vitrine.schema import FREQUENCY, MASS, MODULUS, NONE, SPEED, Column, Table

ELASTICITY = Table(
    "elasticity",
    "athermal elastic moduli of each glass",
    (
        Column("shear_modulus", "double", MODULUS, "G, mean over the d(d-1) simple shears"),
        Column("shear_modulus_born", "double", MODULUS, "affine part of G, initial stress included"),
        Column("shear_modulus_nonaffine", "double", MODULUS, "non-affine part, to be subtracted: G = born - nonaffine"),
        Column("bulk_modulus", "double", MODULUS, "K = -V dp/dV"),
        Column("bulk_modulus_born", "double", MODULUS, "affine part of K, initial stress included"),
        Column("bulk_modulus_nonaffine", "double", MODULUS, "non-affine part, to be subtracted"),
        Column("pressure", "double", MODULUS, "virial pressure p"),
        Column("c_s", "double", SPEED, "shear wave speed sqrt(G/rho), rho the density of mass; 0 where G < 0: unstable to shear of the box"),
        Column("c_l", "double", SPEED, "longitudinal wave speed sqrt((K + 2 (d-1)/d G)/rho); 0 where that is negative"),
        Column("coordination", "double", NONE, "mean number of interacting neighbours z = 2 N_b/N"),
        Column("omega_ph", "double", FREQUENCY, "first shear phonon 2 pi c_s/L"),
        Column("mass", "double", MASS, "mean mass of a particle: rho = mass N/V"),
    ),
    of_samples=True,
)

OBSERVABLE = Observable(
    name="elasticity",
    title="G, K, p, z, c_s, c_l, chi",
    formula="athermal moduli, affine minus non-affine: [U'' - Xi.M^+.Xi]/V, averaged over planes; chi = sqrt(N) std(G)/mean(G)",
    source="002 Fig. 4a, 004 eq. 4",
    place=4,
    dimensions=(2, 3, 4),
    rule="measure_elasticity",
    aggregate="aggregate_elasticity",
    derive="fit_elasticity",
    takes=("glasses.gsd",),
    tables=(ELASTICITY,),
    combines=(ELASTICITY.file,),
    algebra="sparse",
    message="Measuring the elasticity",
    quantities=(
        Quantity("shear_modulus", "G", MODULUS, "athermal shear modulus", "G", 2, change=("shear_modulus_ratio", "ratio")),
        Quantity("shear_modulus_born", r"G_\mathrm{B}", MODULUS, "affine part of G"),
        Quantity("shear_modulus_nonaffine", r"G_\mathrm{na}", MODULUS, "non-affine part of G"),
        Quantity("bulk_modulus", "K", MODULUS, "athermal bulk modulus", "K", 3),
        Quantity("bulk_modulus_born", r"K_\mathrm{B}", MODULUS, "affine part of K"),
        Quantity("bulk_modulus_nonaffine", r"K_\mathrm{na}", MODULUS, "non-affine part of K"),
        Quantity("pressure", "p", MODULUS, "virial pressure", "p", 4),
        Quantity("coordination", "z", NONE, "mean number of interacting neighbours", "z", 5),
        Quantity("chi", r"\chi", NONE, "disorder: sqrt(N) std(G)/mean(G)", "chi", 6),
        Quantity("c_s", "c_s", SPEED, "shear wave speed"),
        Quantity("c_l", "c_l", SPEED, "longitudinal wave speed"),
        Quantity("omega_ph", r"\omega_\mathrm{ph}", FREQUENCY, "first shear phonon 2 pi c_s/L", reduced="frequency"),
        Quantity("poisson_ratio", r"\nu", NONE, "Poisson's ratio (d K - 2 G)/(d (d-1) K + 2 G)"),
        Quantity("mass", r"\bar m", MASS, "mean mass of a particle, where masses are not all one"),
    ),
    headlines=(
        Headline(
            "G_inf_reduced",
            "G_inf a0^3/(k_B T_onset)",
            17.0,
            f"{PINCHING}, appendix A",
            1,
            least=1.0,
            comment="printed: about 17; T_onset = 0.9 taken as published",
        ),
        Headline(
            "T_onset",
            "T_onset, end of the plateau of G",
            0.9,
            f"{PINCHING}, appendix A, in the units of its ref. 87: E. Lerner, J. Non-Cryst. Solids 522, 119570 (2019)",
            2,
            comparable=False,
            comment="read off by eye there, a two-segment fit here: the crossover is smooth, and the fit depends on the temperatures it has",
        ),
    ),
)
