"""D(omega) of every point in units of its own omega_0 = c_s/a0, beside each other (Lerner and Bouchbinder 2021, Fig. 5)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import blended_transform_factory

from vitrine.figures import marks
from vitrine.figures.data import at_value, fit_value, sample_note, select, series
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, name_panels, new_figure, styled, value_colours, value_markers


@styled
def plot_mode_densities(
    mode_density: pd.DataFrame, quantities: pd.DataFrame, fits: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """(a) D(omega) omega_0 against omega/omega_0, with the first phonon of every point; (b) the same over (omega/omega_0)^4: level at A_g omega_0^5.

    Tables: MODE_DENSITY, QUANTITIES (c_s, spacing, omega_ph), FITS (a0, of a point without its own), FLAGS.
    """
    figure, (left, right) = new_figure(DOUBLE, 3.3, 1, 2)
    name_panels((left, right))
    speed, spacing, phonon = (series(quantities, name, settings) for name in ("c_s", "spacing", "omega_ph"))
    marks.note(figure, sample_note({"$c_s$": speed}, settings, flags, ("modes", "elasticity")))
    for ax, symbol in ((left, r"$D(\omega)\,\omega_0$ (per particle)"), (right, r"$D(\omega)\,\omega_0/(\omega/\omega_0)^4$")):
        ax.set_xlabel(r"$\omega/\omega_0$,  $\omega_0=c_s/a_0$")
        ax.set_ylabel(symbol)
    curves = select(mode_density, settings)
    curves = curves[curves["density"] > 0]
    colours = value_colours(curves[settings.against])
    markers, heights = value_markers(colours), []
    for value, rows in curves.groupby(settings.against, sort=False):
        own = at_value(spacing, value)
        unit = at_value(speed, value) / (own if np.isfinite(own) else fit_value(fits, "a0")[0])
        if not (np.isfinite(unit) and unit > 0):
            continue
        x = np.sqrt(rows["omega_low"] * rows["omega_high"]).to_numpy() / unit
        y, error = rows["density"].to_numpy() * unit, rows["density_error"].to_numpy() * unit
        first = at_value(phonon, value) / unit
        style = {"color": colours[value], "marker": markers[value], "markersize": 2.6, "markeredgewidth": 0.0, "elinewidth": 0.6, "linewidth": 0.5}
        left.errorbar(x, y, marks.bars(y, error), **style)
        right.errorbar(x, y / x**4, marks.bars(y / x**4, error / x**4), **style)
        for ax in (left, right):
            _mark_phonon(ax, first, colours[value])
        heights.append((first if np.isfinite(first) else x[-1], x, y))
    if not heights:
        for ax in (left, right):
            marks.not_enough(ax, "no mode was measured" if not len(curves) else "no shear wave speed $c_s$")
        return figure
    for ax in (left, right):
        ax.set_xscale("log")
        ax.set_yscale("log")
        marks.plain_log_ticks(ax, "x")
        ax.plot([], [], color=GREY, marker="|", markersize=6, markeredgewidth=1.2, linestyle="none", label=r"first phonon $2\pi c_s/L$")
        ax.legend(loc="lower right" if ax is left else "upper right")
    first, x, y = min(heights, key=lambda one: one[0])
    place = 0.6 * first  # beside the curve whose phonons begin lowest, where modes are many
    height = 3 * np.exp(np.interp(np.log(place), np.log(x), np.log(y)))
    marks.guide(left, (place, height), (place / 2.5, place), 4, r"$\omega^4$", at=0.5, offset=(-4, 4))
    marks.value_legend(figure, colours, settings, 6, markers)
    return figure


def _mark_phonon(ax: Axes, place: float, colour: tuple) -> None:
    """A tick on the lower axis."""
    if np.isfinite(place) and place > 0:
        foot = blended_transform_factory(ax.transData, ax.transAxes)
        ax.plot([place, place], [0.0, 0.07], transform=foot, color=colour, linewidth=1.2, zorder=2)
