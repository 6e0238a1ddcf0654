"""Modes of one glass in the plane: a harmonic one, and those of the bond operator from low to high lambda (Giannini et al. 2021, Figs. 1a,b, 6)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import maps, marks
from vitrine.figures.data import sample_note, select, series, values_of
from vitrine.figures.labels import legend_label, number
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, INK, SECOND, SINGLE, name_panels, new_figure, styled

LONGEST = 0.08  # arrow of the particle that moves most, as a share of the box
SHORTEST = 0.02  # arrows below this share of the longest are not drawn


@styled
def plot_bond_modes(bond_mode_maps: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None) -> Figure:
    """(a) the harmonic mode that resembles it most, (b) D of the largest lambda; then D of other eigenvalues, from low to high lambda.

    Tables: BOND_MODE_MAPS, QUANTITIES (D_exponent), FLAGS.
    """
    particles = select(bond_mode_maps, settings)
    named = {"exponents": series(quantities, "D_exponent", settings)}
    if not len(particles):
        figure, (ax,) = new_figure(SINGLE, 2.4)
        marks.note(figure, sample_note(named, settings, flags, "mode_decay", SINGLE))
        marks.not_enough(ax, "no glass in the plane")
        return figure
    value = values_of(particles, settings)[-1]
    glass = particles[particles[settings.against] == value]
    fields = ["harmonic", "largest", *sorted(name for name in glass["field"].unique() if name.startswith("example"))]
    figure, axes = new_figure(DOUBLE, 2.5 * -(-len(fields) // 3), -(-len(fields) // 3), 3)
    shown = f"sample {int(glass['sample'].iloc[0])} at {legend_label(value, settings)}"
    marks.note(figure, sample_note(named, settings, flags, "mode_decay", further=[f"shown: {shown}"]))
    for ax, name in zip(axes, fields, strict=False):
        _draw_field(ax, glass[glass["field"] == name], name, settings)
    for ax in axes[len(fields) :]:
        ax.set_axis_off()
    name_panels(axes[: len(fields)])
    return figure


def _draw_field(ax: Axes, rows: pd.DataFrame, name: str, settings: Settings) -> None:
    """Arrows of the particles that move, about the middle of the box; the one that moves most has the same length in every panel."""
    x, y, moved = rows["x"].to_numpy(float), rows["y"].to_numpy(float), rows[["u_x", "u_y"]].to_numpy(float)
    length = np.linalg.norm(moved, axis=1)
    side = max(np.ptp(x), np.ptp(y))
    seen = length > SHORTEST * length.max()
    scale = length.max() / (LONGEST * side)
    colour = SECOND if name == "harmonic" else INK
    arrows = {"angles": "xy", "scale_units": "xy", "scale": scale, "width": 0.0035, "color": colour, "gid": name}
    ax.quiver(x[seen], y[seen], moved[seen, 0], moved[seen, 1], **arrows)
    eigenvalue, participating = rows["eigenvalue"].iloc[0], rows["N_e"].iloc[0]
    words = r"harmonic, $1/\omega^2$" if name == "harmonic" else r"$D$, $\lambda$"
    ax.set_title(f"{words} = {number(eigenvalue)}, $N e$ = {participating:.0f}", loc="left")
    ax.set_xlim(x.min(), x.max())
    ax.set_ylim(y.min(), y.max())
    ax.set_aspect("equal")
    maps.named(ax, settings)
