"""D(omega) of the mean-field oscillators whose stiffnesses have no gap, at several couplings (Lerner and Bouchbinder, Fig. 9a)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, new_figure, styled, value_colours, value_markers
from vitrine.observables.mean_field.drawing import PARAMETERS, common, gapless, quantity, words


@styled
def plot_mean_field_quartic(
    mean_field_density: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """D(omega) at every coupling and k_0; hollow where the data show no omega^4 law.

    Tables: MEAN_FIELD_DENSITY, QUANTITIES (mean_field_A_g), FLAGS.
    """
    figure, (ax,) = new_figure(DOUBLE, 3.4)
    prefactor, density = gapless(quantity(quantities, "mean_field_A_g")), gapless(mean_field_density)
    marks.note(figure, words(prefactor, flags))
    ax.set_xlabel(r"$\omega$")
    ax.set_ylabel(r"$D(\omega)$")
    if not len(density):
        marks.not_enough(ax, "no ensemble with k_min = 0")
        return figure
    colours, shapes = value_colours(density["coupling"]), value_markers(density["k_0"])
    names, differing = [*PARAMETERS, "coupling"], [name for name in PARAMETERS if density[name].nunique() > 1]
    for key, rows in density.groupby(names, sort=True):
        values = dict(zip(names, key, strict=True))
        here = prefactor[np.logical_and.reduce([prefactor[name] == value for name, value in values.items()])]
        sound = bool(len(here) and here["sound"].all())
        colour = colours[values["coupling"]]
        label = ", ".join([f"$J={values['coupling']:g}$", *(f"${PARAMETERS[name]}={values[name]:g}$" for name in differing)])
        style = {"color": colour, "marker": shapes[values["k_0"]], "markersize": 2.8, "linewidth": 0.5, "elinewidth": 0.5}
        middle, shown = np.sqrt(rows["omega_low"] * rows["omega_high"]), rows["density"] > 0
        error = marks.bars(rows["density"], rows["density_error"])[:, shown]
        ax.errorbar(middle[shown], rows["density"][shown], error, label=label, markerfacecolor=colour if sound else "white", **style)
    sound = prefactor[prefactor["sound"]]
    if len(sound):
        low = density.loc[density["density"] > 0, "omega_low"].min()
        height = float(np.exp(np.log(sound["value"]).mean()))
        marks.guide(ax, (low, 0.3 * height * low**4), (low, 6 * low), 4.0, r"$\omega^4$", 0.5, (6, -3))
    ax.set_xscale("log")
    ax.set_yscale("log")
    figure.legend(loc="outside right center", title=common(density))
    return figure
