# From ensembles to the study. On a cluster these run beside Snakemake itself: each takes seconds.


localrules:
    collect_tables,
    estimate_cost,
    fit_study,
    write_provenance,
    write_summary,


rule collect_tables:
    input:
        **paths.collected(study),
    output:
        **{name: f"{TABLES}/{name}.parquet" for name in [*paths.collected(study), "ensembles"]},
    log:
        f"{LOGS}/collect_tables.log",
    benchmark:
        f"{BENCHMARKS}/collect_tables.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        **resources_of("collect_tables"),
    params:
        axes=[vars(axis) for axis in study.axes],
        length=LENGTH,
        ensembles=params.list_of_ensembles(study),
        identity=study.identity_of_study(),
        identities=params.identities(study),
        code=code("collect_tables"),
    message:
        "Collecting the tables of all ensembles"
    script:
        "../scripts/collect_tables.py"


rule fit_study:
    input:
        paths.everywhere(study, "estimates"),
    output:
        quantities=f"{TABLES}/quantities.parquet",
        fits=f"{TABLES}/fits.parquet",
    log:
        f"{LOGS}/fit_study.log",
    benchmark:
        f"{BENCHMARKS}/fit_study.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        **resources_of("fit_study"),
    params:
        settings=params.combining(study),
        length=LENGTH,
        identity=study.identity_of_study(),
        identities=params.identities(study),
        declared=params.declared(study),
        code=code("fit_study", *(module_of(one.name, "derive") for one in study.derived)),
    message:
        "Fitting over ensembles"
    script:
        "../scripts/fit_study.py"


rule write_summary:
    input:
        quantities=f"{TABLES}/quantities.parquet",
        fits=f"{TABLES}/fits.parquet",
        flags=f"{TABLES}/flags.parquet",
    output:
        text=report(f"{RESULTS}/summary.md", caption="../report/summary.rst", category="Summary"),
        table=f"{RESULTS}/summary.parquet",
    log:
        f"{LOGS}/write_summary.log",
    benchmark:
        f"{BENCHMARKS}/write_summary.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        **resources_of("write_summary"),
    params:
        settings=params.combining(study),
        length=LENGTH,
        identity=study.identity_of_study(),
        declared=params.declared(study),
        code=code("write_summary"),
    message:
        "Writing the summary"
    script:
        "../scripts/write_summary.py"


rule write_provenance:
    input:
        f"{TABLES}/quantities.parquet",
        f"{TABLES}/flags.parquet",
    output:
        report(f"{RESULTS}/provenance.json", caption="../report/provenance.rst", category="Provenance"),
    log:
        f"{LOGS}/write_provenance.log",
    conda:
        "../envs/analysis.yaml"
    resources:
        **resources_of("write_provenance"),
    params:
        unknowns=sorted({place.unknowns for place in study.places.values()}),
        engine=study.engine_in_words,
        identity=study.identity_of_study(),
        rules=lambda wildcards: hashes(),
        code=code("write_provenance"),
    message:
        "Writing down what made the study"
    script:
        "../scripts/write_provenance.py"


rule estimate_cost:
    log:
        f"{LOGS}/estimate_cost.log",
    conda:
        "../envs/analysis.yaml"
    params:
        conda="conda" in map(str, workflow.deployment_settings.deployment_method),
    message:
        "Estimating the cost of the study"
    script:
        "../scripts/estimate_cost.py"
