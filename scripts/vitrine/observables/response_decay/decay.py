"""Decay functions of pinches and of quartic modes at each point, with their local exponents (Rainone et al. 2020, Figs. S2a and S4a)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import sample_note, series
from vitrine.figures.settings import Settings
from vitrine.figures.sizes import by_size, line_styles, size_legend
from vitrine.figures.style import DOUBLE, GREY, name_panels, new_figure, styled, value_colours, value_markers
from vitrine.observables.response_decay import KINDS
from vitrine.observables.response_decay.aggregate import distances_of

LERNER = "Lerner and Bouchbinder 2021"
# Of each column of panels: kind, column of the table, its symbol, what is drawn, and the source of its law.
PANELS = (
    ("pinch", "projection", "c(r)", KINDS["pinch"], f"{marks.RAINONE}, Fig. S2"),
    ("quartic", "projection", "c(r)", KINDS["quartic"], f"{marks.RAINONE}, Fig. S4"),
    ("quartic", "amplitude", r"|\hat{\pi}|(r)", KINDS["quartic"], f"{LERNER}, Fig. 1b"),
)


def continuum(column: str, dimension: int) -> int:
    """The exponent of a column of the curves in a continuum."""
    return -2 * dimension if column == "projection" else 1 - dimension


@styled
def plot_decay(decay_curves: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None) -> Figure:
    """Above: c(r) of pinches (a) and of quartic modes (b), the amplitude of these (c); below (d-f): their local exponents and those of a continuum.

    Tables: DECAY_CURVES, QUANTITIES (pinch_exponent, quartic_exponent), FLAGS.
    """
    figure, axes = new_figure(DOUBLE, 4.6, 2, 3, sharex=True, height_ratios=(1.5, 1))
    named = {"pinches": series(quantities, "pinch_exponent", settings), "quartic modes": series(quantities, "quartic_exponent", settings)}
    marks.note(figure, sample_note(named, settings, flags, "response_decay"))
    sizes = by_size(decay_curves, settings)
    colours = value_colours(pd.concat(sizes.values())[settings.against])
    for (kind, column, symbol, what, source), above, below in zip(PANELS, axes[:3], axes[3:], strict=True):
        law = continuum(column, settings.dimension)
        drawn = {size: _of_panel(rows, kind, column) for size, rows in sizes.items()}
        rows = pd.concat(drawn.values())
        above.set_ylabel(f"${symbol}$")
        above.set_title(what, loc="left")
        below.set_xlabel("$r/a_0$")
        below.set_ylabel(rf"$\mathrm{{d}}\ln {symbol}/\mathrm{{d}}\ln r$")
        if not len(rows):
            marks.not_enough(above, f"no {what}")
            marks.not_enough(below, f"no {what}")
            continue
        for size, style in line_styles(sizes).items():
            own = drawn[size]
            _draw(above, own, column, colours, style, settings, log=True)
            _draw(below, own[np.isfinite(own[f"{column}_exponent"])], f"{column}_exponent", colours, style, settings, log=False)
        above.set_yscale("log")
        _guide(above, rows, column, law)
        marks.level(below, law, f"${law}$\n({source})", (0, (4, 2)), GREY)
        _draw_images(below, drawn, line_styles(sizes), f"{column}_continuum")
        known = rows[f"{column}_exponent"].dropna()
        marks.linear_limits(below, min([law, *known]), max([law, *known]), 0.12, 0.25)
        below.legend(loc="upper right", fontsize=5.0, borderaxespad=0.2, handlelength=1.2)
        size_legend(above, sizes, "lower left")
    if colours:
        marks.value_legend(figure, colours, settings, 8, value_markers(colours))
    name_panels(axes)
    return figure


def _of_panel(rows: pd.DataFrame, kind: str, column: str) -> pd.DataFrame:
    """The rows that a panel shows, with the distance at which each is drawn."""
    rows = rows[(rows["kind"] == kind) & (rows[column] > 0)]
    return rows.assign(x=distances_of(rows))


def _draw(ax: Axes, rows: pd.DataFrame, column: str, colours: dict, line: object, settings: Settings, log: bool) -> None:
    """A curve for every value on the study's axis."""
    markers = value_markers(colours)
    for value, own in rows.groupby(settings.against):
        style = {"color": colours[value], "marker": markers[value], "markersize": 2.2, "linestyle": line, "linewidth": 0.6, "elinewidth": 0.6}
        error = own[f"{column}_error"]
        ax.errorbar(own["x"], own[column], marks.bars(own[column], error) if log else error, **style)
    ax.set_xscale("log")
    marks.plain_log_ticks(ax, "x")


def _draw_images(ax: Axes, drawn: dict[int, pd.DataFrame], styles: dict, column: str) -> None:
    """What the periodic box of each size makes of the law: the mean over its points, which differ by little."""
    for size, rows in drawn.items():
        law = rows[np.isfinite(rows[column])].groupby("x")[column].mean()
        if len(law):
            label = "the continuum in the periodic box" if size == max(drawn) else None
            style = {"color": GREY, "linestyle": styles[size], "linewidth": 0.5, "marker": "x", "markersize": 2.4, "zorder": 1}
            ax.plot(law.index, law, label=label, gid=f"images-{size}", **style)


def _guide(ax: Axes, rows: pd.DataFrame, column: str, law: int) -> None:
    """The law of a continuum above the far end of the curves."""
    end = rows.loc[rows["x"].idxmax()]
    top = rows.loc[rows["x"] >= 0.5 * end["x"], ["x", column]]
    height = 1.8 * float(np.max(top[column] * (top["x"] / end["x"]) ** -law))
    marks.guide(ax, (end["x"], height), (0.5 * end["x"], end["x"]), law, f"$r^{{{law}}}$", at=0.4, offset=(3, 5))
