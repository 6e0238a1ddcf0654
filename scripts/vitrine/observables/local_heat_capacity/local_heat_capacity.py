"""Distribution of local heat capacities, the exponent of its tail, and the largest one against the lowest frequency (004 sec. IV I)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import sample_note, select, series
from vitrine.figures.labels import with_unit
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, name_panels, new_figure, styled, value_colours, value_markers
from vitrine.schema import FREQUENCY, HEAT_CAPACITY

LAW = 2.25  # x of p(c) ~ c^-x where c ~ omega^-4 and D ~ omega^4
OMEGA_LAW = -4.0
LEAST = 1e-2  # |c| below which nothing is shown


@styled
def plot_local_heat_capacity(
    heat_capacity_density: pd.DataFrame,
    heat_capacity_tail: pd.DataFrame,
    heat_capacity_largest: pd.DataFrame,
    quantities: pd.DataFrame,
    settings: Settings,
    flags: pd.DataFrame | None = None,
) -> Figure:
    """(a) p(|c|), filled where c > 0, outlined where c < 0; (b) the tail's exponent against its threshold; (c) largest |c| against omega_1.

    Tables: HEAT_CAPACITY_DENSITY, HEAT_CAPACITY_TAIL, HEAT_CAPACITY_LARGEST, QUANTITIES (heat_tail_exponent), FLAGS.
    """
    figure, axes = new_figure(DOUBLE, 3.1, 1, 3)
    exponent = series(quantities, "heat_tail_exponent", settings)
    # The note tells why an exponent is in doubt; the curves themselves are drawn at every point.
    marks.note(figure, sample_note({"$x$": exponent}, settings, flags, "local_heat_capacity", DOUBLE))
    density, tail, largest = (select(table, settings) for table in (heat_capacity_density, heat_capacity_tail, heat_capacity_largest))
    colours = value_colours(density[settings.against])
    _draw_density(axes[0], density[density["count"] > 0], colours, settings)
    _draw_tail(axes[1], tail, exponent, colours, settings)
    _draw_largest(axes[2], largest, colours, settings)
    name_panels(axes)
    if colours:
        marks.value_legend(figure, colours, settings, 8, value_markers(colours))
    return figure


def _draw_density(ax: Axes, density: pd.DataFrame, colours: dict, settings: Settings) -> None:
    ax.set_xlabel(with_unit("|c|", HEAT_CAPACITY, settings))
    ax.set_ylabel(with_unit("p(c)", "1/k_B", settings))
    if not len(density):
        marks.not_enough(ax, "no local heat capacity")
        return
    markers = value_markers(colours)
    for (value, sign), rows in density.groupby([settings.against, "sign"]):
        style = {"color": colours[value], "marker": markers[value], "markersize": 2.2, "linewidth": 0.4, "elinewidth": 0.4}
        style |= {} if sign > 0 else {"markerfacecolor": "white"}
        ax.errorbar(np.sqrt(rows["c_low"] * rows["c_high"]), rows["density"], marks.bars(rows["density"], rows["density_error"]), **style)
    ax.set_xscale("log")
    ax.set_yscale("log")
    middle = np.sqrt(density["c_low"] * density["c_high"])
    ax.set_xlim(LEAST, 3 * middle.max())
    ax.set_ylim(density["density"].min() / 3, 3 * density.loc[middle > LEAST, "density"].max())
    anchor = density.loc[(middle - 3.0).abs().idxmin()]
    marks.guide(ax, (3.0, 3 * anchor["density"]), (3.0, middle.max()), -LAW, "−9/4", 0.4, (4, 4))
    ax.plot([], [], "o", color=GREY, markersize=3.0, label="$c>0$")
    ax.plot([], [], "o", color=GREY, markerfacecolor="white", markersize=3.0, label="$c<0$")
    ax.legend(loc="lower left")


def _draw_tail(ax: Axes, tail: pd.DataFrame, exponent: pd.DataFrame, colours: dict, settings: Settings) -> None:
    """Hollow where the exponent of that point is flagged."""
    ax.set_xlabel(with_unit(r"|c|_\mathrm{threshold}", HEAT_CAPACITY, settings))
    ax.set_ylabel(r"$x$ of $p(|c|)\sim|c|^{-x}$ above it")
    if not len(tail):
        marks.not_enough(ax, "too few pairs or glasses for a tail")
        return
    marks.windows(ax, tail, ("threshold", "exponent", "exponent_error"), exponent, colours, settings)
    marks.level(ax, LAW, "9/4", (0, (4, 2)), GREY)
    ax.legend(loc="best")


def _draw_largest(ax: Axes, largest: pd.DataFrame, colours: dict, settings: Settings) -> None:
    ax.set_xlabel(with_unit(r"\omega_1", FREQUENCY, settings))
    ax.set_ylabel(with_unit(r"\max|c|", HEAT_CAPACITY, settings))
    if not len(largest):
        marks.not_enough(ax, "no glass")
        return
    markers = value_markers(colours)
    for value, rows in largest.groupby(settings.against):
        style = {"color": colours[value], "marker": markers[value], "markersize": 1.8, "linestyle": "none", "markeredgewidth": 0.2}
        ax.plot(rows["omega"], rows["largest"], gid=f"largest-{value}", **style)
    ax.set_xscale("log")
    ax.set_yscale("log")
    marks.plain_log_ticks(ax, "x")
    # The law is drawn through the softest tenth of the point with the most glasses, up to its median.
    most = largest[largest[settings.against] == largest[settings.against].value_counts().index[0]]
    soft = np.log(most.nsmallest(max(1, len(most) // 10), "omega")[["omega", "largest"]])
    anchor = np.exp(soft.mean())
    ends = most["omega"].min(), max(most["omega"].median(), 1.01 * most["omega"].min())
    marks.guide(ax, (anchor["omega"], anchor["largest"]), ends, OMEGA_LAW, "−4", 0.3, (4, 4))
