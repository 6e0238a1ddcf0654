"""Every soft quartic mode of a glass in the plane, as a disc of the size of its core (Rainone et al. 2020, Fig. 1)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import EllipseCollection
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from vitrine.figures import maps, marks
from vitrine.figures.data import Units, at_value, flag_at, sample_note, select, series, values_of
from vitrine.figures.labels import legend_label, number
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, INK, SECOND, name_panels, new_figure, styled

PUBLISHED_COLOURS = {7 / 9: (0.18, 0.42), 17 / 90: (0.54, 0.74)}  # T_p/T_onset: colour range in c_inf/a0, caption of 002 Fig. 1
NEAR = 0.1  # of T_p over the published one, within which they are told
COLOURS = "inferno"
CERTAIN = 2.0  # errors that N_QLM must be from zero for xi_s to be drawn


@styled
def plot_population_map(
    mapped_glasses: pd.DataFrame,
    mode_map: pd.DataFrame,
    quantities: pd.DataFrame,
    fits: pd.DataFrame,
    settings: Settings,
    flags: pd.DataFrame | None = None,
) -> Figure:
    """A panel for the highest and for the lowest value on the axis that has a mapped glass: discs of area N e a0^2, coloured by frequency.

    Tables: MAPPED_GLASSES, MODE_MAP, QUANTITIES (mapped_modes, N_qlm), FITS (c_inf, a0), FLAGS.
    """
    glasses, modes = good(mapped_glasses, settings), good(mode_map, settings)
    shown = both_ends(glasses, settings)
    figure, axes = new_figure(DOUBLE, 3.9, 1, 2)
    count = series(quantities, "mapped_modes", settings)
    marks.note(figure, sample_note({"mapped modes": count}, settings, flags, "mode_maps"))
    units = Units.of(fits, settings)
    for ax, value in zip(axes, shown, strict=False):
        glass = glasses[glasses[settings.against] == value].sort_values("sample").iloc[0]
        own = modes[(modes[settings.against] == value) & (modes["sample"] == glass["sample"])]
        _draw(figure, ax, glass, own, units, settings)
        spots = series(quantities, "N_qlm", settings)
        certain = flag_at(spots, value) == "" and at_value(spots, value) > CERTAIN * at_value(spots, value, "error")
        _lengths(ax, glass, own, at_value(spots, value) if certain else np.nan)
        ax.set_title(f"sample {int(glass['sample'])} at {legend_label(value, settings)}, {len(own)} modes{_published(value, settings)}", loc="left")
    for ax in axes[len(shown) :]:
        if ax is axes[0]:
            maps.named(ax, settings)
            marks.not_enough(ax, "no glass was mapped")
        else:
            ax.remove()
    if len(shown) > 1:
        name_panels(axes)
    return figure


def good(table: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The rows of the main series without a flag."""
    rows = select(table, settings)
    return rows[rows["flag"].fillna("") == ""]


def both_ends(glasses: pd.DataFrame, settings: Settings) -> list:
    """The highest and the lowest value on the axis with a mapped glass; words in order of appearance."""
    known = values_of(glasses, settings)
    return [known[0], known[-1]] if len(known) > 1 else known


def outline(ax: Axes, glass: pd.Series, settings: Settings) -> np.ndarray:
    """The axes of a map with the box drawn in it; returns the box (2, 2), its columns the edges."""
    box = np.array([[glass["box_x"], glass["box_tilt"]], [0.0, glass["box_y"]]])
    corners = box @ np.array([[0, 1, 1, 0, 0], [0, 0, 1, 1, 0]])
    ax.plot(*corners, color=INK, linewidth=0.5, gid="box")
    ax.set_xlim(corners[0].min(), corners[0].max())
    ax.set_ylim(corners[1].min(), corners[1].max())
    ax.set_aspect("equal")
    maps.named(ax, settings)
    return box


def _draw(figure: Figure, ax: Axes, glass: pd.Series, modes: pd.DataFrame, units: Units, settings: Settings) -> None:
    """Discs with their periodic images, the softest on top."""
    box = outline(ax, glass, settings)
    a0 = np.sqrt(np.linalg.det(box) / glass["particles"])
    images = (box @ np.array([[i, j] for i in (-1, 0, 1) for j in (-1, 0, 1)]).T).T
    ordered = modes.sort_values("omega", ascending=False)
    places = (ordered[["x", "y"]].to_numpy(float)[:, None] + images).reshape(-1, 2)
    widths = np.repeat(2 * a0 * np.sqrt(ordered["core_size"].to_numpy(float) / np.pi), len(images))
    omega = ordered["omega"].to_numpy(float) / units.frequency
    top = glass["omega_highest"] / units.frequency
    scale = Normalize(omega.min() if len(omega) else 0.0, top)
    discs = EllipseCollection(
        widths, widths, np.zeros(len(widths)), units="xy", offsets=places, transOffset=ax.transData, cmap=COLOURS, norm=scale, linewidth=0
    )
    discs.set_array(np.repeat(omega, len(images)))
    discs.set_clip_on(True)
    ax.add_collection(discs)
    label = rf"$\omega\,{units.frequency_label}$, up to $\omega_g$ times {number(glass['omega_highest'] / glass['omega_g'])}"
    figure.colorbar(ScalarMappable(scale, COLOURS), ax=ax, label=label, orientation="horizontal", shrink=0.9)


def _lengths(ax: Axes, glass: pd.Series, modes: pd.DataFrame, density: float) -> None:
    """Bars of the typical distance of the modes shown, and of xi_s = N_QLM^(-1/2) a0, where the study knows N_QLM."""
    area = glass["box_x"] * glass["box_y"]
    bars = [("mean distance of these modes", np.sqrt(area / len(modes)) if len(modes) else np.nan, SECOND)]
    bars.append((r"$\xi_s=\mathcal{N}^{-1/2}a_0$", np.sqrt(area / glass["particles"] / density) if density > 0 else np.nan, INK))
    left, bottom = ax.get_xlim()[0], ax.get_ylim()[0]
    for place, (label, length, colour) in enumerate((bar for bar in bars if np.isfinite(bar[1])), start=1):
        height = bottom + 0.045 * place * glass["box_y"]
        start = left + 0.04 * glass["box_x"]
        ax.plot([start, start + length], [height, height], color=colour, linewidth=2.0, solid_capstyle="butt", label=label, zorder=5)
    if ax.get_legend_handles_labels()[0]:
        ax.legend(loc="upper right", fontsize=5.5)


def _published(value: object, settings: Settings) -> str:
    """The published colour range, where T_p is near a published one."""
    if not (settings.thermal and settings.dimension == 2 and settings.temperature_name == "T_onset"):
        return ""
    for ratio, (low, high) in PUBLISHED_COLOURS.items():
        if abs(value / settings.temperature_unit / ratio - 1) < NEAR:
            return f"\n{marks.RAINONE}, Fig. 1: colours from {low} to {high} " + r"$c_\infty/a_0$"
    return ""
