"""The tables of every study: what preparation writes, estimates and flags of ensembles, and the tables of the study as a whole.

The tables of an observable stand in its declaration. A sample that could not be prepared or measured has one row, with NaN in every number and the
reason in `flag`. A good row has flag "".
"""

from vitrine.schema import ENERGY, LENGTH, MODULUS, NONE, SWEEPS, TEMPERATURE, Column, Table

# --- one row per sample, written batch by batch ------------------------------------------------------------------------------------------

LIQUIDS = Table(
    "liquids",
    "equilibration of each liquid; a sweep is N trial moves of swap Monte Carlo, a tenth of a trajectory and its exchanges of Hamiltonian Monte "
    "Carlo, or a block of time steps and its exchanges",
    (
        Column("energy", "double", ENERGY, "mean potential energy per particle over the second half of the run, the measurement"),
        Column("energy_approach", "double", ENERGY, "the same over the second quarter, the end of the approach"),
        Column("energy_variance", "double", "epsilon^2", "variance in time of the potential energy per particle over the second half"),
        Column("pressure", "double", MODULUS, "mean pressure over the second half of the run"),
        Column("configurational_temperature", "double", TEMPERATURE, "<|grad U|^2>/<laplacian U> over the second half of the run"),
        Column("relaxation_time", "double", SWEEPS, "mean time for the self-overlap to fall to 1/e, over the second half of the relaxations"),
        Column("energy_relaxation_time", "double", SWEEPS, "integrated autocorrelation time of the energy over the second half of the run"),
        Column("sweeps", "int64", SWEEPS, "length of the run after the step was frozen: the same for all samples of a point"),
        Column("sweeps_asked", "double", SWEEPS, "length that the run should have had, were there no budget"),
        Column("relaxations", "int32", NONE, "relaxation times that the run completed"),
        Column("step", "double", LENGTH, "largest displacement along an axis in one trial move, or the time step"),
        Column("displacement_acceptance", "double", NONE, "accepted fraction of the trial displacements"),
        Column("swap_acceptance", "double", NONE, "accepted fraction of the trial exchanges of sizes"),
    ),
    of_samples=True,
)
RELAXATION = Table(
    "relaxation",
    "decay of the self-overlap and series of the energy of each liquid",
    (
        Column(
            "series",
            "string",
            NONE,
            "`overlap` (averaged over time origins, against the time since the origin) or `energy` (against the time since the step was frozen)",
        ),
        Column("time", "double", SWEEPS, "time"),
        Column("value", "double", "1 or epsilon", "self-overlap, or potential energy per particle"),
    ),
    of_samples=True,
)
IMPORTS = Table(
    "imports",
    "where each imported sample comes from, and how it lay in its file",
    (
        Column("file", "string", NONE, "its file"),
        Column("frame", "int32", NONE, "number of its frame in the file"),
        Column("checksum", "string", NONE, "SHA-256 of the file"),
        Column("library", "string", NONE, "library that read the file, with its version"),
        Column("digits", "int32", NONE, "decimal digits that the file's numbers carry"),
        Column("particles_read", "int32", NONE, "particles of the sample"),
        Column("residual_read", "double", NONE, "largest net force on a particle over the root-mean-square pair force, as read"),
        Column("done", "string", NONE, "what was done to it on reading"),
    ),
    of_samples=True,
)
GLASSES = Table(
    "glasses",
    "quench of each liquid to its inherent state",
    (
        Column("inherent_energy", "double", ENERGY, "potential energy per particle of the inherent state"),
        Column("spacing", "double", LENGTH, "a0 = (V/N)^(1/d) of the sample's own box"),
        Column("residual", "double", NONE, "largest net force on a particle over the root-mean-square pair force"),
        Column("iterations", "int64", NONE, "iterations of the minimiser"),
        Column("evaluations", "int64", NONE, "force evaluations of the minimiser"),
        Column("lowest_stiffness", "double", "epsilon/lambda_min^2", "lowest non-zero eigenvalue of the Hessian"),
        Column("displacement", "double", LENGTH, "largest displacement of a particle in the quench, the motion of the whole taken away"),
        Column("energy_gained", "double", ENERGY, "potential energy per particle before the quench less that after it"),
        Column("pressure", "double", MODULUS, "virial pressure of the inherent state"),
        Column("rattlers", "int32", NONE, "particles of touching spheres that had fewer than d + 1 contacts, and are not in the glass"),
        Column("rattler_indices", "string", NONE, "their indices in the liquid, with blanks between"),
    ),
    of_samples=True,
)

