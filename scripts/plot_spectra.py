"""The spectra of the Hessian and of the bond operator side by side (Giannini et al. 2021, Fig. 1c,d).

In: the tables that the function names. Out: the figure as SVG and PDF.
"""

from vitrine.figures.data import Settings
from vitrine.figures.spectra import plot_spectra
from vitrine.figures.style import save
from vitrine.inputs import read_inputs
from vitrine.job import start_log

if __name__ == "__main__":
    start_log(snakemake.log[0])
    save(plot_spectra(**read_inputs(snakemake.input), settings=Settings.from_config(snakemake.config)), snakemake.output)
