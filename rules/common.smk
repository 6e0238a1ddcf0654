# Paths, and the functions that find the inputs of rules and what their jobs need.

import functools
import re

RESULTS = paths.results(study)
ENSEMBLE = f"{RESULTS}/{{point}}"
BATCH = f"{ENSEMBLE}/{{batch}}"
TABLES = paths.tables(study)
LOGS = f"{RESULTS}/logs"
BENCHMARKS = f"{RESULTS}/benchmarks"
BATCH_NAME = "{point}_{batch}"
SCRIPTS = Path(workflow.basedir, "scripts")
LENGTH = study.main.length

# What jobs of full spectra ask for, and how many samples each has under way: on the CPU one after the other.
GPU = {"gpu": 1} if config["linear_algebra"]["device"] == "gpu" else {}
SAMPLES_AT_ONCE = 4 if GPU else 1
CHAINS = {"gpu": 1} if study.chains_on_gpu else {}  # what jobs of liquids ask for


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


def files_imported(wildcards):
    """The files of the user's that hold the samples of a batch: those that are there, for a job says of the others that they are not."""
    place = study.places[wildcards.point]
    return list(dict.fromkeys(one.file for one in place.ensemble.sources(place.point, wildcards.batch) if not one.trouble))


def liquids_to_quench(wildcards):
    """The configurations that are quenched; of imported ones also where each comes from, which says why one could not be read."""
    folder = f"{RESULTS}/{wildcards.point}/{wildcards.batch}"
    imported = study.places[wildcards.point].ensemble.origin == "imported"
    return {"liquids": f"{folder}/liquids.gsd"} | ({"imports": f"{folder}/imports.parquet"} if imported else {})


def one_of(labels):
    """A wildcard constraint: one of these points."""
    return "|".join(map(re.escape, labels))


def exported_with_glasses(wildcards):
    """What goes into the export of a batch of glasses."""
    folder = f"{RESULTS}/{wildcards.point}/{wildcards.batch}"
    return {named(file): f"{folder}/{file}" for file in export.taken_with_glasses(study, wildcards.point)}


def hashes():
    """The hash of the code behind every rule that makes numbers, for the record."""
    measured = {one.rule: script_hash("measure", module_of(one.name, "measure")) for one in study.measured}
    averaged = {one.aggregate: script_hash("aggregate", module_of(one.name, "aggregate")) for one in study.aggregated + study.overarching}
    fitted = {"fit_study": script_hash("fit_study", *(module_of(one.name, "derive") for one in study.derived))}
    prepared = dict.fromkeys(rule for label in study.places for rule in study.last_files(label))
    return {name: script_hash(name) for name in ("pilot_liquids", *prepared) if Path(SCRIPTS, f"{name}.py").is_file()} | measured | averaged | fitted


resources_of = resources.resources_of(study)

# While it runs: a note of who runs it, and a progress line of every point that has moved on.
run = Run(study, Path.cwd(), logger.info)


onstart:
    run.start()


onsuccess:
    run.end()


onerror:
    run.end()
