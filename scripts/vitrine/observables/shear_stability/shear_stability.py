"""How G differs from sample to sample, the exponent of its low tail, and the least modulus of any shear of the box (004 sec. IV I and K)."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import sample_note, select, series
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, name_panels, new_figure, styled, value_colours, value_markers

LAW = 3.5  # x of p(D) ~ D^-x where D ~ omega^4


@styled
def plot_shear_stability(
    modulus_shares: pd.DataFrame, modulus_tail: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """(a) samples whose G lies below (filled) or above (outlined) the median by more than D; (b) exponent of the low tail; (c) least moduli.

    Tables: MODULUS_SHARES, MODULUS_TAIL, QUANTITIES (G_tail_exponent), FLAGS.
    """
    figure, axes = new_figure(DOUBLE, 3.1, 1, 3)
    exponent = series(quantities, "G_tail_exponent", settings)
    marks.note(figure, sample_note({"$x$": exponent}, settings, flags, "shear_stability", DOUBLE))
    shares, tail = select(modulus_shares, settings), select(modulus_tail, settings)
    colours = value_colours(shares[settings.against])
    _draw_sides(axes[0], shares, colours, settings)
    axes[1].set_xlabel(r"$D_\mathrm{threshold}/\langle G\rangle$")
    axes[1].set_ylabel(r"$x$ of $p(D)\sim D^{-x}$ above it")
    if len(tail):
        marks.windows(axes[1], tail, ("threshold", "exponent", "exponent_error"), exponent, colours, settings)
        marks.level(axes[1], LAW, "7/2", (0, (4, 2)), GREY)
        axes[1].legend(loc="best")
    else:
        marks.not_enough(axes[1], "too few samples for a tail")
    _draw_lowest(axes[2], shares[shares["kind"] == "lowest"], colours, settings)
    name_panels(axes)
    if colours:
        marks.value_legend(figure, colours, settings, 8, value_markers(colours))
    return figure


def _draw_sides(ax: Axes, shares: pd.DataFrame, colours: dict, settings: Settings) -> None:
    ax.set_xlabel(r"$D/\langle G\rangle$,  $D=|G-\mathrm{median}|$")
    ax.set_ylabel("share of samples further away")
    sides = shares[shares["kind"] != "lowest"]
    if not len(sides):
        marks.not_enough(ax, "no sample")
        return
    markers = value_markers(colours)
    for (value, kind), rows in sides.groupby([settings.against, "kind"]):
        style = {"color": colours[value], "marker": markers[value], "markersize": 2.5, "linewidth": 0.4, "elinewidth": 0.4}
        style |= {} if kind == "below" else {"markerfacecolor": "white"}
        ax.errorbar(rows["x"], rows["share"], marks.bars(rows["share"], rows["share_error"]), **style)
    ax.set_xscale("log")
    ax.set_yscale("log")
    marks.plain_log_ticks(ax, "x")
    below = sides[(sides["kind"] == "below") & (sides["share"] < 0.1)]
    if len(below):
        anchor = below.iloc[0]
        marks.guide(ax, (anchor["x"], 1.5 * anchor["share"]), (anchor["x"], below["x"].max() * 1.01), 1 - LAW, "−5/2", 0.4, (4, 4))
    ax.plot([], [], "o", color=GREY, markersize=3.0, label="below")
    ax.plot([], [], "o", color=GREY, markerfacecolor="white", markersize=3.0, label="above")
    ax.legend(loc="lower left")


def _draw_lowest(ax: Axes, lowest: pd.DataFrame, colours: dict, settings: Settings) -> None:
    ax.set_xlabel(r"$G_\mathrm{min}/\langle G\rangle$")
    ax.set_ylabel("share of samples below it")
    if not len(lowest):
        marks.not_enough(ax, "no sample")
        return
    markers = value_markers(colours)
    for value, rows in lowest.groupby(settings.against):
        style = {"color": colours[value], "marker": markers[value], "markersize": 2.5, "linewidth": 0.4, "elinewidth": 0.4}
        ax.errorbar(rows["x"], rows["share"], marks.bars(rows["share"], rows["share_error"]), **style)
    ax.axvline(0.0, color=GREY, linewidth=0.6, linestyle=":")
    ax.set_yscale("log")
