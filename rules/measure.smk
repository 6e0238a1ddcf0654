# One rule per observable, from the same glasses.


rule find_modes:
    input:
        glasses=f"{BATCH}/glasses.gsd",
    output:
        f"{BATCH}/modes.parquet",
    log:
        f"{LOGS}/find_modes/{BATCH_NAME}.log",
    benchmark:
        f"{BENCHMARKS}/find_modes/{BATCH_NAME}.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: SAMPLES_AT_ONCE
    resources:
        **GPU,
        **resources_of("find_modes"),
    params:
        settings=config["modes"],
        algebra=config["linear_algebra"],
        dimension=study.model.dimension,
        model=study.model.describe(),
        code=code("find_modes"),
    message:
        "Finding the modes of samples {wildcards.batch} at T_p = {wildcards.T_p} (N = {wildcards.particles})"
    script:
        "../scripts/find_modes.py"


rule measure_elasticity:
    input:
        glasses=f"{BATCH}/glasses.gsd",
    output:
        f"{BATCH}/elasticity.parquet",
    log:
        f"{LOGS}/measure_elasticity/{BATCH_NAME}.log",
    benchmark:
        f"{BENCHMARKS}/measure_elasticity/{BATCH_NAME}.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        **resources_of("measure_elasticity"),
    params:
        algebra=SPARSE_ALGEBRA,
        dimension=study.model.dimension,
        model=study.model.describe(),
        code=code("measure_elasticity"),
    message:
        "Measuring the elasticity of samples {wildcards.batch} at T_p = {wildcards.T_p} (N = {wildcards.particles})"
    script:
        "../scripts/measure_elasticity.py"


rule pinch_bonds:
    input:
        glasses=f"{BATCH}/glasses.gsd",
    output:
        f"{BATCH}/pinching.parquet",
    log:
        f"{LOGS}/pinch_bonds/{BATCH_NAME}.log",
    benchmark:
        f"{BENCHMARKS}/pinch_bonds/{BATCH_NAME}.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        **resources_of("pinch_bonds"),
    params:
        seed=study.seed,
        bonds=config["pinching"]["bonds"],
        algebra=SPARSE_ALGEBRA,
        dimension=study.model.dimension,
        model=study.model.describe(),
        code=code("pinch_bonds"),
    message:
        "Pinching the bonds of samples {wildcards.batch} at T_p = {wildcards.T_p} (N = {wildcards.particles})"
    script:
        "../scripts/pinch_bonds.py"


rule diagonalise_bond_operator:
    input:
        glasses=f"{BATCH}/glasses.gsd",
    output:
        f"{BATCH}/bond_operator.parquet",
    log:
        f"{LOGS}/diagonalise_bond_operator/{BATCH_NAME}.log",
    benchmark:
        f"{BENCHMARKS}/diagonalise_bond_operator/{BATCH_NAME}.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: SAMPLES_AT_ONCE
    resources:
        **GPU,
        **resources_of("diagonalise_bond_operator"),
    params:
        settings=config["bond_operator"],
        algebra=config["linear_algebra"],
        dimension=study.model.dimension,
        model=study.model.describe(),
        code=code("diagonalise_bond_operator"),
    message:
        "Diagonalising the bond operator of samples {wildcards.batch} at T_p = {wildcards.T_p} (N = {wildcards.particles})"
    script:
        "../scripts/diagonalise_bond_operator.py"
