"""Contacts of jammed spheres: coordination above Maxwell's, states of self stress, rattlers, and how the numbers of a glass follow (004 IV D)."""

from vitrine.declare import POSITIVE, Figure, Headline, Observable, Quantity, Setting
from vitrine.papers import PERSPECTIVE
from vitrine.schema import NONE, Column, Table

CONTACTS = Table(
    "contacts",
    "contacts of each glass, its rattlers taken out",
    (
        Column("backbone", "int32", NONE, "particles that the glass has, N less the rattlers"),
        Column("rattlers", "double", NONE, "share of the rattlers among all particles"),
        Column("touching_pairs", "int64", NONE, "number N_b of interacting pairs"),
        Column("excess_coordination", "double", NONE, "delta z = z - z_c, z = 2 N_b/N and z_c = 2d - 2(d-1)/N, N without the rattlers"),
        Column("self_stress", "double", NONE, "states of self stress per particle, (N_b - d (N-1))/N"),
        Column("packing_fraction", "double", NONE, "volume of the spheres of the particles' diameters, the rattlers left out, over that of the box"),
    ),
    of_samples=True,
)
UNJAMMING = f"{PERSPECTIVE}, sec. IV D"
COMPARED = "over the points of least delta z; published as scaling, without a window"
XI_G = "published for the decay of modes; ours is 2 pi c_s/omega_g of pinched bonds, whose responses soften less towards unjamming"
N_E = "published for the displacements of modes; ours are the bond operator's force modes"

OBSERVABLE = Observable(
    name="contacts",
    title="delta z, states of self stress, rattlers; exponents towards unjamming",
    formula="delta z = 2 N_b/N - 2d + 2(d-1)/N; N_b - d(N-1) states of self stress; ln Y = a + b ln delta z of p/K, xi_g, A_g omega_0^5, N e",
    source="004 sec. IV D",
    place=4.5,
    rule="measure_contacts",
    aggregate="aggregate_contacts",
    derive="fit_contacts",
    takes=("glasses.gsd",),
    tables=(CONTACTS,),
    combines=(CONTACTS.file,),
    message="Counting the contacts",
    settings=(Setting("largest_excess", 1.5, POSITIVE, "exponents are fitted at and below this delta z", "derive"),),
    quantities=(
        Quantity("excess_coordination", r"\delta z", NONE, "coordination above Maxwell's, rattlers left out", "delta z", 5.1),
        Quantity("self_stress", r"N_\mathrm{sss}/N", NONE, "states of self stress per particle", "states of self stress per particle", 5.2),
        Quantity("rattlers", r"N_\mathrm{r}/N", NONE, "share of rattlers", "rattlers", 5.3),
        Quantity("packing_fraction", r"\varphi", NONE, "packing fraction, rattlers left out"),
        Quantity("p_over_K", "p/K", NONE, "pressure over bulk modulus"),
        Quantity("G_over_K", "G/K", NONE, "shear modulus over bulk modulus"),
    ),
    headlines=(
        Headline("unjamming_p_over_K", "exponent of p/K in delta z", 2.0, UNJAMMING, 31, None, False, COMPARED, ""),
        Headline("unjamming_xi_g", "exponent of xi_g in delta z", -0.5, UNJAMMING, 32, None, False, XI_G, ""),
        Headline("unjamming_A_g_omega_0_ml", "exponent of A_g omega_0^5 in delta z", -1.5, UNJAMMING, 33, None, False, COMPARED, ""),
        Headline("unjamming_N_e_plateau", "exponent of N e in delta z", -1.0, UNJAMMING, 34, None, False, N_E, ""),
    ),
    figures=(
        Figure(
            "unjamming",
            "plot_unjamming",
            tables=("quantities", "fits", "flags"),
            quantities=("excess_coordination", "shear_modulus"),
            observables=("contacts",),
            source="004 sec. IV D",
            title="p/K, xi_g, A_g omega_0^5 and N e against delta z, with fitted exponents",
        ),
    ),
)
