"""Shear modulus of a disc round the key core in every direction, with the key core pinned or not (000, Figs. 4, 5, 6)."""

from vitrine.declare import POSITIVE, Field, Figure, Observable, Quantity, Setting
from vitrine.schema import LENGTH, MODULUS, NONE, Column, Table
from vitrine.seeds import DISC

DISC_SHEAR = Table(
    "disc_shear",
    "G(theta) = mean + cos_2 cos 2theta + sin_2 sin 2theta + cos_4 cos 4theta + sin_4 sin 4theta of a disc: one row for each pinning",
    (
        Column("pinning", "string", NONE, "what moves affinely alone beside the rim: none, string, square, strings, random or furthest"),
        Column("pinned", "int32", NONE, "particles of it"),
        Column("mean", "double", MODULUS, "mean of G over all directions"),
        Column("cos_2", "double", MODULUS, "its harmonic"),
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
        Column("strings", "int32", NONE, "clusters of them"),
        Column("longest", "int32", NONE, "particles of the largest cluster"),
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
    ),
)
DISC_CURVES = Table(
    "disc_curves",
    "the same glass: harmonics of G(theta) of every pinning",
    tuple(column for column in DISC_SHEAR.own if column.name in ("pinning", "pinned", "mean", "cos_2", "sin_2", "cos_4", "sin_4")),
)

OBSERVABLE = Observable(
    name="disc_shear",
    title="G(theta) of a disc round the key core, pinned or not, and the strings that it excites (in the plane)",
    formula="disc of diameter L - 3, rim of 2 frozen: E(theta) = J/2 + cos 2theta X/2 - sin 2theta Z/2; G = E.C.E with C = (U'' - Xi.M^-1.Xi)/A",
    source="000 Figs. 4, 5, 6",
    place=16.08,
    rule="shear_discs",
    aggregate="aggregate_disc_shear",
    takes=("glasses.gsd", "key_core_field.gsd", "vibrability_field.gsd", "volume_mode_field.gsd"),
    tables=(DISC_SHEAR, DISC_STRINGS),
    fields=(Field("disc_field", "excited: degrees at which a particle moves far; inside: 1 in the disc", NONE),),
    combines=("disc_shear.parquet", "disc_field.gsd"),
    curves=(DISC_CURVES, DISC_MAP),
    random=DISC,
    pairwise=True,
    message="Shearing discs",
    settings=(
        Setting("cut", 3.0, POSITIVE, "the disc's diameter is L less this [sigma_AA]"),
        Setting("rim", 2.0, POSITIVE, "width of the frozen rim; pairs that reach further are relaxed after the cut [sigma_AA]"),
        Setting("excited", 3.0, POSITIVE, "a particle is excited where it moves further than so many times the rms with the string pinned"),
    ),
    quantities=(
        Quantity("disc_modulus", "G", MODULUS, "mean shear modulus of discs round the key core", "G of the disc", 70),
        Quantity("disc_spread", r"\Delta G/G", NONE, "spread of G(theta) over its mean, nothing pinned", "spread of G(theta)", 71),
        Quantity("disc_spread_string", r"\Delta G/G", NONE, "the same with the string pinned", "spread, string pinned", 72),
        Quantity("disc_spread_square", r"\Delta G/G", NONE, "the same with the square pinned", "spread, square pinned", 73),
        Quantity("disc_spread_strings", r"\Delta G/G", NONE, "the same with all strings pinned", "spread, all strings pinned", 74),
        Quantity("disc_spread_random", r"\Delta G/G", NONE, "the same with as many random particles pinned", "spread, random particles pinned", 75),
        Quantity("disc_spread_furthest", r"\Delta G/G", NONE, "the same with those pinned that move furthest in the softest mode"),
        Quantity("disc_excited", "", NONE, "particles of a disc that some angle excites", "excited at some angle", 75.5),
    ),
    figures=(
        Figure(
            "disc_shear",
            "plot_disc_shear",
            tables=("disc_curves", "disc_map", "quantities", "flags"),
            quantities=("disc_spread",),
            observables=("disc_shear",),
            source="000 Figs. 4, 5",
            title="G(theta) of one disc with its key core free and pinned; the strings that it excites; spreads of ensembles",
        ),
    ),
)
