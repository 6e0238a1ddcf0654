"""Stiffness of modes against the distance from a plastic instability (Lerner and Bouchbinder 2021, Fig. 12)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import sample_note, select, series
from vitrine.figures.labels import with_unit
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, name_panels, new_figure, styled, value_colours, value_markers
from vitrine.observables.shear_softening import STIFFNESS

PALER = 0.45  # opacity of harmonic modes


@styled
def plot_shear_softening(softening_curves: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None) -> Figure:
    """(a) stiffness, (b) overlap with the unstable mode, of cubic (outlined) and harmonic modes (pale); (c) eq. 21.

    Tables: SOFTENING_CURVES, QUANTITIES (softening_critical), FLAGS.
    """
    figure, axes = new_figure(DOUBLE, 3.1, 1, 3)
    critical = series(quantities, "softening_critical", settings)
    marks.note(figure, sample_note({"instabilities": critical}, settings, flags, "shear_softening", DOUBLE))
    curves = select(softening_curves, settings)
    colours = value_colours(curves[settings.against])
    labels = (with_unit("b_2", STIFFNESS, settings), "overlap with the unstable mode", r"$\Delta b_2^2\;/\;\int(-2\,b_3F_\pi)\,d\gamma$")
    for ax, label, name in zip(axes, labels, ("stiffness", "overlap", "rate"), strict=True):
        ax.set_xlabel(r"$\gamma_c-\gamma$")
        ax.set_ylabel(label)
        if not len(curves):
            marks.not_enough(ax, "no glass with an instability")
            continue
        _draw(ax, curves, name, colours, settings)
        ax.set_xscale("log")
    if len(curves):
        _finish(axes, curves)
    name_panels(axes)
    if colours:
        marks.value_legend(figure, colours, settings, 8, value_markers(colours))
    return figure


def _draw(ax: Axes, curves: pd.DataFrame, name: str, colours: dict, settings: Settings) -> None:
    """One number of both kinds of mode; error bars of a stiffness are those of a logarithmic axis."""
    markers = value_markers(colours)
    for (value, kind), rows in curves.groupby([settings.against, "kind"]):
        rows = rows[np.isfinite(rows[name])]
        if not len(rows):
            continue
        cubic = kind == "cubic"
        style = {"color": colours[value], "marker": markers[value], "markersize": 3.0, "linewidth": 0.5, "elinewidth": 0.5}
        style |= {"markerfacecolor": "white"} if cubic else {"alpha": PALER}
        error = rows[f"{name}_error"].fillna(0.0)
        ax.errorbar(rows["distance"], rows[name], marks.bars(rows[name], error) if name == "stiffness" else error, zorder=3 if cubic else 2, **style)


def _finish(axes: np.ndarray, curves: pd.DataFrame) -> None:
    """The square root, ones, and what the marks are."""
    axes[0].set_yscale("log")
    cubic = curves[(curves["kind"] == "cubic") & np.isfinite(curves["stiffness"])].sort_values("distance")
    if len(cubic):
        first = cubic.iloc[0]
        anchor = (first["distance"], first["stiffness"])
        marks.guide(axes[0], anchor, (anchor[0], curves["distance"].max()), 0.5, "1/2", 0.55, (-4, 8))
    axes[1].set_ylim(-0.03, 1.05)
    marks.level(axes[2], 1.0)
    axes[0].plot([], [], "o", color=GREY, markerfacecolor="white", markersize=3.0, label="cubic mode")
    axes[0].plot([], [], "o", color=GREY, alpha=PALER, markersize=3.0, label="softest harmonic mode")
    axes[0].legend(loc="lower right")
