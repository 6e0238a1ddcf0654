# What a study takes, before it is run: snakemake --cores 1 estimate_cost --configfile studies/NAME.yaml


localrules:
    estimate_cost,


rule estimate_cost:
    log:
        f"{LOGS}/estimate_cost.log",
    conda:
        "../envs/analysis.yaml"
    params:
        conda="conda" in map(str, workflow.deployment_settings.deployment_method),
        figures=len(FIGURES),
    message:
        "Estimating the cost of the study"
    script:
        "../scripts/estimate_cost.py"
