# Samples for OVITO and other programs, with their softest modes and all fields that were measured. Nothing else asks for them:
# `snakemake export_samples` makes what the config's section `export` says, and what that needs.


rule export_samples:
    input:
        lambda wildcards: export.exported_files(study),
    localrule: True
    message:
        f"Exported to {RESULTS}/export"


rule export_glasses:
    input:
        unpack(exported_with_glasses),
    output:
        f"{RESULTS}/export/{{point}}/{{batch}}.{config['export']['format']}",
    log:
        f"{LOGS}/export_glasses/{BATCH_NAME}.log",
    benchmark:
        f"{BENCHMARKS}/export_glasses/{BATCH_NAME}.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        **resources_of("export_glasses"),
    params:
        **export.exporting(study, export.GLASSES),
        code=code("export_samples"),
    message:
        "Exporting glasses {wildcards.batch} of {wildcards.point}"
    script:
        "../scripts/export_samples.py"


rule export_liquids:
    input:
        **{named(export.LIQUIDS): f"{BATCH}/{export.LIQUIDS}"},
    output:
        f"{RESULTS}/export/{{point}}/{{batch}}_liquids.{config['export']['format']}",
    log:
        f"{LOGS}/export_liquids/{BATCH_NAME}.log",
    benchmark:
        f"{BENCHMARKS}/export_liquids/{BATCH_NAME}.tsv"
    conda:
        "../envs/analysis.yaml"
    resources:
        **resources_of("export_liquids"),
    params:
        **export.exporting(study, export.LIQUIDS),
        code=code("export_samples"),
    message:
        "Exporting liquids {wildcards.batch} of {wildcards.point}"
    script:
        "../scripts/export_samples.py"
