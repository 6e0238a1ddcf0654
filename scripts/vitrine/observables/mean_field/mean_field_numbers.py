"""Numbers of modes of the mean-field oscillators below several frequencies, over those of the exact density."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, name_panels, new_figure, styled, value_colours, value_markers
from vitrine.observables.mean_field.drawing import quantity, words


@styled
def plot_mean_field_numbers(
    mean_field_numbers: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """Number of modes over the expected one with its Poisson error, against the expected number of modes of a system; a panel for each field.

    Tables: MEAN_FIELD_NUMBERS, QUANTITIES (mean_field_transition), FLAGS.
    """
    numbers, transition = mean_field_numbers, quantity(quantities, "mean_field_transition")
    fields = sorted(numbers["uniform_field"].unique())
    figure, axes = new_figure(DOUBLE, 2.6, 1, max(len(fields), 1), sharey=True)
    marks.note(figure, words(transition[transition["uniform_field"].isin(fields) & (transition["k_min"] > 0)], flags) + "; bars: Poisson")
    if not len(fields):
        marks.not_enough(axes[0], "no ensemble in the replica-symmetric phase")
        return figure
    for ax, field in zip(axes, fields, strict=True):
        own = numbers[numbers["uniform_field"] == field]
        colours, shapes = value_colours(own["coupling"]), value_markers(own["particles"])
        for place, ((coupling, particles), rows) in enumerate(own.groupby(["coupling", "particles"], sort=True)):
            here = transition[(transition["uniform_field"] == field) & (transition["coupling"] == coupling) & (transition["particles"] == particles)]
            x = rows["expected"] / here["samples"].iloc[0] * 1.03**place
            style = {"color": colours[coupling], "marker": shapes[particles], "markersize": 3, "linestyle": "none", "elinewidth": 0.7}
            ax.errorbar(x, rows["count"] / rows["expected"], 1 / np.sqrt(rows["expected"]), label=rf"$J={coupling:g}$, $N={particles:g}$", **style)
        marks.level(ax, 1.0, None, (0, (4, 2)), GREY)
        ax.set_xscale("log")
        ax.set_xlabel("expected modes of a system below the frequency")
        ax.set_title(rf"$h={field:g}$", loc="right")
        marks.plain_log_ticks(ax, "x")
        ax.legend(loc="upper right", ncols=2)
    top = (numbers["count"] / numbers["expected"] + numbers["expected"] ** -0.5).max()
    axes[0].set_ylim(top=1.25 * top)  # room for the legends
    axes[0].set_ylabel("number of modes/exact number")
    name_panels(axes)
    return figure
