"""The schema of every Parquet table: column, type, unit, meaning.

Units are written for humans in the unit system of `models`: energy epsilon, length lambda_min (the diameter of the smallest particle), mass m,
k_B = 1. A sample that could not be prepared or measured has one row, with NaN in every number and the reason in `flag`. A good row has flag "".
"""

from vitrine.parquet import Column, Table

ENERGY = "epsilon"
LENGTH = "lambda_min"
TEMPERATURE = "epsilon/k_B"
FREQUENCY = "sqrt(epsilon/m)/lambda_min"
SPEED = "sqrt(epsilon/m)"
FORCE = "epsilon/lambda_min"
MODULUS = "epsilon/lambda_min^d"
INVERSE_STIFFNESS = "lambda_min^2/epsilon"
SWEEPS = "sweeps"
NONE = "1"


# --- one row per sample, bond or mode: written batch by batch ----------------------------------------------------------------------------------

SAMPLE_KEY = (
    Column("particles", "int32", NONE, "number of particles N"),
    Column("parent_temperature", "double", TEMPERATURE, "parent temperature T_p"),
    Column("sample", "int32", NONE, "index of the sample in its ensemble"),
)
FLAG = Column("flag", "string", NONE, "why the sample is left out of the averages; empty for a good sample")

LIQUIDS = Table(
    "liquids",
    "equilibration of each liquid; a sweep is N trial moves of swap Monte Carlo, or a block of time steps and its exchanges",
    (
        *SAMPLE_KEY,
        Column("energy", "double", ENERGY, "mean potential energy per particle over the second half of the run"),
        Column("pressure", "double", MODULUS, "mean pressure over the second half of the run"),
        Column("configurational_temperature", "double", TEMPERATURE, "<|grad U|^2>/<laplacian U> over the second half of the run"),
        Column("relaxation_time", "double", SWEEPS, "mean time for the self-overlap to fall to 1/e, over the second half of the relaxations"),
        Column("energy_relaxation_time", "double", SWEEPS, "integrated autocorrelation time of the energy over the second half of the run"),
        Column("sweeps", "int64", SWEEPS, "length of the run after the step was frozen"),
        Column("relaxations", "int32", NONE, "relaxation times that the run completed"),
        Column("energy_drift", "double", "standard errors", "difference of the mean energy between the third and fourth quarter of the run"),
        Column("step", "double", LENGTH, "largest displacement along an axis in one trial move, or the time step of dynamics"),
        Column("displacement_acceptance", "double", NONE, "accepted fraction of the trial displacements"),
        Column("swap_acceptance", "double", NONE, "accepted fraction of the trial exchanges of sizes"),
        FLAG,
    ),
)
RELAXATION = Table(
    "relaxation",
    "decay of the self-overlap and series of the energy of each liquid",
    (
        *SAMPLE_KEY,
        Column(
            "series",
            "string",
            NONE,
            "`overlap` (averaged over time origins, against the time since the origin) or `energy` (against the time since the step was frozen)",
        ),
        Column("time", "double", SWEEPS, "time"),
        Column("value", "double", "1 or epsilon", "self-overlap, or potential energy per particle"),
        FLAG,
    ),
)
GLASSES = Table(
    "glasses",
    "quench of each liquid to its inherent state",
    (
        *SAMPLE_KEY,
        Column("inherent_energy", "double", ENERGY, "potential energy per particle of the inherent state"),
        Column("spacing", "double", LENGTH, "a0 = (V/N)^(1/d) of the sample's own box"),
        Column("residual", "double", NONE, "largest net force on a particle over the root-mean-square pair force"),
        Column("iterations", "int64", NONE, "iterations of the minimiser"),
        Column("evaluations", "int64", NONE, "force evaluations of the minimiser"),
        Column("lowest_stiffness", "double", "epsilon/lambda_min^2", "lowest non-zero eigenvalue of the Hessian"),
        FLAG,
    ),
)
MODES = Table(
    "modes",
    "vibrational modes, the d translations left out",
    (
        *SAMPLE_KEY,
        Column("mode", "int32", NONE, "index of the mode, from the softest"),
        Column("omega", "double", FREQUENCY, "frequency: the square root of the Hessian's eigenvalue (m = 1)"),
        Column("participation", "double", NONE, "participation ratio e = (sum |z_i|^2)^2/(N sum |z_i|^4); NaN where the vector was not computed"),
        FLAG,
    ),
)
ELASTICITY = Table(
    "elasticity",
    "athermal elastic moduli of each glass",
    (
        *SAMPLE_KEY,
        Column("shear_modulus", "double", MODULUS, "G, mean over the d(d-1) simple shears"),
        Column("shear_modulus_born", "double", MODULUS, "affine part of G, initial stress included"),
        Column("shear_modulus_nonaffine", "double", MODULUS, "non-affine part, to be subtracted: G = born - nonaffine"),
        Column("bulk_modulus", "double", MODULUS, "K = -V dp/dV"),
        Column("bulk_modulus_born", "double", MODULUS, "affine part of K, initial stress included"),
        Column("bulk_modulus_nonaffine", "double", MODULUS, "non-affine part, to be subtracted"),
        Column("pressure", "double", MODULUS, "virial pressure p"),
        Column("c_s", "double", SPEED, "shear wave speed sqrt(G/rho); 0 where G < 0: unstable to shear of the box"),
        Column("c_l", "double", SPEED, "longitudinal wave speed sqrt((K + 2 (d-1)/d G)/rho); 0 where that is negative"),
        Column("coordination", "double", NONE, "mean number of interacting neighbours z = 2 N_b/N"),
        Column("omega_ph", "double", FREQUENCY, "first shear phonon 2 pi c_s/L"),
        FLAG,
    ),
)
PINCHING = Table(
    "pinching",
    "frequency of the response to a force dipole on each bond",
    (
        *SAMPLE_KEY,
        Column("i", "int32", NONE, "first particle of the bond"),
        Column("j", "int32", NONE, "second particle of the bond"),
        Column("force", "double", FORCE, "pair force f = -phi'(r), positive for repulsion"),
        Column("force_reduced", "double", NONE, "f/(p a0^(d-1)) with the sample's own pressure p"),
        Column("omega", "double", FREQUENCY, "frequency of the response u = H^+ d: sqrt(u.H.u/(m u.u))"),
        FLAG,
    ),
)
BOND_OPERATOR = Table(
    "bond_operator",
    "non-zero eigenvalues of the bond operator A = S M^+ S^T",
    (
        *SAMPLE_KEY,
        Column("mode", "int32", NONE, "index of the eigenvalue, from the largest"),
        Column("lambda", "double", INVERSE_STIFFNESS, "eigenvalue of A"),
        Column(
            "omega", "double", FREQUENCY, "frequency sqrt(D.M.D/(m D.D)) of the displacement mode D = M^+ F; NaN where the vector was not computed"
        ),
        Column(
            "participation_force", "double", NONE, "participation ratio of the particle force mode F = S^T f; NaN where the vector was not computed"
        ),
        Column("participation_displacement", "double", NONE, "participation ratio of D; NaN where the vector was not computed"),
        FLAG,
    ),
)

