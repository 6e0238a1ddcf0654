"""The glassy length xi_g = 2 pi c_s/omega_g against the parent temperature (Rainone et al. 2020, eq. 4 and Fig. 6).

In: the tables that the function names. Out: the figure as SVG and PDF.
"""

from vitrine.figures.data import Settings
from vitrine.figures.lengths import plot_lengths
from vitrine.figures.style import save
from vitrine.inputs import read_inputs
from vitrine.job import start_log

if __name__ == "__main__":
    start_log(snakemake.log[0])
    save(plot_lengths(**read_inputs(snakemake.input), settings=Settings.from_config(snakemake.config)), snakemake.output)
