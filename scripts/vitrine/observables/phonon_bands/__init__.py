"""Phonon bands: the softest modes beside the plane waves of an isotropic solid, widths of bands, and where bands merge (004 sec. III, eqs. 4, 5)."""

from vitrine.declare import SHARE, Figure, Headline, Observable, Quantity, Setting
from vitrine.papers import PERSPECTIVE
from vitrine.schema import FREQUENCY, NONE, Column, Table

COUNT = {"type": "integer", "minimum": 1}
SPARE = 1.2  # modes that are sought at first, over the waves of the bands
TRANSVERSE, LONGITUDINAL = "transverse", "longitudinal"
_POLARISATION = Column("polarisation", "string", NONE, "transverse, or longitudinal")
_SHELL = Column("shell", "int32", NONE, "number of the wave vectors' length, from 1, the longest waves")
_SQUARED = Column("squared", "double", NONE, "|n|^2 = (|q| V^(1/d)/2 pi)^2: 1, 2, 3, ... in a cube")
_DEGENERACY = Column("degeneracy", "int32", NONE, "n_z, plane waves of the band")

PHONON_MODES = Table(
    "phonon_modes",
    "softest modes of each glass, and the band of plane waves that each has most of",
    (
        Column("mode", "int32", NONE, "index of the mode, from the softest"),
        Column("omega", "double", FREQUENCY, "frequency"),
        Column("participation", "double", NONE, "participation ratio e of the eigenvector m^(1/2) u"),
        _POLARISATION,
        _SHELL,
        Column("weight", "double", NONE, "share of the mode in the plane waves of that band"),
    ),
    of_samples=True,
)
PHONON_BANDS = Table(
    "phonon_bands",
    "bands of plane waves of each glass: the n_z modes that have most of each",
    (
        _POLARISATION,
        _SHELL,
        _SQUARED,
        _DEGENERACY,
        Column("wave_number", "double", "1/lambda_min", "|q|"),
        Column("omega", "double", FREQUENCY, "mean frequency of the n_z modes that have most of the band"),
        Column("width", "double", FREQUENCY, "standard deviation of their frequencies"),
        Column("purity", "double", NONE, "mean share of these modes in the band's plane waves: one where nothing else is mixed in"),
        Column("found", "double", NONE, "share of the band's plane waves in all the modes that were computed"),
        Column("whole", "bool", NONE, "whether the band ends two widths below the highest computed mode, and most of it was found"),
    ),
    of_samples=True,
)
BAND_CURVES = Table(
    "band_curves",
    "bands of plane waves of an ensemble: those that are whole in every good sample",
    (
        _POLARISATION,
        _SHELL,
        _SQUARED,
        _DEGENERACY,
        Column("omega", "double", FREQUENCY, "frequency, mean over samples"),
        Column("omega_error", "double", FREQUENCY, "bootstrap standard error"),
        Column("ratio", "double", NONE, "frequency over that of the elastic solid, c |q| with c of the same sample"),
        Column("ratio_error", "double", NONE, "bootstrap standard error"),
        Column("width", "double", FREQUENCY, "root mean square of the widths"),
        Column("width_error", "double", FREQUENCY, "bootstrap standard error"),
        Column("purity", "double", NONE, "mean share of its modes in its plane waves"),
        Column("overlap", "double", NONE, "of transverse bands: twice the two widths over the gap to the next; NaN where the next is not whole"),
        Column("separate", "bool", NONE, "whether its modes are of the band more than of anything else: the prefactor is taken from these"),
        Column("samples", "int32", NONE, "samples"),
    ),
)
MODE_CLOUD = Table(
    "mode_cloud",
    "softest modes of the first good samples, as many whole samples as have 20,000 modes, one at least",
    (
        Column("sample", "int32", NONE, "index of the sample"),
        Column("omega", "double", FREQUENCY, "frequency"),
        Column("participation", "double", NONE, "participation ratio e"),
        Column("weight", "double", NONE, "share of the mode in the band that it has most of"),
    ),
)

OBSERVABLE = Observable(
    name="phonon_bands",
    title="phonon bands, their widths, omega_dagger",
    formula="band z: the n_z modes with most of the plane waves of a length q; Delta omega = c chi omega sqrt(n_z/N); omega_dagger: bands touch",
    source="004 Fig. 4, eqs. 4, 5",
    place=3.5,
    rule="measure_phonon_bands",
    aggregate="aggregate_phonon_bands",
    derive="fit_phonon_bands",
    takes=("glasses.gsd",),
    tables=(PHONON_MODES, PHONON_BANDS),
    combines=(PHONON_MODES.file, PHONON_BANDS.file, "elasticity.parquet"),
    curves=(BAND_CURVES, MODE_CLOUD),
    algebra="sparse",
    message="Measuring the phonon bands",
    settings=(
        Setting("bands", 3, COUNT, "transverse bands that are sought: modes are computed, half as many again each time, until they are whole"),
        Setting("modes", 300, COUNT, "... or until so many are, or a quarter of all"),
        Setting("purity", 0.5, SHARE, "share of the modes in their band above which the band is separate, and counts for the prefactor", "aggregate"),
    ),
    quantities=(
        Quantity(
            "band_prefactor",
            r"c\,\chi",
            NONE,
            "width of transverse bands over omega sqrt(n_z/N)",
            "c chi of bands",
            19.1,
            universal=True,
            error_from=0,
        ),
        Quantity("band_constant", "c", NONE, "the same over chi = sqrt(N) std(G)/mean(G)", "c of bands", 19.2, universal=True, error_from=0),
        Quantity("band_position", r"\omega/c_s q", NONE, "frequency of the first transverse band over c_s q", "omega/(c_s q), first band", 19.3),
        Quantity("band_position_longitudinal", r"\omega/c_l q", NONE, "frequency of the first longitudinal band over c_l q"),
        Quantity("bands_whole", "", NONE, "transverse bands that are whole in every sample"),
        Quantity("omega_dagger", r"\omega_\dagger", FREQUENCY, "frequency at which transverse bands touch"),
        Quantity("omega_dagger_omega_0", r"\omega_\dagger/\omega_0", "c_s/a0", "the same in units of omega_0 = c_s/a0", "omega_dagger/omega_0", 19.4),
    ),
    headlines=(
        Headline(
            "omega_dagger_exponent_3d",
            "exponent of omega_dagger in L, in space",
            -0.4,
            f"{PERSPECTIVE}, eq. 5",
            35,
            comment="the boxes that have omega_dagger among their bands, several samples each",
            model="",
        ),
        Headline(
            "omega_dagger_exponent_2d",
            "exponent of omega_dagger in L, in the plane",
            -0.5,
            f"{PERSPECTIVE}, eq. 5",
            36,
            comment="the boxes that have omega_dagger among their bands, several samples each",
            model="",
        ),
        Headline(
            "band_width_exponent",
            "exponent of c chi in N, zero for widths ~ N^-1/2",
            0.0,
            f"{PERSPECTIVE}, eq. 4",
            37,
            comment="at fixed n_z omega^2",
            model="",
        ),
    ),
    figures=(
        Figure(
            "phonon_bands",
            "plot_phonon_bands",
            tables=("band_curves", "mode_cloud", "quantities", "fits", "flags"),
            quantities=("band_position", "c_s"),
            observables=("phonon_bands",),
            source="004 Fig. 4, eqs. 4, 5",
            title="e against omega with the bands of an elastic solid; positions and widths of bands; omega_dagger against L",
            axis="particles",
        ),
    ),
)
