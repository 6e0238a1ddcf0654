"""Specific heat of the harmonic glasses, its exponent, and what is left of it beside Debye's law (Lerner and Bouchbinder 2022, Fig. 15)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import Units, sample_note, select, series
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, name_panels, new_figure, styled, value_colours

SOFT = 5  # exponent of C(T) where D(omega) ~ omega^4
LEAST = 1e-6  # of C: far below lies the gap of a finite sample


@styled
def plot_specific_heat(
    specific_heat: pd.DataFrame, quantities: pd.DataFrame, fits: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """(a) C(T) per particle; (b) d ln C/d ln T; (c) (C - C_Debye)/T^d. Temperatures in hbar c_inf/(k_B a0).

    Tables: SPECIFIC_HEAT, QUANTITIES (heat_exponent), FITS (c_inf, a0), FLAGS.
    """
    figure, (first, second, third) = new_figure(DOUBLE, 2.9, 1, 3)
    exponent = series(quantities, "heat_exponent", settings)
    marks.note(figure, sample_note({"exponent": exponent}, settings, flags, "specific_heat"))
    units, curves = Units.of(fits, settings), select(specific_heat, settings)
    curves = curves[np.isfinite(curves["heat"]) & (curves["heat"] > LEAST)]
    curves = curves.assign(x=curves["temperature"] / units.frequency)
    colours = value_colours(curves[settings.against])
    for ax, words in ((first, r"$C/k_B$ per particle"), (second, r"$\mathrm{d}\ln C/\mathrm{d}\ln T$"), (third, _reduced_label(settings))):
        ax.set_xlabel(rf"$k_BT/\hbar\;{units.frequency_label}$")
        ax.set_ylabel(words)
        if not len(curves):
            marks.not_enough(ax, "no complete spectrum")
    if len(curves):
        _draw_heat(first, curves, colours, settings)
        _draw_exponent(second, curves, colours, settings)
        _draw_reduced(third, curves, units.frequency, colours, settings)
        marks.value_legend(figure, colours, settings, 8)
    name_panels((first, second, third))
    return figure


def _reduced_label(settings: Settings) -> str:
    term = r"+C_\mathrm{TLS}T" if settings.option("specific_heat", "two_level") else ""
    return rf"$(C{term}-C_\mathrm{{Debye}})/T^{settings.dimension}$, in $k_B$ and $c_\infty/a_0$"


def _lines(ax: Axes, curves: pd.DataFrame, column: str, colours: dict, settings: Settings, scale: float = 1.0) -> None:
    """A line for each value on the study's axis, with the band of its error."""
    for value, rows in curves.groupby(settings.against):
        y, error = rows[column] * scale, rows[f"{column}_error"].fillna(0.0) * scale
        ax.plot(rows["x"], y, color=colours[value], linewidth=1.0, gid=f"{column}-{value}")
        ax.fill_between(rows["x"], y - error, y + error, color=colours[value], alpha=0.25, linewidth=0)
    ax.set_xscale("log")


def _draw_heat(ax: Axes, curves: pd.DataFrame, colours: dict, settings: Settings) -> None:
    _lines(ax, curves, "heat", colours, settings)
    for place, (value, rows) in enumerate(curves.groupby(settings.against)):
        for column, style, label in (("phonons", (0, (1, 1)), "phonons alone, Debye"), ("soft", (0, (4, 1)), r"soft modes alone, $A_g\omega^4$")):
            name = label if place == 0 and np.isfinite(rows[column]).any() else None
            ax.plot(rows["x"], rows[column], color=colours[value], linestyle=style, linewidth=0.6, label=name, gid=f"{column}-{value}")
    ax.set_yscale("log")
    ax.set_ylim(LEAST, 2 * settings.dimension)
    marks.level(ax, settings.dimension, f"Dulong and Petit: {settings.dimension}", (0, (4, 2)), GREY)
    ax.legend(loc="lower right")


def _draw_exponent(ax: Axes, curves: pd.DataFrame, colours: dict, settings: Settings) -> None:
    _lines(ax, curves, "exponent", colours, settings)
    marks.level(ax, settings.dimension, f"Debye: {settings.dimension}", (0, (4, 2)), GREY)
    marks.level(ax, SOFT, rf"$D\sim\omega^4$: {SOFT}", ":", GREY)
    ax.set_ylim(0, 9)
    ax.legend(loc="upper right")


def _draw_reduced(ax: Axes, curves: pd.DataFrame, unit: float, colours: dict, settings: Settings) -> None:
    _lines(ax, curves, "reduced", colours, settings, unit**settings.dimension)
    marks.level(ax, 0.0, None, ":", GREY)
