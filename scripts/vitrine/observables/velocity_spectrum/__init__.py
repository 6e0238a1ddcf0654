"""Vibrational density of states from velocities of a run at finite temperature, beside that of the inherent state (003 Fig. 1)."""

from vitrine.declare import Figure, Headline, Observable, Quantity, Setting
from vitrine.papers import SOFTNESS as PAPER
from vitrine.schema import FREQUENCY, MODULUS, NONE, TEMPERATURE, Column, Table

TIME = "lambda_min sqrt(m/epsilon)"
DENSITY = f"1/({FREQUENCY})"
BAND = Column("band", "string", NONE, "low: bins of the whole run, up to trajectories.highest; whole: bins of segments, up to the Nyquist frequency")
SPECIES = Column("species", "int32", NONE, "type of the particles: 0 is A, 1 is B; -1 for all")
OMEGA = Column("omega", "double", FREQUENCY, "middle of the bin, angular frequency; bin 0, the net displacement, is left out")

VELOCITY_SPECTRA = Table(
    "velocity_spectra",
    "vibrational density of states of each sample from velocities (MD) and of its inherent state (DM), each of integral one over omega",
    (
        BAND,
        SPECIES,
        OMEGA,
        Column("spectrum", "double", DENSITY, "MD, Hann window: mean over particles of D_i"),
        Column("spectrum_rectangle", "double", DENSITY, "MD with no window; it has a floor of about MSD/(3 pi T t_run); NaN in the band whole"),
        Column("harmonic", "double", DENSITY, "DM: harmonic modes in the bin; NaN for single species and where the whole spectrum was not asked for"),
    ),
    of_samples=True,
)
HARMONIC_FREQUENCIES = Table(
    "harmonic_frequencies",
    "frequencies of the inherent state of the first frame of the run, in the box that the setting names, without translations",
    (Column("omega", "double", FREQUENCY, "frequency"),),
    of_samples=True,
)
RUN_MOMENTS = Table(
    "run_moments",
    "numbers of each run and of its spectra",
    (
        Column("temperature", "double", TEMPERATURE, "mean kinetic temperature of the frames"),
        Column("drift", "double", NONE, "change of the total energy per particle from the first to the last tenth of the frames, over T"),
        Column("second_moment", "double", "epsilon/(m lambda_min^2)", "second moment of the MD spectrum"),
        Column("laplacian", "double", "epsilon/(m lambda_min^2)", "<sum_i laplacian_i U/m_i>/(d N) over frames: the exact second moment"),
        Column("second_moment_harmonic", "double", "epsilon/(m lambda_min^2)", "mean omega^2 of the harmonic modes"),
        Column("distance", "double", FREQUENCY, "integral of |F_MD - F_DM|, F the cumulative spectra: the mean shift of a mode on the omega axis"),
        Column("shift", "double", FREQUENCY, "mean omega of the MD spectrum less that of the DM spectrum"),
        Column("below_harmonic", "double", NONE, "share of the MD spectrum below the softest harmonic mode"),
        Column("softest", "double", FREQUENCY, "softest harmonic mode"),
        Column(
            "negative", "double", NONE, "share of negative eigenvalues of the Hessian at instantaneous configurations; NaN where none was asked for"
        ),
        Column("shear_modulus", "double", MODULUS, "athermal G of the inherent state"),
        Column("phonon_transverse", "double", FREQUENCY, "first transverse phonon 2 pi c_t/L by the sample's own G; 0 where G < 0"),
        Column("phonon_longitudinal", "double", FREQUENCY, "first longitudinal phonon 2 pi c_l/L"),
        Column("pressure", "double", MODULUS, "virial pressure of the inherent state in the named box"),
        Column("edge", "double", "lambda_min", "(V)^(1/d) of that box"),
        Column("run", "double", TIME, "length of the run"),
    ),
    of_samples=True,
)
VELOCITY_SPECTRUM_CURVES = Table(
    "velocity_spectrum_curves",
    "mean spectra of an ensemble",
    (
        BAND,
        SPECIES,
        OMEGA,
        Column("spectrum", "double", DENSITY, "MD, Hann window"),
        Column("spectrum_error", "double", DENSITY, "bootstrap standard error over samples"),
        Column("spectrum_rectangle", "double", DENSITY, "MD with no window"),
        Column("spectrum_rectangle_error", "double", DENSITY, "bootstrap standard error"),
        Column("harmonic", "double", DENSITY, "DM"),
        Column("harmonic_error", "double", DENSITY, "bootstrap standard error"),
    ),
)

