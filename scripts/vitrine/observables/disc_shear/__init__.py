"""Shear modulus of a disc round the key core in every direction, with the key core pinned or not (000, Figs. 4, 5, 6)."""

from vitrine.declare import POSITIVE, SHOWN, Field, Figure, Headline, Observable, Quantity, Setting
from vitrine.papers import KEY_CORE
from vitrine.schema import LENGTH, MODULUS, NONE, Column, Table
from vitrine.seeds import DISC

HARMONICS = ("mean", "cos_2", "sin_2", "cos_4", "sin_4")  # columns of those of G(theta)
DISC_SHEAR = Table(
    "disc_shear",
    "G(theta) = mean + cos_2 cos 2theta + sin_2 sin 2theta + cos_4 cos 4theta + sin_4 sin 4theta of a disc: one row for each pinning",
    (
        Column("pinning", "string", NONE, "what moves affinely alone beside the rim: none, string, square, own, strings, random or furthest"),
        Column("pinned", "int32", NONE, "particles of it; of own, the string and each angle's own strings, the mean over angles"),
        Column("mean", "double", MODULUS, "mean of G over all directions"),
        Column("cos_2", "double", MODULUS, "its harmonic; NaN of own, which has others too"),
        Column("sin_2", "double", MODULUS, "its harmonic"),
        Column("cos_4", "double", MODULUS, "its harmonic"),
        Column("sin_4", "double", MODULUS, "its harmonic"),
        Column("spread", "double", NONE, "largest less smallest G over the mean"),
        Column("softest_angle", "int32", "degree", "angle theta, clockwise, from 0 to 179, of the smallest G"),
        Column("stiffest_angle", "int32", "degree", "angle of the largest G, from 0 to 179"),
        Column("radius", "double", LENGTH, "radius of the disc: compare discs of one L alone"),
        Column("moved", "double", LENGTH, "longest way of an atom to rest after the cut: pairs may reach beyond the rim"),
    ),
    of_samples=True,
)
DISC_STRINGS = Table(
    "disc_strings",
    "strings that a shear excites in the disc with its key-core string pinned: one row for each degree; none without a key core",
    (
        Column("theta", "int32", "degree", "angle, clockwise"),
        Column("excited", "int32", NONE, "particles that move far"),
        Column("excited_free", "int32", NONE, "particles that move as far with nothing pinned"),
        Column("strings", "int32", NONE, "clusters of them"),
        Column("longest", "int32", NONE, "particles of the largest cluster"),
        Column("modulus", "double", MODULUS, "G(theta) with the key-core string and the strings of this angle pinned"),
    ),
    of_samples=True,
)
DISC_LENGTHS = Table(
    "disc_lengths",
    "lengths of these strings: one row for each that occurs",
    (
        Column("length", "int32", NONE, "particles of a string"),
        Column("count", "int32", NONE, "strings of so many particles at all 360 angles together"),
    ),
    of_samples=True,
)
DISC_MAP = Table(
    "disc_map",
    "particles of the disc of one glass, the first that has a key core",
    (
        Column("sample", "int32", NONE, "index of the sample"),
        Column("x", "double", LENGTH, "place about the middle of the disc"),
        Column("y", "double", LENGTH, "place about the middle of the disc"),
        Column("size", "double", LENGTH, "diameter"),
        Column("excited", "int32", NONE, "degrees at which it is excited; 360 for the key core"),
        *(
            Column(f"{angle}_{pinned}", "int32", NONE, f"1 where it is excited at the angle of the {least} G, {told}")
            for angle, least in (("soft", "smallest"), ("stiff", "largest"))
            for pinned, told in (("free", "nothing pinned"), ("pinned", "the string pinned"))
        ),
        Column("string", "int32", NONE, "1 for the key-core string and square"),
    ),
)
DISC_ANGLES = Table("disc_angles", "the same glass: strings and G(theta) with each angle's own strings pinned", DISC_STRINGS.own)
DISC_LENGTH_SHARES = Table(
    "disc_length_shares",
    "distribution of the lengths of strings with more than three particles, over angles and glasses",
    (
        Column("length", "int32", NONE, "particles of a string"),
        Column("share", "double", NONE, "share of the strings with more than three particles"),
        Column("share_error", "double", NONE, "bootstrap standard error over samples"),
        Column("count", "int64", NONE, "strings"),
    ),
)
DISC_CURVES = Table(
    "disc_curves",
    "the same glass: harmonics of G(theta) of every pinning",
    tuple(column for column in DISC_SHEAR.own if column.name in ("pinning", "pinned", *HARMONICS)),
)

