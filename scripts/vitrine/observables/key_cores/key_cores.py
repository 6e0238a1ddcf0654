"""A key core with its string and square, and the softest modes of an ensemble (Hu and Tanaka 2025, Figs. 1d, 3, Supp. 1, 5)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import maps, marks
from vitrine.figures.data import sample_note, select, series, values_of
from vitrine.figures.labels import legend_label, with_unit
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, INK, PALE, SECOND, name_panels, new_figure, styled, value_colours, value_markers
from vitrine.schema import FREQUENCY

PARTS = {0: "white", 1: "#f6d55c", 2: "#ed8b3a", 3: "#c1272d"}  # outside, core, string, square
NAMES = {1: "core", 2: "string", 3: "square"}
LONGEST = 3.0  # longest arrow, in mean diameters
WIDTH = 1.35 * DOUBLE
SCATTERED = (
    ("participation", "e"),
    ("participation_transverse", "e_T"),
    ("participation_longitudinal", "e_L"),
    ("core", r"N_\mathrm{core}"),
    ("string", r"N_\mathrm{string}"),
)


@styled
def plot_key_cores(
    key_core_map: pd.DataFrame, key_core_scatter: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """(a) the neighbourhood of one key core, and (b) its vibrability; against the frequency of every glass's softest mode the participation of (c) u,
    (d) u_T, (e) u_L, the size of (f) its core, (g) its string, hollow for glasses that have none; (h) the second type in strings and in glasses.

    Tables: KEY_CORE_MAP, KEY_CORE_SCATTER, QUANTITIES (string_size, string_second_share, second_share), FLAGS.
    """
    figure, axes = new_figure(WIDTH, 5.4, 2, 4)
    sizes = series(quantities, "string_size", settings)
    marks.note(figure, sample_note({r"$N_\mathrm{string}$": sizes}, settings, flags, "key_cores", WIDTH))
    particles = select(key_core_map, settings)
    if len(particles):
        last = values_of(particles, settings)[-1]
        glass = particles[particles[settings.against] == last]
        _draw_core(axes[0], glass, legend_label(last, settings), settings)
        _draw_psi(axes[1], glass, settings)
    else:
        for ax in axes[:2]:
            marks.not_enough(ax, "no glass has a key core")
    glasses = select(key_core_scatter, settings)
    colours = value_colours(glasses[settings.against])
    for ax, (column, symbol) in zip(axes[2:7], SCATTERED, strict=True):
        _draw_scatter(ax, glasses, column, symbol, colours, settings)
    _draw_species(axes[7], quantities, settings)
    name_panels(axes)
    if colours:
        marks.value_legend(figure, colours, settings, 8, value_markers(colours))
    return figure


def _draw_core(ax: Axes, glass: pd.DataFrame, label: str, settings: Settings) -> None:
    """One glass, at the last of the study's values that has one."""
    maps.plane(ax, glass, settings)
    maps.discs(ax, glass, facecolors=[PARTS[part] for part in glass["part"]], edgecolors=PALE, linewidth=0.3)
    u = glass[["u_x", "u_y"]].to_numpy(float)
    longest = LONGEST * glass["size"].mean()
    maps.arrows(ax, glass, u * longest / np.linalg.norm(u, axis=1).max(), INK, 0.02 * longest)
    for part, name in NAMES.items():
        ax.plot([], [], "o", color=PARTS[part], label=name)
    ax.legend(loc="lower right", ncols=3)
    ax.set_title(f"sample {int(glass['sample'].iloc[0])} at {label}", loc="left")


def _draw_psi(ax: Axes, glass: pd.DataFrame, settings: Settings) -> None:
    """Psi of the same particles, those of the string circled, and the square drawn through its corners."""
    maps.plane(ax, glass, settings)
    discs = maps.discs(ax, glass, linewidth=0)
    discs.set_array(np.log10(glass["psi"].to_numpy(float)))
    discs.set_cmap("magma_r")
    maps.discs(ax, glass[glass["part"] >= 2], facecolors="none", edgecolors=SECOND, linewidth=0.9)
    corners = glass.loc[glass["part"] == 3, ["x", "y"]].to_numpy(float)
    if len(corners) == 4:
        about = corners - corners.mean(axis=0)
        round_it = corners[np.argsort(np.arctan2(about[:, 1], about[:, 0]))]
        ax.plot(*np.vstack([round_it, round_it[:1]]).T, color=PARTS[3], linewidth=1.2, label="square")
    ax.figure.colorbar(discs, ax=ax, shrink=0.8, label=r"$\log_{10}\Psi$")


def _draw_species(ax: Axes, quantities: pd.DataFrame, settings: Settings) -> None:
    ax.set_ylabel("share of the second type")
    found = {name: series(quantities, name, settings) for name in ("string_second_share", "second_share")}
    if not np.isfinite(found["string_second_share"]["value"]).any():
        marks.not_enough(ax, "no glass has a key core")
        return
    for (name, table), colour, marker in zip(found.items(), (PARTS[3], INK), "oD", strict=True):
        marks.points(ax, table, "strings" if name == "string_second_share" else "glasses", colour, marker)
    marks.value_axis(ax, settings, found["second_share"])
    ax.set_ylim(0, 1)
    ax.legend(loc="best")


def _draw_scatter(ax: Axes, glasses: pd.DataFrame, column: str, symbol: str, colours: dict, settings: Settings) -> None:
    ax.set_xlabel(with_unit(r"\omega", FREQUENCY, settings))
    ax.set_ylabel(f"${symbol}$")
    if not len(glasses):
        marks.not_enough(ax, "no glass was looked at")
        return
    markers = value_markers(colours)
    for value, rows in glasses.groupby(settings.against):
        for has in (True, False):
            own = rows[(rows["ended"] == "") == has]
            style = {"color": colours[value], "markerfacecolor": colours[value] if has else "none", "markersize": 3.2, "linestyle": "none"}
            ax.plot(own["omega"], own[column], marker=markers[value], markeredgewidth=0.6, **style)
    if column.startswith("participation"):
        ax.set_yscale("log")
        marks.plain_log_ticks(ax, "y")
    else:
        ax.set_ylim(0, None)
