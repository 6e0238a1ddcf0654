"""The softest mode of a glass and its non-affine displacements under four small deformations (Hu and Tanaka 2025, Fig. 2)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import maps, marks
from vitrine.figures.data import sample_note, select, series, values_of
from vitrine.figures.labels import legend_label
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, INK, PALE, SECOND, name_panels, new_figure, styled

PANELS = ("mode", "shear +", "shear -", "tension", "compression")
LONGEST = 3.0  # longest arrow of a panel, in mean diameters


@styled
def plot_excitations(excitation_map: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None) -> Figure:
    """(a) the softest mode of one glass; (b)-(e) non-affine displacements of its deformations, and their overlaps; (f) overlaps of ensembles.

    Tables: EXCITATION_MAP, QUANTITIES (overlap_shear, overlap_tension, overlap_larger), FLAGS.
    """
    figure, axes = new_figure(DOUBLE, 5.2, 2, 3)
    larger = series(quantities, "overlap_larger", settings)
    marks.note(figure, sample_note({"overlap": larger}, settings, flags, "excitations", DOUBLE))
    particles = select(excitation_map, settings)
    for ax, name in zip(axes[:5], PANELS, strict=True):
        if len(particles):
            _draw_field(ax, particles, name, settings)
        else:
            marks.not_enough(ax, "no glass in the plane")
    _draw_overlaps(axes[5], quantities, settings)
    name_panels(axes)
    return figure


def _draw_field(ax: Axes, particles: pd.DataFrame, name: str, settings: Settings) -> None:
    """One field of the glass at the last of the study's values that has one; the longest arrows of all panels are alike."""
    last = values_of(particles, settings)[-1]
    glass = particles[(particles[settings.against] == last) & (particles["protocol"] == name)]
    maps.plane(ax, glass, settings)
    maps.discs(ax, glass, facecolors="none", edgecolors=PALE, linewidth=0.2)
    u = glass[["u_x", "u_y"]].to_numpy(float)
    longest = LONGEST * glass["size"].mean()
    maps.arrows(ax, glass, u * longest / np.linalg.norm(u, axis=1).max(), INK if name == "mode" else SECOND, 0.02 * longest)
    sample = int(glass["sample"].iloc[0])
    text = f"softest mode, sample {sample} at {legend_label(last, settings)}" if name == "mode" else f"{name}, overlap {glass['overlap'].iloc[0]:.2f}"
    ax.set_title(text, loc="left")


def _draw_overlaps(ax: Axes, quantities: pd.DataFrame, settings: Settings) -> None:
    ax.set_ylabel("overlap with the softest mode")
    styles = {"overlap_shear": ("shear", INK, "o"), "overlap_tension": ("tension", SECOND, "D"), "overlap_larger": ("the larger", "#b2456e", "s")}
    found = {name: series(quantities, name, settings) for name in styles}
    if not any(np.isfinite(table["value"]).any() for table in found.values()):
        marks.not_enough(ax, "no glass was deformed")
        return
    for name, (label, colour, marker) in styles.items():
        marks.points(ax, found[name], label, colour, marker)
    marks.value_axis(ax, settings, found["overlap_larger"])
    ax.set_ylim(0, 1)
    ax.legend(loc="best")
