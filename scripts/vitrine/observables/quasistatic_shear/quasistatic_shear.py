"""Athermal quasistatic shear: stress and softest mode along the strain, and plastic drops (Lerner and Bouchbinder 2021, sec. IV H)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import sample_note, select, series, values_of
from vitrine.figures.labels import place_words, with_unit
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, INK, SECOND, name_panels, new_figure, styled, value_colours, value_markers
from vitrine.observables.quasistatic_shear import STIFFNESS
from vitrine.schema import ENERGY, MODULUS


@styled
def plot_quasistatic_shear(
    stress_strain: pd.DataFrame,
    strained_glasses: pd.DataFrame,
    drop_density: pd.DataFrame,
    quantities: pd.DataFrame,
    settings: Settings,
    flags: pd.DataFrame | None = None,
) -> Figure:
    """(a) mean stress with its error as a band, and single glasses; (b) lambda_1 of one glass, its drops marked; (c) energies lost in drops.

    Tables: STRESS_STRAIN, STRAINED_GLASSES, DROP_DENSITY, QUANTITIES (drops), FLAGS.
    """
    figure, axes = new_figure(DOUBLE, 3.0, 1, 3)
    drops = series(quantities, "drops", settings)
    good = drops[np.isfinite(drops["value"])]
    further = [f"{row.value:.2g} drops in a glass at {place_words(row.at, settings)}" for row in good.itertuples()]
    marks.note(figure, sample_note({"drops": drops}, settings, flags, "quasistatic_shear", DOUBLE, further))
    means, glasses, density = (select(table, settings) for table in (stress_strain, strained_glasses, drop_density))
    colours = value_colours(means[settings.against])
    _draw_stress(axes[0], means, glasses, colours, settings)
    _draw_softest(axes[1], glasses, settings)
    _draw_drops(axes[2], density[density["quantity"] == "energy"], colours, settings)
    name_panels(axes)
    if colours:
        marks.value_legend(figure, colours, settings, 8, value_markers(colours))
    return figure


def _draw_stress(ax: Axes, means: pd.DataFrame, glasses: pd.DataFrame, colours: dict, settings: Settings) -> None:
    """The mean of all glasses at each point, and a few single ones of the last point behind it."""
    ax.set_xlabel(r"strain $\gamma$")
    ax.set_ylabel(with_unit(r"\sigma", MODULUS, settings))
    if not len(means):
        marks.not_enough(ax, "no glass was sheared")
        return
    last = values_of(glasses, settings)[-1]
    for number, (_, rows) in enumerate(glasses[glasses[settings.against] == last].groupby("sample")):
        ax.plot(rows["strain"], rows["stress"], color=GREY, linewidth=0.4, zorder=1, gid="glass", label="" if number else "single glasses")
    for value, rows in means.groupby(settings.against):
        ax.plot(rows["strain"], rows["stress"], color=colours[value], linewidth=1.2, zorder=3, gid=f"mean-{value}")
        error = rows["stress_error"].fillna(0.0)
        ax.fill_between(rows["strain"], rows["stress"] - error, rows["stress"] + error, color=colours[value], alpha=0.25, linewidth=0, zorder=2)
    ax.legend(loc="lower right")


def _draw_softest(ax: Axes, glasses: pd.DataFrame, settings: Settings) -> None:
    """lambda_1 of the first glass of the last point on the axis; a mark at every drop."""
    ax.set_xlabel(r"strain $\gamma$")
    ax.set_ylabel(with_unit(r"\lambda_1", STIFFNESS, settings))
    if not len(glasses):
        marks.not_enough(ax, "no glass was sheared")
        return
    last = values_of(glasses, settings)[-1]
    own = glasses[glasses[settings.against] == last]
    dropped = own[own["drop"] >= 0]["sample"]
    shown = int(dropped.iloc[0]) if len(dropped) else int(own["sample"].iloc[0])
    own = own[own["sample"] == shown]
    ax.plot(own["strain"], own["lambda_1"], color=INK, linewidth=0.7, marker="o", markersize=1.2, gid="softest")
    fallen = own[own["drop"] >= 0]
    ax.plot(fallen["strain"], fallen["lambda_1"], "v", color=SECOND, markersize=4.0, linestyle="none", label="after a drop", gid="drops")
    ax.set_yscale("log")
    ax.set_title(f"sample {shown} at {place_words(last, settings)}", loc="left")
    if len(fallen):
        ax.legend(loc="lower right")


def _draw_drops(ax: Axes, density: pd.DataFrame, colours: dict, settings: Settings) -> None:
    ax.set_xlabel(with_unit(r"\Delta U", ENERGY, settings))
    ax.set_ylabel(with_unit(r"p(\Delta U)", "1/epsilon", settings))
    filled = density[density["count"] > 0]
    if not len(filled):
        marks.not_enough(ax, "no plastic drop")
        return
    markers = value_markers(colours)
    for value, rows in filled.groupby(settings.against):
        style = {"color": colours[value], "marker": markers[value], "markersize": 2.8, "linewidth": 0.6, "elinewidth": 0.6}
        ax.errorbar(np.sqrt(rows["value_low"] * rows["value_high"]), rows["density"], marks.bars(rows["density"], rows["density_error"]), **style)
    ax.set_xscale("log")
    ax.set_yscale("log")
