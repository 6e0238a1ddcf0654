"""Map of the local heat capacity of the pairs of one glass in the plane (Lerner and Bouchbinder 2021, Fig. 13)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from vitrine.figures import maps, marks
from vitrine.figures.data import sample_note, select, series, values_of
from vitrine.figures.labels import place_words
from vitrine.figures.settings import Settings
from vitrine.figures.style import INK, new_figure, styled

NEGATIVE = "#c0392b"
THICKEST = 3.0  # points, of the largest |c|
LEAST = 0.02  # share of the largest |c| below which a pair is left out


@styled
def plot_heat_capacity_map(
    heat_capacity_map: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """The pairs of one glass as lines whose thickness is |c|: red where c < 0, black where c > 0.

    At the last of the study's values, or against N at the largest. Tables: HEAT_CAPACITY_MAP, QUANTITIES (heat_tail_exponent), FLAGS.
    """
    figure, (ax,) = new_figure(4.6, 4.9)
    exponent = series(quantities, "heat_tail_exponent", settings)
    marks.note(figure, sample_note({"$x$": exponent}, settings, flags, "local_heat_capacity", 4.6))
    pairs = select(heat_capacity_map, settings)
    if not len(pairs):
        maps.named(ax, settings)
        marks.not_enough(ax, "no glass in the plane")
        return figure
    known = values_of(pairs, settings)
    value = max(known) if settings.against == "particles" else known[-1]
    _draw(ax, pairs[pairs[settings.against] == value], value, settings)
    return figure


def _draw(ax: Axes, pairs: pd.DataFrame, value: object, settings: Settings) -> None:
    size = pairs["c"].abs().to_numpy(float)
    width = THICKEST * size / size.max()
    order = np.argsort(width, kind="stable")
    shown = order[width[order] >= LEAST * THICKEST]
    start = pairs[["x", "y"]].to_numpy(float)[shown]
    end = start + pairs[["d_x", "d_y"]].to_numpy(float)[shown]
    colours = np.where(pairs["c"].to_numpy(float)[shown] < 0, NEGATIVE, INK)
    lines = LineCollection(np.stack([start, end], axis=1), linewidths=width[shown], colors=colours, capstyle="round")
    ax.add_collection(lines)
    maps.plane(ax, pairs, settings)
    ax.plot([], [], color=INK, label="$c>0$")
    ax.plot([], [], color=NEGATIVE, label="$c<0$")
    largest = rf"largest $|c|$: {size.max():.3g} $k_B$"
    ax.set_title(f"sample {int(pairs['sample'].iloc[0])} at {place_words(value, settings)}, {largest}", loc="left")
    ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, borderaxespad=0.2)
