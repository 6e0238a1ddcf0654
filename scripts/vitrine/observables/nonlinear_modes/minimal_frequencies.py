"""Cumulative distribution of the softest mode of each glass, harmonic and nonlinear (Lerner and Bouchbinder 2021, Fig. 10a)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import Units, at_value, sample_note, select, series
from vitrine.figures.labels import with_error
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, INK, PALE, name_panels, new_figure, styled, value_colours, value_markers
from vitrine.observables.nonlinear_modes.drawing import KINDS, NAMES, log_axes
from vitrine.observables.nonlinear_modes.participation_frequency import mark_phonons

LERNER = "Lerner and Bouchbinder 2021"


@styled
def plot_minimal_frequencies(
    minimal_modes: pd.DataFrame, quantities: pd.DataFrame, fits: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """A panel for each kind of nonlinear modes: share of samples whose softest one lies below omega; lines: of the softest harmonic mode.

    Tables: MINIMAL_MODES, QUANTITIES (softest_cubic, minimal_exponent_<kind>; omega_ph where it is measured), FITS (c_inf, a0), FLAGS.
    """
    curves = select(minimal_modes, settings)
    kinds = [kind for kind in KINDS[1:] if kind in set(curves["kind"])] or ["cubic"]
    figure, axes = new_figure(DOUBLE, 3.1, 1, len(kinds), sharey=True)
    mean = series(quantities, f"softest_{kinds[-1]}", settings)
    marks.note(figure, sample_note({rf"$\omega$ of {NAMES[kinds[-1]]} modes": mean}, settings, flags, "nonlinear_modes"))
    units, phonon = Units.of(fits, settings), series(quantities, "omega_ph", settings)
    colours = value_colours(curves[settings.against])
    axes[0].set_ylabel(r"share of samples with $\omega_\mathrm{min}\leq\omega$")
    for ax, kind in zip(axes, kinds, strict=True):
        ax.set_xlabel(rf"$\omega\,{units.frequency_label}$")
        ax.set_title(f"softest {NAMES[kind]} mode", loc="left")
        if not len(curves):
            marks.not_enough(ax, "no mode was found")
            continue
        _draw(ax, curves, kind, units, colours, settings)
        for value, colour in colours.items():
            mark_phonons(ax, at_value(phonon, value) / units.frequency, colour if len(colours) > 1 else PALE, value == list(colours)[0])
        _tell_exponents(ax, series(quantities, f"minimal_exponent_{kind}", settings))
        ax.legend(loc="lower right")
    name_panels(axes)
    if colours:
        marks.value_legend(figure, colours, settings, 8, value_markers(colours))
    return figure


def _draw(ax: Axes, curves: pd.DataFrame, kind: str, units: Units, colours: dict, settings: Settings) -> None:
    """Points with errors for the kind, a thin line for harmonic modes, and omega^5 through the softest glass of all."""
    markers = value_markers(colours)
    for value, rows in curves.groupby(settings.against, sort=False):
        own, harmonic = (rows[rows["kind"] == one] for one in (kind, "harmonic"))
        style = {"color": colours[value], "marker": markers[value], "markersize": 2.6, "linestyle": "none", "elinewidth": 0.6}
        error = marks.bars(own["cumulative"], own["cumulative_error"])
        ax.errorbar(own["omega"] / units.frequency, own["cumulative"], error, zorder=3, **style)
        ax.plot(harmonic["omega"] / units.frequency, harmonic["cumulative"], color=colours[value], linewidth=0.7, zorder=2, gid=f"harmonic-{value}")
    ax.plot([], [], color=INK, marker="o", markersize=2.6, linestyle="none", label=NAMES[kind])
    ax.plot([], [], color=INK, linewidth=0.7, label="harmonic")
    log_axes(ax)
    own = curves[curves["kind"] == kind]
    low, x = own["cumulative"].min(), own["omega"].min() / units.frequency
    height = min(30.0, 0.7 / low)
    ax.set_ylim(curves["cumulative"].min() / 3, 12)
    marks.guide(ax, (x / 1.12, low), (x / 1.12, x / 1.12 * height**0.2), 5, r"$\omega^5$", at=0.6, offset=(-4, 3))


def _tell_exponents(ax: Axes, table: pd.DataFrame) -> None:
    """The exponent at the first and the last point, in words, in brackets where the data do not show the law."""
    good = table[np.isfinite(table["value"])]
    if len(good):
        shown = good.iloc[[0, -1]] if len(good) > 1 else good
        numbers = [with_error(row["value"], row["error"]) for _, row in shown.iterrows()]
        words = [number if flag == "" else f"({number})" for number, flag in zip(numbers, shown["flag"], strict=True)]
        text = f"exponent of the soft end\n{' to '.join(words)}\n5: {LERNER}, Fig. 10a"
        ax.text(0.03, 0.97, text, transform=ax.transAxes, va="top", fontsize=5.0, bbox={"color": "white", "alpha": 0.85, "pad": 1.0})
