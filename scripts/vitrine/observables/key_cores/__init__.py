"""The key core of a planar glass: soft core, string and square of a softest mode that is quasilocalized (000 Figs. 1, 3; Supp. 1, 5)."""

from vitrine.declare import POSITIVE, SHARE, SHOWN, Field, Figure, Headline, Observable, Quantity, Setting
from vitrine.papers import KEY_CORE
from vitrine.schema import FREQUENCY, INVERSE_STIFFNESS, LENGTH, NONE, Column, Table

ONE_MODE = "published for one mode; ours is the mean over glasses that have a key core"
FREE_SIGN = f"{ONE_MODE}, of the magnitude: a mode has no sign"
TWO_VACANCIES = "published for one crystal with two vacancies; ours is the mean over those that have a key core"
OF_MODE = (  # of the softest mode, as volume_modes measures it
    ("transverse", "share of abs(u)^2 of the softest mode in its transverse part"),
    ("longitudinal", "share in its longitudinal part"),
    ("psi_longitudinal", "Pearson correlation over particles of Psi and abs(u_L)"),
    ("psi_divergence", "of Psi and the divergence"),
    ("psi_absolute", "of Psi and the magnitude of the divergence"),
    ("longitudinal_divergence", "of abs(u_L) and the divergence"),
    ("longitudinal_absolute", "of abs(u_L) and the magnitude of the divergence"),
)
KEY_CORES = Table(
    "key_cores",
    "core, string and square of each glass; square columns are -1 and NaN where there is none",
    (
        Column("omega", "double", FREQUENCY, "frequency of the softest mode"),
        Column("omega_over_phonon", "double", NONE, "that over the first shear phonon of the direction-averaged G"),
        Column("prominence", "double", NONE, "largest Psi of a particle over the median"),
        Column("mode_share", "double", NONE, "share of the softest mode in the largest Psi, abs(u_i)^2/(omega^2 Psi_i) of that particle"),
        Column("participation", "double", NONE, "participation ratio of the softest mode"),
        Column("participation_transverse", "double", NONE, "participation ratio of its transverse part"),
        Column("participation_longitudinal", "double", NONE, "participation ratio of its longitudinal part"),
        *(Column(name, "double", NONE, meaning) for name, meaning in OF_MODE),
        Column("core", "int32", NONE, "particles with Psi > core_threshold"),
        Column("core_third", "int32", NONE, "particles with Psi > max Psi/3"),
        Column("string", "int32", NONE, "particles with Psi > key_core_fraction max Psi: the key-core string"),
        Column("string_second", "int32", NONE, "of them those of the second type; 0 of glasses without types"),
        Column("second_share", "double", NONE, "share of the second type in the glass"),
        Column("ended", "string", NONE, "why the glass has no key core; empty where it has"),
        Column("square_i", "int32", NONE, "particle of the square, in the order round it"),
        Column("square_j", "int32", NONE, "particle of the square"),
        Column("square_k", "int32", NONE, "particle of the square"),
        Column("square_l", "int32", NONE, "particle of the square"),
        Column("candidates", "int32", NONE, "convex cycles of four that have a particle of the string"),
        Column("overlap", "int32", NONE, "particles of the square that belong to the string"),
        Column("alternates", "int32", NONE, "1 where the radial motion changes sign round the square: two in, two out"),
        Column("cancellation", "double", NONE, "abs(abs(sum mu) - sum abs(mu)) of the square, sum over all particles of abs(mu)^2 one"),
        Column("shortest_side", "double", LENGTH, "shortest side of the square"),
        Column("longest_side", "double", LENGTH, "longest side of the square"),
        Column("shorter_diagonal", "double", LENGTH, "shorter diagonal of the square"),
        Column("longer_diagonal", "double", LENGTH, "longer diagonal of the square"),
        Column("stability", "double", NONE, "share of thresholds for weak pairs from 0.05 to 0.3 that give the same square"),
    ),
    of_samples=True,
)
KEY_CORE_SCATTER = Table(
    "key_core_scatter",
    "every good glass by its softest mode: frequency, participation, and what of it makes up the core",
    (
        Column("sample", "int32", NONE, "index of the sample"),
        *(
            column
            for column in KEY_CORES.own
            if column.name.startswith("participation") or column.name in ("omega", "omega_over_phonon", "prominence", "core", "string", "ended")
        ),
    ),
)
KEY_CORE_MAP = Table(
    "key_core_map",
    "particles round the key core of one glass, the first that has one",
    (
        Column("sample", "int32", NONE, "index of the sample"),
        Column("x", "double", LENGTH, "place about the particle of the largest Psi"),
        Column("y", "double", LENGTH, "place about the particle of the largest Psi"),
        Column("size", "double", LENGTH, "diameter"),
        Column("u_x", "double", NONE, "displacement in the softest mode"),
        Column("u_y", "double", NONE, "displacement in the softest mode"),
        Column("psi", "double", INVERSE_STIFFNESS, "vibrability"),
        Column("part", "int32", NONE, "0 outside, 1 the core alone, 2 the string, 3 the square"),
    ),
)

