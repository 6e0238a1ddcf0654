"""How groups of particles move: mean squared displacement, spectra, and hops between inherent states along the run (003 Fig. 3a-c)."""

from vitrine.declare import POSITIVE, SHARE, Figure, Headline, Observable, Quantity, Setting
from vitrine.observables.velocity_spectrum import BAND, DENSITY, OMEGA, TIME
from vitrine.papers import SOFTNESS as PAPER
from vitrine.schema import ENERGY, LENGTH, NONE, Column, Table

SQUARE = "lambda_min^2"
SHARES = [0.005, 0.02]
GROUPS = ("softest", "diffusive", "peak", "all")
GROUP = Column("group", "string", NONE, "softest: largest S; diffusive: largest displacement; peak: largest share of the peak band; all")
SHARE_OF = Column("share", "double", NONE, "share of the particles that make up the group; one for all")
NOT_THE_SAME = "not the same N or rate: N = 8000 cooled at 1e-5 there"

HOPPING_PARTICLES = Table(
    "hopping_particles",
    "motion of every particle between the inherent states along the run, a row for each in their order",
    (
        Column("particle", "int32", NONE, "index of the particle"),
        Column("species", "int32", NONE, "its type"),
        Column("softness", "double", NONE, "S"),
        Column("hop_energy", "double", ENERGY, "n_hop = sum |Delta e_i| over successive inherent states, e_i half of its pair energies (003)"),
        Column("hop_square", "double", SQUARE, "sum |Delta r_i|^2 over the same"),
        Column("path", "double", LENGTH, "sum |Delta r_i|, without steps below 0.001: what the residual force left"),
        Column("net", "double", LENGTH, "|Delta r_i| from the first inherent state to the last"),
        Column("hops", "int32", NONE, "steps with |Delta r_i| > jump"),
        Column("widest", "double", LENGTH, "largest distance of two of its inherent positions"),
    ),
    of_samples=True,
)
HOPPING_GROUPS = Table(
    "hopping_groups",
    "means over groups of particles",
    (
        GROUP,
        SHARE_OF,
        Column("size", "int32", NONE, "particles of the group"),
        Column(
            "overlap", "double", NONE, "share of the group that is among the diffusive too; a group that is hardly larger than its overlap is none"
        ),
        Column("softness", "double", NONE, "mean S"),
        Column("hop_energy", "double", ENERGY, "mean n_hop"),
        Column("hop_square", "double", SQUARE, "mean of sum |Delta r|^2"),
        Column("hops", "double", NONE, "mean number of steps with |Delta r| > jump"),
        Column("reversibility", "double", NONE, "1 - sum of net over sum of path, of the group: one for motion that comes back; NaN without any"),
        Column("species_b", "double", NONE, "share of species B"),
    ),
    of_samples=True,
)
GROUP_MOTION = Table(
    "group_motion",
    "mean squared displacement of groups over time origins and particles, the drift of all taken away",
    (GROUP, SHARE_OF, Column("lag", "double", TIME, "time"), Column("second", "double", SQUARE, "<Delta^2>")),
    of_samples=True,
)
GROUP_SPECTRA = Table(
    "group_spectra",
    "mean velocity spectra of groups, Hann window",
    (GROUP, SHARE_OF, BAND, OMEGA, Column("spectrum", "double", DENSITY, "mean D_i")),
    of_samples=True,
)
HOPPING_SERIES = Table(
    "hopping_series",
    "the softest and the most diffusive particle of each sample along the run",
    (
        Column("role", "string", NONE, "softest or diffusive"),
        Column("time", "double", TIME, "time of the state"),
        Column("displacement", "double", LENGTH, "|r_i(t) - r_i(0)| of the run"),
        Column("inherent_displacement", "double", LENGTH, "the same of the inherent states"),
        Column("energy", "double", ENERGY, "half of its pair energies in the inherent state"),
    ),
    of_samples=True,
)
HOPPING_NUMBERS = Table(
    "hopping_numbers",
    "numbers of each sample's hops",
    (
        Column("correlation_energy", "double", NONE, "r(S, n_hop)"),
        Column("correlation_square", "double", NONE, "r(S, sum |Delta r|^2)"),
        Column("hop_energy_a", "double", ENERGY, "mean n_hop of species A"),
        Column("hop_energy_b", "double", ENERGY, "mean n_hop of species B; NaN for a single species"),
        Column("states", "int32", NONE, "inherent states"),
        Column("distinct", "int32", NONE, "successive inherent states that differ: sum |Delta r|^2 of all particles > 1e-4"),
        Column("unconverged", "int32", NONE, "inherent states whose minimisation did not converge"),
    ),
    of_samples=True,
)
GROUP_MOTION_CURVES = Table(
    "group_motion_curves",
    "mean squared displacement of groups of an ensemble",
    (
        GROUP,
        SHARE_OF,
        Column("lag", "double", TIME, "time"),
        Column("second", "double", SQUARE, "<Delta^2>"),
        Column("second_error", "double", SQUARE, "bootstrap standard error over samples"),
    ),
)
GROUP_SPECTRUM_CURVES = Table(
    "group_spectrum_curves",
    "velocity spectra of groups of an ensemble",
    (
        GROUP,
        SHARE_OF,
        BAND,
        OMEGA,
        Column("spectrum", "double", DENSITY, "mean D_i"),
        Column("spectrum_error", "double", DENSITY, "bootstrap standard error over samples"),
    ),
)
GROUP_NUMBERS = Table(
    "group_numbers",
    "means over groups of an ensemble",
    (
        GROUP,
        SHARE_OF,
        *(
            column
            for name, unit, meaning in (
                ("size", NONE, "particles of the group"),
                ("overlap", NONE, "share that is among the diffusive too"),
                ("softness", NONE, "mean S"),
                ("hop_energy", ENERGY, "mean n_hop"),
                ("hop_square", SQUARE, "mean of sum |Delta r|^2"),
                ("hops", NONE, "mean number of hops"),
                ("reversibility", NONE, "1 - net over path"),
                ("species_b", NONE, "share of species B"),
            )
            for column in (Column(name, "double", unit, meaning), Column(f"{name}_error", "double", unit, "bootstrap standard error over samples"))
        ),
    ),
)


