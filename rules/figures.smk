# One rule per figure, from the tables of the study. `snakemake figure_NAME` makes one and what it needs.
# On a cluster they run beside Snakemake itself: each takes seconds.


localrules:
    plot_annealing_ratios,
    plot_boltzmann,
    plot_bond_operator,
    plot_cumulative_modes,
    plot_defects,
    plot_equilibration,
    plot_lengths,
    plot_pinching_force,
    plot_spectra,


rule plot_cumulative_modes:
    input:
        mode_density=f"{TABLES}/mode_density.parquet",
        quantities=f"{TABLES}/quantities.parquet",
        fits=f"{TABLES}/fits.parquet",
        flags=f"{TABLES}/flags.parquet",
    output:
        report(f"{RESULTS}/figures/cumulative_modes.svg", caption="../report/cumulative_modes.rst", category="Figures"),
        f"{RESULTS}/figures/cumulative_modes.pdf",
    log:
        f"{LOGS}/plot_cumulative_modes.log",
    benchmark:
        f"{BENCHMARKS}/plot_cumulative_modes.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        **resources_of("plot_cumulative_modes"),
    params:
        analysis=config["analysis"],
        code=code("plot_cumulative_modes"),
    message:
        "Drawing cumulative modes"
    script:
        "../scripts/plot_cumulative_modes.py"


rule plot_defects:
    input:
        quantities=f"{TABLES}/quantities.parquet",
        fits=f"{TABLES}/fits.parquet",
        flags=f"{TABLES}/flags.parquet",
    output:
        report(f"{RESULTS}/figures/defects.svg", caption="../report/defects.rst", category="Figures"),
        f"{RESULTS}/figures/defects.pdf",
    log:
        f"{LOGS}/plot_defects.log",
    benchmark:
        f"{BENCHMARKS}/plot_defects.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        **resources_of("plot_defects"),
    params:
        analysis=config["analysis"],
        code=code("plot_defects"),
    message:
        "Drawing defects"
    script:
        "../scripts/plot_defects.py"


rule plot_boltzmann:
    input:
        quantities=f"{TABLES}/quantities.parquet",
        fits=f"{TABLES}/fits.parquet",
        flags=f"{TABLES}/flags.parquet",
    output:
        report(f"{RESULTS}/figures/boltzmann.svg", caption="../report/boltzmann.rst", category="Figures"),
        f"{RESULTS}/figures/boltzmann.pdf",
    log:
        f"{LOGS}/plot_boltzmann.log",
    benchmark:
        f"{BENCHMARKS}/plot_boltzmann.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        **resources_of("plot_boltzmann"),
    params:
        analysis=config["analysis"],
        code=code("plot_boltzmann"),
    message:
        "Drawing boltzmann"
    script:
        "../scripts/plot_boltzmann.py"


rule plot_lengths:
    input:
        quantities=f"{TABLES}/quantities.parquet",
        flags=f"{TABLES}/flags.parquet",
    output:
        report(f"{RESULTS}/figures/lengths.svg", caption="../report/lengths.rst", category="Figures"),
        f"{RESULTS}/figures/lengths.pdf",
    log:
        f"{LOGS}/plot_lengths.log",
    benchmark:
        f"{BENCHMARKS}/plot_lengths.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        **resources_of("plot_lengths"),
    params:
        analysis=config["analysis"],
        code=code("plot_lengths"),
    message:
        "Drawing lengths"
    script:
        "../scripts/plot_lengths.py"


rule plot_pinching_force:
    input:
        pinching_scatter=f"{TABLES}/pinching_scatter.parquet",
        pinching_force=f"{TABLES}/pinching_force.parquet",
        quantities=f"{TABLES}/quantities.parquet",
        fits=f"{TABLES}/fits.parquet",
        flags=f"{TABLES}/flags.parquet",
    output:
        report(f"{RESULTS}/figures/pinching_force.svg", caption="../report/pinching_force.rst", category="Figures"),
        f"{RESULTS}/figures/pinching_force.pdf",
    log:
        f"{LOGS}/plot_pinching_force.log",
    benchmark:
        f"{BENCHMARKS}/plot_pinching_force.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        **resources_of("plot_pinching_force"),
    params:
        analysis=config["analysis"],
        code=code("plot_pinching_force"),
    message:
        "Drawing pinching force"
    script:
        "../scripts/plot_pinching_force.py"


