"""Prefactor A_g and length xi relative to the hottest parent temperature, from two operators (Giannini et al. 2021, Fig. 5).

In: the tables that the function names. Out: the figure as SVG and PDF.
"""

from vitrine.figures.annealing_ratios import plot_annealing_ratios
from vitrine.figures.data import Settings
from vitrine.figures.style import save
from vitrine.inputs import read_inputs
from vitrine.job import start_log

if __name__ == "__main__":
    start_log(snakemake.log[0])
    save(plot_annealing_ratios(**read_inputs(snakemake.input), settings=Settings.from_config(snakemake.config)), snakemake.output)
