"""Shear modulus of a disc in every direction, with its key core free and pinned, and strings that it excites (Hu and Tanaka 2025, Figs. 4, 5)."""

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
from vitrine.observables.disc_shear import HARMONICS
from vitrine.observables.disc_shear.directions import modulus_at
from vitrine.schema import MODULUS

STYLES = {
    "none": (INK, "-", "nothing pinned"),
    "string": ("#c1272d", "-", "key-core string"),
    "square": ("#ed8b3a", "--", "square"),
    "own": ("#2c5fa8", ":", "string and each angle's own"),
    "strings": (SECOND, "-", "all strings"),
    "random": (GREY, ":", "random particles"),
    "furthest": (GREY, "--", "those that move furthest"),
}
DEGREES = np.arange(361)


@styled
def plot_disc_shear(
    disc_curves: pd.DataFrame,
    disc_map: pd.DataFrame,
    disc_angles: pd.DataFrame,
    quantities: pd.DataFrame,
    settings: Settings,
    flags: pd.DataFrame | None = None,
) -> Figure:
    """(a) G(theta) of one disc for every pinning; (b) its particles, coloured by the number of degrees at which a shear excites them; (c) spreads of
    G(theta) over its mean for ensembles.

    Tables: DISC_CURVES, DISC_MAP, DISC_ANGLES, QUANTITIES (disc_spread and those of pinnings), FLAGS.
    """
    figure, axes = new_figure(DOUBLE, 3.0, 1, 3)
    spread = series(quantities, "disc_spread", settings)
    marks.note(figure, sample_note({r"$\Delta G/G$": spread}, settings, flags, "disc_shear", DOUBLE))
    curves, particles, angles = (select(table, settings) for table in (disc_curves, disc_map, disc_angles))
    if len(particles):
        last = values_of(particles, settings)[-1]
        _draw_moduli(axes[0], curves[curves[settings.against] == last], angles[angles[settings.against] == last], settings)
        _draw_disc(axes[1], particles[particles[settings.against] == last], legend_label(last, settings), settings)
    else:
        for ax in axes[:2]:
            marks.not_enough(ax, "no glass has a key core")
    _draw_spreads(axes[2], quantities, settings)
    name_panels(axes)
    return figure


def _draw_moduli(ax: Axes, curves: pd.DataFrame, angles: pd.DataFrame, settings: Settings) -> None:
    for _, row in curves.iterrows():
        colour, line, label = STYLES[row["pinning"]]
        if row["pinning"] == "own":  # which has no harmonics
            ax.plot(angles["theta"], angles["modulus"], ".", color=colour, markersize=1.6, linestyle="none", label=label)
            continue
        draw_modulus(ax, row, color=colour, linestyle=line, linewidth=1.0, label=label)
    angle_axis(ax)
    ax.set_ylabel(with_unit("G", MODULUS, settings))


def draw_modulus(ax: Axes, row: pd.Series, **style: object) -> None:
    """G(theta) from the harmonics of a row of DISC_CURVES."""
    ax.plot(DEGREES, modulus_at(row[list(HARMONICS)].to_numpy(float), np.radians(DEGREES)), **style)


def angle_axis(ax: Axes) -> None:
    """The axis of theta, all the way round."""
    ax.set_xlim(0, 360)
    ax.set_xticks(np.arange(0, 361, 90))
    ax.set_xlabel(r"$\theta$ [degree]")


def _draw_disc(ax: Axes, glass: pd.DataFrame, label: str, settings: Settings) -> None:
    maps.plane(ax, glass, settings)
    maps.discs(ax, glass[glass["excited"] == 0], facecolors="none", edgecolors=PALE, linewidth=0.2)
    some = glass[glass["excited"] > 0]
    discs = maps.discs(ax, some, linewidth=0)
    discs.set_array(some["excited"].to_numpy(float))
    discs.set_cmap("magma_r")
    discs.set_clim(0, 360)
    ax.figure.colorbar(discs, ax=ax, shrink=0.8, label="degrees at which it is excited")
    ax.set_title(f"sample {int(glass['sample'].iloc[0])} at {label}", loc="left")


def _draw_spreads(ax: Axes, quantities: pd.DataFrame, settings: Settings) -> None:
    ax.set_ylabel(r"$(G_\mathrm{max} - G_\mathrm{min})/\langle G\rangle$")
    names = {name: "disc_spread" if name == "none" else f"disc_spread_{name}" for name in STYLES}
    found = {name: series(quantities, quantity, settings) for name, quantity in names.items()}
    if not np.isfinite(found["none"]["value"]).any():
        marks.not_enough(ax, "no disc was sheared")
        return
    for (name, table), marker in zip(found.items(), "osDXv^P", strict=True):
        if len(table) and np.isfinite(table["value"]).any():
            marks.points(ax, table, STYLES[name][2], STYLES[name][0], marker)
    marks.value_axis(ax, settings, found["none"])
    ax.set_ylim(0, 1.7 * ax.get_ylim()[1])
    ax.legend(loc="upper center", title="pinned, as in (a)")
