"""What a shear excites in a disc along its softest and stiffest direction, with the key core free and pinned, and the strings of all directions
(Hu and Tanaka 2025, Figs. 4b, c, e, f, g and 5c, d).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import maps, marks
from vitrine.figures.data import sample_note, select, series, values_of
from vitrine.figures.labels import legend_label, with_unit
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, INK, PALE, name_panels, new_figure, styled, value_colours, value_markers
from vitrine.observables.disc_shear.disc_shear import angle_axis, draw_modulus
from vitrine.schema import MODULUS

EXCITED, PINNED = "#1aa6b7", "#f6c945"
WIDTH = 1.35 * DOUBLE
PANELS = {
    "soft_free": "softest",
    "soft_pinned": "softest, core pinned",
    "stiff_free": "stiffest",
    "stiff_pinned": "stiffest, core pinned",
}


@styled
def plot_disc_strings(
    disc_map: pd.DataFrame,
    disc_angles: pd.DataFrame,
    disc_curves: pd.DataFrame,
    disc_length_shares: pd.DataFrame,
    quantities: pd.DataFrame,
    settings: Settings,
    flags: pd.DataFrame | None = None,
) -> Figure:
    """(a)-(d) excited particles of one disc at the angles of its smallest and largest G, with nothing and with the key core pinned; (e), (f) the
    number of excited particles against the angle, with the key core and with nothing pinned, beside G of the free disc; (g) at how many degrees each
    particle of the strings is excited; (h) lengths of strings in ensembles.

    Tables: DISC_MAP, DISC_ANGLES, DISC_CURVES, DISC_LENGTH_SHARES, QUANTITIES (disc_excited), FLAGS.
    """
    figure, axes = new_figure(WIDTH, 4.8, 2, 4)
    excited = series(quantities, "disc_excited", settings)
    marks.note(figure, sample_note({"particles of strings": excited}, settings, flags, "disc_shear", WIDTH))
    particles, angles, curves = (select(table, settings) for table in (disc_map, disc_angles, disc_curves))
    if len(particles):
        last = values_of(particles, settings)[-1]
        disc, own, free = (table[table[settings.against] == last] for table in (particles, angles, curves))
        for ax, (name, title) in zip(axes, PANELS.items(), strict=False):
            _draw_disc(ax, disc, name, title, settings)
        axes[0].set_title(f"sample {int(disc['sample'].iloc[0])} at {legend_label(last, settings)}\n{axes[0].get_title(loc='left')}", loc="left")
        for ax, column, label in ((axes[4], "excited", "core pinned"), (axes[5], "excited_free", "nothing pinned")):
            _draw_angles(ax, own, column, label, free[free["pinning"] == "none"].iloc[0], settings)
        _draw_counts(axes[6], disc)
    else:
        for ax in axes[:7]:
            marks.not_enough(ax, "no glass has a key core")
    _draw_lengths(axes[7], select(disc_length_shares, settings), settings)
    name_panels(axes)
    return figure


def _draw_disc(ax: Axes, disc: pd.DataFrame, name: str, title: str, settings: Settings) -> None:
    maps.plane(ax, disc, settings)
    maps.discs(ax, disc, facecolors="none", edgecolors=PALE, linewidth=0.15)
    maps.discs(ax, disc[disc[name] == 1], facecolors=EXCITED, edgecolors="none")
    if name.endswith("_pinned"):
        maps.discs(ax, disc[disc["string"] == 1], facecolors=PINNED, edgecolors=INK, linewidth=0.3)
    ax.set_title(f"{title}: {int(disc[name].sum())}", loc="left")


def _draw_angles(ax: Axes, angles: pd.DataFrame, column: str, label: str, free: pd.Series, settings: Settings) -> None:
    """The number of excited particles, and to the right G of the disc in which nothing is pinned."""
    ax.plot(angles["theta"], angles[column], color=EXCITED)
    angle_axis(ax)
    ax.set_ylim(0, 1.25 * max(angles[column].max(), 1))
    ax.set_ylabel(r"$L_\mathrm{string}$, " + label)
    beside = ax.twinx()
    draw_modulus(beside, free, color=GREY, linestyle="--", linewidth=0.8)
    beside.set_ylabel(with_unit("G", MODULUS, settings) + ", dashed")


def _draw_counts(ax: Axes, disc: pd.DataFrame) -> None:
    """Particles of the strings by falling number of degrees."""
    counts = np.sort(disc.loc[disc["excited"] > 0, "excited"].to_numpy(float))[::-1]
    ax.bar(np.arange(1, len(counts) + 1), counts, width=1.0, color=np.where(counts == 360, PINNED, "#c2339b"))
    ax.axhline(360, color="#c1272d", linestyle="--", linewidth=0.8)
    ax.set_xlim(0.5, len(counts) + 0.5)
    ax.set_xlabel("particle of a string")
    ax.set_ylabel(r"$N_\mathrm{angle}$")


def _draw_lengths(ax: Axes, shares: pd.DataFrame, settings: Settings) -> None:
    ax.set_xlabel(r"$L_\mathrm{string}$ of one string, $>3$")
    ax.set_ylabel("share of strings")
    if not len(shares):
        marks.not_enough(ax, "no string has more than three particles")
        return
    colours = value_colours(shares[settings.against])
    markers = value_markers(colours)
    for value, rows in shares.groupby(settings.against):
        style = {"color": colours[value], "marker": markers[value], "markersize": 2.6, "linewidth": 0.5, "elinewidth": 0.6}
        ax.errorbar(rows["length"], rows["share"], marks.bars(rows["share"], rows["share_error"]), label=legend_label(value, settings), **style)
    ax.set_yscale("log")
    ax.legend(loc="best")