# --- one file per ensemble (particles, parent temperature) -------------------------------------------------------------------------------------

ENSEMBLE_KEY = SAMPLE_KEY[:2]

ESTIMATES = Table(
    "estimates",
    "estimates over an ensemble: replicate 0 is the estimate, the others are bootstrap replicates over samples",
    (
        *ENSEMBLE_KEY,
        Column("quantity", "string", NONE, "name of the quantity"),
        Column("replicate", "int32", NONE, "0 for the estimate, 1..B for the bootstrap replicates"),
        Column("value", "double", "see unit", "value"),
        Column("unit", "string", NONE, "unit of the value"),
        Column("samples", "int32", NONE, "samples used"),
        Column("flagged", "int32", NONE, "samples left out"),
    ),
)
FLAGS = Table(
    "flags",
    "samples left out of an ensemble's averages, by step and reason",
    (
        *ENSEMBLE_KEY,
        Column("step", "string", NONE, "table in which the samples are flagged"),
        Column("flag", "string", NONE, "reason"),
        Column("samples", "int32", NONE, "number of samples"),
        Column("examples", "string", NONE, "indices of the first few"),
    ),
)
MODE_DENSITY = Table(
    "mode_density",
    "density of vibrational modes per particle: the integral of D(omega) is d(N-1)/N; divide by d for the density per degree of freedom",
    (
        *ENSEMBLE_KEY,
        Column("omega_low", "double", FREQUENCY, "lower edge of the bin"),
        Column("omega_high", "double", FREQUENCY, "upper edge of the bin"),
        Column("density", "double", f"1/({FREQUENCY})", "D(omega), modes per particle and frequency"),
        Column("density_error", "double", f"1/({FREQUENCY})", "bootstrap standard error"),
        Column("cumulative", "double", NONE, "modes per particle below omega_high"),
        Column("cumulative_error", "double", NONE, "bootstrap standard error"),
        Column("count", "int64", NONE, "modes in the bin"),
    ),
)
BOND_OPERATOR_DENSITY = Table(
    "bond_operator_density",
    "distribution of the non-zero eigenvalues of the bond operator, normalised to one, and participation of their modes",
    (
        *ENSEMBLE_KEY,
        Column("lambda_low", "double", INVERSE_STIFFNESS, "lower edge of the bin"),
        Column("lambda_high", "double", INVERSE_STIFFNESS, "upper edge of the bin"),
        Column("density", "double", f"1/({INVERSE_STIFFNESS})", "P(lambda)"),
        Column("density_error", "double", f"1/({INVERSE_STIFFNESS})", "bootstrap standard error"),
        Column("count", "int64", NONE, "eigenvalues in the bin"),
        Column("N_e", "double", NONE, "mean N e of the particle force modes in the bin"),
        Column("N_e_error", "double", NONE, "bootstrap standard error"),
        Column("N_e_displacement", "double", NONE, "mean N e of the displacement modes in the bin"),
        Column("N_e_displacement_error", "double", NONE, "bootstrap standard error"),
    ),
)
PINCHING_FORCE = Table(
    "pinching_force",
    "frequency of pinched bonds against their force",
    (
        *ENSEMBLE_KEY,
        Column("force_low", "double", NONE, "lower edge of the bin of f/(p a0^(d-1))"),
        Column("force_high", "double", NONE, "upper edge of the bin"),
        Column("omega", "double", FREQUENCY, "mean frequency in the bin"),
        Column("omega_error", "double", FREQUENCY, "bootstrap standard error over samples"),
        Column("count", "int64", NONE, "bonds in the bin"),
    ),
)
PINCHING_SCATTER = Table(
    "pinching_scatter",
    "a seeded choice of pinched bonds, for the scatter plot",
    (
        *ENSEMBLE_KEY,
        Column("force_reduced", "double", NONE, "f/(p a0^(d-1))"),
        Column("omega", "double", FREQUENCY, "frequency of the response"),
    ),
)
RELAXATION_CURVES = Table(
    "relaxation_curves",
    "mean decay of the self-overlap of an ensemble's liquids",
    (
        *ENSEMBLE_KEY,
        Column("time", "double", SWEEPS, "time since the origin"),
        Column("overlap", "double", NONE, "mean self-overlap"),
        Column("overlap_error", "double", NONE, "bootstrap standard error"),
        Column("samples", "int32", NONE, "samples that ran long enough"),
    ),
)