OBSERVABLE = Observable(
    name="velocity_spectrum",
    title="spectra of velocities beside harmonic ones",
    formula="D_i(omega) = delta/(pi F W <v_i^2>) sum_a |sum_n w_n v_ia(t_n) exp(-i omega t_n)|^2; second moment <laplacian U>/(d N)",
    source="003 Fig. 1",
    place=10.1,
    rule="measure_velocity_spectrum",
    aggregate="aggregate_velocity_spectrum",
    derive="fit_velocity_spectrum",
    takes=("trajectories.gsd",),
    tables=(VELOCITY_SPECTRA, HARMONIC_FREQUENCIES, RUN_MOMENTS),
    combines=(VELOCITY_SPECTRA.file, RUN_MOMENTS.file),
    curves=(VELOCITY_SPECTRUM_CURVES,),
    algebra="full",
    spectra=True,
    message="Measuring the velocity spectra",
    settings=(
        Setting("box", "own", {"enum": ["own", "relaxed"]}, "box of the inherent state: own, that of the run, or relaxed to the preparation's P = 0"),
        Setting(
            "harmonic", True, {"type": "boolean"}, "whether the whole harmonic spectrum is computed: N^3; without it distance and DM are left out"
        ),
        Setting("instantaneous", 5, {"type": "integer", "minimum": 0}, "frames, spread over the run, whose Hessian is diagonalised: N^3 for each"),
    ),
    quantities=(
        Quantity("run_temperature", "T", TEMPERATURE, "kinetic temperature of the recorded runs", "kinetic temperature of the runs", 180),
        Quantity(
            "run_drift", "", NONE, "change of the energy per particle along the recorded runs, over T", "drift of the energy of the runs, over T", 181
        ),
        Quantity(
            "second_moment",
            r"\langle\omega^2\rangle",
            "epsilon/(m lambda_min^2)",
            "second moment of the MD spectrum",
            "<omega^2> of the MD spectrum",
            182,
        ),
        Quantity("second_moment_exact", "", "epsilon/(m lambda_min^2)", "<laplacian U>/(d N) along the run", "<laplacian U>/(d N)", 183),
        Quantity(
            "second_moment_harmonic", "", "epsilon/(m lambda_min^2)", "mean omega^2 of the harmonic modes", "<omega^2> of the harmonic modes", 184
        ),
        Quantity(
            "spectrum_distance",
            r"\int|F_\mathrm{MD}-F_\mathrm{DM}|",
            FREQUENCY,
            "distance of MD and DM spectra",
            "distance of MD and DM spectra",
            185,
        ),
        Quantity("spectrum_shift", r"\Delta\bar\omega", FREQUENCY, "mean omega of the MD spectrum less that of the DM spectrum"),
        Quantity("below_harmonic", "", NONE, "share of the MD spectrum below the softest harmonic mode", "MD spectrum below the softest mode", 186),
        Quantity(
            "softest_mode", r"\omega_1", FREQUENCY, "softest harmonic mode of the runs' inherent states", "softest harmonic mode of the runs", 187
        ),
        Quantity("negative_share", "", NONE, "share of negative eigenvalues at instantaneous configurations", "negative instantaneous modes", 188),
        Quantity("phonon_transverse", r"\omega_t", FREQUENCY, "first transverse phonon by the runs' own G", "first transverse phonon", 189),
        Quantity("phonon_longitudinal", r"\omega_l", FREQUENCY, "first longitudinal phonon by the runs' own moduli"),
        Quantity("low_exponent", "", NONE, "slope of ln D against ln omega of the MD spectrum below omega = 0.6", "exponent of D below 0.6", 190),
    ),
    headlines=(
        Headline(
            "low_exponent",
            "exponent of D below 0.6, T near 0.29",
            1.0,
            f"{PAPER}, Fig. 1b",
            79.8,
            comparable=False,
            comment="not the same N or rate; read off a guiding line there",
            model="kob_andersen",
        ),
    ),
    figures=(
        Figure(
            "velocity_spectra",
            "plot_velocity_spectra",
            tables=("velocity_spectrum_curves", "quantities", "flags"),
            quantities=("second_moment", "negative_share"),
            observables=("velocity_spectrum",),
            source="003 Fig. 1",
            title="spectra of velocities and of harmonic modes; their distance; negative instantaneous modes",
        ),
    ),
)
