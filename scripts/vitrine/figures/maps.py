"""Glasses of the plane as pictures: particles at their places and of their diameters, and arrows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection

from vitrine.figures.labels import length_symbol
from vitrine.figures.settings import Settings


def named(ax: Axes, settings: Settings, further: str = "") -> None:
    """Axes x and y with their unit, and `further` words behind it."""
    length = length_symbol(settings)
    ax.set_xlabel(rf"$x\;[{length}]${further}")
    ax.set_ylabel(rf"$y\;[{length}]${further}")


def plane(ax: Axes, particles: pd.DataFrame, settings: Settings) -> None:
    """Axes of a map, as wide as the particles (columns x, y) lie."""
    named(ax, settings)
    ax.set_xlim(particles["x"].min() - 1, particles["x"].max() + 1)
    ax.set_ylim(particles["y"].min() - 1, particles["y"].max() + 1)
    ax.set_aspect("equal")


def discs(ax: Axes, particles: pd.DataFrame, **style: object) -> EllipseCollection:
    """Particles (columns x, y, size) as discs; style: that of the collection."""
    width = particles["size"].to_numpy(float)
    places = particles[["x", "y"]].to_numpy(float)
    drawn = EllipseCollection(width, width, np.zeros(len(width)), units="xy", offsets=places, transOffset=ax.transData, **style)
    ax.add_collection(drawn)
    return drawn


def arrows(ax: Axes, particles: pd.DataFrame, field: np.ndarray, colour: str, least: float = 0.0) -> None:
    """A field (N, 2) in units of x and y as arrows at the particles; those shorter than `least` are left out."""
    long = np.linalg.norm(field, axis=1) >= least
    shown = particles[long]
    ax.quiver(shown["x"], shown["y"], *field[long].T, color=colour, angles="xy", scale_units="xy", scale=1.0, width=0.006, headwidth=3.5, zorder=3)
