"""Evidence that the liquids are in equilibrium: decay of the self-overlap, relaxation times, length of the runs, drift of the energy.

In: the tables that the function names. Out: the figure as SVG and PDF.
"""

from vitrine.figures.data import Settings
from vitrine.figures.equilibration import plot_equilibration
from vitrine.figures.style import save
from vitrine.inputs import read_inputs
from vitrine.job import start_log

if __name__ == "__main__":
    start_log(snakemake.log[0])
    save(plot_equilibration(**read_inputs(snakemake.input), settings=Settings.from_config(snakemake.config)), snakemake.output)
