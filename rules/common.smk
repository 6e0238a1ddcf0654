# Paths, and the functions that find the inputs of rules and what their jobs need.

import functools
import math
import re

RESULTS = paths.results(study)
ENSEMBLE = f"{RESULTS}/{{point}}"
BATCH = f"{ENSEMBLE}/{{batch}}"
TABLES = paths.tables(study)
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
    return params.told(lambda wildcards: script_hash(script, *modules))


@functools.cache
def script_hash(script, *modules):
    """Hash of a script and of the library modules that it, and those which it loads by name, use."""
    return code_hash(SCRIPTS / f"{script}.py", *modules)


def liquids_before(wildcards):
    """The liquids that a batch starts from, none at the top of a ladder; and the pilot that says how long they run."""
    place = study.places[wildcards.point]
    before = {} if place.before is None else {"before": f"{RESULTS}/{place.before}/{wildcards.batch}/liquids.gsd"}
    return before | ({"pilot": f"{RESULTS}/{wildcards.point}/pilot.parquet"} if place.has_pilot else {})


def pilot_before(wildcards):
    """The pilot's liquids from which a pilot starts; nothing at the top of a ladder."""
    before = study.places[wildcards.point].before
    return {} if before is None else {"before": f"{RESULTS}/{before}/pilot.gsd"}


def hashes():
    """The hash of the code behind every rule that makes numbers, for the record."""
    measured = {one.rule: script_hash("measure", module_of(one.name, "measure")) for one in study.measured}
    averaged = {one.aggregate: script_hash("aggregate", module_of(one.name, "aggregate")) for one in study.aggregated + study.overarching}
    fitted = {"fit_study": script_hash("fit_study", *(module_of(one.name, "derive") for one in study.derived))}
    return {name: script_hash(name) for name in ("pilot_liquids", "equilibrate_liquids", "quench_samples")} | measured | averaged | fitted


def resources_of(name):
    """What a job of the rule called `name` asks a cluster for, in minutes and MB; in proportion to the first attempts.

    A job that stops itself at `walltime_minutes` asks for no more than that and the time to its next restart point.
    """

    def runtime(wildcards, attempt):
        seconds, _ = estimated_cost(name, wildcards)
        minutes = min(attempt, MOST_RAISED) * (LEAST_MINUTES + TIME_MARGIN * seconds / 60)
        walltime = config["preparation"]["walltime_minutes"] if name in ("pilot_liquids", "equilibrate_liquids") else None
        return math.ceil(minutes if walltime is None else min(minutes, LEAST_MINUTES + walltime))

    def mem_mb(wildcards, attempt, threads):
        _, megabytes = estimated_cost(name, wildcards)
        return math.ceil(min(attempt, MOST_RAISED) * MEMORY_MARGIN * megabytes * threads)  # threads: samples at once, on a GPU

    return {"runtime": params.told(runtime), "mem_mb": params.told(mem_mb)}


def estimated_cost(name, wildcards):
    """Seconds and megabytes that a job takes by the measured cost of its step."""
    if "point" not in wildcards.keys():
        return cached_cost(name)
    label = wildcards.point
    samples = len(sample_indices(wildcards.batch)) if "batch" in wildcards.keys() else study.places[label].samples
    return cached_cost(name, label, samples)


@functools.cache
def cached_cost(name, *ensemble):
    """The cost of a rule's job: of a point and the number of samples, the same for nearly all batches."""
    return job_cost(name, study, *ensemble)


# While it runs: a note of who runs it, and a progress line of every point that has moved on.
run = Run(study, Path.cwd(), logger.info)


onstart:
    run.start()


onsuccess:
    run.end()


onerror:
    run.end()
