"""Number of soft spots against the inverse parent temperature, with the Boltzmann law (Rainone et al. 2020, Fig. 5).

In: the tables that the function names. Out: the figure as SVG and PDF.
"""

from vitrine.figures.boltzmann import plot_boltzmann
from vitrine.figures.data import Settings
from vitrine.figures.style import save
from vitrine.inputs import read_inputs
from vitrine.job import start_log

if __name__ == "__main__":
    start_log(snakemake.log[0])
    save(plot_boltzmann(**read_inputs(snakemake.input), settings=Settings.from_config(snakemake.config)), snakemake.output)
