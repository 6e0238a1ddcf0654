"""What the figures of nonlinear modes share: kinds, their looks, and clouds of modes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from vitrine.figures import marks
from vitrine.figures.style import GREY, SECOND

KINDS = ("harmonic", "pseudo_harmonic", "cubic", "quartic")
COLOURS = {"harmonic": GREY, "pseudo_harmonic": "#c98a00", "cubic": "#5b3fa0", "quartic": SECOND}
MARKERS = {"harmonic": "o", "pseudo_harmonic": "^", "cubic": "s", "quartic": "D"}
NAMES = {"harmonic": "harmonic", "pseudo_harmonic": "pseudo-harmonic", "cubic": "cubic", "quartic": "quartic"}


def cloud(ax: Axes, x: pd.Series, y: pd.Series, colour: object, marker: str, label: str | None = None, gid: str = "", layer: float = 2.0) -> None:
    """A scatter of modes on logarithmic axes; what is not positive has no place there."""
    shown = (x > 0) & (y > 0)
    style = {"markersize": 2.0, "markeredgewidth": 0.0, "alpha": 0.55, "linestyle": "none", "zorder": layer}
    ax.plot(x[shown], y[shown], marker=marker, color=colour, label=label, gid=gid, **style)


def clouds_by_value(ax: Axes, rows: pd.DataFrame, columns: tuple, colours: Mapping, markers: Mapping, axis: str) -> None:
    """Scatters of x against y, functions of the rows, in the colour of each value on the study's axis."""
    x, y = columns
    for value, own in rows.groupby(axis, sort=False):
        cloud(ax, x(own), y(own), colours[value], markers[value], gid=str(value))
    log_axes(ax)


def log_axes(ax: Axes) -> None:
    """Both axes logarithmic, with plain numbers where they span little."""
    for which in ("x", "y"):
        getattr(ax, f"set_{which}scale")("log")
        marks.plain_log_ticks(ax, which)


def line(ax: Axes, slope: float, factor: float, ends: tuple[float, float], label: str, style: object = "-", colour: str = GREY) -> None:
    """y = factor x^slope between x = ends."""
    x = np.array(ends, dtype=float)
    ax.plot(x, factor * x**slope, color=colour, linestyle=style, linewidth=0.9, label=label, zorder=3)
