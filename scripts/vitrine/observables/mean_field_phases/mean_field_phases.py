"""Phase diagram of the mean-field oscillators: both branches of the transition, and the point between them (Lerner and Bouchbinder, Fig. 8a)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.settings import Settings
from vitrine.figures.style import GREY, INK, SECOND, SINGLE, new_figure, styled, value_colours
from vitrine.observables.mean_field.drawing import gapped, quantity

SPECIAL = 7 / 3
BRANCHES = {2.0: (":", r"$D\sim\omega^2$"), 4.0: ("-", r"$D\sim\omega^4$")}


@styled
def plot_mean_field_phases(
    mean_field_phases: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """J against h: the transition of every range of stiffnesses, and the points of the study with k_min > 0.

    Tables: MEAN_FIELD_PHASES, QUANTITIES (transition_without_field, mean_field_softest), FLAGS.
    """
    figure, (ax,) = new_figure(SINGLE, 2.9)
    ax.set_xlabel(r"field $h$")
    ax.set_ylabel(r"coupling $J$")
    if not len(mean_field_phases):
        marks.not_enough(ax, "no ensemble with k_min > 0")
        return figure
    ranges = list(mean_field_phases.groupby(["k_min", "k_0"], sort=True))
    colours = value_colours([key for key, _ in ranges]) if len(ranges) > 1 else {ranges[0][0]: INK}
    for key, rows in ranges:
        _draw_transition(ax, rows.sort_values("transition_field"), colours[key], key == ranges[0][0])
    studied = gapped(quantity(quantities, "mean_field_softest"))
    ax.plot(studied["uniform_field"], studied["coupling"], "o", color=GREY, markersize=2.5, label="points of the study", gid="studied")
    ax.set_xscale("log")
    ax.set_ylim(bottom=0)
    ax.text(0.95, 0.06, "replica-symmetric", transform=ax.transAxes, ha="right", color=GREY, fontsize=7)
    ax.text(0.05, 0.93, "glassy (broken replica symmetry)", transform=ax.transAxes, va="top", color=GREY, fontsize=7)
    ax.legend(loc="upper left", bbox_to_anchor=(0.0, 0.88))
    marks.note(figure, "; ".join(rf"$\kappa_\mathrm{{min}}={k_min:g}$, $\kappa_0={k_0:g}$" for (k_min, k_0), _ in ranges) + "; lines are exact")
    return figure


def _draw_transition(ax: object, rows: pd.DataFrame, colour: object, named: bool) -> None:
    """Each branch in its style, up to the special point that both share."""
    rows = rows[rows["transition_field"] > 0]
    special = np.isclose(rows["branch"], SPECIAL)
    for branch, (style, label) in BRANCHES.items():
        own = rows[(rows["branch"] == branch) | special]
        if (own["branch"] == branch).any():
            ax.plot(
                own["transition_field"],
                own["transition_coupling"],
                style,
                color=colour,
                linewidth=1.2,
                label=label if named else None,
                gid=f"branch-{branch:g}",
            )
    ax.plot(
        rows.loc[special, "transition_field"],
        rows.loc[special, "transition_coupling"],
        "*",
        color=SECOND,
        markersize=8,
        label=r"special point, $\omega^{7/3}$" if named else None,
        gid="special",
    )
