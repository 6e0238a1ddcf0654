"""A_g of the mean-field oscillators against the coupling: it rises, has a maximum, and falls (Lerner and Bouchbinder, Fig. 9c)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import fit_value
from vitrine.figures.settings import Settings
from vitrine.figures.style import GREY, SINGLE, new_figure, styled, value_colours, value_markers
from vitrine.observables.mean_field.drawing import gapless, quantity, sets, words


@styled
def plot_mean_field_prefactor(quantities: pd.DataFrame, fits: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None) -> Figure:
    """A_g against J at every field and k_0, with the power of its fall where one is fitted.

    Tables: QUANTITIES (mean_field_A_g), FITS, FLAGS.
    """
    figure, (ax,) = new_figure(SINGLE, 2.9)
    measured = gapless(quantity(quantities, "mean_field_A_g"))
    measured = measured[measured["value"] > 0]
    marks.note(figure, "\n".join(words(measured, flags).split("; ")))
    ax.set_xlabel(r"coupling $J$")
    ax.set_ylabel(r"$A_g$")
    if not len(measured):
        marks.not_enough(ax, "no A_g at k_min = 0")
        return figure
    series = list(sets(measured))
    colours, shapes = value_colours(range(len(series))), value_markers(range(len(series)))
    for place, (label, rows) in enumerate(series):
        marks.points(ax, rows, label or "systems", colours[place], shapes[place], log=True)
    power, error = fit_value(fits, "mean_field_power")
    peak = fit_value(fits, "mean_field_J_x")[0]
    if np.isfinite(power):
        longest = max((rows for _, rows in series), key=len)
        beyond = longest[longest["sound"] & (longest["coupling"] > peak)]
        centre = tuple(np.exp(np.log(beyond[["coupling", "value"]]).mean()))
        marks.guide(ax, centre, (beyond["coupling"].min(), beyond["coupling"].max()), power, f"$J^{{{power:.2f}\\pm{error:.2f}}}$", 0.5, (4, 6))
    if np.isfinite(peak):
        ax.axvline(peak, color=GREY, linestyle=":", linewidth=0.8, label=rf"maximum: $J_x={peak:g}$", gid="maximum")
    ax.set_xscale("log")
    marks.positive_limits(ax, measured)
    ax.legend(loc="lower center")
    return figure
