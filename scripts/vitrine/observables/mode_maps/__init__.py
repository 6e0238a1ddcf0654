"""Maps of soft spots in the plane: every quartic mode that is softer than omega_g/3, and the arrows of the softest (002 Fig. 1 and S-2)."""

from vitrine.declare import POSITIVE, SHARE, Figure, Observable, Quantity, Setting
from vitrine.schema import FREQUENCY, LENGTH, NONE, Column, Table

MAPPED_GLASSES = Table(
    "mapped_glasses",
    "the glasses of which maps are made, one row each",
    (
        Column("omega_g", "double", FREQUENCY, "mean frequency of the glass's own pinched weak bonds"),
        Column("omega_highest", "double", FREQUENCY, "frequency below which modes are in the map: the fraction of omega_g"),
        Column("bonds", "int32", NONE, "bonds that were pinched: all"),
        Column("unconverged", "int32", NONE, "of them, those whose response ended in no quartic mode"),
        Column("saddles", "int32", NONE, "distinct ends below omega_highest that are saddles of the cost, and not in the map"),
        Column("modes", "int32", NONE, "distinct quartic modes below omega_highest: those in the map"),
        Column("box_x", "double", LENGTH, "first edge of the box, along x"),
        Column("box_tilt", "double", LENGTH, "x of its second edge"),
        Column("box_y", "double", LENGTH, "y of its second edge"),
    ),
    of_samples=True,
)
MODE_MAP = Table(
    "mode_map",
    "quartic modes of the mapped glasses below omega_highest, from the response to a dipole on every bond, each distinct one once",
    (
        Column("mode", "int32", NONE, "index in its glass, from the softest"),
        Column("omega", "double", FREQUENCY, "frequency of the mode"),
        Column("core_size", "double", NONE, "N e, e the participation ratio: particles of its core"),
        Column("x", "double", LENGTH, "place of the core, in the middle of the interacting pair whose |z_i - z_j| is largest"),
        Column("y", "double", LENGTH, "place of the core"),
        Column("starts", "int32", NONE, "bonds whose responses fell onto it: |overlap| > 0.99"),
    ),
    of_samples=True,
)
MODE_ARROWS = Table(
    "mode_arrows",
    "displacements of all particles in the softest quartic modes of the mapped glasses, sum |z_i|^2 = 1",
    (
        Column("mode", "int32", NONE, "index of the mode in mode_map"),
        Column("x", "double", LENGTH, "place of the particle"),
        Column("y", "double", LENGTH, "place of the particle"),
        Column("z_x", "double", NONE, "displacement along x"),
        Column("z_y", "double", NONE, "displacement along y"),
    ),
    of_samples=True,
)

OBSERVABLE = Observable(
    name="mode_maps",
    title="maps of soft spots in the plane",
    formula="quartic modes from u = M^+ d of every bond, those with omega < omega_g/3, |overlap| <= 0.99: core, N e, omega; arrows of the softest",
    source="002 Fig. 1, S-2",
    place=16.3,
    rule="map_modes",
    aggregate="aggregate_mode_maps",
    takes=("glasses.gsd",),
    tables=(MAPPED_GLASSES, MODE_MAP, MODE_ARROWS),
    combines=(MAPPED_GLASSES.file, MODE_MAP.file),
    collected=(MAPPED_GLASSES.file, MODE_MAP.file, MODE_ARROWS.file),
    algebra="sparse",
    pairwise=True,
    message="Mapping soft modes",
    dimensions=(2,),
    settings=(
        Setting("samples", 2, {"type": "integer", "minimum": 1}, "glasses of each point that are mapped, from the first on: every bond is a start"),
        Setting("fraction", 1 / 3, SHARE, "modes below this fraction of omega_g are in the map (002, S-2)"),
        Setting("weak_force", 1.0e-2, POSITIVE, "f/(p a0) below which a bond counts for omega_g (002, eq. S5)"),
        Setting("arrows", 2, {"type": "integer", "minimum": 0}, "softest modes of each mapped glass whose arrows are kept"),
    ),
    quantities=(
        Quantity(
            "mapped_modes", r"n_\mathrm{map}", NONE, "quartic modes per particle in the maps, below the fraction of omega_g", "mapped modes", 173
        ),
        Quantity("mapped_core", r"\langle Ne\rangle", NONE, "mean core size N e of the modes in the maps", "N e of mapped modes", 173.1),
        Quantity("mapped_omega_g", r"\omega_g", FREQUENCY, "mean omega_g of the mapped glasses", "omega_g of mapped glasses", 173.2, "frequency"),
    ),
    figures=(
        Figure(
            "population_map",
            "plot_population_map",
            tables=("mapped_glasses", "mode_map", "quantities", "fits", "flags"),
            quantities=("mapped_modes",),
            observables=("mode_maps",),
            source="002 Fig. 1",
            title="every soft quartic mode of a glass in the plane, at the highest and the lowest value on the axis",
        ),
        Figure(
            "mode_map",
            "plot_mode_map",
            tables=("mapped_glasses", "mode_map", "mode_arrows", "quantities", "fits", "flags"),
            quantities=("mapped_modes", "c_s"),
            observables=("mode_maps",),
            source="004 Fig. 1a, 001 Fig. 1b",
            title="arrows of the softest quartic modes of a glass in the plane, and a circle of xi_g",
        ),
    ),
)
