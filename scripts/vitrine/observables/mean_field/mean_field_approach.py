"""D(omega) of the mean-field oscillators as the coupling comes to the transition, beside the exact curve (Lerner and Bouchbinder, Fig. 8b, c)."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, name_panels, new_figure, styled, value_colours, value_markers
from vitrine.observables.mean_field.drawing import gapped, quantity, words

MOST = 4  # fields, a panel each


@styled
def plot_mean_field_approach(
    mean_field_density: pd.DataFrame, mean_field_exact: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """D(omega), a panel for each field: points of systems, lines exact, dashed at the transition.

    Tables: MEAN_FIELD_DENSITY, MEAN_FIELD_EXACT, QUANTITIES (mean_field_transition), FLAGS.
    """
    exact = gapped(mean_field_exact)
    fields = sorted(exact["uniform_field"].unique())[:MOST]
    figure, axes = new_figure(DOUBLE, 3.2, 1, max(len(fields), 1))
    transition = gapped(quantity(quantities, "mean_field_transition"))
    marks.note(figure, words(transition, flags))
    if not len(fields):
        marks.not_enough(axes[0], "no ensemble with k_min > 0")
        return figure
    for ax, field in zip(axes, fields, strict=True):
        own = transition[transition["uniform_field"] == field]
        lines = exact[exact["uniform_field"] == field]
        _draw_field(ax, gapped(mean_field_density).query("uniform_field == @field"), lines, own)
        ax.set_xlabel(r"$\omega$")
        ax.set_ylabel(r"$D(\omega)$")
        ax.set_title(rf"$h={field:g}$, $J_c={own['value'].iloc[0]:.4f}$", loc="right")
    name_panels(axes)
    return figure


def _draw_field(ax: Axes, points: pd.DataFrame, lines: pd.DataFrame, transition: pd.DataFrame) -> None:
    edge = transition["value"].iloc[0]
    colours, shapes = value_colours(transition["coupling"]), value_markers(points["particles"])
    sizes = points["particles"].nunique()
    for (coupling, particles), rows in points.groupby(["coupling", "particles"]):
        label = rf"$J={coupling:g}$, {coupling / edge:.2f} $J_c$" + (f", $N={particles:g}$" if sizes > 1 else "")
        middle = (rows["omega_low"] * rows["omega_high"]) ** 0.5
        error = marks.bars(rows["density"], rows["density_error"])
        style = {"color": colours[coupling], "marker": shapes[particles], "markersize": 2.5, "linestyle": "none", "elinewidth": 0.6}
        ax.errorbar(middle, rows["density"], error, label=label, **style)
    for coupling, rows in lines[~lines["at_transition"]].groupby("coupling"):
        rows = rows[rows["particles"] == rows["particles"].iloc[0]]  # the exact curve knows of no N
        ax.plot(rows["omega"], rows["density"], color=colours[coupling], linewidth=0.9, gid=f"exact-{coupling:g}")
    first = lines[lines["at_transition"]]
    first = first[(first["coupling"] == first["coupling"].iloc[0]) & (first["particles"] == first["particles"].iloc[0])]
    ax.plot(first["omega"], first["density"], color=GREY, linestyle=(0, (4, 2)), linewidth=0.9, label=r"exact at $J_c$", gid="transition")
    ax.set_xscale("log")
    ax.set_yscale("log")
    least = points.loc[points["density"] > 0, "density"].min() if len(points) else 1e-3
    ax.set_ylim(least / 30, 5)
    ax.set_xlim(points["omega_low"].min() / 3 if len(points) else 1e-2, lines["omega"].max() * 1.2)
    ax.legend(loc="lower right", fontsize=5.0)
