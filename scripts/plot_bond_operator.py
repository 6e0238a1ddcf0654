"""Spectrum of the bond operator and participation of its modes per parent temperature (Giannini et al. 2021, Fig. 3).

In: the tables that the function names. Out: the figure as SVG and PDF.
"""

from vitrine.figures.bond_operator import plot_bond_operator
from vitrine.figures.data import Settings
from vitrine.figures.style import save
from vitrine.inputs import read_inputs
from vitrine.job import start_log

if __name__ == "__main__":
    start_log(snakemake.log[0])
    save(plot_bond_operator(**read_inputs(snakemake.input), settings=Settings.from_config(snakemake.config)), snakemake.output)
