# Paths, and the functions that find the inputs of rules.

RESULTS = f"results/{study.name}"
ENSEMBLE = f"{RESULTS}/N{{particles}}/T{{T_p}}"
BATCH = f"{ENSEMBLE}/{{batch}}"
TABLES = f"{RESULTS}/tables"
LOGS = f"{RESULTS}/logs"
BENCHMARKS = f"{RESULTS}/benchmarks"
ENSEMBLE_NAME = "N{particles}_T{T_p}"
BATCH_NAME = f"{ENSEMBLE_NAME}_{{batch}}"
DYNAMICS_BY_HOOMD = study.engine == "hoomd" and config["preparation"]["sampler"] != "swap"

SAMPLE_RULES = ["equilibrate_liquids", "quench_samples", "find_modes", "measure_elasticity", "pinch_bonds", "diagonalise_bond_operator"]

SPARSE_ALGEBRA = {"solver": config["linear_algebra"]["solver"]}  # what concerns jobs without full spectra
# What jobs of full spectra ask for, and how many samples each has under way: on the CPU one after the other.
GPU = {"gpu": 1} if config["linear_algebra"]["device"] == "gpu" else {}
SAMPLES_AT_ONCE = 4 if GPU else 1

FIGURES = [
    "annealing_ratios",
    "boltzmann",
    "bond_operator",
    "cumulative_modes",
    "defects",
    "equilibration",
    "lengths",
    "pinching_force",
    "spectra",
]


def code(rule):
    """Hash of the library modules that the rule's script uses: an edit of one reruns the rule."""
    return code_hash(Path(workflow.basedir, "scripts", f"{rule}.py"))


def hotter(wildcards):
    """The next hotter rung of the ladder; None at the top."""
    return study.ensembles[int(wildcards.particles)].hotter(wildcards.T_p)


def hotter_liquids(wildcards):
    """The liquids that a batch starts from; nothing at the top of the ladder."""
    rung = hotter(wildcards)
    return {} if rung is None else {"hotter": f"{BATCH}/liquids.gsd".format(**{**wildcards, "T_p": rung})}


def batches(table):
    """A function to the batches' files of a table in one ensemble."""

    def files(wildcards):
        plan = study.ensembles[int(wildcards.particles)]
        return [f"{BATCH.format(**wildcards, batch=batch)}/{table}.parquet" for batch in plan.batches()]

    return files


def ensembles(file):
    """A file of every ensemble of the study."""
    return [
        f"{ENSEMBLE.format(particles=plan.particles, T_p=temperature_name(T_p))}/{file}"
        for plan in study.ensembles.values()
        for T_p in plan.parent_temperatures
    ]


def all_batches(table):
    """The batches' files of a table in every ensemble of the study."""
    return [f"{folder}/{table}.parquet" for plan in study.ensembles.values() for folder in batch_folders(plan)]


def batch_folders(plan):
    """The folders of all batches of one system size."""
    return [
        BATCH.format(particles=plan.particles, T_p=temperature_name(T_p), batch=batch) for T_p in plan.parent_temperatures for batch in plan.batches()
    ]


def dense_memory(matrices):
    """A function to the memory [MB] of a job that holds so many dense matrices of size N d for each sample at once, beside the interpreter's."""

    def megabytes(wildcards, threads):
        unknowns = study.model.dimension * int(wildcards.particles)
        return int(600 + threads * matrices * 8e-6 * unknowns**2)

    return megabytes


def study_settings():
    """What combining ensembles needs of the config."""
    names = ("onset_temperature", "crossover_temperature", "large_above")
    return {
        "particles": study.main.particles,
        "model": study.model.name,
        "dimension": study.model.dimension,
        "density": study.model.density,
        **{name: config["analysis"][name] for name in names},
    }
