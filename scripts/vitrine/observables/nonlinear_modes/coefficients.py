"""b3^2 against b2 b4 of modes, and the shares beyond the bounds (Lerner and Bouchbinder 2021, Fig. 11)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import has_values, sample_note, select, series
from vitrine.figures.labels import with_error, with_unit
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, INK, SECOND, name_panels, new_figure, styled, value_colours, value_markers
from vitrine.observables.nonlinear_modes.drawing import COLOURS, NAMES, clouds_by_value, line
from vitrine.statistics.wells import DEEPER, LOWER_BOUND, TWO_WELLS

UNIT = "epsilon^2/lambda_min^6"
SHOWN = ("cubic", "quartic", "harmonic")
LINES = {
    DEEPER: (r"$3\,b_2b_4$: the other well is deeper", "-", INK),
    TWO_WELLS: (r"$(8/3)\,b_2b_4$: two wells", ":", INK),
    LOWER_BOUND: (r"$0.4\,b_2b_4$: Lerner and Bouchbinder 2021, Fig. 11", (0, (4, 2)), GREY),
}


@styled
def plot_coefficients(nonlinear_scatter: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None) -> Figure:
    """(a-c) b3^2 against b2 b4 of cubic, quartic and harmonic modes, the lower bound for cubic ones alone; (d) shares of modes beyond the lines.

    Tables: NONLINEAR_SCATTER, QUANTITIES (double_, deeper_ and below_bound_ of kinds), FLAGS.
    """
    figure, axes = new_figure(DOUBLE, 5.6, 2, 2)
    double = series(quantities, "double_cubic", settings)
    marks.note(figure, sample_note({"cubic modes": double}, settings, flags, "nonlinear_modes"))
    modes = select(nonlinear_scatter, settings)
    colours = value_colours(modes[settings.against])
    limits = _limits(modes)
    for ax, kind in zip(axes, SHOWN, strict=False):
        ax.set_xlabel(with_unit("b_2b_4", UNIT, settings))
        ax.set_ylabel(with_unit("b_3^2", UNIT, settings))
        ax.set_title(f"{NAMES[kind]} modes", loc="left")
        rows = modes[modes["kind"] == kind]
        if not len(rows):
            marks.not_enough(ax, f"no {NAMES[kind]} mode was found")
            continue
        columns = (lambda own: own["b2"] * own["b4"], lambda own: own["b3"] ** 2)
        clouds_by_value(ax, rows, columns, colours, value_markers(colours), settings.against)
        for factor, (label, style, colour) in LINES.items():
            if factor != LOWER_BOUND or kind == "cubic":
                line(ax, 1.0, factor, limits[:2], label, style, colour)
        ax.set_xlim(*limits[:2])
        ax.set_ylim(*limits[2:])
        if kind == "cubic":
            ax.legend(loc="upper left")
        if kind == "harmonic":
            _tell_share(ax, series(quantities, "below_bound_harmonic", settings))
    _draw_shares(axes[3], quantities, settings)
    name_panels(axes)
    if colours:
        marks.value_legend(figure, colours, settings, 8, value_markers(colours))
    return figure


def _limits(modes: pd.DataFrame) -> tuple[float, float, float, float]:
    """Of x and y over all panels, with room for words above; y ends a factor 10^4 below the lower bound: harmonic modes go on."""
    x, y = modes["b2"] * modes["b4"], modes["b3"] ** 2
    x, y = x[x > 0], y[y > 0]
    if not len(x) or not len(y):
        return 0.1, 1.0, 0.1, 1.0
    return x.min() / 1.5, x.max() * 1.5, max(y.min() / 1.5, 1e-4 * LOWER_BOUND * x.min()), max(y.max(), DEEPER * x.max()) * 30


def _tell_share(ax: Axes, table: pd.DataFrame) -> None:
    """The share of harmonic modes below the bound, in words: it is near to one."""
    good = table[np.isfinite(table["value"])]
    if len(good):
        words = " to ".join(dict.fromkeys(with_error(row["value"], row["error"]) for _, row in good.iloc[[0, -1]].iterrows()))
        ax.text(0.03, 0.97, f"share below $0.4\\,b_2b_4$: {words}", transform=ax.transAxes, va="top", fontsize=6.0)


def _draw_shares(ax: Axes, quantities: pd.DataFrame, settings: Settings) -> None:
    """Shares of modes with two wells, with a deeper one, and below the lower bound."""
    shown = [("double", "cubic", "o", "two wells"), ("deeper", "cubic", "s", "the other well deeper"), ("below_bound", "cubic", "v", "below 0.4")]
    shown += [("double", "quartic", "o", "two wells"), ("deeper", "quartic", "s", "the other well deeper")]
    found = [(series(quantities, f"{name}_{kind}", settings), kind, marker, word) for name, kind, marker, word in shown]
    marks.value_axis(ax, settings, found[0][0])
    ax.set_ylabel("share of modes")
    if not any(has_values(table) for table, *_ in found):
        marks.not_enough(ax, "no mode was found")
        return
    for table, kind, marker, word in found:
        if has_values(table):
            marks.points(ax, table, f"{NAMES[kind]}: {word}", COLOURS[kind] if kind != "quartic" else SECOND, marker)
    top = np.nanmax([np.nanmax(table["value"]) for table, *_ in found if has_values(table)])
    top = max(0.005, top)
    ax.set_ylim(-0.08 * top, 1.5 * top)
    ax.legend(loc="upper left", ncols=2, fontsize=5.5)
