"""Softness of every particle: its share of the low end of the velocity spectrum, beside the local Debye-Waller factor (003 Fig. 2)."""

from vitrine.declare import POSITIVE, Figure, Headline, Observable, Quantity, Setting
from vitrine.observables.velocity_spectrum import BAND, DENSITY, OMEGA, SPECIES
from vitrine.papers import SOFTNESS as PAPER
from vitrine.schema import FREQUENCY, LENGTH, NONE, Column, Table

SQUARE = "lambda_min^2"
CUTOFFS = [0.15, 0.3, 0.6, 0.9, 1.2]
PEAK = [11.0, 12.0]
KIND = Column("kind", "string", NONE, "softness, peak or ldwf")

SOFTNESS_PARTICLES = Table(
    "softness_particles",
    "softness of every particle, a row for each in their order; scaled so that the mean over a sample is one",
    (
        Column("particle", "int32", NONE, "index of the particle"),
        Column("species", "int32", NONE, "its type: 0 is A, 1 is B"),
        Column("x", "double", LENGTH, "mean position along the run, folded into the box"),
        Column("y", "double", LENGTH, "the same"),
        Column("z", "double", LENGTH, "the same; NaN in the plane"),
        Column("softness", "double", NONE, "S: sum of D_i below the cutoff over that of all particles, times N"),
        Column("softness_ratios", "double", NONE, "the same as a sum over bins of the share of the particle in each (003, printed formula)"),
        Column("first_half", "double", NONE, "S of the first half of the run alone"),
        Column("second_half", "double", NONE, "S of the second half alone"),
        Column("peak", "double", NONE, "share of the power in the band of the setting peak, times N"),
        Column("ldwf", "double", SQUARE, "local Debye-Waller factor <|r_i(t + t') - r_i(t)|^2> over all pairs of frames, the drift taken away"),
        Column("ldwf_one_origin", "double", SQUARE, "the same from the first frame alone (003)"),
        Column("displacement", "double", LENGTH, "|r_i| from the first frame to the last"),
    ),
    of_samples=True,
)
SOFTNESS_CUTOFFS = Table(
    "softness_cutoffs",
    "how the softness depends on its cutoff, for all particles (species -1) and within each species",
    (
        Column("cutoff", "double", FREQUENCY, "omega_c"),
        Column("main", "bool", NONE, "whether it is the cutoff of S, at which quantities are taken"),
        SPECIES,
        Column("correlation", "double", NONE, "Pearson correlation of S and the local Debye-Waller factor, all origins"),
        Column("correlation_one_origin", "double", NONE, "the same with one origin"),
        Column("reliability", "double", NONE, "Pearson correlation of S of the two halves of the run"),
        Column("reliability_ldwf", "double", NONE, "the same of the Debye-Waller factor"),
        Column("alike", "double", NONE, "Pearson correlation of S as ratio of sums and as sum of ratios"),
        Column("share", "double", NONE, "share of the MD spectrum below the cutoff; for all particles"),
        Column("share_harmonic", "double", NONE, "share of the harmonic modes below the cutoff; for all particles"),
    ),
    of_samples=True,
)
SOFTNESS_SPACE = Table(
    "softness_space",
    "correlation in space of the softness, each particle measured against its species",
    (
        KIND,
        Column("distance", "double", LENGTH, "middle of the bin of the distance"),
        Column("correlation", "double", NONE, "g(r) = <z_i z_j> over pairs in the bin, z: deviation from the mean of the species over its deviation"),
        Column("pairs", "int64", NONE, "pairs in the bin"),
    ),
    of_samples=True,
)
SOFTNESS_EXTREMES = Table(
    "softness_extremes",
    "spectra of the softest and of the hardest particle of each sample",
    (Column("role", "string", NONE, "softest or hardest"), BAND, OMEGA, Column("spectrum", "double", DENSITY, "D_i")),
    of_samples=True,
)
SOFTNESS_NUMBERS = Table(
    "softness_numbers",
    "numbers of each sample's softness",
    (
        Column("moran_softness", "double", NONE, "Moran's I of S over neighbours within `neighbours`, against the species; -1/(N - 1) without order"),
        Column("moran_peak", "double", NONE, "the same of the peak band"),
        Column("moran_ldwf", "double", NONE, "the same of the Debye-Waller factor"),
        Column("species_ratio", "double", NONE, "mean S of species B over that of A; NaN for a single species"),
        Column("largest", "double", NONE, "largest S"),
        Column("above", "double", NONE, "share of particles with S > 20"),
        Column("without_phonons", "double", NONE, "correlation of S up to the last bin with and without the bins of the first phonons; NaN for none"),
        Column("bins", "int32", NONE, "bins below the cutoff"),
    ),
    of_samples=True,
)
SOFTNESS_CURVES = Table(
    "softness_curves",
    "the softness of an ensemble against its cutoff",
    (
        Column("cutoff", "double", FREQUENCY, "omega_c"),
        Column("main", "bool", NONE, "whether it is the cutoff of S"),
        SPECIES,
        *(
            column
            for name, meaning in (
                ("correlation", "r(S, LDWF)"),
                ("correlation_one_origin", "r(S, LDWF), one origin"),
                ("reliability", "r(S, S') of the halves"),
                ("reliability_ldwf", "r(LDWF, LDWF') of the halves"),
                ("alike", "r of the two forms of S"),
                ("share", "share of the MD spectrum"),
                ("share_harmonic", "share of harmonic modes"),
            )
            for column in (
                Column(name, "double", NONE, meaning),
                Column(f"{name}_error", "double", NONE, "bootstrap standard error over samples"),
            )
        ),
    ),
)
SOFTNESS_SPACE_CURVES = Table(
    "softness_space_curves",
    "correlation in space of the softness of an ensemble",
    (
        KIND,
        Column("distance", "double", LENGTH, "middle of the bin"),
        Column("correlation", "double", NONE, "g(r)"),
        Column("correlation_error", "double", NONE, "bootstrap standard error over samples"),
    ),
)

