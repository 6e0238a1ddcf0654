"""Which particles move in the transverse parts of soft modes: their reduced density of states, beside the strings (000 Figs. 4d, 5b)."""

from vitrine.declare import POSITIVE, SHOWN, Field, Figure, Observable, Quantity, Setting
from vitrine.schema import LENGTH, NONE, Column, Table

REDUCED = "lambda_min^2*m/epsilon"
TRANSVERSE_DENSITY = Table(
    "transverse_density",
    "D_i^T(omega)/omega averaged over a window of frequencies, over the particles of each glass, and how it lies on the strings of its disc",
    (
        Column("modes", "int32", NONE, "modes in the window, all of them"),
        Column("residual", "double", NONE, "largest length of H u - omega^2 m u over omega^2 m u of these modes: the error of the partial spectrum"),
        Column("mean", "double", REDUCED, "mean of D_i^T/omega over the particles"),
        Column("largest", "double", REDUCED, "largest of a particle"),
        Column("strings", "int32", NONE, "particles of the strings of all angles and of the key core; 0 without a key core"),
        Column("contrast", "double", NONE, "mean over these particles over the mean over the others of the disc; NaN where there are none"),
        Column("overlap", "double", NONE, "share of them among as many particles of the disc with the largest D_i^T/omega"),
        Column("chance", "double", NONE, "what that share were by chance: their number over that of the disc's particles"),
    ),
    of_samples=True,
)
TRANSVERSE_MAP = Table(
    "transverse_map",
    "particles of the disc of one glass, the first that has a key core: D_i^T/omega beside the strings",
    (
        Column("sample", "int32", NONE, "index of the sample"),
        Column("x", "double", LENGTH, "place about the middle of the disc"),
        Column("y", "double", LENGTH, "place about the middle of the disc"),
        Column("size", "double", LENGTH, "diameter"),
        Column("reduced_density", "double", REDUCED, "D_i^T/omega"),
        Column("excited", "int32", NONE, "degrees at which it is excited; 360 for the key core"),
    ),
)

OBSERVABLE = Observable(
    name="transverse_density",
    title="reduced transverse density of states of every particle, beside the strings of its disc (in the plane)",
    formula="D_i^T/omega = (1/width of the window) sum over the modes in it of abs(u_T,i)^2/omega; window: frequency - width to frequency + width",
    source="000 Figs. 4d, 5b",
    place=16.09,
    rule="measure_transverse_density",
    aggregate="aggregate_transverse_density",
    takes=("glasses.gsd", "disc_field.gsd"),
    tables=(TRANSVERSE_DENSITY,),
    fields=(Field("transverse_density_field", "density: D_i^T/omega of every particle, averaged over the window", REDUCED),),
    combines=("transverse_density.parquet", "transverse_density_field.gsd", "disc_field.gsd"),
    curves=(TRANSVERSE_MAP,),
    algebra="sparse",
    message="Measuring the transverse density of states",
    dimensions=(2,),
    settings=(
        Setting("frequency", 0.8, POSITIVE, "middle of the window (000 Fig. 4d) [sqrt(epsilon/m)/lambda_min]"),
        Setting("width", 0.4, POSITIVE, "half of its width"),
        Setting("most", 1500, {"type": "integer", "minimum": 1}, "modes below the window's upper end, above which a glass is flagged"),
        SHOWN,
    ),
    quantities=(
        Quantity("transverse_density", r"\langle D^T_i/\omega\rangle", REDUCED, "mean of D_i^T/omega over particles", "D^T/omega, mean", 75.6),
        Quantity("window_modes", "", NONE, "modes in the window", "modes in the window of D^T", 75.7),
        Quantity("strings_contrast", "", NONE, "D_i^T/omega on the strings over that elsewhere in the disc", "D^T/omega on strings, relative", 75.8),
        Quantity(
            "strings_overlap", "", NONE, "share of strings among as many particles of the largest D_i^T/omega", "strings among the largest", 75.9
        ),
        Quantity("strings_chance", "", NONE, "share of strings among as many particles drawn at random", "strings among random ones", 75.91),
    ),
    figures=(
        Figure(
            "transverse_density",
            "plot_transverse_density",
            tables=("transverse_map", "quantities", "flags"),
            quantities=("transverse_density",),
            observables=("transverse_density",),
            source="000 Figs. 4d, 5b",
            title="D_i^T/omega of the particles of a disc, with its strings; how it is distributed on and off them; their overlap",
        ),
    ),
)
