# Paths, and the functions that find the inputs of rules and what their jobs need.

import functools
import math
import re

RESULTS = f"results/{study.name}"
ENSEMBLE = f"{RESULTS}/{{point}}"
BATCH = f"{ENSEMBLE}/{{batch}}"
TABLES = f"{RESULTS}/tables"
LOGS = f"{RESULTS}/logs"
BENCHMARKS = f"{RESULTS}/benchmarks"
BATCH_NAME = "{point}_{batch}"
LEAST_MINUTES = 30  # to start, and to reach the next restart point
TIME_MARGIN, MEMORY_MARGIN = 2, 1.25  # asked for over estimated, at the first attempt
MOST_RAISED = 4  # attempts that raise them: a job that ends itself at its walltime is tried many times
SCRIPTS = Path(workflow.basedir, "scripts")
LENGTH = study.main.length

# What jobs of full spectra ask for, and how many samples each has under way: on the CPU one after the other.
GPU = {"gpu": 1} if config["linear_algebra"]["device"] == "gpu" else {}
SAMPLES_AT_ONCE = 4 if GPU else 1


def code(script, *modules):
    """A function to the hash of the library modules behind a rule: an edit of one reruns it.

    A function, so that the Snakemake that a cluster starts in every job hashes the code of that job's rule alone.
    """
    return lambda wildcards: script_hash(script, *modules)


@functools.cache
def script_hash(script, *modules):
    """Hash of a script and of the library modules that it, and those which it loads by name, use."""
    return code_hash(SCRIPTS / f"{script}.py", *modules)


def of_point(function):
    """A function of a point's label as one of wildcards."""
    return lambda wildcards: function(wildcards.point)


def liquids_before(wildcards):
    """The liquids that a batch starts from; nothing at the top of a ladder."""
    before = study.places[wildcards.point].before
    return {} if before is None else {"before": f"{RESULTS}/{before}/{wildcards.batch}/liquids.gsd"}


def batches(label, *files):
    """{name of the file without its ending: the batches' files of one ensemble}."""
    folders = [f"{RESULTS}/{label}/{batch}" for batch in study.places[label].ensemble.batches()]
    return {file.rpartition(".")[0]: [f"{folder}/{file}" for folder in folders] for file in files}


def ensembles(observable, file):
    """A file of an observable in every ensemble at which it is averaged."""
    return [f"{RESULTS}/{label}/{file}" for label in study.labels(observable)]


def estimates_and_flags(kind):
    """The files of estimates, or of flags, of all observables."""
    own = [path for one in study.aggregated for path in ensembles(one, f"{one.name}_{kind}.parquet")]
    return own + [f"{TABLES}/{one.name}_{kind}.parquet" for one in study.overarching]


def collected():
    """{table: its files} of what is put together for the study as a whole."""
    curves = {curve.name: ensembles(one, curve.file) for one in study.aggregated for curve in one.curves}
    whole = {
        file.removesuffix(".parquet"): [path for label in study.labels(one) for path in batches(label, file)[file.removesuffix(".parquet")]]
        for one in study.aggregated
        for file in one.collected
    }
    return {**curves, **whole, "flags": estimates_and_flags("flags")}


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
    if "point" not in wildcards.keys():
        return cached_cost(name)
    label = wildcards.point
    samples = len(sample_indices(wildcards.batch)) if "batch" in wildcards.keys() else study.places[label].ensemble.samples
    return cached_cost(name, label, samples)


@functools.cache
def cached_cost(name, *ensemble):
    """The cost of a rule's job: of a point and the number of samples, the same for nearly all batches."""
    return job_cost(name, study, *ensemble)
