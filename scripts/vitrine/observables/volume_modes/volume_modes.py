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
DIVERGENCE = r"\nabla\cdot u^\mathrm{np}"
ARROWS = 0.02  # arrows below this share of the longest are left out


@styled
def plot_volume_modes(
    volume_map: pd.DataFrame, volume_spectrum: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """(a) u, (b) u_T, (c) u_L of the softest mode of one glass, all to one scale; (d) its divergence; (e) Psi of its particles, those of the core
    circled; (f) Psi against |u_L|, and (g) the divergence against Psi; (h) the longitudinal share of modes against their frequency.

    Tables: VOLUME_MAP, VOLUME_SPECTRUM, QUANTITIES (transverse_share), FLAGS.
    """
    figure, axes = new_figure(1.35 * DOUBLE, 5.2, 2, 4)
    share = series(quantities, "transverse_share", settings)
    marks.note(figure, sample_note({r"$|u_T|^2$": share}, settings, flags, "volume_modes", 1.35 * DOUBLE))
    particles = select(volume_map, settings)
    if len(particles):
        _draw_glass(axes[:7], particles, settings)
    else:
        for ax in axes[:7]:
            marks.not_enough(ax, "no glass in the plane")
    curves = select(volume_spectrum, settings)
    colours = value_colours(curves[settings.against])
    _draw_shares(axes[7], curves, colours, settings)
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
    axes[3].figure.colorbar(discs, ax=axes[3], shrink=0.8, label=with_unit(DIVERGENCE, "lambda_min", settings))
    _draw_psi(axes[4], glass, settings)
    _draw_scatter(axes[5], glass, np.linalg.norm(part, axis=1), r"$|u_L|$", settings)
    _draw_scatter(axes[6], glass, glass["divergence"].to_numpy(float), with_unit(DIVERGENCE, "lambda_min", settings), settings)


def _draw_psi(ax: Axes, glass: pd.DataFrame, settings: Settings) -> None:
    maps.plane(ax, glass, settings)
    discs = maps.discs(ax, glass, linewidth=0)
    discs.set_array(np.log10(glass["psi"].to_numpy(float)))
    discs.set_cmap("magma_r")
    maps.discs(ax, glass[glass["psi"] > settings.option("volume_modes", "core_threshold")], facecolors="none", edgecolors=SECOND, linewidth=1.0)
    ax.figure.colorbar(discs, ax=ax, shrink=0.8, label=r"$\log_{10}\Psi$")


def _draw_scatter(ax: Axes, glass: pd.DataFrame, values: np.ndarray, label: str, settings: Settings) -> None:
    """A number of every particle against its Psi, with the correlation; dashed is the threshold of the core."""
    ax.plot(glass["psi"], values, ".", markersize=2.0, color=INK, linestyle="none")
    ax.axvline(settings.option("volume_modes", "core_threshold"), color=GREY, linestyle="--", linewidth=0.8)
    ax.set_xlabel(with_unit(r"\Psi", INVERSE_STIFFNESS, settings))
    ax.set_ylabel(label)
    magnitude = "" if values.min() >= 0 else f", |.|: {np.corrcoef(glass['psi'], np.abs(values))[0, 1]:.2f}"
    ax.set_title(f"r = {np.corrcoef(glass['psi'], values)[0, 1]:.2f}{magnitude}; dashed: core", loc="left")


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