# --- one file per study ------------------------------------------------------------------------------------------------------------------------

QUANTITIES = Table(
    "quantities",
    "every scalar of every ensemble, with its error",
    (
        *ENSEMBLE_KEY,
        Column("quantity", "string", NONE, "name of the quantity"),
        Column("value", "double", "see unit", "estimate"),
        Column("error", "double", "see unit", "bootstrap standard error over samples"),
        Column("unit", "string", NONE, "unit of value and error"),
        Column("samples", "int32", NONE, "samples used"),
        Column("flagged", "int32", NONE, "samples left out"),
    ),
)
FITS = Table(
    "fits",
    "fits over parent temperatures",
    (
        Column("name", "string", NONE, "name of the fitted quantity"),
        Column("value", "double", "see unit", "estimate"),
        Column("error", "double", "see unit", "bootstrap standard error over samples"),
        Column("unit", "string", NONE, "unit of value and error"),
        Column("window", "string", NONE, "range of the fit"),
        Column("samples", "int32", NONE, "samples used"),
    ),
)
SUMMARY = Table(
    "summary",
    "headline numbers beside the published ones",
    (
        Column("quantity", "string", NONE, "what is measured, with its symbol"),
        Column("value", "double", "see unit", "ours"),
        Column("error", "double", "see unit", "bootstrap standard error over samples"),
        Column("unit", "string", NONE, "unit"),
        Column("samples", "int32", NONE, "samples used"),
        Column("published", "double", "see unit", "published value; NaN where none is printed"),
        Column("source", "string", NONE, "where it is printed"),
        Column("deviation", "double", "standard errors", "(ours - published)/error; NaN where the two are not the same quantity"),
        Column("comment", "string", NONE, "what to know when comparing"),
    ),
)
COSTS = Table(
    "costs",
    "what the finished jobs of each step took, from their benchmark files",
    (
        Column("step", "string", NONE, "name of the rule"),
        Column("particles", "int32", NONE, "number of particles N; -1 for the study as a whole"),
        Column("parent_temperature", "double", TEMPERATURE, "parent temperature T_p; NaN for the study as a whole"),
        Column("jobs", "int32", NONE, "finished jobs"),
        Column("samples", "int32", NONE, "samples in them; 0 for steps that are not on samples"),
        Column("seconds", "double", "s", "wall time of all of them"),
        Column("peak_memory", "double", "MB", "largest resident memory of one of them"),
    ),
)
