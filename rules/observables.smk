# One rule to measure and one to average, for every observable that the study chooses. What each takes and gives follows from its declaration.
# The loops call factories, so that each rule keeps its own observable.


def files_of_batches(one):
    """A function to what an observable averages of one ensemble."""
    return lambda wildcards: paths.batches(study, wildcards.point, *one.combines)


for one in study.measured:

    rule:
        name:
            one.rule
        input:
            **{named(file): f"{BATCH}/{file}" for file in one.takes},
        output:
            **{named(file): f"{BATCH}/{file}" for file in one.products},
        log:
            f"{LOGS}/{one.rule}/{BATCH_NAME}.log",
        benchmark:
            f"{BENCHMARKS}/{one.rule}/{BATCH_NAME}.tsv"
        conda:
            f"../envs/{'hoomd' if study.dynamics_by_hoomd and (one.moves or one.prepares) else 'analysis'}.yaml"
        threads: SAMPLES_AT_ONCE if one.algebra == "full" else 1
        resources:
            **(GPU if one.algebra == "full" else {}),
            **resources_of(one.rule),
        params:
            **params.measuring(study, one),
            code=code("measure", module_of(one.name, "measure")),
        message:
            f"{one.message} of samples {{wildcards.batch}} at {{wildcards.point}}"
        script:
            "../scripts/measure.py"


for one in study.aggregated:

    rule:
        name:
            one.aggregate
        input:
            unpack(files_of_batches(one)),
        output:
            [f"{ENSEMBLE}/{file}" for file in one.averages],
        log:
            f"{LOGS}/{one.aggregate}/{{point}}.log",
        benchmark:
            f"{BENCHMARKS}/{one.aggregate}/{{point}}.tsv"
        conda:
            "../envs/analysis.yaml"
        resources:
            **resources_of(one.aggregate),
        params:
            **params.averaging(study, one),
            code=code("aggregate", module_of(one.name, "aggregate")),
        message:
            f"Averaging {one.name} at {{wildcards.point}}"
        script:
            "../scripts/aggregate.py"


for one in study.overarching:

    rule:
        name:
            one.aggregate
        input:
            **{file.rpartition(".")[0]: paths.averages(study, study.producer(file), file) for file in one.combines},
        output:
            [f"{TABLES}/{file}" for file in one.averages],
        log:
            f"{LOGS}/{one.aggregate}.log",
        benchmark:
            f"{BENCHMARKS}/{one.aggregate}.tsv"
        localrule: True
        conda:
            "../envs/analysis.yaml"
        resources:
            **resources_of(one.aggregate),
        params:
            **params.averaging(study, one),
            code=code("aggregate", module_of(one.name, "aggregate")),
        message:
            f"Computing {one.name} of the study"
        script:
            "../scripts/aggregate.py"
