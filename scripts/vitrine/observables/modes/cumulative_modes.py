"""Cumulative density of vibrational modes at each point, and its prefactor A_g (Rainone et al. 2020, Fig. 2)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import blended_transform_factory

from vitrine.figures import marks
from vitrine.figures.data import Units, at_value, flag_at, has_values, sample_note, select, series
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, INK, name_panels, new_figure, styled, value_colours, value_markers
from vitrine.statistics.laws import FEWEST


@styled
def plot_cumulative_modes(
    mode_density: pd.DataFrame,
    mode_windows: pd.DataFrame,
    quantities: pd.DataFrame,
    fits: pd.DataFrame,
    settings: Settings,
    flags: pd.DataFrame | None = None,
) -> Figure:
    """(a) Modes per particle below omega, with A_g omega^5/5 in the window of its fit and the first phonon of each point; inset: A_g.
    (b) Exponent of the cumulative against the end of the window that it is read from: 5 where the law holds.

    Tables: MODE_DENSITY, MODE_WINDOWS, QUANTITIES (A_g, A_g_reduced, omega_ph, omega_cutoff), FITS (c_inf, a0), FLAGS.
    """
    figure, (ax, right) = new_figure(DOUBLE, 3.7, 1, 2)
    name_panels((ax, right))
    units = Units.of(fits, settings)
    curves = select(mode_density, settings, large=True)
    curves = curves[curves["cumulative"] > 0]
    prefactor, phonon = (series(quantities, name, settings, large=True) for name in ("A_g", "omega_ph"))
    cutoff = series(quantities, "omega_cutoff", settings, large=True)
    if not has_values(cutoff):
        cutoff = phonon.assign(value=settings.option("modes", "phonon_fraction") * phonon["value"])
    marks.note(figure, sample_note({"$A_g$": prefactor}, settings, flags, "modes"))
    ax.set_xlabel(rf"$\omega\,{units.frequency_label}$")
    ax.set_ylabel("modes per particle below $\\omega$")
    if not len(curves):
        marks.not_enough(ax, "no mode was measured")
        marks.not_enough(right, "no mode was measured")
        return figure
    colours = value_colours(curves[settings.against])
    markers = value_markers(colours)
    for value, rows in curves.groupby(settings.against):
        x, colour = rows["omega_high"] / units.frequency, colours[value]
        style = {"color": colour, "marker": markers[value], "markersize": 2.6, "markeredgewidth": 0.0, "alpha": 0.85}
        ax.errorbar(
            x, rows["cumulative"], marks.bars(rows["cumulative"], rows["cumulative_error"]), linestyle="none", elinewidth=0.6, zorder=3, **style
        )
        window = x.min(), at_value(cutoff, value) / units.frequency
        if flag_at(prefactor, value) == "":
            _draw_fit(ax, window, at_value(prefactor, value) * units.frequency**5, colour, f"fit-{settings.axis.text(value)}")
    _set_limits(ax, curves, phonon, units)
    _mark_phonons(ax, phonon, units, colours)
    _draw_guide(ax, curves, units)
    ax.legend(loc="lower left", borderaxespad=0.3)
    _draw_prefactor(ax, series(quantities, "A_g_reduced", settings, large=True), colours, settings)
    _draw_exponents(right, select(mode_windows, settings, large=True), prefactor, units, colours, settings)
    marks.value_legend(figure, colours, settings, 8, markers)
    return figure


def _draw_exponents(ax: Axes, windows: pd.DataFrame, prefactor: pd.DataFrame, units: Units, colours: dict, settings: Settings) -> None:
    """Exponents of nested windows, hollow at a point that shows no law."""
    ax.set_xlabel(rf"end of the window, $\omega\,{units.frequency_label}$")
    ax.set_ylabel("exponent of the cumulative in the window")
    windows = windows[np.isfinite(windows["exponent"])]
    if not len(windows):
        marks.not_enough(ax, f"fewer than {FEWEST} modes below the phonons")
        return
    ax.axhline(5, color=GREY, linestyle=(0, (4, 2)), linewidth=0.8, zorder=1, label=r"5: $D(\omega)\sim\omega^4$")
    marks.windows(ax, windows, ("end", "exponent", "error"), prefactor, colours, settings, units.frequency)
    reach = np.minimum(windows["exponent"] + windows["error"], 2 * windows["exponent"].median() + 5)
    ax.set_ylim(0, 1.25 * max(reach.max(), 6.0))
    ax.legend(loc="upper left")


def _draw_fit(ax: Axes, window: tuple[float, float], prefactor: float, colour: tuple, name: str) -> None:
    """A_g omega^5/5 in the window of the fit: from the lowest mode to the cutoff."""
    lowest, end = window
    if not (np.isfinite(end) and np.isfinite(prefactor) and prefactor > 0 and end > lowest):
        return
    x = np.geomspace(lowest, end, 50)
    ax.plot(x, prefactor * x**5 / 5, color=colour, linewidth=1.0, zorder=4, gid=name)


def _set_limits(ax: Axes, curves: pd.DataFrame, phonon: pd.DataFrame, units: Units) -> None:
    """The low-frequency end of the spectrum, with room for the inset on the upper left."""
    ax.set_xscale("log")
    ax.set_yscale("log")
    omega = curves["omega_high"] / units.frequency
    right = 1.5 * np.nanmax(phonon["value"]) / units.frequency if np.any(np.isfinite(phonon["value"])) else 1.05 * omega.max()
    low, top = curves["cumulative"].min() / 6.0, curves["cumulative"][omega <= right].max() * 2.5 if np.any(omega <= right) else 1.0
    left = omega.min()
    ax.set_xlim(left / (right / left) ** 0.62, right)
    ax.set_ylim(low, top)
    marks.plain_log_ticks(ax, "x")


def _mark_phonons(ax: Axes, phonon: pd.DataFrame, units: Units, colours: dict) -> None:
    """The first shear phonon of each point, as a tick on the lower axis in its colour."""
    foot = blended_transform_factory(ax.transData, ax.transAxes)
    for row in phonon[np.isfinite(phonon["value"])].itertuples():
        ax.plot([row.value / units.frequency] * 2, [0.0, 0.07], transform=foot, color=colours.get(row.at, GREY), linewidth=1.2, zorder=2)
    ax.plot([], [], color=INK, linewidth=1.0, label=r"fit $A_g\omega^5/5$")
    ax.plot([], [], color=GREY, marker="|", markersize=6, markeredgewidth=1.2, linestyle="none", label=r"first phonon $2\pi c_s/L$")


def _draw_guide(ax: Axes, curves: pd.DataFrame, units: Units) -> None:
    """omega^5, to the left of the curve that begins at the lowest frequency."""
    lowest = curves["omega_high"].min()
    anchor = (lowest / units.frequency / 1.15, curves["cumulative"][curves["omega_high"] == lowest].max())
    bottom, top = ax.get_ylim()
    heights = [bottom * (top / bottom) ** share for share in (0.17, 0.42)]
    ends = tuple(anchor[0] * (height / anchor[1]) ** 0.2 for height in heights)
    marks.guide(ax, anchor, ends, 5, r"$\omega^5$", at=0.6, offset=(-3, 4))


def _draw_prefactor(ax: Axes, reduced: pd.DataFrame, colours: dict, settings: Settings) -> None:
    """Inset: A_g along the study's axis, logarithmic."""
    inner = marks.inset(ax, (0.17, 0.62, 0.40, 0.36))
    marks.name_axis(inner, settings, reduced, small=True)
    inner.set_ylabel(r"$A_g\,(c_\infty/a_0)^5$")
    if not has_values(reduced, positive=True):
        marks.not_enough(inner, "no fit of $A_g$")
        return
    for row in reduced[reduced["value"] > 0].itertuples():
        error = marks.bars([row.value], [row.error])
        face = colours.get(row.at, GREY) if row.sound else "white"
        inner.errorbar(row.x, row.value, error, marker="o", markersize=3.0, color=colours.get(row.at, GREY), markerfacecolor=face, elinewidth=0.7)
    marks.positive_limits(inner, reduced)
