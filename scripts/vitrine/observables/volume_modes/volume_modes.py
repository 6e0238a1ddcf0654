"""A mode in the plane, its parts that change areas and that do not, its divergence, and the vibrability (Hu and Tanaka 2025, Fig. 1)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import maps, marks
from vitrine.figures.data import sample_note, select, series, values_of
from vitrine.figures.labels import legend_label, with_unit
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, INK, PALE, SECOND, name_panels, new_figure, styled, value_colours, value_markers
from vitrine.schema import FREQUENCY, INVERSE_STIFFNESS

LONGEST = 3.0  # longest arrow of the mode, in mean diameters
ARROWS = 0.02  # arrows below this share of the longest are left out


@styled
def plot_volume_modes(
    volume_map: pd.DataFrame, volume_spectrum: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """(a) u, (b) u_T, (c) u_L of the softest mode of one glass, all to one scale; (d) its divergence; (e) Psi against |u_L| of its particles;
    (f) the longitudinal share of modes against their frequency.

    Tables: VOLUME_MAP, VOLUME_SPECTRUM, QUANTITIES (transverse_share), FLAGS.
    """
    figure, axes = new_figure(DOUBLE, 5.2, 2, 3)
    share = series(quantities, "transverse_share", settings)
    marks.note(figure, sample_note({r"$|u_T|^2$": share}, settings, flags, "volume_modes", DOUBLE))
    particles = select(volume_map, settings)
    if len(particles):
        _draw_glass(axes[:5], particles, settings)
    else:
        for ax in axes[:5]:
            marks.not_enough(ax, "no glass in the plane")
    curves = select(volume_spectrum, settings)
    colours = value_colours(curves[settings.against])
    _draw_shares(axes[5], curves, colours, settings)
    name_panels(axes)
    if colours:
        marks.value_legend(figure, colours, settings, 8, value_markers(colours))
    return figure


def _draw_glass(axes: list[Axes], particles: pd.DataFrame, settings: Settings) -> None:
    """One glass, at the last of the study's values that has one."""
    last = values_of(particles, settings)[-1]
    glass = particles[particles[settings.against] == last]
    u, part = glass[["u_x", "u_y"]].to_numpy(float), glass[["longitudinal_x", "longitudinal_y"]].to_numpy(float)
    scale = LONGEST * glass["size"].mean() / np.linalg.norm(u, axis=1).max()
    names = ("u", f"u_T, {1 - np.sum(part**2):.3f} of |u|²", f"u_L, {np.sum(part**2):.3f} of |u|²")
    for ax, field, name, colour in zip(axes, (u, u - part, part), names, (INK, SECOND, "#b2456e"), strict=False):
        maps.plane(ax, glass, settings)
        maps.discs(ax, glass, facecolors="none", edgecolors=PALE, linewidth=0.2)
        maps.arrows(ax, glass, scale * field, colour, ARROWS * LONGEST * glass["size"].mean())
        ax.set_title(name, loc="left")
    axes[0].set_title(f"u, sample {int(glass['sample'].iloc[0])} at {legend_label(last, settings)}", loc="left")
    maps.plane(axes[3], glass, settings)
    bound = np.abs(glass["divergence"]).max() or 1.0
    discs = maps.discs(axes[3], glass, linewidth=0)
    discs.set_array(glass["divergence"].to_numpy(float))
    discs.set_cmap("RdBu_r")
    discs.set_clim(-bound, bound)
    axes[3].figure.colorbar(discs, ax=axes[3], shrink=0.8, label=with_unit(r"\nabla\cdot u^\mathrm{np}", "lambda_min", settings))
    _draw_scatter(axes[4], glass, np.linalg.norm(part, axis=1), settings)


def _draw_scatter(ax: Axes, glass: pd.DataFrame, lengths: np.ndarray, settings: Settings) -> None:
    ax.plot(glass["psi"], lengths, ".", markersize=2.0, color=INK, linestyle="none")
    threshold = settings.option("volume_modes", "core_threshold")
    ax.axvline(threshold, color=GREY, linestyle="--", linewidth=0.8)
    ax.set_xlabel(with_unit(r"\Psi", INVERSE_STIFFNESS, settings))
    ax.set_ylabel(r"$|u_L|$")
    ax.set_title(f"r = {np.corrcoef(glass['psi'], lengths)[0, 1]:.2f}; dashed: core", loc="left")


def _draw_shares(ax: Axes, curves: pd.DataFrame, colours: dict, settings: Settings) -> None:
    ax.set_xlabel(with_unit(r"\omega", FREQUENCY, settings))
    ax.set_ylabel(r"$\langle|u_L|^2\rangle$")
    if not len(curves):
        marks.not_enough(ax, "no modes were decomposed")
        return
    markers = value_markers(colours)
    for value, rows in curves.groupby(settings.against):
        style = {"color": colours[value], "marker": markers[value], "markersize": 2.6, "linewidth": 0.5, "elinewidth": 0.6}
        middle = np.sqrt(rows["omega_low"] * rows["omega_high"])
        ax.errorbar(middle, rows["longitudinal"], np.nan_to_num(rows["longitudinal_error"]), **style)
    ax.set_xscale("log")
    ax.set_ylim(0, None)
    marks.plain_log_ticks(ax, "x")
