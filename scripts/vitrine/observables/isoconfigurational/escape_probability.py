"""Probability to leave the cage in isoconfigurational runs against softness (Fan et al. 2022, Fig. 3d)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import has_values, nearest_value, sample_note, select, series
from vitrine.figures.labels import place_words
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, INK, SECOND, name_panels, new_figure, styled, value_colours, value_markers
from vitrine.papers import SOFTNESS_TEMPERATURE

PUBLISHED_LIMIT = 20.0  # 003 Fig. 3d, dashed line


@styled
def plot_escape_probability(
    propensity: pd.DataFrame, escape_curves: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """(a) P(|dr| > d_NN) of every particle and in bins of S near T = 0.26; (b) in bins at every value; (c) of all and of the softest against T.

    Tables: PROPENSITY (of batches, collected), ESCAPE_CURVES, QUANTITIES (escape_all, escape_softest), FLAGS.
    """
    figure, axes = new_figure(DOUBLE, 2.9, 1, 3)
    every = series(quantities, "escape_all", settings)
    marks.note(figure, sample_note({"$P$": every}, settings, flags, "isoconfigurational"))
    curves = select(escape_curves, settings)
    for ax in axes[:2]:
        ax.set_xlabel("$S$")
        ax.set_ylabel(r"$P(|\Delta r|>d_\mathrm{NN})$")
    if len(curves):
        _draw_particles(axes[0], select(propensity, settings), curves, settings)
        colours = value_colours(curves[settings.against])
        markers = value_markers(colours)
        for value, rows in curves.groupby(settings.against):
            _draw_bins(axes[1], rows, color=colours[value], marker=markers[value], gid=f"bins-{value}")
        axes[1].set_xscale("log")
        marks.value_legend(figure, colours, settings, 8, markers)
    else:
        for ax in axes[:2]:
            marks.not_enough(ax, "no run was done")
    _draw_values(axes[2], every, series(quantities, "escape_softest", settings), settings)
    name_panels(axes)
    return figure


def middles(rows: pd.DataFrame) -> np.ndarray:
    """Where a bin is drawn: its middle on a logarithmic scale, half of the upper edge of the first."""
    low, high = rows["softness_low"].to_numpy(dtype=float), rows["softness_high"].to_numpy(dtype=float)
    return np.where(low > 0, np.sqrt(low * high), 0.5 * high)


def _draw_bins(ax: Axes, rows: pd.DataFrame, gid: str, **style: object) -> None:
    """A point for each bin; the error is the larger of that over samples and that of counting."""
    error = np.fmax(rows["probability_error"], rows["binomial_error"])
    both = [np.minimum(error, rows["probability"]), error]  # no probability is below zero
    container = ax.errorbar(middles(rows), rows["probability"], both, markersize=3.0, linewidth=0.7, elinewidth=0.6, zorder=3, **style)
    container.lines[0].set_gid(gid)


def _draw_particles(ax: Axes, propensity: pd.DataFrame, curves: pd.DataFrame, settings: Settings) -> None:
    value = nearest_value(curves, settings, SOFTNESS_TEMPERATURE)
    own = propensity[(propensity[settings.against] == value) & (propensity["flag"].fillna("") == "")]
    ax.plot(own["softness"], own["escapes"] / own["runs"], "o", color=GREY, markersize=1.4, alpha=0.5, linestyle="none", gid="particles")
    _draw_bins(ax, curves[curves[settings.against] == value], color=INK, marker="o", gid="bins", label="in bins")
    if settings.published:
        ax.axvline(PUBLISHED_LIMIT, color=GREY, linestyle=(0, (4, 2)), linewidth=0.8, label="reversible beyond\n(Fan et al. 2022)")
    ax.set_xscale("log")
    ax.set_ylim(top=1.6 * ax.get_ylim()[1])
    ax.legend(loc="upper left", fontsize=5.5, title=place_words(value, settings))


def _draw_values(ax: Axes, every: pd.DataFrame, softest: pd.DataFrame, settings: Settings) -> None:
    marks.value_axis(ax, settings, every)
    ax.set_ylabel(r"$P(|\Delta r|>d_\mathrm{NN})$")
    if not has_values(every):
        marks.not_enough(ax, "no run was done")
        return
    marks.points(ax, every, "all")
    marks.points(ax, softest, "softest 2 %", SECOND, "s")
    marks.level(ax, 0.0)
    ax.legend(loc="upper left", fontsize=5.5)