def _published(name: str, label: str, value: float, place: float) -> Headline:
    return Headline(name, label, value, f"{PAPER}, section III", place, comparable=False, comment=NOT_THE_SAME, model="kob_andersen")


OBSERVABLE = Observable(
    name="hopping",
    title="motion of the softest particles, hops between inherent states, reversibility",
    formula="n_hop = sum abs(Delta e_i) or sum abs(Delta r_i)^2 over successive inherent states; 1 - abs(sum Delta r_i)/sum abs(Delta r_i)",
    source="003 Fig. 3a-c",
    place=10.3,
    rule="measure_hopping",
    aggregate="aggregate_hopping",
    derive="fit_hopping",
    takes=("trajectories.gsd", "softness_particles.parquet"),
    tables=(HOPPING_PARTICLES, HOPPING_GROUPS, GROUP_MOTION, GROUP_SPECTRA, HOPPING_SERIES, HOPPING_NUMBERS),
    combines=(HOPPING_GROUPS.file, GROUP_MOTION.file, GROUP_SPECTRA.file, HOPPING_NUMBERS.file),
    curves=(GROUP_MOTION_CURVES, GROUP_SPECTRUM_CURVES, GROUP_NUMBERS),
    collected=(HOPPING_PARTICLES.file, HOPPING_SERIES.file),
    spectra=True,
    message="Following the hops",
    settings=(
        Setting(
            "shares",
            SHARES,
            {"type": "array", "items": SHARE, "minItems": 1},
            "shares of the particles that make up a group, one particle at least; 003 takes 0.005, and more of them to compare",
        ),
        Setting("states", 100, {"type": "integer", "minimum": 2}, "inherent states along the run, at equal intervals: a minimisation for each"),
        Setting("jump", 0.3, POSITIVE, "|Delta r| of an inherent position that counts as a hop [lambda_min]"),
        Setting("nearest", 0.9, POSITIVE, "d_NN, the nearest distance of A and B, in whose units displacements are drawn [lambda_min]"),
        Setting(
            "tolerance", 1.0e-6, {"type": "number", "minimum": 1e-12, "maximum": 1e-4}, "residual force of an inherent state over the pair force"
        ),
    ),
    quantities=(
        Quantity("hop_energy_softest", r"n_\mathrm{hop}", ENERGY, "n_hop by energy, first share of the softest", "n_hop, softest", 195),
        Quantity(
            "hop_energy_diffusive", r"n_\mathrm{hop}", ENERGY, "n_hop by energy, first share of the most diffusive", "n_hop, most diffusive", 195.1
        ),
        Quantity("hop_energy_all", r"n_\mathrm{hop}", ENERGY, "n_hop by energy, all particles", "n_hop, all", 195.2),
        Quantity("hop_energy_a", "", ENERGY, "n_hop by energy, species A"),
        Quantity("hop_energy_b", "", ENERGY, "n_hop by energy, species B"),
        Quantity("hop_square_softest", r"\Sigma\Delta r^2", SQUARE, "sum |Delta r|^2 of the softest", "sum |dr|^2, softest", 196),
        Quantity("hop_square_diffusive", r"\Sigma\Delta r^2", SQUARE, "sum |Delta r|^2 of the most diffusive", "sum |dr|^2, most diffusive", 196.1),
        Quantity("hop_square_all", r"\Sigma\Delta r^2", SQUARE, "sum |Delta r|^2 of all particles", "sum |dr|^2, all", 196.2),
        *(
            Quantity(
                f"motion_{group}", r"\langle\Delta^2\rangle", SQUARE, f"MSD of {name} at half of the run", f"MSD at half of the run, {short}", place
            )
            for group, name, short, place in (
                ("softest", "the first share of the softest", "softest", 196.5),
                ("diffusive", "the first share of the most diffusive", "most diffusive", 196.6),
                ("peak", "the first share of the peak band", "peak", 196.7),
            )
        ),
        Quantity("hop_correlation_energy", r"r(S, n_\mathrm{hop})", NONE, "r(S, n_hop by energy)", "r(S, n_hop)", 197),
        Quantity("hop_correlation_square", r"r(S, \Sigma\Delta r^2)", NONE, "r(S, sum |Delta r|^2)", "r(S, sum |dr|^2)", 197.1),
        Quantity("reversibility_softest", "", NONE, "1 - net over path, softest", "reversibility, softest", 198),
        Quantity("reversibility_diffusive", "", NONE, "1 - net over path, most diffusive", "reversibility, most diffusive", 198.1),
        Quantity("group_overlap", "", NONE, "share of the softest that are among the most diffusive", "softest among the most diffusive", 198.2),
        Quantity("distinct_states", "", NONE, "share of successive inherent states that differ", "successive inherent states that differ", 198.3),
    ),
    headlines=(
        _published("hop_energy_softest", "n_hop of the softest 0.5 %, T near 0.26", 11.0, 81),
        _published("hop_energy_diffusive", "n_hop of the most diffusive 0.5 %, T near 0.26", 7.0, 82),
        _published("hop_energy_all", "n_hop of all particles, T near 0.26", 1.6, 83),
        _published("motion_diffusive", "MSD of the most diffusive 0.5 % at half of the run, T near 0.26", 1.0, 83.1),
    ),
    figures=(
        Figure(
            "group_motion",
            "plot_group_motion",
            tables=("group_motion_curves", "group_spectrum_curves", "hopping_series", "hopping_particles", "quantities", "flags"),
            quantities=("hop_energy_softest", "hop_square_softest"),
            observables=("hopping",),
            source="003 Fig. 3a-c",
            title="displacement and spectra of soft, diffusive and peak particles; hops of the softest",
        ),
    ),
)
