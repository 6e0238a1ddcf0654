"""Arrows of the softest quartic modes of a glass in the plane, with a circle of the glassy length xi_g about their core."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from vitrine.figures import maps, marks
from vitrine.figures.data import Units, at_value, sample_note, series
from vitrine.figures.labels import legend_label, number
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, INK, SECOND, name_panels, new_figure, styled
from vitrine.observables.mode_maps.population_map import both_ends, good

LONGEST = 0.08  # of the box: the arrow of the particle that moves most


@styled
def plot_mode_map(
    mapped_glasses: pd.DataFrame,
    mode_map: pd.DataFrame,
    mode_arrows: pd.DataFrame,
    quantities: pd.DataFrame,
    fits: pd.DataFrame,
    settings: Settings,
    flags: pd.DataFrame | None = None,
) -> Figure:
    """A row for the highest and for the lowest value on the axis with a mapped mode, a panel for each of its softest modes; its core in the centre.

    Tables: MAPPED_GLASSES, MODE_MAP, MODE_ARROWS, QUANTITIES (c_s, mapped_omega_g), FITS (c_inf, a0), FLAGS.
    """
    glasses, modes, arrows = (good(table, settings) for table in (mapped_glasses, mode_map, mode_arrows))
    shown = both_ends(arrows, settings)
    chosen = [_softest(glasses, modes, arrows[arrows[settings.against] == value]) for value in shown]
    columns = max([len(own) for own in chosen], default=1)
    figure, axes = new_figure(DOUBLE, 0.5 + 3.4 * max(len(shown), 1), max(len(shown), 1), columns)
    marks.note(figure, sample_note({"mapped modes": series(quantities, "mapped_modes", settings)}, settings, flags, "mode_maps"))
    if not shown:
        maps.named(axes[0], settings)
        marks.not_enough(axes[0], "no mode was mapped")
    units, drawn = Units.of(fits, settings), []
    speed, omega_g = (series(quantities, name, settings) for name in ("c_s", "mapped_omega_g"))
    for row, (value, own) in enumerate(zip(shown, chosen, strict=True)):
        radius = 2 * np.pi * at_value(speed, value) / at_value(omega_g, value)
        for ax, (glass, mode, field) in zip(axes[row * columns :], own, strict=False):
            _draw(ax, glass, mode, field, radius, settings)
            frequency = rf"$\omega\,{units.frequency_label}$ = {number(mode['omega'] / units.frequency)}"
            ax.set_title(f"{legend_label(value, settings)}: sample {int(mode['sample'])}, {frequency}, Ne = {mode['core_size']:.0f}", loc="left")
            drawn.append(ax)
        for ax in axes[row * columns + len(own) : (row + 1) * columns]:
            ax.remove()
    if len(drawn) > 1:
        name_panels(drawn)
    return figure


def _softest(glasses: pd.DataFrame, modes: pd.DataFrame, arrows: pd.DataFrame) -> list[tuple[pd.Series, pd.Series, pd.DataFrame]]:
    """Glass, mode and arrows of the softest modes in the first mapped glass that has one."""
    first = arrows[arrows["sample"] == arrows["sample"].min()]
    keys = [name for name in glasses.columns if name in modes.columns and name not in ("flag",)]
    found = []
    for mode, field in first.groupby("mode"):
        here = field.iloc[0]
        glass = glasses[np.logical_and.reduce([_equal(glasses[name], here[name]) for name in keys if name in field.columns])].iloc[0]
        own = modes[
            np.logical_and.reduce([_equal(modes[name], here[name]) for name in keys if name in field.columns]) & (modes["mode"] == mode)
        ].iloc[0]
        found.append((glass, own, field))
    return found


def _equal(column: pd.Series, value: object) -> np.ndarray:
    """Where a column of the key has a value; a blank is equal to a blank."""
    return (column.eq(value) | (column.isna() & pd.isna(value))).to_numpy()


def _draw(ax: Axes, glass: pd.Series, mode: pd.Series, field: pd.DataFrame, radius: float, settings: Settings) -> None:
    """The particles about the core as arrows, the circle in the middle."""
    box = np.array([[glass["box_x"], glass["box_tilt"]], [0.0, glass["box_y"]]])
    apart = field[["x", "y"]].to_numpy(float) - mode[["x", "y"]].to_numpy(float)
    fractional = apart @ np.linalg.inv(box).T
    apart = (fractional - np.rint(fractional)) @ box.T
    z = field[["z_x", "z_y"]].to_numpy(float)
    scale = LONGEST * glass["box_x"] / np.linalg.norm(z, axis=1).max()
    ax.quiver(*apart.T, *(scale * z).T, angles="xy", scale_units="xy", scale=1.0, width=0.0022, color=INK, zorder=3)
    if np.isfinite(radius):
        ax.add_patch(Circle((0, 0), radius, fill=False, edgecolor=SECOND, linewidth=1.2, zorder=4))
        ax.plot([], [], "o", markerfacecolor="none", color=SECOND, label=r"$\xi_g=2\pi c_s/\omega_g$")
        ax.legend(loc="upper right", fontsize=5.5)
    maps.named(ax, settings, " from the core")
    half = 0.5 * np.abs(box).sum(axis=1)
    ax.set_xlim(-half[0], half[0])
    ax.set_ylim(-half[1], half[1])
    ax.set_aspect("equal")
