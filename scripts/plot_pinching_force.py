"""Frequency of pinched bonds against their force, and the two averages (Rainone et al. 2020, Fig. S1).

In: the tables that the function names. Out: the figure as SVG and PDF.
"""

from vitrine.figures.data import Settings
from vitrine.figures.pinching_force import plot_pinching_force
from vitrine.figures.style import save
from vitrine.inputs import read_inputs
from vitrine.job import start_log

if __name__ == "__main__":
    start_log(snakemake.log[0])
    save(plot_pinching_force(**read_inputs(snakemake.input), settings=Settings.from_config(snakemake.config)), snakemake.output)