OBSERVABLE = Observable(
    name="softness",
    title="softness from velocities, Debye-Waller factors, correlation in space",
    formula="S_i = N sum_(omega < omega_c) D_i(omega)/sum_i sum_(omega < omega_c) D_i(omega); a_i = <abs(r_i(t + t') - r_i(t))^2> over all t, t'",
    source="003 Fig. 2",
    place=10.2,
    rule="measure_softness",
    aggregate="aggregate_softness",
    derive="fit_softness",
    takes=("trajectories.gsd", "harmonic_frequencies.parquet", "run_moments.parquet"),
    tables=(SOFTNESS_PARTICLES, SOFTNESS_CUTOFFS, SOFTNESS_SPACE, SOFTNESS_EXTREMES, SOFTNESS_NUMBERS),
    combines=(SOFTNESS_CUTOFFS.file, SOFTNESS_SPACE.file, SOFTNESS_NUMBERS.file),
    curves=(SOFTNESS_CURVES, SOFTNESS_SPACE_CURVES),
    collected=(SOFTNESS_PARTICLES.file, SOFTNESS_EXTREMES.file),
    spectra=True,
    message="Measuring the softness",
    settings=(
        Setting("cutoff", 0.6, POSITIVE, "omega_c of the softness [rad per unit of time]"),
        Setting(
            "cutoffs",
            CUTOFFS,
            {"type": "array", "items": POSITIVE, "minItems": 1},
            "further cutoffs, against which correlations are told",
        ),
        Setting(
            "peak",
            PEAK,
            {"type": "array", "items": POSITIVE, "minItems": 2, "maxItems": 2},
            "ends of the band of the peak particles [rad per unit of time]",
        ),
        Setting("window", "hann", {"enum": ["hann", "rectangle"]}, "window of the spectra; 003 has none, which leaks below T = 0.2"),
        Setting("neighbours", 1.5, POSITIVE, "distance within which particles are neighbours for Moran's I: the first shell [lambda_min]"),
    ),
    quantities=(
        Quantity("softness_correlation", "r(S, a)", NONE, "r(S, LDWF) at the cutoff, all particles", "r(S, LDWF)", 191),
        Quantity("softness_correlation_a", "r_A(S, a)", NONE, "r(S, LDWF) at the cutoff within species A", "r(S, LDWF), A", 191.1),
        Quantity("softness_correlation_b", "r_B(S, a)", NONE, "r(S, LDWF) at the cutoff within species B", "r(S, LDWF), B", 191.2),
        Quantity("softness_reliability", "r(S, S')", NONE, "r of S of the two halves of the runs", "r(S, S') of half runs", 191.3),
        Quantity("softness_alike", "", NONE, "r of S as ratio of sums and as sum of ratios"),
        Quantity("softness_share", "", NONE, "share of the MD spectrum below the cutoff", "MD spectrum below omega_c", 192),
        Quantity("softness_share_harmonic", "", NONE, "share of the harmonic modes below the cutoff", "harmonic modes below omega_c", 192.1),
        Quantity("softness_species_ratio", "S_B/S_A", NONE, "mean S of species B over that of A", "S of B over S of A", 193),
        Quantity("softness_largest", r"S_\mathrm{max}", NONE, "largest S of a sample", "largest S", 193.1),
        Quantity("softness_above", "", NONE, "share of particles with S > 20", "particles with S > 20", 193.2),
        Quantity("moran_softness", "I_S", NONE, "Moran's I of S over first neighbours", "Moran's I, soft", 194),
        Quantity("moran_peak", r"I_\mathrm{peak}", NONE, "Moran's I of the peak band", "Moran's I, peak", 194.1),
        Quantity("moran_ldwf", "I_a", NONE, "Moran's I of the Debye-Waller factor"),
        Quantity("softness_without_phonons", "", NONE, "r of S with and without the bins of the first phonons"),
    ),
    headlines=(
        Headline(
            "glass_transition",
            "T_g at this rate of cooling",
            0.32,
            f"{PAPER}, section III",
            79.9,
            comparable=False,
            comment="not the same N or rate: cooled at 1e-5 there; here two lines through the inherent energies of the rungs",
            model="kob_andersen",
        ),
    ),
    figures=(
        Figure(
            "softness",
            "plot_softness",
            tables=("softness_particles", "softness_extremes", "softness_curves", "softness_space_curves", "quantities", "flags"),
            quantities=("softness_correlation", "moran_softness"),
            observables=("softness",),
            source="003 Fig. 2",
            title="spectra of the softest and hardest particle, S against Debye-Waller factors, maps and correlation in space",
        ),
    ),
)
