"""Cumulative density of vibrational modes per parent temperature, and its prefactor A_g (Rainone et al. 2020, Fig. 2).

In: the tables that the function names. Out: the figure as SVG and PDF.
"""

from vitrine.figures.cumulative_modes import plot_cumulative_modes
from vitrine.figures.data import Settings
from vitrine.figures.style import save
from vitrine.inputs import read_inputs
from vitrine.job import start_log

if __name__ == "__main__":
    start_log(snakemake.log[0])
    save(plot_cumulative_modes(**read_inputs(snakemake.input), settings=Settings.from_config(snakemake.config)), snakemake.output)
