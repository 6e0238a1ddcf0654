"""Double wells along the softest modes: overlaps, displacements, and what the expansion predicts (Lerner and Bouchbinder 2021, Fig. 14)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import sample_note, select, series
from vitrine.figures.labels import value_words
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, name_panels, new_figure, styled, value_colours, value_markers

PERSPECTIVE = "Lerner and Bouchbinder 2021"
OVERLAPS_ABOVE, MEAN_DISPLACEMENT = 0.8, 0.5  # printed in words, 004 sec. IV J
NOTHING = "no other minimum was found"


@styled
def plot_double_wells(
    double_well_density: pd.DataFrame,
    double_well_pairs: pd.DataFrame,
    quantities: pd.DataFrame,
    settings: Settings,
    flags: pd.DataFrame | None = None,
) -> Figure:
    """(a) PDF of the overlap, (b) of |Dx|/a0, both over the glasses with another minimum; (c) |Dx|/a0 against what the expansion predicts.

    Tables: DOUBLE_WELL_DENSITY, DOUBLE_WELL_PAIRS, QUANTITIES (double_well_share), FLAGS.
    """
    figure, axes = new_figure(DOUBLE, 3.1, 1, 3)
    share = series(quantities, "double_well_share", settings)
    good = share[np.isfinite(share["value"])]
    found = ", ".join(f"{100 * row.value:.0f} % ({value_words(row.at, settings)})" for row in good.itertuples())
    further = [f"another minimum found in {found}"] if found else []
    marks.note(figure, sample_note({"double wells": share}, settings, flags, "double_wells", DOUBLE, further))
    density, pairs = select(double_well_density, settings), select(double_well_pairs, settings)
    colours = value_colours([*density[settings.against], *pairs[settings.against]])
    _draw_density(axes[0], density[density["quantity"] == "overlap"], colours, settings)
    _draw_density(axes[1], density[density["quantity"] == "displacement"], colours, settings)
    _label(axes, density)
    _draw_pairs(axes[2], pairs, colours, settings)
    name_panels(axes)
    if colours:
        marks.value_legend(figure, colours, settings, 8, value_markers(colours))
    return figure


def _label(axes: np.ndarray, density: pd.DataFrame) -> None:
    """Names of the axes, and what was published in words."""
    axes[0].set_xlabel(r"overlap $|\hat{\Delta}_x\cdot\pi|$")
    axes[1].set_xlabel(r"$|\Delta_x|/a_0$")
    for ax in axes[:2]:
        ax.set_ylabel("probability density")
    if not np.any(density["quantity"] == "overlap"):
        return
    style = {"color": GREY, "linestyle": (0, (4, 2)), "linewidth": 0.9, "zorder": 1}
    axes[0].set_xlim(0, 1)
    axes[1].set_xlim(left=0)
    axes[0].axvline(OVERLAPS_ABOVE, label=f"predominantly above {OVERLAPS_ABOVE}\n({PERSPECTIVE}, Fig. 14)", **style)
    axes[1].axvline(MEAN_DISPLACEMENT, label=f"mean {MEAN_DISPLACEMENT}\n({PERSPECTIVE}, sec. IV J)", **style)
    for ax, place in zip(axes, ("upper left", "upper right"), strict=False):
        low, high = ax.get_ylim()
        ax.set_ylim(0, 1.3 * high)
        ax.legend(loc=place, fontsize=5.5)


def _draw_density(ax: Axes, density: pd.DataFrame, colours: dict, settings: Settings) -> None:
    """A distribution at each point, a mark in the middle of every bin."""
    if not len(density):
        marks.not_enough(ax, NOTHING)
        return
    markers = value_markers(colours)
    for value, rows in density.groupby(settings.against):
        style = {"color": colours[value], "marker": markers[value], "markersize": 2.6, "linewidth": 0.7, "elinewidth": 0.6}
        ax.errorbar((rows["value_low"] + rows["value_high"]) / 2, rows["density"], rows["density_error"], **style)


def _draw_pairs(ax: Axes, pairs: pd.DataFrame, colours: dict, settings: Settings) -> None:
    """Found against predicted displacements; where nothing was found, a hollow mark on the axis."""
    ax.set_xlabel(r"predicted $|\Delta_x|/a_0$")
    ax.set_ylabel(r"found $|\Delta_x|/a_0$")
    if not len(pairs):
        marks.not_enough(ax, "no expansion has two wells:\n" + r"$b_3^2>(8/3)\,b_2b_4$ nowhere")
        return
    markers = value_markers(colours)
    for value, rows in pairs.groupby(settings.against):
        style = {"color": colours[value], "marker": markers[value], "markersize": 2.8, "linestyle": "none"}
        found = np.isfinite(rows["displacement"])
        ax.plot(rows["predicted_displacement"][found], rows["displacement"][found], gid=f"found-{value}", **style)
        ax.plot(rows["predicted_displacement"][~found], np.zeros((~found).sum()), markerfacecolor="white", gid=f"nothing-{value}", **style)
    across, up = 1.15 * pairs["predicted_displacement"].max(), 1.3 * np.nanmax([pairs["predicted_displacement"].max(), pairs["displacement"].max()])
    ax.set_xlim(0, across)
    ax.set_ylim(-0.04 * up, up)
    ax.plot([0, up], [0, up], color=GREY, linestyle=(0, (4, 2)), linewidth=0.8, zorder=1, label="as predicted")
    ax.plot([], [], "o", color=GREY, markerfacecolor="white", markersize=2.8, linestyle="none", label="nothing found")
    ax.legend(loc="upper left", fontsize=5.5)
