"""Spectra of velocities beside harmonic ones, and how far they are from each other against T (Fan et al. 2022, Fig. 1)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import at_value, has_values, nearest_value, sample_note, select, series
from vitrine.figures.labels import place_words, with_unit
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, INK, SECOND, name_panels, new_figure, styled, value_colours
from vitrine.schema import FREQUENCY
from vitrine.statistics.neighbourhoods import ALL

COMPARED = 0.11  # temperature of the published comparison of MD and DM: T_g/3


@styled
def plot_velocity_spectra(
    velocity_spectrum_curves: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """(a) MD and DM near T_g/3, every N; (b) MD of all values, DM of (a); (c) their distance; (d) negative instantaneous modes.

    Tables: VELOCITY_SPECTRUM_CURVES, QUANTITIES (second_moment, negative_share, spectrum_distance, ...), FLAGS. Spectra are scaled to their maximum.
    """
    figure, axes = new_figure(DOUBLE, 5.2, 2, 2)
    moment = series(quantities, "second_moment", settings)
    marks.note(figure, sample_note({r"$\langle\omega^2\rangle$": moment}, settings, flags, "velocity_spectrum"))
    curves = velocity_spectrum_curves[velocity_spectrum_curves["species"] == ALL]
    main = select(curves, settings)
    for ax in axes[:2]:
        ax.set_xlabel(with_unit(r"\omega", FREQUENCY, settings))
        ax.set_ylabel(r"$D(\omega)/\max D$")
    if len(main):
        _draw_sizes(axes[0], curves, main, quantities, settings)
        colours = value_colours(main[settings.against])
        _draw_values(axes[1], main, colours, settings)
        marks.value_legend(figure, colours, settings, 8)
    else:
        for ax in axes[:2]:
            marks.not_enough(ax, "no spectrum was measured")
    _draw_distance(axes[2], quantities, settings)
    _draw_negative(axes[3], quantities, settings)
    name_panels(axes)
    return figure


def one_curve(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the low bins, and those of the whole spectrum from where they end; by rising omega."""
    low, whole = rows[rows["band"] == "low"], rows[rows["band"] == "whole"]
    beyond = whole[whole["omega"] > low["omega"].max()] if len(low) else whole
    return pd.concat([low, beyond]).sort_values("omega", ignore_index=True)


def peak_of(rows: pd.DataFrame, column: str) -> float:
    """The maximum of a curve, by which it is scaled: of the band whole, whose bins are averages over segments."""
    whole = rows.loc[rows["band"] == "whole", column]
    return float(whole.max()) if len(whole) and np.isfinite(whole.max()) else np.nan


def _draw(ax: Axes, rows: pd.DataFrame, column: str, **style: object) -> None:
    """A spectrum over its maximum; empty bins of a harmonic spectrum are left out of a logarithmic axis."""
    top, curve = peak_of(rows, "harmonic" if column == "harmonic" else "spectrum"), one_curve(rows)
    if column == "harmonic":  # its low bins are too fine for the modes of a sample: bins of segments alone
        curve = one_curve(rows[rows["band"] == "whole"])
    good = curve[curve[column] > 0]
    if len(good) and top > 0:
        ax.plot(good["omega"], good[column] / top, **style)


def _draw_sizes(ax: Axes, curves: pd.DataFrame, main: pd.DataFrame, quantities: pd.DataFrame, settings: Settings) -> None:
    """Every N at the value nearest to the published temperature; ticks at the first phonons of the main one."""
    value = nearest_value(main, settings, COMPARED)
    here = curves[curves[settings.against] == value]
    if settings.place_of("particles") is None or settings.against == "particles":
        here = main[main[settings.against] == value].assign(particles=0)
    sizes = sorted(here["particles"].unique())
    for size, colour in zip(sizes, (INK, SECOND, "#b5541c", GREY), strict=False):
        rows = here[here["particles"] == size]
        name = f"N = {size:.0f}, " if size > 0 else ""
        _draw(ax, rows, "spectrum", color=colour, linewidth=0.8, label=f"{name}MD", gid=f"md-{size}")
        _draw(ax, rows, "harmonic", color=colour, linewidth=0.9, linestyle="--", label=f"{name}DM", gid=f"dm-{size}")
        _draw(ax, rows, "spectrum_rectangle", color=colour, linewidth=0.5, linestyle=":", label=f"{name}MD, no window", gid=f"rectangle-{size}")
    ax.set_xscale("log")
    ax.set_yscale("log")
    for name, words in (("phonon_transverse", "t"), ("phonon_longitudinal", "l")):
        place = at_value(series(quantities, name, settings), value)
        if np.isfinite(place) and place > 0:
            ax.axvline(place, ymax=0.05, color=GREY, linewidth=0.8, gid=name)
            ax.annotate(words, (place, 0.06), xycoords=("data", "axes fraction"), ha="center", fontsize=6.0, color=GREY)
    ax.legend(loc="upper left", fontsize=5.5, title=place_words(value, settings))


def _draw_values(ax: Axes, main: pd.DataFrame, colours: dict, settings: Settings) -> None:
    """MD at every value, DM at that of (a), and slopes for the eye."""
    for value, rows in main.groupby(settings.against):
        _draw(ax, rows, "spectrum", color=colours[value], linewidth=0.8, gid=f"md-{value}")
    value = nearest_value(main, settings, COMPARED)
    rows = main[main[settings.against] == value]
    _draw(ax, rows, "harmonic", color=GREY, linewidth=0.9, linestyle="--", label=f"DM, {place_words(value, settings)}", gid="dm")
    ax.set_xscale("log")
    ax.set_yscale("log")
    start = one_curve(rows)
    if len(start):
        left, top = start["omega"].iloc[0], 0.5 * start["spectrum"].iloc[0] / peak_of(rows, "spectrum")
        marks.guide(ax, (left, top), (left, 20 * left), 1, r"$\omega^1$", offset=(4, -7))
        marks.guide(ax, (2.0, 0.03), (0.7, 2.0), 4, r"$\omega^4$", offset=(-4, 0))
    ax.legend(loc="lower right", fontsize=5.5)


def _draw_distance(ax: Axes, quantities: pd.DataFrame, settings: Settings) -> None:
    """The distance of MD and DM spectra; in an inset the ratio of the second moment to its exact value."""
    distance = series(quantities, "spectrum_distance", settings)
    marks.value_axis(ax, settings, distance)
    ax.set_ylabel(with_unit(r"\int|F_\mathrm{MD}-F_\mathrm{DM}|\,d\omega", FREQUENCY, settings))
    if not has_values(distance):
        marks.not_enough(ax, "no harmonic spectrum was asked for")
        return
    marks.points(ax, distance, "distance")
    shift = series(quantities, "spectrum_shift", settings)
    marks.points(ax, shift, "shift of the mean", SECOND, "s")
    marks.level(ax, 0.0)
    ax.legend(loc="best", fontsize=5.5)


def _draw_negative(ax: Axes, quantities: pd.DataFrame, settings: Settings) -> None:
    """The share of negative instantaneous eigenvalues, zero where there are none: it has no onset at T = 0.20."""
    negative = series(quantities, "negative_share", settings)
    marks.value_axis(ax, settings, negative)
    ax.set_ylabel("negative modes, share")
    if not has_values(negative):
        marks.not_enough(ax, "no instantaneous configuration was asked for")
        return
    marks.points(ax, negative, "negative")
    marks.level(ax, 0.0)
