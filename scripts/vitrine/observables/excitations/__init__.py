"""How small shears and tensions of a planar glass excite its softest mode (000, Fig. 2)."""

from vitrine.declare import POSITIVE, SHOWN, Field, Figure, Observable, Quantity, Setting
from vitrine.schema import FREQUENCY, LENGTH, NONE, Column, Table

EXCITATIONS = Table(
    "excitations",
    "small deformations of each glass, and how far its answer is the softest mode: one row for each protocol",
    (
        Column("protocol", "string", NONE, "shear +, shear -, tension or compression"),
        Column("strain", "double", NONE, "its strain, with sign"),
        Column("overlap", "double", NONE, "cosine of the non-affine displacement of the step and the softest mode"),
        Column("overlap_linear", "double", NONE, "the same of the linear response"),
        Column("amplitude", "double", LENGTH, "length of the non-affine displacement of all particles over the strain"),
        Column(
            "difference",
            "double",
            NONE,
            "distance of the step from its linear response over the length of that; it falls in proportion to the strain",
        ),
    ),
    of_samples=True,
)
EXCITATION_MAP = Table(
    "excitation_map",
    "the softest mode of one glass, the first that is good, and the non-affine displacements of its four deformations",
    (
        Column("sample", "int32", NONE, "index of the sample"),
        Column("omega", "double", FREQUENCY, "frequency of the softest mode"),
        Column("protocol", "string", NONE, "mode, or the protocol"),
        Column("overlap", "double", NONE, "its cosine with the mode"),
        Column("x", "double", LENGTH, "place"),
        Column("y", "double", LENGTH, "place"),
        Column("size", "double", LENGTH, "diameter"),
        Column("u_x", "double", NONE, "displacement, sum over particles of its square one"),
        Column("u_y", "double", NONE, "displacement"),
    ),
)

OBSERVABLE = Observable(
    name="excitations",
    title="small shears and tensions, their overlap with the softest mode (in the plane)",
    formula="u_na: minimise after an affine step; linear response u = -M^+ Xi gamma; overlap abs(u.z)/(abs(u) abs(z))",
    source="000 Fig. 2",
    place=16.07,
    rule="deform_samples",
    aggregate="aggregate_excitations",
    takes=("glasses.gsd", "volume_mode_field.gsd"),
    tables=(EXCITATIONS,),
    fields=(Field("excitation_field", "non-affine displacement over the strain: shear_forward, shear_backward, tension, compression", LENGTH),),
    combines=("excitations.parquet", "excitation_field.gsd", "volume_mode_field.gsd", "volume_modes.parquet"),
    curves=(EXCITATION_MAP,),
    algebra="sparse",
    message="Deforming glasses",
    dimensions=(2,),
    settings=(
        Setting("shear", 3e-5, POSITIVE, "strain of a simple shear (000, Methods)"),
        Setting("tension", 4e-5, POSITIVE, "strain of a tension along x (000, Methods)"),
        SHOWN,
    ),
    quantities=(
        Quantity("overlap_shear", r"|u_\gamma \cdot z|", NONE, "overlap of shear + with the softest mode", "overlap, shear", 76),
        Quantity("overlap_tension", r"|u_\epsilon \cdot z|", NONE, "overlap of tension with the softest mode", "overlap, tension", 77),
        Quantity("overlap_larger", r"\max|u \cdot z|", NONE, "the larger of the two overlaps in each glass", "overlap, the larger", 78),
        Quantity("step_difference", "", NONE, "mean distance of a step from its linear response, relative", "step less linear response", 79),
    ),
    figures=(
        Figure(
            "excitations",
            "plot_excitations",
            tables=("excitation_map", "quantities", "flags"),
            quantities=("overlap_larger",),
            observables=("excitations",),
            source="000 Fig. 2",
            title="the softest mode of a glass, and its non-affine displacements under shear, tension and compression",
        ),
    ),
)
