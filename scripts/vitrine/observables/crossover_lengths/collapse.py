"""The collapsed decay functions of pinches and of quartic modes, and the factors of the collapse (Rainone et al. 2020, Figs. S2b-d and S4b-d)."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import beside, has_values, sample_note, series
from vitrine.figures.settings import Settings
from vitrine.figures.sizes import by_size, line_styles, size_legend
from vitrine.figures.style import DOUBLE, GREY, INK, SECOND, name_panels, new_figure, styled, value_colours, value_markers
from vitrine.observables.response_decay import KINDS

LENGTHS = {"pinch": (r"\xi_\mathrm{co}", "A_1"), "quartic": (r"\xi_\mathrm{QLM}", "A_2")}


@styled
def plot_collapse(decay_collapse: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None) -> Figure:
    """r^2d c(r)/A against r/xi of pinches (a) and of quartic modes (b), values that take no part faint; (c) A_1 and A_2.

    Tables: DECAY_COLLAPSE, QUANTITIES (xi_co, xi_qlm, A_1, A_2), FLAGS.
    """
    figure, axes = new_figure(DOUBLE, 3.1, 1, 3, width_ratios=(1.15, 1.15, 1))
    factors = {f"${name}$": series(quantities, name, settings) for name in ("A_1", "A_2")}
    marks.note(figure, sample_note(factors, settings, flags, "crossover_lengths"))
    sizes = {size: rows[rows["scaled_decay"] > 0] for size, rows in by_size(decay_collapse, settings).items()}
    colours = value_colours(pd.concat(sizes.values())[settings.against])
    for ax, (kind, words) in zip(axes, KINDS.items(), strict=False):
        _draw_collapse(ax, {size: rows[rows["kind"] == kind] for size, rows in sizes.items()}, kind, words, colours, settings)
    _draw_factors(axes[2], factors, settings)
    if colours:
        marks.value_legend(figure, colours, settings, 8, value_markers(colours))
    name_panels(axes)
    return figure


def _draw_collapse(ax: Axes, sizes: dict, kind: str, words: str, colours: dict, settings: Settings) -> None:
    (length, factor), rows = LENGTHS[kind], pd.concat(sizes.values())
    ax.set_xlabel(rf"$r/(a_0\,{length})$")
    ax.set_ylabel(rf"$(r/a_0)^{{{2 * settings.dimension}}}\,c(r)/{factor}$")
    ax.set_title(words, loc="left")
    if not rows["taken"].any():
        marks.not_enough(ax, "no two curves to collapse")
        return
    for size, line in line_styles(sizes).items():
        _draw_size(ax, sizes[size], line, colours, settings)
    size_legend(ax, sizes, "upper left")
    ax.set_xscale("log")
    ax.set_yscale("log")
    taken = rows[rows["taken"]]
    ax.set_xlim(0.6 * taken["scaled_distance"].min(), 1.7 * rows["scaled_distance"].max())
    top = taken["scaled_decay"].max()
    ax.set_ylim(0.3 * taken["scaled_decay"].min(), 3 * top)
    marks.plain_log_ticks(ax, "x")
    marks.level(ax, top, rf"level: $c\sim r^{{{-2 * settings.dimension}}}$ of a continuum", (0, (4, 2)), GREY)
    ax.legend(loc="lower right")


def _draw_size(ax: Axes, rows: pd.DataFrame, line: object, colours: dict, settings: Settings) -> None:
    """The curves of one N."""
    markers = value_markers(colours)
    for value, own in rows.groupby(settings.against):
        inside, outside = own[own["taken"]], own[~own["taken"]]
        style = {"color": colours[value], "marker": markers[value], "markersize": 2.4}
        error = marks.bars(inside["scaled_decay"], inside["scaled_error"])
        ax.errorbar(inside["scaled_distance"], inside["scaled_decay"], error, linestyle=line, linewidth=0.5, elinewidth=0.6, zorder=3, **style)
        ax.plot(outside["scaled_distance"], outside["scaled_decay"], linestyle="none", alpha=0.25, zorder=1, **style)


def _draw_factors(ax: Axes, factors: dict[str, pd.DataFrame], settings: Settings) -> None:
    first, second = factors.values()
    marks.value_axis(ax, settings, first)
    ax.set_ylabel(r"$A$ over its value at the reference")
    if not has_values(first, positive=True) and not has_values(second, positive=True):
        marks.not_enough(ax, "no two curves to collapse")
        return
    marks.points(ax, first, "$A_1$ (pinches)", INK, log=True)
    marks.points(ax, beside(second, settings), "$A_2$ (quartic modes)", SECOND, "D", log=True, size=3.2)
    # An error bar that is longer than its value says that nothing is known, and must not stretch the axis.
    marks.positive_limits(ax, *(table.assign(error=table["error"].clip(upper=table["value"])) for table in (first, second)))
    ax.legend(loc=marks.free_corner(first, "lower right"))
