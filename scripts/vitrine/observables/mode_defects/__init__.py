"""Topological defects of the softest mode of a planar glass, and of its transverse and longitudinal parts (000 Supp. Note 1, Supp. Fig. 6)."""

from vitrine.declare import POSITIVE, SHOWN, Figure, Headline, Observable, Quantity, Setting
from vitrine.papers import KEY_CORE
from vitrine.schema import FREQUENCY, INVERSE_STIFFNESS, LENGTH, NONE, Column, Table

DENSITY = "lambda_min^-2"
MODE_DEFECTS = Table(
    "mode_defects",
    "plaquettes round which the angle of the softest mode turns: a row for each field and each mesh",
    (
        Column("field", "string", NONE, "mode (u), transverse (u_T) or longitudinal (u_L)"),
        Column("mesh", "string", NONE, "particles (plaquettes between Voronoi neighbours) or grid (the field brought onto it by Gaussian weights)"),
        Column("plaquettes", "int32", NONE, "plaquettes of the mesh"),
        Column("positive", "int32", NONE, "of them those with a positive charge"),
        Column("negative", "int32", NONE, "those with a negative charge; all charges together are zero"),
        Column("faint", "int32", NONE, "charged plaquettes whose mean abs(u) lies below `negligible` times the root mean square"),
        Column("core_charge", "double", NONE, "charge of all plaquettes within `near` of the middle of the square; NaN without a key core"),
        Column("nearest_charge", "double", NONE, "charge of the defect that is nearest to that middle"),
        Column("nearest_distance", "double", LENGTH, "its distance"),
        Column("number_density", "double", DENSITY, "defects further away than `near` over the area; of a glass without a key core all of them"),
        Column("number_density_clear", "double", DENSITY, "of them those that are not faint"),
    ),
    of_samples=True,
)
PLACES = (
    Column("field", "string", NONE, "mode, transverse or longitudinal"),
    Column("mesh", "string", NONE, "particles or grid"),
    Column("x", "double", LENGTH, "place"),
    Column("y", "double", LENGTH, "place"),
    Column("charge", "int32", NONE, "charge"),
    Column("amplitude", "double", NONE, "mean abs(u) over the corners over the root mean square of the field on the mesh"),
)
MODE_DEFECT_PLACES = Table("mode_defect_places", "charged plaquettes of the softest mode and of its parts", PLACES, of_samples=True)
MODE_DEFECT_MAP = Table(
    "mode_defect_map",
    "defects of one glass, about the middle of its key core, or the particle of its largest Psi where it has none",
    (Column("sample", "int32", NONE, "index of the sample"), *PLACES),
)
MODE_DEFECT_FIELD = Table(
    "mode_defect_field",
    "the same glass: its softest mode and parts, particle by particle",
    (
        Column("sample", "int32", NONE, "index of the sample"),
        Column("omega", "double", FREQUENCY, "frequency of the mode"),
        Column("x", "double", LENGTH, "place, as that of the defects"),
        Column("y", "double", LENGTH, "place, as that of the defects"),
        Column("size", "double", LENGTH, "diameter"),
        Column("psi", "double", INVERSE_STIFFNESS, "vibrability"),
        Column("part", "int32", NONE, "0 outside, 1 the core alone, 2 the string, 3 the square"),
        Column("u_x", "double", NONE, "displacement u, sum_i |u_i|^2 = 1"),
        Column("u_y", "double", NONE, "displacement u"),
        Column("longitudinal_x", "double", NONE, "longitudinal part u_L"),
        Column("longitudinal_y", "double", NONE, "longitudinal part u_L"),
    ),
)

OBSERVABLE = Observable(
    name="mode_defects",
    title="topological defects of the softest mode: winding round plaquettes (in the plane)",
    formula="q = (1/2 pi) sum of the angles from u_a to u_b round a plaquette; of u, u_T and u_L; between Voronoi neighbours, and on a grid",
    source="000 Supp. Note 1",
    place=16.06,
    rule="find_mode_defects",
    aggregate="aggregate_mode_defects",
    derive="fit_mode_defects",
    takes=("glasses.gsd", "volume_mode_field.gsd", "key_core_field.gsd"),
    tables=(MODE_DEFECTS, MODE_DEFECT_PLACES),
    combines=(
        "mode_defects.parquet",
        "mode_defect_places.parquet",
        "volume_mode_field.gsd",
        "volume_modes.parquet",
        "key_core_field.gsd",
        "vibrability_field.gsd",
    ),
    curves=(MODE_DEFECT_MAP, MODE_DEFECT_FIELD),
    message="Finding defects of the softest mode",
    dimensions=(2,),
    settings=(
        Setting("near", 2.0, POSITIVE, "distance from the middle of the square within which charges belong to the core [a0]"),
        Setting("grid", 1.0, POSITIVE, "spacing of the grid [a0]"),
        Setting("smoothing", 0.5, POSITIVE, "width w of the weights exp(-r^2/(2 w^2)) that bring the field onto the grid [a0]"),
        Setting("negligible", 0.2, {"type": "number", "minimum": 0}, "a defect is faint where its mean abs(u) lies below so many root mean squares"),
        SHOWN,
    ),
    quantities=(
        Quantity("core_charge", r"q_\mathrm{core}", NONE, "charge within `near` of the middle of the square, mode u", "charge of the core", 89.50),
        Quantity(
            "core_charge_grid",
            r"q_\mathrm{core}",
            NONE,
            "charge within `near` of the middle of the square on the grid, mode u",
            "charge of the core, grid",
            89.51,
        ),
        Quantity("core_negative", "", NONE, "share of key cores whose nearest defect of u is negative", "nearest defect negative", 89.52),
        Quantity(
            "core_negative_transverse", "", NONE, "share of key cores whose nearest defect of u_T is negative", "nearest defect negative, u_T", 89.53
        ),
        Quantity(
            "core_negative_longitudinal",
            "",
            NONE,
            "share of key cores whose nearest defect of u_L is negative",
            "nearest defect negative, u_L",
            89.54,
        ),
        Quantity("defects_mode", r"n_u", DENSITY, "defects of u away from the core over the area", "defects of u", 89.55),
        Quantity("defects_transverse", r"n_{u_T}", DENSITY, "defects of u_T", "defects of u_T", 89.56),
        Quantity("defects_longitudinal", r"n_{u_L}", DENSITY, "defects of u_L", "defects of u_L", 89.57),
        Quantity("defects_faint", "", NONE, "share of the defects of u where it is negligible", "share of faint defects", 89.58),
    ),
    headlines=(
        Headline(
            "core_charge",
            "charge at the core of the softest mode",
            -1.0,
            f"{KEY_CORE}, Supp. Fig. 6",
            88,
            comparable=False,
            comment="published for two modes; ours is the mean over key cores",
            model="binary_ipl",
        ),
    ),
    figures=(
        Figure(
            "mode_defects",
            "plot_mode_defects",
            tables=("mode_defect_map", "mode_defect_field", "quantities", "flags"),
            quantities=("defects_mode",),
            observables=("mode_defects",),
            source="000 Supp. Fig. 6",
            title="defects of a mode and of its parts, those where it is negligible told apart; their densities",
        ),
    ),
)
