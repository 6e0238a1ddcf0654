"""Characteristic frequency and number of the soft spots against the parent temperature (Rainone et al. 2020, Fig. 4).

In: the tables that the function names. Out: the figure as SVG and PDF.
"""

from vitrine.figures.data import Settings
from vitrine.figures.defects import plot_defects
from vitrine.figures.style import save
from vitrine.inputs import read_inputs
from vitrine.job import start_log

if __name__ == "__main__":
    start_log(snakemake.log[0])
    save(plot_defects(**read_inputs(snakemake.input), settings=Settings.from_config(snakemake.config)), snakemake.output)
