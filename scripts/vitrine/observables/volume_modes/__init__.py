"""Parts of vibrational modes that change Voronoi areas, and parts that do not (000 Methods eqs. 6, 7; Figs. 1, 3d, Supp. 2, 3, 5). In the plane."""

from vitrine.declare import POSITIVE, SHOWN, Field, Figure, Observable, Quantity, Setting
from vitrine.schema import FREQUENCY, INVERSE_STIFFNESS, LENGTH, NONE, Column, Table

VOLUME_MODES = Table(
    "volume_modes",
    "longitudinal and transverse parts of the softest modes, which change Voronoi areas and do not, and how their divergence lies on the soft core",
    (
        Column("mode", "int32", NONE, "index of the mode, from the softest"),
        Column("omega", "double", FREQUENCY, "its frequency"),
        Column("longitudinal", "double", NONE, "share of |u|^2 in the longitudinal part u_L"),
        Column("transverse", "double", NONE, "share of |u|^2 in the transverse part u_T"),
        Column("participation", "double", NONE, "participation ratio e of u"),
        Column("participation_longitudinal", "double", NONE, "participation ratio of u_L"),
        Column("participation_transverse", "double", NONE, "participation ratio of u_T"),
        Column(
            "core_divergence", "double", LENGTH, "mean divergence of the net projection over the core, Psi > core_threshold; NaN where there is none"
        ),
        Column("psi_longitudinal", "double", NONE, "Pearson correlation over particles of Psi and |u_L|"),
        Column("psi_divergence", "double", NONE, "of Psi and the divergence"),
        Column("psi_absolute", "double", NONE, "of Psi and the magnitude of the divergence"),
        Column("longitudinal_divergence", "double", NONE, "of |u_L| and the divergence"),
        Column("longitudinal_absolute", "double", NONE, "of |u_L| and the magnitude of the divergence"),
    ),
    of_samples=True,
)
VOLUME_SPECTRUM = Table(
    "volume_spectrum",
    "longitudinal share of the modes against their frequency",
    (
        Column("omega_low", "double", FREQUENCY, "lower edge of the bin"),
        Column("omega_high", "double", FREQUENCY, "upper edge of the bin"),
        Column("longitudinal", "double", NONE, "mean longitudinal share of the modes in the bin"),
        Column("longitudinal_error", "double", NONE, "bootstrap standard error over samples"),
        Column("count", "int64", NONE, "modes in the bin"),
    ),
)
VOLUME_MAP = Table(
    "volume_map",
    "the softest mode of one glass, the first that is good, particle by particle",
    (
        Column("sample", "int32", NONE, "index of the sample"),
        Column("omega", "double", FREQUENCY, "frequency of the mode"),
        Column("x", "double", LENGTH, "place"),
        Column("y", "double", LENGTH, "place"),
        Column("size", "double", LENGTH, "diameter"),
        Column("u_x", "double", NONE, "displacement u, sum_i |u_i|^2 = 1"),
        Column("u_y", "double", NONE, "displacement u"),
        Column("longitudinal_x", "double", NONE, "longitudinal part u_L"),
        Column("longitudinal_y", "double", NONE, "longitudinal part u_L"),
        Column("divergence", "double", LENGTH, "divergence of the net projection"),
        Column("psi", "double", INVERSE_STIFFNESS, "vibrability"),
    ),
)

OBSERVABLE = Observable(
    name="volume_modes",
    title="longitudinal and transverse parts of modes, divergence on the core (in the plane)",
    formula="u_L = A^T (A A^T)^+ A u with A_i = (1/V_i) dV_i/dR of Voronoi areas; u_T = u - u_L; div_i = mean of (R_j - R_i).(u_j^np - u_i^np)",
    source="000 eqs. 6, 7",
    place=16,
    rule="decompose_modes",
    aggregate="aggregate_volume_modes",
    takes=("glasses.gsd", "vibrability_field.gsd"),
    tables=(VOLUME_MODES,),
    fields=(
        Field(
            "volume_mode_field", "displacement of the softest mode, its longitudinal part, and the divergence of its net projection", f"1 or {LENGTH}"
        ),
    ),
    combines=("volume_modes.parquet", "volume_mode_field.gsd", "vibrability_field.gsd"),
    curves=(VOLUME_SPECTRUM, VOLUME_MAP),
    algebra="sparse",
    message="Decomposing the modes",
    dimensions=(2,),
    settings=(
        Setting("modes", 20, {"type": "integer", "minimum": 1}, "softest modes that are decomposed"),
        Setting(
            "core_threshold", 0.25, POSITIVE, "Psi above which a particle belongs to the core, over which divergences are averaged (000 Fig. 1e)"
        ),
        SHOWN,
    ),
    quantities=(
        Quantity("transverse_share", r"|u_T|^2", NONE, "transverse share of the softest mode", "u_T, share of the softest mode", 80),
        Quantity("participation_transverse", r"e_T", NONE, "participation ratio of the softest mode's transverse part"),
        Quantity("participation_longitudinal", r"e_L", NONE, "participation ratio of the softest mode's longitudinal part"),
        Quantity("psi_longitudinal", r"r(\Psi, |u_L|)", NONE, "correlation of Psi and |u_L| in the softest mode", "r(Psi, |u_L|)", 81),
        Quantity("psi_divergence", r"r(\Psi, \nabla u)", NONE, "correlation of Psi and the divergence", "r(Psi, div)", 82),
        Quantity("psi_absolute", r"r(\Psi, |\nabla u|)", NONE, "correlation of Psi and the magnitude of the divergence", "r(Psi, |div|)", 83),
        Quantity("longitudinal_divergence", r"r(|u_L|, \nabla u)", NONE, "correlation of |u_L| and the divergence", "r(|u_L|, div)", 84),
        Quantity("longitudinal_absolute", r"r(|u_L|, |\nabla u|)", NONE, "correlation of |u_L| and that magnitude", "r(|u_L|, |div|)", 85),
        Quantity("core_divergence", r"\langle\nabla u\rangle_\mathrm{core}", LENGTH, "mean divergence over the core of the softest mode"),
    ),
    figures=(
        Figure(
            "volume_modes",
            "plot_volume_modes",
            tables=("volume_map", "volume_spectrum", "quantities", "flags"),
            quantities=("transverse_share",),
            observables=("volume_modes",),
            source="000 Fig. 1, Supp. 2, 3",
            title="a mode, its transverse and longitudinal parts, its divergence; Psi, against |u_L| and the divergence; the longitudinal share",
        ),
    ),
)
