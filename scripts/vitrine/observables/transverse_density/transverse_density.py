"""The reduced transverse density of states of the particles of a disc beside its strings (Hu and Tanaka 2025, Figs. 4d, 5b)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import maps, marks
from vitrine.figures.data import sample_note, select, series, values_of
from vitrine.figures.labels import legend_label, with_unit
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, INK, SECOND, name_panels, new_figure, styled
from vitrine.observables.transverse_density import REDUCED

STRINGS = "#c2339b"
SYMBOL = r"D^T_i/\omega"


@styled
def plot_transverse_density(transverse_map: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None) -> Figure:
    """(a) the particles of one disc, coloured by D_i^T/omega, those of strings circled; (b) its distribution on and off the strings, as shares above
    a value; (c) overlaps of ensembles, and what chance would give.

    Tables: TRANSVERSE_MAP, QUANTITIES (transverse_density, strings_overlap, strings_chance), FLAGS.
    """
    figure, axes = new_figure(DOUBLE, 3.0, 1, 3)
    mean = series(quantities, "transverse_density", settings)
    marks.note(figure, sample_note({f"${SYMBOL}$": mean}, settings, flags, "transverse_density", DOUBLE))
    particles = select(transverse_map, settings)
    if len(particles):
        last = values_of(particles, settings)[-1]
        disc = particles[particles[settings.against] == last]
        _draw_disc(axes[0], disc, legend_label(last, settings), settings)
        _draw_shares(axes[1], disc, settings)
    else:
        for ax in axes[:2]:
            marks.not_enough(ax, "no glass has a key core")
    _draw_overlaps(axes[2], quantities, settings)
    name_panels(axes)
    return figure


def _draw_disc(ax: Axes, disc: pd.DataFrame, label: str, settings: Settings) -> None:
    maps.plane(ax, disc, settings)
    discs = maps.discs(ax, disc, linewidth=0)
    discs.set_array(disc["reduced_density"].to_numpy(float))
    discs.set_cmap("viridis")
    discs.set_clim(0, float(np.quantile(disc["reduced_density"], 0.995)))
    maps.discs(ax, disc[disc["excited"] > 0], facecolors="none", edgecolors=STRINGS, linewidth=0.8)
    ax.figure.colorbar(discs, ax=ax, shrink=0.8, label=with_unit(SYMBOL, REDUCED, settings), extend="max")
    ax.plot([], [], "o", markerfacecolor="none", color=STRINGS, label="strings")
    ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.2)
    ax.set_title(f"sample {int(disc['sample'].iloc[0])} at {label}", loc="left")


def _draw_shares(ax: Axes, disc: pd.DataFrame, settings: Settings) -> None:
    """Shares of particles above a value."""
    for strings, colour, label in ((True, STRINGS, "strings"), (False, GREY, "the rest of the disc")):
        values = np.sort(disc.loc[(disc["excited"] > 0) == strings, "reduced_density"].to_numpy(float))
        if len(values):
            ax.step(values, 1 - np.arange(len(values)) / len(values), where="post", color=colour, label=label)
    ax.set_xscale("log")
    ax.set_ylim(0, 1.05)
    ax.set_xlabel(with_unit(SYMBOL, REDUCED, settings))
    ax.set_ylabel("share of particles above")
    marks.plain_log_ticks(ax, "x")
    ax.legend(loc="upper right")


def _draw_overlaps(ax: Axes, quantities: pd.DataFrame, settings: Settings) -> None:
    ax.set_ylabel("share of strings among the largest")
    found = {name: series(quantities, f"strings_{name}", settings) for name in ("overlap", "chance")}
    if not np.isfinite(found["overlap"]["value"]).any():
        marks.not_enough(ax, "no glass has a key core")
        return
    marks.points(ax, found["overlap"], "measured", INK, "o")
    marks.points(ax, found["chance"], "by chance", SECOND, "D")
    marks.value_axis(ax, settings, found["overlap"])
    ax.set_ylim(0, 1)
    ax.legend(loc="best")
