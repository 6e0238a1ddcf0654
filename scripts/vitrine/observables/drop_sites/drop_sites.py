"""Places of plastic drops beside key cores and vibrable particles, with those of random places (Hu and Tanaka 2025, Supp. 2 and Fig. 14)."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import sample_note, select, series
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, name_panels, new_figure, styled, value_colours, value_markers

LABELS = {"key_core": "distance from the key core", "vibrability": r"vibrability $\Psi$, from the largest"}


@styled
def plot_drop_sites(drop_ranks: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None) -> Figure:
    """Share of drops up to a rank, by (a) distance from the key core, (b) vibrability; dashed: random places. A single drop is hollow.

    Tables: DROP_RANKS, QUANTITIES (drop_psi_rank, drop_core_rank), FLAGS.
    """
    figure, axes = new_figure(DOUBLE, 3.1, 1, 2)
    named = {
        "drops": series(quantities, "drop_psi_rank", settings),
        "drops of glasses with a key core": series(quantities, "drop_core_rank", settings),
    }
    marks.note(figure, sample_note(named, settings, flags, "drop_sites", DOUBLE))
    ranks = select(drop_ranks, settings)
    colours = value_colours(ranks[settings.against])
    for ax, kind in zip(axes, LABELS, strict=True):
        _draw(ax, ranks[ranks["kind"] == kind], kind, colours, settings)
    name_panels(axes)
    if colours:
        marks.value_legend(figure, colours, settings, 8, value_markers(colours))
    return figure


def _draw(ax: Axes, ranks: pd.DataFrame, kind: str, colours: dict, settings: Settings) -> None:
    ax.set_xlabel(f"rank by {LABELS[kind]}")
    ax.set_ylabel("share of drops")
    if not len(ranks):
        marks.not_enough(ax, "no drop in a glass with a key core" if kind == "key_core" else "no drop")
        return
    markers = value_markers(colours)
    for value, rows in ranks.groupby(settings.against):
        style = {"color": colours[value], "marker": markers[value], "markersize": 2.6, "linewidth": 0.7, "elinewidth": 0.6}
        style |= {"markerfacecolor": "white"} if rows["drops"].iloc[0] < 2 else {}
        ax.errorbar(rows["rank"], rows["share"], rows["share_error"].fillna(0.0), **style)
    ax.plot([0, 1], [0, 1], color=GREY, linestyle=(0, (4, 2)), linewidth=0.9, zorder=1, label="random places")
    ax.set_xlim(0, 1)
    ax.set_ylim(-0.02, 1.02)
    ax.legend(loc="lower right")
