# From random positions, or from the user's files, to inherent states.


if any(place.has_pilot for place in study.places.values()):

    rule pilot_liquids:
        input:
            unpack(pilot_before),
        output:
            samples=f"{ENSEMBLE}/pilot.gsd",
            pilot=f"{ENSEMBLE}/pilot.parquet",
        log:
            f"{LOGS}/pilot_liquids/{{point}}.log",
        benchmark:
            f"{BENCHMARKS}/pilot_liquids/{{point}}.tsv"
        priority: 20  # every liquid of its point waits for it
        conda:
            f"../envs/{'hoomd' if study.dynamics_by_hoomd else 'analysis'}.yaml"
        resources:
            **resources_of("pilot_liquids"),
            **CHAINS,
        params:
            **params.preparing(study),
            restarts=f"{RESULTS}/restarts/pilot_liquids/{{point}}",
            code=code("pilot_liquids"),
        message:
            "Measuring the relaxation time at {wildcards.point}"
        script:
            "../scripts/pilot_liquids.py"


if study.labels_of("prepared"):

    rule equilibrate_liquids:
        input:
            unpack(liquids_before),
        output:
            samples=f"{BATCH}/liquids.gsd",
            liquids=f"{BATCH}/liquids.parquet",
            relaxation=f"{BATCH}/relaxation.parquet",
        log:
            f"{LOGS}/equilibrate_liquids/{BATCH_NAME}.log",
        benchmark:
            f"{BENCHMARKS}/equilibrate_liquids/{BATCH_NAME}.tsv"
        wildcard_constraints:
            point=one_of(study.labels_of("prepared")),
        priority: 10  # the ladder is the longest path: measuring hot glasses must not hold it up
        conda:
            f"../envs/{'hoomd' if study.dynamics_by_hoomd else 'analysis'}.yaml"
        resources:
            **resources_of("equilibrate_liquids"),
            **CHAINS,
        params:
            **params.preparing(study),
            restarts=f"{RESULTS}/restarts/equilibrate_liquids/{BATCH_NAME}",
            code=code("equilibrate_liquids"),
        message:
            "Equilibrating liquids {wildcards.batch} at {wildcards.point}"
        script:
            "../scripts/equilibrate_liquids.py"


if study.labels_of("imported"):

    rule import_samples:
        input:
            files_imported,
        output:
            samples=f"{BATCH}/liquids.gsd",
            imports=f"{BATCH}/imports.parquet",
        log:
            f"{LOGS}/import_samples/{BATCH_NAME}.log",
        benchmark:
            f"{BENCHMARKS}/import_samples/{BATCH_NAME}.tsv"
        wildcard_constraints:
            point=one_of(study.labels_of("imported")),
        conda:
            "../envs/analysis.yaml"
        resources:
            **resources_of("import_samples"),
        params:
            **params.importing(study),
            code=code("import_samples"),
        message:
            "Reading samples {wildcards.batch} of {wildcards.point}"
        script:
            "../scripts/import_samples.py"


if study.records:

    rule record_trajectories:
        input:
            liquids=f"{BATCH}/liquids.gsd",
        output:
            f"{BATCH}/trajectories.gsd",
        log:
            f"{LOGS}/record_trajectories/{BATCH_NAME}.log",
        benchmark:
            f"{BENCHMARKS}/record_trajectories/{BATCH_NAME}.tsv"
        conda:
            f"../envs/{'hoomd' if study.dynamics_by_hoomd else 'analysis'}.yaml"
        resources:
            **resources_of("record_trajectories"),
        params:
            point=params.by_label(lambda label: study.places[label].point.describe()),
            seed=study.seed,
            before=params.by_label(study.identity),
            model=params.by_label(lambda label: study.places[label].model.describe()),
            dynamics=params.by_label(lambda label: study.places[label].dynamics),
            settings=params.by_label(lambda label: study.places[label].config["trajectories"]),
            identity=params.by_label(lambda label: study.identity(label, "trajectories")),
            code=code("record_trajectories"),
        message:
            "Recording the dynamics of samples {wildcards.batch} at {wildcards.point}"
        script:
            "../scripts/record_trajectories.py"


rule quench_samples:
    input:
        unpack(liquids_to_quench),
    output:
        samples=f"{BATCH}/glasses.gsd",
        glasses=f"{BATCH}/glasses.parquet",
    log:
        f"{LOGS}/quench_samples/{BATCH_NAME}.log",
    benchmark:
        f"{BENCHMARKS}/quench_samples/{BATCH_NAME}.tsv"
    conda:
        f"../envs/{'hoomd' if config['quench']['engine'] == 'hoomd' else 'analysis'}.yaml"
    resources:
        **resources_of("quench_samples"),
    params:
        point=params.by_label(lambda label: study.places[label].point.describe()),
        before=params.by_label(study.identity),
        model=params.by_label(lambda label: study.places[label].model.describe()),
        settings=params.by_label(lambda label: study.places[label].quench),
        identity=params.by_label(lambda label: study.identity(label, "glasses")),
        algebra=params.algebra(study, "sparse"),
        code=code("quench_samples"),
    message:
        "Quenching samples {wildcards.batch} of {wildcards.point}"
    script:
        "../scripts/quench_samples.py"
