"""Distribution of the vibrability at each point, and its map in one glass of the plane (Hu and Tanaka 2025, Fig. 1d)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import maps, marks
from vitrine.figures.data import sample_note, select, series, values_of
from vitrine.figures.labels import legend_label, with_unit
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, SECOND, SINGLE, name_panels, new_figure, styled, value_colours, value_markers
from vitrine.schema import INVERSE_STIFFNESS


@styled
def plot_vibrability(
    vibrability_density: pd.DataFrame,
    vibrability_map: pd.DataFrame,
    quantities: pd.DataFrame,
    settings: Settings,
    flags: pd.DataFrame | None = None,
) -> Figure:
    """(a) P(Psi); (b) where space has two dimensions, the particles of one glass, coloured by Psi, those of the key core circled.

    Tables: VIBRABILITY_DENSITY, VIBRABILITY_MAP, QUANTITIES (vibrability_mean), FLAGS.
    """
    particles = select(vibrability_map, settings)
    figure, (left, *right) = new_figure(DOUBLE, 3.4, 1, 2) if len(particles) else new_figure(SINGLE, 3.4)
    mean = series(quantities, "vibrability_mean", settings)
    width = DOUBLE if right else SINGLE
    marks.note(figure, sample_note({r"$\langle\Psi\rangle$": mean}, settings, flags, "vibrability", width))
    curves = select(vibrability_density, settings)
    curves = curves[curves["count"] > 0]
    colours = value_colours(curves[settings.against])
    _draw_distribution(left, curves, colours, settings)
    if right:
        _draw_map(figure, *right, particles, settings)
        name_panels((left, *right))
    if colours:
        marks.value_legend(figure, colours, settings, 8 if right else 4, value_markers(colours))
    return figure


def _draw_distribution(ax: Axes, curves: pd.DataFrame, colours: dict, settings: Settings) -> None:
    ax.set_xlabel(with_unit(r"\Psi", INVERSE_STIFFNESS, settings))
    ax.set_ylabel(with_unit(r"P(\Psi)", "epsilon/lambda_min^2", settings))
    if not len(curves):
        marks.not_enough(ax, "no vibrability was measured")
        return
    markers = value_markers(colours)
    for value, rows in curves.groupby(settings.against):
        style = {"color": colours[value], "marker": markers[value], "markersize": 2.4, "linewidth": 0.5, "elinewidth": 0.6}
        ax.errorbar(np.sqrt(rows["psi_low"] * rows["psi_high"]), rows["density"], marks.bars(rows["density"], rows["density_error"]), **style)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_ylim(curves["density"].min() / 3, curves["density"].max() * 3)
    marks.plain_log_ticks(ax, "x")
    marks.plain_log_ticks(ax, "y")


def _draw_map(figure: Figure, ax: Axes, particles: pd.DataFrame, settings: Settings) -> None:
    """One glass, at the last of the study's values that has one: cold or last drawn."""
    known = values_of(particles, settings)
    glass = particles[particles[settings.against] == known[-1]]
    maps.plane(ax, glass, settings)
    discs = maps.discs(ax, glass, linewidth=0)
    discs.set_array(np.log10(glass["psi"].to_numpy(float)))
    discs.set_cmap("magma_r")
    key = glass["psi"] > settings.option("vibrability", "key_core_fraction") * glass["psi"].max()
    maps.discs(ax, glass[key], facecolors="none", edgecolors=SECOND, linewidth=1.3)
    ax.plot([], [], "o", markerfacecolor="none", color=SECOND, label="key core")
    ax.set_title(f"sample {int(glass['sample'].iloc[0])} at {legend_label(known[-1], settings)}", loc="left")
    ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.2)
    figure.colorbar(discs, ax=ax, label=r"$\log_{10}\Psi$", shrink=0.85)
