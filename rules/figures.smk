# One rule per figure, from the tables of the study. `snakemake figure_NAME` makes one and what it needs.
# On a cluster they run beside Snakemake itself: each takes seconds.


for name, figure in study.figures.items():

    rule:
        name:
            figure.function
        input:
            **{table: f"{TABLES}/{table}.parquet" for table in figure.tables},
        output:
            report(f"{RESULTS}/figures/{name}.svg", caption=str(module_of_figure(name).with_suffix(".rst")), category="Figures"),
            f"{RESULTS}/figures/{name}.pdf",
        log:
            f"{LOGS}/{figure.function}.log",
        benchmark:
            f"{BENCHMARKS}/{figure.function}.tsv"
        localrule: True
        conda:
            "../envs/analysis.yaml"
        resources:
            **resources_of(figure.function),
        params:
            figure=name,
            settings=params.drawing(study, figure),
            code=code("plot", module_of_figure(name)),
        message:
            f"Drawing {name.replace('_', ' ')}"
        script:
            "../scripts/plot.py"

    rule:
        name:
            f"figure_{name}"
        input:
            multiext(f"{RESULTS}/figures/{name}", ".svg", ".pdf"),
        localrule: True
