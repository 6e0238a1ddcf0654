# From batches to one ensemble, and from ensembles to the study.
# On a cluster the latter run beside Snakemake itself: each takes seconds.


localrules:
    collect_tables,
    fit_study,
    write_provenance,
    write_summary,


rule aggregate_liquids:
    input:
        liquids=batches("liquids"),
        relaxation=batches("relaxation"),
    output:
        estimates=f"{ENSEMBLE}/liquids_estimates.parquet",
        relaxation_curves=f"{ENSEMBLE}/relaxation_curves.parquet",
        flags=f"{ENSEMBLE}/liquids_flags.parquet",
    log:
        f"{LOGS}/aggregate_liquids/{ENSEMBLE_NAME}.log",
    benchmark:
        f"{BENCHMARKS}/aggregate_liquids/{ENSEMBLE_NAME}.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        **resources_of("aggregate_liquids"),
    params:
        dimension=study.model.dimension,
        density=study.model.density,
        seed=study.seed,
        bootstrap=config["analysis"]["bootstrap"],
        code=code("aggregate_liquids"),
    message:
        "Aggregating liquids at T_p = {wildcards.T_p} (N = {wildcards.particles})"
    script:
        "../scripts/aggregate_liquids.py"


rule aggregate_glasses:
    input:
        glasses=batches("glasses"),
    output:
        estimates=f"{ENSEMBLE}/glasses_estimates.parquet",
        flags=f"{ENSEMBLE}/glasses_flags.parquet",
    log:
        f"{LOGS}/aggregate_glasses/{ENSEMBLE_NAME}.log",
    benchmark:
        f"{BENCHMARKS}/aggregate_glasses/{ENSEMBLE_NAME}.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        **resources_of("aggregate_glasses"),
    params:
        dimension=study.model.dimension,
        density=study.model.density,
        seed=study.seed,
        bootstrap=config["analysis"]["bootstrap"],
        code=code("aggregate_glasses"),
    message:
        "Aggregating glasses at T_p = {wildcards.T_p} (N = {wildcards.particles})"
    script:
        "../scripts/aggregate_glasses.py"


rule aggregate_elasticity:
    input:
        elasticity=batches("elasticity"),
    output:
        estimates=f"{ENSEMBLE}/elasticity_estimates.parquet",
        flags=f"{ENSEMBLE}/elasticity_flags.parquet",
    log:
        f"{LOGS}/aggregate_elasticity/{ENSEMBLE_NAME}.log",
    benchmark:
        f"{BENCHMARKS}/aggregate_elasticity/{ENSEMBLE_NAME}.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        **resources_of("aggregate_elasticity"),
    params:
        dimension=study.model.dimension,
        density=study.model.density,
        seed=study.seed,
        bootstrap=config["analysis"]["bootstrap"],
        code=code("aggregate_elasticity"),
    message:
        "Aggregating elasticity at T_p = {wildcards.T_p} (N = {wildcards.particles})"
    script:
        "../scripts/aggregate_elasticity.py"


rule aggregate_modes:
    input:
        modes=batches("modes"),
        elasticity=batches("elasticity"),
    output:
        estimates=f"{ENSEMBLE}/modes_estimates.parquet",
        mode_density=f"{ENSEMBLE}/mode_density.parquet",
        flags=f"{ENSEMBLE}/modes_flags.parquet",
    log:
        f"{LOGS}/aggregate_modes/{ENSEMBLE_NAME}.log",
    benchmark:
        f"{BENCHMARKS}/aggregate_modes/{ENSEMBLE_NAME}.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        **resources_of("aggregate_modes"),
    params:
        dimension=study.model.dimension,
        density=study.model.density,
        seed=study.seed,
        bootstrap=config["analysis"]["bootstrap"],
        phonon_fraction=config["analysis"]["phonon_fraction"],
        softest=config["analysis"]["softest"],
        code=code("aggregate_modes"),
    message:
        "Aggregating modes at T_p = {wildcards.T_p} (N = {wildcards.particles})"
    script:
        "../scripts/aggregate_modes.py"


