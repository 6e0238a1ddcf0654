"""Topological defects of a mode in the plane and of its parts, and how densely they lie (Hu and Tanaka 2025, Supplementary Fig. 6)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import maps, marks
from vitrine.figures.data import sample_note, select, series, values_of
from vitrine.figures.labels import legend_label, with_unit
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, INK, PALE, SECOND, name_panels, new_figure, styled
from vitrine.observables.mode_defects import DENSITY

POSITIVE, NEGATIVE = "#c1272d", "#2c5fa8"
MESHES = {"particles": "o", "grid": "s"}
SYMBOLS = {"mode": "u", "transverse": "u_T", "longitudinal": "u_L"}
COLOURS = {"mode": INK, "transverse": SECOND, "longitudinal": "#b2456e"}
SHOWN = 16.0  # half the side of the panels, in mean diameters
ARROW = 1.1  # length of every arrow, in mean diameters


@styled
def plot_mode_defects(
    mode_defect_map: pd.DataFrame, mode_defect_field: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """(a) u, (b) u_T, (c) u_L of the softest mode round the key core of one glass, all arrows of one length, with its defects; (d) their densities.

    Tables: MODE_DEFECT_MAP, MODE_DEFECT_FIELD, QUANTITIES (defects_mode, defects_transverse, defects_longitudinal), FLAGS.
    """
    figure, axes = new_figure(DOUBLE, 6.6, 2, 2)
    found = {field: series(quantities, f"defects_{field}", settings) for field in SYMBOLS}
    marks.note(figure, sample_note({"density of defects": found["mode"]}, settings, flags, "mode_defects", DOUBLE))
    particles, defects = select(mode_defect_field, settings), select(mode_defect_map, settings)
    for ax, field in zip(axes, SYMBOLS, strict=False):
        if len(particles):
            _draw_field(ax, particles, defects, field, settings)
        else:
            marks.not_enough(ax, "no glass in the plane")
    _draw_densities(axes[3], found, settings)
    name_panels(axes)
    return figure


def _draw_field(ax: Axes, particles: pd.DataFrame, defects: pd.DataFrame, name: str, settings: Settings) -> None:
    """One field of the glass at the last of the study's values that has one."""
    last = values_of(particles, settings)[-1]
    glass, own = particles[particles[settings.against] == last], defects[(defects[settings.against] == last) & (defects["field"] == name)]
    size = glass["size"].mean()
    near = glass[(glass["x"].abs() < SHOWN * size) & (glass["y"].abs() < SHOWN * size)]
    maps.plane(ax, near, settings)
    maps.discs(ax, near[near["part"] == 3], facecolors="#f6d55c", edgecolors="none")
    u = field_of(glass, name)
    lengths = np.linalg.norm(u, axis=1)
    least = settings.option("mode_defects", "negligible") * np.sqrt(np.mean(lengths**2))
    there = np.isin(glass.index, near.index)
    for seen, colour in ((there & (lengths >= least), COLOURS[name]), (there & (lengths < least) & (lengths > 0), PALE)):
        if seen.any():
            maps.arrows(ax, glass[seen], ARROW * size * u[seen] / lengths[seen, None], colour)
    inside = own[(own["x"].abs() < SHOWN * size) & (own["y"].abs() < SHOWN * size)]
    for mesh, marker in MESHES.items():
        for sign, colour in ((1, POSITIVE), (-1, NEGATIVE)):
            for faint in (False, True):
                _draw_defects(ax, inside[(inside["mesh"] == mesh) & (np.sign(inside["charge"]) == sign)], colour, marker, faint, settings)
    counts = [int((own.loc[own["mesh"] == "particles", "charge"] * sign > 0).sum()) for sign in (1, -1)]
    head = f"sample {int(glass['sample'].iloc[0])} at {legend_label(last, settings)}, " if name == "mode" else ""
    ax.set_title(f"{head}${SYMBOLS[name]}$: {counts[0]} positive, {counts[1]} negative in all", loc="left")
    if name == "longitudinal":
        _legend(ax)


def field_of(glass: pd.DataFrame, name: str) -> np.ndarray:
    """u, u_T or u_L (N, 2) of the rows of MODE_DEFECT_FIELD."""
    u, part = glass[["u_x", "u_y"]].to_numpy(float), glass[["longitudinal_x", "longitudinal_y"]].to_numpy(float)
    return {"mode": u, "transverse": u - part, "longitudinal": part}[name]


def _draw_defects(ax: Axes, defects: pd.DataFrame, colour: str, marker: str, faint: bool, settings: Settings) -> None:
    """Those of one sign and one mesh; hollow where the field is negligible."""
    own = defects[(defects["amplitude"] < settings.option("mode_defects", "negligible")) == faint]
    if len(own):
        style = {"markeredgecolor": colour, "markerfacecolor": "white" if faint else colour, "markersize": 4.5, "linestyle": "none", "zorder": 4}
        ax.plot(own["x"], own["y"], marker=marker, **style)


def _legend(ax: Axes) -> None:
    for colour, label in ((POSITIVE, "positive"), (NEGATIVE, "negative")):
        ax.plot([], [], "o", color=colour, label=label)
    ax.plot([], [], "o", markerfacecolor="white", color=GREY, label="faint")
    ax.plot([], [], "s", color=GREY, label="on the grid")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=4)


def _draw_densities(ax: Axes, found: dict[str, pd.DataFrame], settings: Settings) -> None:
    ax.set_ylabel(with_unit("n", DENSITY, settings))
    if not any(np.isfinite(table["value"]).any() for table in found.values()):
        marks.not_enough(ax, "no mode was looked at")
        return
    for (field, table), marker in zip(found.items(), "oDs", strict=True):
        marks.points(ax, table, f"${SYMBOLS[field]}$", COLOURS[field], marker, log=True)
    marks.value_axis(ax, settings, found["mode"])
    marks.positive_limits(ax, *found.values())
    ax.legend(loc="best", title="defects away from the core")