PILOT = Table(
    "pilot",
    "chains that measure the relaxation time of a point, and are used for nothing else",
    (
        Column("relaxation_time", "double", SWEEPS, "mean time for the self-overlap to fall to 1/e, over the second half of the relaxations"),
        Column("relaxations", "int32", NONE, "relaxation times that the chain completed"),
        Column("sweeps", "int64", SWEEPS, "length of the chain after the step was frozen"),
        Column("energy", "double", ENERGY, "mean potential energy per particle over the second half of the chain"),
    ),
    of_samples=True,
)

# --- one file per ensemble --------------------------------------------------------------------------------------------------------------

ESTIMATES = Table(
    "estimates",
    "estimates over an ensemble: replicate 0 is the estimate, the others are bootstrap replicates over samples",
    (
        Column("quantity", "string", NONE, "name of the quantity"),
        Column("replicate", "int32", NONE, "0 for the estimate, 1..B for the bootstrap replicates"),
        Column("value", "double", "see unit", "value"),
        Column("unit", "string", NONE, "unit of the value"),
        Column("samples", "int32", NONE, "samples used"),
        Column("flagged", "int32", NONE, "samples left out"),
        Column("flag", "string", NONE, "why the number is not what its name says, or not in equilibrium; empty where it is sound"),
    ),
)
FLAGS = Table(
    "flags",
    "samples left out of an ensemble's averages, by step and reason",
    (
        Column("step", "string", NONE, "table in which the samples are flagged"),
        Column("flag", "string", NONE, "reason"),
        Column("samples", "int32", NONE, "number of samples"),
        Column("examples", "string", NONE, "indices of the first few"),
    ),
)

# --- one file per study ------------------------------------------------------------------------------------------------------------------

ENSEMBLES = Table(
    "ensembles",
    "the points of the study: which samples they have and where these come from",
    (
        Column("point", "string", NONE, "label of the point in paths"),
        Column("samples", "int32", NONE, "samples asked for"),
        Column("batches", "int32", NONE, "batches that they make up"),
        Column("origin", "string", NONE, "prepared, imported or drawn: where the samples come from"),
        Column("particles_least", "int32", NONE, "smallest number of particles of its samples"),
        Column("particles_most", "int32", NONE, "largest number of particles of its samples"),
        Column("starts_from", "string", NONE, "label of the point whose liquids these start from; empty for random positions"),
        Column("measured", "bool", NONE, "whether its glasses are measured, or only lie on the way to others"),
    ),
)
QUANTITIES = Table(
    "quantities",
    "every scalar of every ensemble, with its error",
    (
        Column("quantity", "string", NONE, "name of the quantity"),
        Column("value", "double", "see unit", "estimate"),
        Column("error", "double", "see unit", "bootstrap standard error over samples"),
        Column("unit", "string", NONE, "unit of value and error"),
        Column("samples", "int32", NONE, "samples used"),
        Column("flagged", "int32", NONE, "samples left out"),
        Column("flag", "string", NONE, "why the number is not what its name says, or not in equilibrium; empty where it is sound"),
    ),
)
FITS = Table(
    "fits",
    "fits and comparisons over the points of the study",
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
        Column("point", "string", NONE, "label of the point in paths; empty for the study as a whole"),
        Column("jobs", "int32", NONE, "finished jobs"),
        Column("samples", "int32", NONE, "samples in them; 0 for steps that are not on samples"),
        Column("seconds", "double", "s", "wall time of all of them"),
        Column("peak_memory", "double", "MB", "largest resident memory of one of them"),
    ),
)