OBSERVABLE = Observable(
    name="disc_shear",
    title="G(theta) of a disc round the key core, pinned or not, and the strings that it excites (in the plane)",
    formula="disc of diameter L - 3, rim of 2 frozen: E(theta) = J/2 + cos 2theta X/2 - sin 2theta Z/2; G = E.C.E with C = (U'' - Xi.M^-1.Xi)/A",
    source="000 Figs. 4, 5, 6",
    place=16.08,
    rule="shear_discs",
    aggregate="aggregate_disc_shear",
    derive="fit_disc_shear",
    takes=("glasses.gsd", "key_core_field.gsd", "vibrability_field.gsd", "volume_mode_field.gsd"),
    tables=(DISC_SHEAR, DISC_STRINGS, DISC_LENGTHS),
    fields=(
        Field(
            "disc_field",
            "excited: degrees at which a particle moves far; inside: 1 in the disc; string: 1 of the key core; soft_free, soft_pinned, stiff_free, "
            "stiff_pinned: 1 where it moves far at the angle of the smallest, largest G, nothing or the string pinned",
            NONE,
        ),
    ),
    combines=("disc_shear.parquet", "disc_strings.parquet", "disc_lengths.parquet", "disc_field.gsd"),
    curves=(DISC_CURVES, DISC_MAP, DISC_ANGLES, DISC_LENGTH_SHARES),
    random=DISC,
    pairwise=True,
    message="Shearing discs",
    dimensions=(2,),
    settings=(
        Setting("cut", 3.0, POSITIVE, "the disc's diameter is L less this [sigma_AA]"),
        Setting("rim", 2.0, POSITIVE, "width of the frozen rim; pairs that reach further are relaxed after the cut [sigma_AA]"),
        Setting("excited", 3.0, POSITIVE, "a particle is excited where it moves further than so many times the rms with the string pinned"),
        SHOWN,
    ),
    quantities=(
        Quantity("disc_modulus", "G", MODULUS, "mean shear modulus of discs round the key core", "G of the disc", 70),
        Quantity("disc_spread", r"\Delta G/G", NONE, "spread of G(theta) over its mean, nothing pinned", "spread of G(theta)", 71),
        Quantity("disc_spread_string", r"\Delta G/G", NONE, "spread of G(theta) over its mean, the string pinned", "spread, string pinned", 72),
        Quantity("disc_spread_square", r"\Delta G/G", NONE, "spread of G(theta) over its mean, the square pinned", "spread, square pinned", 73),
        Quantity(
            "disc_spread_own",
            r"\Delta G/G",
            NONE,
            "spread of G(theta) over its mean, the string and each angle's own strings pinned",
            "spread, own strings pinned",
            73.5,
        ),
        Quantity(
            "disc_spread_strings", r"\Delta G/G", NONE, "spread of G(theta) over its mean, all strings pinned", "spread, all strings pinned", 74
        ),
        Quantity(
            "disc_spread_random",
            r"\Delta G/G",
            NONE,
            "spread of G(theta) over its mean, as many random particles pinned",
            "spread, random particles pinned",
            75,
        ),
        Quantity(
            "disc_spread_furthest", r"\Delta G/G", NONE, "spread of G(theta) over its mean, those pinned that move furthest in the softest mode"
        ),
        Quantity("disc_excited", "", NONE, "particles of a disc that some angle excites", "excited at some angle", 75.5),
        Quantity(
            "disc_strings_correlation",
            r"r(L_\mathrm{string}, G)",
            NONE,
            "correlation over angles of the number of particles that move far with the key core pinned, and G with nothing pinned",
            "r(excited, G) over angles",
            75.55,
        ),
        Quantity(
            "disc_free_correlation",
            r"r(L_\mathrm{free}, G)",
            NONE,
            "correlation over angles of the number of particles that move as far with nothing pinned, and G with nothing pinned",
            "r(excited, G), nothing pinned",
            75.56,
        ),
    ),
    headlines=(
        Headline(
            "disc_excited",
            "particles of the strings of all angles",
            121.0,
            f"{KEY_CORE}, Fig. 4d",
            89,
            comparable=False,
            comment="published for one glass of 8192; ours is the mean over key cores",
            model="binary_ipl",
        ),
    ),
    figures=(
        Figure(
            "disc_shear",
            "plot_disc_shear",
            tables=("disc_curves", "disc_map", "disc_angles", "quantities", "flags"),
            quantities=("disc_spread",),
            observables=("disc_shear",),
            source="000 Figs. 4, 5",
            title="G(theta) of one disc with its key core free and pinned; the strings that it excites; spreads of ensembles",
        ),
        Figure(
            "disc_strings",
            "plot_disc_strings",
            tables=("disc_map", "disc_angles", "disc_curves", "disc_length_shares", "quantities", "flags"),
            quantities=("disc_excited",),
            observables=("disc_shear",),
            source="000 Figs. 4, 5",
            title="what a shear excites in one disc along its softest and stiffest direction; strings against angle, pin counts, lengths",
        ),
    ),
)
