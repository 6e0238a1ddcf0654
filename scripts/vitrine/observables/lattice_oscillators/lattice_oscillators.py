"""D(omega) of lattices of oscillators: omega^4, then omega, with a peak of D/omega^2 between them (Lerner and Bouchbinder 2022, sec. II B)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import at_value, sample_note, select, series
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, name_panels, new_figure, styled, value_colours, value_markers


@styled
def plot_lattice_oscillators(
    lattice_density: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """(a) D(omega); (b) D/omega^2; of every value on the study's axis. Dotted: omega_b, where A_g omega^4 meets C omega.

    Tables: LATTICE_DENSITY, QUANTITIES (lattice_A_g, lattice_crossover), FLAGS.
    """
    figure, (first, second) = new_figure(DOUBLE, 3.0, 1, 2)
    prefactor, crossover = series(quantities, "lattice_A_g", settings), series(quantities, "lattice_crossover", settings)
    marks.note(figure, sample_note({r"$A_g$": prefactor}, settings, flags, "lattice_oscillators"))
    density = select(lattice_density, settings)
    density = density[density["density"] > 0]
    colours, shapes = value_colours(density[settings.against]), value_markers(density[settings.against])
    for ax, power, words in ((first, 0, r"$D(\omega)$"), (second, 2, r"$D(\omega)/\omega^2$")):
        ax.set_xlabel(r"$\omega$")
        ax.set_ylabel(words)
        if not len(density):
            marks.not_enough(ax, "no lattices")
            continue
        for value, rows in density.groupby(settings.against):
            middle = np.sqrt(rows["omega_low"] * rows["omega_high"])
            sound = bool(prefactor.loc[prefactor["at"] == value, "sound"].all())
            error = marks.bars(rows["density"] / middle**power, rows["density_error"] / middle**power)
            style = {"color": colours[value], "marker": shapes[value], "markersize": 2.8, "linewidth": 0.5, "elinewidth": 0.6}
            ax.errorbar(middle, rows["density"] / middle**power, error, markerfacecolor=colours[value] if sound else "white", **style)
            place = at_value(crossover, value)
            if np.isfinite(place):
                ax.axvline(place, color=colours[value], linestyle=":", linewidth=0.8, gid=f"crossover-{value:g}")
        ax.set_xscale("log")
        ax.set_yscale("log")
    if len(density):
        low, level = density["omega_low"].min(), density.loc[density["omega_low"].idxmin(), "density"]
        marks.guide(first, (low, 2 * level), (low, 8 * low), 4.0, r"$\omega^4$", 0.5, (-3, 3))
        peak = density.loc[(density["density"] / density["omega_low"]).idxmax()]
        centre = float(np.sqrt(peak["omega_low"] * peak["omega_high"]))
        marks.guide(first, (centre, 1.6 * peak["density"]), (centre / 2.5, centre * 2), 1.0, r"$\omega$", 0.5, (-3, 4))
        marks.value_legend(figure, colours, settings, 8, shapes)
    name_panels((first, second))
    return figure