rule plot_spectra:
    input:
        mode_density=f"{TABLES}/mode_density.parquet",
        bond_operator_density=f"{TABLES}/bond_operator_density.parquet",
        quantities=f"{TABLES}/quantities.parquet",
        fits=f"{TABLES}/fits.parquet",
        flags=f"{TABLES}/flags.parquet",
    output:
        report(f"{RESULTS}/figures/spectra.svg", caption="../report/spectra.rst", category="Figures"),
        f"{RESULTS}/figures/spectra.pdf",
    log:
        f"{LOGS}/plot_spectra.log",
    benchmark:
        f"{BENCHMARKS}/plot_spectra.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        **resources_of("plot_spectra"),
    params:
        analysis=config["analysis"],
        code=code("plot_spectra"),
    message:
        "Drawing spectra"
    script:
        "../scripts/plot_spectra.py"


rule plot_bond_operator:
    input:
        bond_operator_density=f"{TABLES}/bond_operator_density.parquet",
        quantities=f"{TABLES}/quantities.parquet",
        flags=f"{TABLES}/flags.parquet",
    output:
        report(f"{RESULTS}/figures/bond_operator.svg", caption="../report/bond_operator.rst", category="Figures"),
        f"{RESULTS}/figures/bond_operator.pdf",
    log:
        f"{LOGS}/plot_bond_operator.log",
    benchmark:
        f"{BENCHMARKS}/plot_bond_operator.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        **resources_of("plot_bond_operator"),
    params:
        analysis=config["analysis"],
        code=code("plot_bond_operator"),
    message:
        "Drawing bond operator"
    script:
        "../scripts/plot_bond_operator.py"


rule plot_annealing_ratios:
    input:
        quantities=f"{TABLES}/quantities.parquet",
        flags=f"{TABLES}/flags.parquet",
    output:
        report(f"{RESULTS}/figures/annealing_ratios.svg", caption="../report/annealing_ratios.rst", category="Figures"),
        f"{RESULTS}/figures/annealing_ratios.pdf",
    log:
        f"{LOGS}/plot_annealing_ratios.log",
    benchmark:
        f"{BENCHMARKS}/plot_annealing_ratios.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        **resources_of("plot_annealing_ratios"),
    params:
        analysis=config["analysis"],
        code=code("plot_annealing_ratios"),
    message:
        "Drawing annealing ratios"
    script:
        "../scripts/plot_annealing_ratios.py"


rule plot_equilibration:
    input:
        relaxation_curves=f"{TABLES}/relaxation_curves.parquet",
        liquids=f"{TABLES}/liquids.parquet",
        quantities=f"{TABLES}/quantities.parquet",
        flags=f"{TABLES}/flags.parquet",
    output:
        report(f"{RESULTS}/figures/equilibration.svg", caption="../report/equilibration.rst", category="Figures"),
        f"{RESULTS}/figures/equilibration.pdf",
    log:
        f"{LOGS}/plot_equilibration.log",
    benchmark:
        f"{BENCHMARKS}/plot_equilibration.tsv"
    conda:
        "../envs/analysis.yaml"
    threads: 1
    resources:
        **resources_of("plot_equilibration"),
    params:
        analysis=config["analysis"],
        code=code("plot_equilibration"),
    message:
        "Drawing equilibration"
    script:
        "../scripts/plot_equilibration.py"


for figure in FIGURES:

    rule:
        name:
            f"figure_{figure}"
        input:
            multiext(f"{RESULTS}/figures/{figure}", ".svg", ".pdf"),