rule aggregate_pinching:
    input:
        pinching=batches("pinching"),
    output:
        estimates=f"{ENSEMBLE}/pinching_estimates.parquet",
        pinching_force=f"{ENSEMBLE}/pinching_force.parquet",
        pinching_scatter=f"{ENSEMBLE}/pinching_scatter.parquet",
        flags=f"{ENSEMBLE}/pinching_flags.parquet",
    log:
        f"{LOGS}/aggregate_pinching/{ENSEMBLE_NAME}.log",
    benchmark:
        f"{BENCHMARKS}/aggregate_pinching/{ENSEMBLE_NAME}.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        **resources_of("aggregate_pinching"),
    params:
        dimension=study.model.dimension,
        density=study.model.density,
        seed=study.seed,
        bootstrap=config["analysis"]["bootstrap"],
        weak_force=config["pinching"]["weak_force"],
        code=code("aggregate_pinching"),
    message:
        "Aggregating pinching at T_p = {wildcards.T_p} (N = {wildcards.particles})"
    script:
        "../scripts/aggregate_pinching.py"


rule aggregate_bond_operator:
    input:
        bond_operator=batches("bond_operator"),
    output:
        estimates=f"{ENSEMBLE}/bond_operator_estimates.parquet",
        bond_operator_density=f"{ENSEMBLE}/bond_operator_density.parquet",
        flags=f"{ENSEMBLE}/bond_operator_flags.parquet",
    log:
        f"{LOGS}/aggregate_bond_operator/{ENSEMBLE_NAME}.log",
    benchmark:
        f"{BENCHMARKS}/aggregate_bond_operator/{ENSEMBLE_NAME}.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        **resources_of("aggregate_bond_operator"),
    params:
        dimension=study.model.dimension,
        density=study.model.density,
        seed=study.seed,
        bootstrap=config["analysis"]["bootstrap"],
        lambda_tail=config["analysis"]["lambda_tail"],
        plateau_excess=config["analysis"]["plateau_excess"],
        code=code("aggregate_bond_operator"),
    message:
        "Aggregating bond operator at T_p = {wildcards.T_p} (N = {wildcards.particles})"
    script:
        "../scripts/aggregate_bond_operator.py"


OBSERVABLES = ["liquids", "glasses", "elasticity", "modes", "pinching", "bond_operator"]
CURVES = ["relaxation_curves", "mode_density", "pinching_force", "pinching_scatter", "bond_operator_density"]


rule collect_tables:
    input:
        **{curve: ensembles(f"{curve}.parquet") for curve in CURVES},
        liquids=all_batches("liquids"),
        flags=[path for name in OBSERVABLES for path in ensembles(f"{name}_flags.parquet")],
    output:
        **{name: f"{TABLES}/{name}.parquet" for name in [*CURVES, "liquids", "flags"]},
    log:
        f"{LOGS}/collect_tables.log",
    benchmark:
        f"{BENCHMARKS}/collect_tables.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        **resources_of("collect_tables"),
    params:
        code=code("collect_tables"),
    message:
        "Collecting the tables of all ensembles"
    script:
        "../scripts/collect_tables.py"


rule fit_study:
    input:
        [path for name in OBSERVABLES for path in ensembles(f"{name}_estimates.parquet")],
    output:
        quantities=f"{TABLES}/quantities.parquet",
        fits=f"{TABLES}/fits.parquet",
    log:
        f"{LOGS}/fit_study.log",
    benchmark:
        f"{BENCHMARKS}/fit_study.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        **resources_of("fit_study"),
    params:
        settings=study_settings(),
        code=code("fit_study"),
    message:
        "Fitting over parent temperatures"
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
    threads: 1
    resources:
        **resources_of("write_summary"),
    params:
        settings=study_settings(),
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
    threads: 1
    resources:
        **resources_of("write_provenance"),
    params:
        dimension=study.model.dimension,
        particles=list(study.ensembles),
        engine="swap Monte Carlo (builtin)" if config["preparation"]["sampler"] == "swap" else study.engine,
        rules=lambda wildcards: {name: script_hash(name) for name in [*SAMPLE_RULES, *(f"aggregate_{name}" for name in OBSERVABLES), "fit_study"]},
        code=code("write_provenance"),
    message:
        "Writing down what made the study"
    script:
        "../scripts/write_provenance.py"