OBSERVABLE = Observable(
    name="key_cores",
    title="key cores: soft core, string and square of the softest mode (in the plane)",
    formula="core: Psi > 0.25; string: Psi > 0.6 max Psi; square: of convex 4-cycles of pairs with f/<f_ab> > 0.2 the one that moves two in, two out",
    source="000 Methods, Fig. 3",
    place=16.05,
    rule="find_key_cores",
    aggregate="aggregate_key_cores",
    derive="fit_key_cores",
    takes=("glasses.gsd", "vibrability_field.gsd", "volume_mode_field.gsd", "volume_modes.parquet", "elasticity.parquet"),
    tables=(KEY_CORES,),
    fields=(Field("key_core_field", "0 outside, 1 the core alone, 2 the string, 3 the square of the key core", NONE),),
    combines=("key_cores.parquet", "key_core_field.gsd", "vibrability_field.gsd", "volume_mode_field.gsd"),
    curves=(KEY_CORE_SCATTER, KEY_CORE_MAP),
    pairwise=True,
    message="Finding key cores",
    dimensions=(2,),
    settings=(
        Setting("core_threshold", 0.25, POSITIVE, "Psi above which a particle belongs to the core (000 Fig. 3a); its background grows with N"),
        Setting("key_core_fraction", 0.6, SHARE, "fraction of the largest Psi above which a particle belongs to the string"),
        Setting("weak_pair", 0.2, POSITIVE, "f/<f_ab> below which a pair is no part of the network; the distribution is flat from 0.05 to 0.3"),
        Setting("prominence", 5.0, POSITIVE, "largest Psi over the median, below which a glass has no key core: phonons have 2 to 4 of it"),
        SHOWN,
    ),
    quantities=(
        Quantity("key_core_share", "", NONE, "share of glasses that have a key core", "glasses with a key core", 86),
        Quantity(
            "core_size", r"N_\mathrm{core}", NONE, "particles with Psi above the threshold, of glasses that have a key core", "N_core (key cores)", 87
        ),
        Quantity("string_size", r"N_\mathrm{string}", NONE, "particles of the string, of glasses that have a key core", "N_string", 88),
        Quantity("square_alternates", "", NONE, "share of key cores whose square moves two in, two out", "squares, two in, two out", 89),
        Quantity(
            "square_size",
            "",
            NONE,
            "particles of the square, 0 where there is none, of glasses that have a key core",
            "particles of the square",
            89.1,
        ),
        Quantity("string_second_share", "", NONE, "share of the second type among the particles of all strings", "second type in strings", 89.2),
        Quantity("second_share", "", NONE, "share of the second type in the glasses", "second type in glasses", 89.3),
        Quantity(
            "qlm_transverse",
            r"|u_T|^2",
            NONE,
            "transverse share of the softest mode, of glasses that have a key core",
            "u_T, share (key cores)",
            85.1,
        ),
        Quantity("qlm_longitudinal", r"|u_L|^2", NONE, "its longitudinal share", "u_L, share (key cores)", 85.2),
        Quantity("qlm_psi_longitudinal", r"r(\Psi, |u_L|)", NONE, "correlation of Psi and |u_L|, of the same", "r(Psi, |u_L|) (key cores)", 85.3),
        Quantity("qlm_psi_divergence", r"|r(\Psi, \nabla u)|", NONE, "of Psi and the divergence, magnitude", "|r(Psi, div)| (key cores)", 85.4),
        Quantity("qlm_psi_absolute", r"r(\Psi, |\nabla u|)", NONE, "of Psi and that magnitude", "r(Psi, |div|) (key cores)", 85.5),
        Quantity("qlm_longitudinal_divergence", r"|r(|u_L|, \nabla u)|", NONE, "of |u_L|, magnitude", "|r(|u_L|, div)| (key cores)", 85.6),
        Quantity("qlm_longitudinal_absolute", r"r(|u_L|, |\nabla u|)", NONE, "of |u_L| and that magnitude", "r(|u_L|, |div|) (key cores)", 85.7),
    ),
    headlines=(
        *(
            Headline(fit, label, value, f"{KEY_CORE}, {where}", 80 + 0.1 * place, comparable=False, comment=comment, model="binary_ipl")
            for place, (fit, label, value, where, comment) in enumerate(
                (
                    ("qlm_transverse", "transverse share of the softest mode", 0.865, "Fig. 1", ONE_MODE),
                    ("qlm_longitudinal", "longitudinal share of the softest mode", 0.135, "Fig. 1", ONE_MODE),
                    ("qlm_psi_longitudinal", "r(Psi, |u_L|)", 0.66, "Results", ONE_MODE),
                    ("qlm_psi_divergence", "|r(Psi, div)|", 0.085, "Results", FREE_SIGN),
                    ("qlm_psi_absolute", "r(Psi, |div|)", 0.64, "Results", ONE_MODE),
                    ("qlm_longitudinal_divergence", "|r(|u_L|, div)|", 0.207, "Results", FREE_SIGN),
                    ("qlm_longitudinal_absolute", "r(|u_L|, |div|)", 0.68, "Results", ONE_MODE),
                    ("core_size", "N_core, first example", 26.0, "Fig. 3a", ONE_MODE),
                    ("core_size", "N_core, second example", 33.0, "Fig. 3b", ONE_MODE),
                    ("square_size", "particles of the key-core square", 4.0, "Results", ONE_MODE),
                )
            )
        ),
        Headline(
            "crystal_transverse",
            "crystal: transverse share of the softest mode",
            0.968,
            f"{KEY_CORE}, Fig. 6",
            81.1,
            comparable=False,
            comment=TWO_VACANCIES,
            model="ipl_crystal",
        ),
        Headline(
            "crystal_key_core",
            "crystal: particles of the key core",
            4.0,
            f"{KEY_CORE}, Fig. 6",
            81.2,
            comparable=False,
            comment=TWO_VACANCIES,
            model="ipl_crystal",
        ),
    ),
    figures=(
        Figure(
            "key_cores",
            "plot_key_cores",
            tables=("key_core_map", "key_core_scatter", "quantities", "flags"),
            quantities=("string_size",),
            observables=("key_cores",),
            source="000 Figs. 1d, 3, Supp. 1, 5",
            title="a key core with its string and square; participation, core and string against the frequency of the softest mode; species",
        ),
    ),
)
