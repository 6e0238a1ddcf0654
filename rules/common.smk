# Paths, and the functions that find the inputs of rules and what their jobs need.

import functools
import math

RESULTS = f"results/{study.name}"
ENSEMBLE = f"{RESULTS}/N{{particles}}/T{{T_p}}"
BATCH = f"{ENSEMBLE}/{{batch}}"
TABLES = f"{RESULTS}/tables"
LOGS = f"{RESULTS}/logs"
BENCHMARKS = f"{RESULTS}/benchmarks"
ENSEMBLE_NAME = "N{particles}_T{T_p}"
BATCH_NAME = f"{ENSEMBLE_NAME}_{{batch}}"
LEAST_MINUTES = 30  # to start, and to reach the next restart point
TIME_MARGIN, MEMORY_MARGIN = 2, 1.25  # asked for over estimated, at the first attempt
MOST_RAISED = 4  # attempts that raise them: a job that ends itself at its walltime is tried many times
DYNAMICS_BY_HOOMD = study.engine == "hoomd" and config["preparation"]["sampler"] != "swap"

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
    """A function to the hash of the library modules that the rule's script uses: an edit of one reruns the rule.

    A function, so that the Snakemake that a cluster starts in every job hashes the code of that job's rule alone.
    """
    return lambda wildcards: script_hash(rule)


@functools.cache
def script_hash(rule):
    """Hash of the library modules that the rule's script uses."""
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


def resources_of(name):
    """What a job of the rule called `name` asks a cluster for, in minutes and MB; in proportion to the first attempts.

    A job that stops itself at `walltime_minutes` asks for no more than that and the time to its next restart point.
    """

    def runtime(wildcards, attempt):
        seconds, _ = estimated_cost(name, wildcards)
        minutes = min(attempt, MOST_RAISED) * (LEAST_MINUTES + TIME_MARGIN * seconds / 60)
        walltime = config["preparation"]["walltime_minutes"] if name == "equilibrate_liquids" else None
        return math.ceil(minutes if walltime is None else min(minutes, LEAST_MINUTES + walltime))

    def mem_mb(wildcards, attempt, threads):
        _, megabytes = estimated_cost(name, wildcards)
        return math.ceil(min(attempt, MOST_RAISED) * MEMORY_MARGIN * megabytes * threads)  # threads: samples at once, on a GPU

    return {"runtime": runtime, "mem_mb": mem_mb}


def estimated_cost(name, wildcards):
    """Seconds and megabytes that a job takes by the measured cost of its step."""
    if "particles" not in wildcards.keys():
        return cached_cost(name)
    particles = int(wildcards.particles)
    samples = len(sample_indices(wildcards.batch)) if "batch" in wildcards.keys() else study.ensembles[particles].samples
    return cached_cost(name, particles, wildcards.T_p, samples)


@functools.cache
def cached_cost(name, *ensemble):
    """The cost of a rule's job: of N, T_p and the number of samples, the same for nearly all batches."""
    return job_cost(name, study, *ensemble)


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
