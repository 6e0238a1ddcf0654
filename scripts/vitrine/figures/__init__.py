"""The figures of the literature, one function each, from tables alone, in one shared style.

Every `plot_<name>` takes data frames that `vitrine.parquet.read_table` read and `Settings`, and returns a matplotlib Figure; `save` writes it.
The tables are in simulation units; frequencies are drawn in c_inf/a0, temperatures in T_onset (Rainone et al. 2020, App. A). An ensemble whose
value is missing is named above the figure, one without an error bar or with most samples left out is hollow, and a panel without data says why.
"""

from vitrine.figures.annealing_ratios import plot_annealing_ratios
from vitrine.figures.boltzmann import plot_boltzmann
from vitrine.figures.bond_operator import plot_bond_operator
from vitrine.figures.cumulative_modes import plot_cumulative_modes
from vitrine.figures.data import Settings
from vitrine.figures.defects import plot_defects
from vitrine.figures.equilibration import plot_equilibration
from vitrine.figures.lengths import plot_lengths
from vitrine.figures.pinching_force import plot_pinching_force
from vitrine.figures.spectra import plot_spectra
from vitrine.figures.style import save

__all__ = [
    "Settings",
    "plot_annealing_ratios",
    "plot_boltzmann",
    "plot_bond_operator",
    "plot_cumulative_modes",
    "plot_defects",
    "plot_equilibration",
    "plot_lengths",
    "plot_pinching_force",
    "plot_spectra",
    "save",
]
