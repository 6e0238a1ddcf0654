# From random positions to inherent states.


rule equilibrate_liquids:
    input:
        unpack(hotter_liquids),
    output:
        samples=f"{BATCH}/liquids.gsd",
        liquids=f"{BATCH}/liquids.parquet",
        relaxation=f"{BATCH}/relaxation.parquet",
    log:
        f"{LOGS}/equilibrate_liquids/{BATCH_NAME}.log",
    benchmark:
        f"{BENCHMARKS}/equilibrate_liquids/{BATCH_NAME}.tsv"
    priority: 10  # the ladder is the longest path: measuring hot glasses must not hold it up
    conda:
        f"../envs/{'hoomd' if DYNAMICS_BY_HOOMD else 'analysis'}.yaml"
    threads: 1
    resources:
        **resources_of("equilibrate_liquids"),
    params:
        hotter=lambda wildcards: float(hotter(wildcards)) if hotter(wildcards) else None,
        seed=study.seed,
        model=study.model.describe(),
        settings=lambda wildcards: study.preparation(int(wildcards.particles), wildcards.T_p),
        restarts=f"{RESULTS}/restarts/equilibrate_liquids/{BATCH_NAME}",
        code=code("equilibrate_liquids"),
    message:
        "Equilibrating liquids {wildcards.batch} at T_p = {wildcards.T_p} (N = {wildcards.particles})"
    script:
        "../scripts/equilibrate_liquids.py"


rule quench_samples:
    input:
        liquids=f"{BATCH}/liquids.gsd",
    output:
        samples=f"{BATCH}/glasses.gsd",
        glasses=f"{BATCH}/glasses.parquet",
    log:
        f"{LOGS}/quench_samples/{BATCH_NAME}.log",
    benchmark:
        f"{BENCHMARKS}/quench_samples/{BATCH_NAME}.tsv"
    conda:
        f"../envs/{'hoomd' if config['quench']['engine'] == 'hoomd' else 'analysis'}.yaml"
    threads: 1
    resources:
        **resources_of("quench_samples"),
    params:
        model=study.model.describe(),
        settings=config["quench"],
        algebra=SPARSE_ALGEBRA,
        code=code("quench_samples"),
    message:
        "Quenching samples {wildcards.batch} from T_p = {wildcards.T_p} (N = {wildcards.particles})"
    script:
        "../scripts/quench_samples.py"
