"""Cumulative density of vibrational modes per parent temperature, and its prefactor A_g (Rainone et al. 2020, Fig. 2)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import blended_transform_factory

from vitrine.figures import marks
from vitrine.figures.data import Settings, Units, at_temperature, sample_note, select, series
from vitrine.figures.style import GREY, INK, SINGLE, new_figure, styled, temperature_colours, temperature_markers


@styled
def plot_cumulative_modes(
    mode_density: pd.DataFrame, quantities: pd.DataFrame, fits: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """Modes per particle below omega, with A_g omega^5/5 in the window of its fit and the first phonon of each T_p; inset: A_g against T_p.

    Tables: MODE_DENSITY, QUANTITIES (A_g, A_g_reduced, omega_ph, omega_cutoff), FITS (c_inf, a0), FLAGS.
    """
    figure, (ax,) = new_figure(SINGLE, 3.7)
    units = Units.from_fits(fits)
    curves = select(mode_density, settings, large=True)
    curves = curves[curves["cumulative"] > 0]
    prefactor, phonon = (series(quantities, name, settings, large=True) for name in ("A_g", "omega_ph"))
    cutoff = series(quantities, "omega_cutoff", settings, large=True)
    if not marks.has_values(cutoff):
        cutoff = phonon.assign(value=settings.phonon_fraction * phonon["value"])
    marks.note(figure, sample_note({"$A_g$": prefactor}, settings, flags, "modes", SINGLE))
    ax.set_xlabel(rf"$\omega\,{units.frequency_label}$")
    ax.set_ylabel("modes per particle below $\\omega$")
    if not len(curves):
        marks.not_enough(ax, "no mode was measured")
        return figure
    colours = temperature_colours(curves["parent_temperature"])
    markers = temperature_markers(colours)
    for temperature, rows in curves.groupby("parent_temperature"):
        x, colour = rows["omega_high"] / units.frequency, colours[temperature]
        style = {"color": colour, "marker": markers[temperature], "markersize": 2.6, "markeredgewidth": 0.0, "alpha": 0.85}
        ax.errorbar(
            x, rows["cumulative"], marks.bars(rows["cumulative"], rows["cumulative_error"]), linestyle="none", elinewidth=0.6, zorder=3, **style
        )
        _draw_fit(ax, x.min(), temperature, prefactor, cutoff, units, colour)
    _set_limits(ax, curves, phonon, units)
    _mark_phonons(ax, phonon, units, colours)
    _draw_guide(ax, curves, units)
    ax.legend(loc="lower left", borderaxespad=0.3)
    _draw_prefactor(ax, series(quantities, "A_g_reduced", settings, large=True), colours, settings)
    marks.temperature_legend(figure, colours, settings, 4, markers)
    return figure


def _draw_fit(ax: Axes, lowest: float, temperature: float, prefactor: pd.DataFrame, cutoff: pd.DataFrame, units: Units, colour: tuple) -> None:
    """A_g omega^5/5 from the lowest mode to the upper end of the window of the fit."""
    end = at_temperature(cutoff, temperature) / units.frequency
    value = at_temperature(prefactor, temperature) * units.frequency**5
    if not (np.isfinite(end) and np.isfinite(value) and value > 0 and end > lowest):
        return
    x = np.geomspace(lowest, end, 50)
    ax.plot(x, value * x**5 / 5, color=colour, linewidth=1.0, zorder=4, gid=f"fit-{temperature:.4f}")


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


def _mark_phonons(ax: Axes, phonon: pd.DataFrame, units: Units, colours: dict[float, tuple]) -> None:
    """The first shear phonon of each T_p, as a tick on the lower axis in its colour."""
    foot = blended_transform_factory(ax.transData, ax.transAxes)
    for row in phonon[np.isfinite(phonon["value"])].itertuples():
        ax.plot([row.value / units.frequency] * 2, [0.0, 0.07], transform=foot, color=colours.get(row.temperature, GREY), linewidth=1.2, zorder=2)
    ax.plot([], [], color=INK, linewidth=1.0, label=r"fit $A_g\omega^5/5$")
    ax.plot([], [], color=GREY, marker="|", markersize=6, markeredgewidth=1.2, linestyle="none", label=r"first phonon $2\pi c_s/L$")


def _draw_guide(ax: Axes, curves: pd.DataFrame, units: Units) -> None:
    """omega^5, to the left of the warmest curve."""
    warmest = curves[curves["parent_temperature"] == curves["parent_temperature"].max()]
    x = (warmest["omega_high"] / units.frequency).to_numpy()
    anchor = (x[0] / 1.15, warmest["cumulative"].to_numpy()[0])
    bottom, top = ax.get_ylim()
    heights = [bottom * (top / bottom) ** share for share in (0.17, 0.42)]
    ends = tuple(anchor[0] * (height / anchor[1]) ** 0.2 for height in heights)
    marks.guide(ax, anchor, ends, 5, r"$\omega^5$", at=0.6, offset=(-3, 4))


def _draw_prefactor(ax: Axes, reduced: pd.DataFrame, colours: dict[float, tuple], settings: Settings) -> None:
    """Inset: A_g against T_p, logarithmic."""
    inner = marks.inset(ax, (0.17, 0.62, 0.40, 0.36))
    inner.set_xlabel(marks.ONSET_LABEL)
    inner.set_ylabel(r"$A_g\,(c_\infty/a_0)^5$")
    if not marks.has_values(reduced, positive=True):
        marks.not_enough(inner, "no fit of $A_g$")
        return
    for row in reduced[reduced["value"] > 0].itertuples():
        error = marks.bars([row.value], [row.error])
        face = colours.get(row.temperature, GREY) if row.sound else "white"
        inner.errorbar(
            row.T, row.value, error, marker="o", markersize=3.0, color=colours.get(row.temperature, GREY), markerfacecolor=face, elinewidth=0.7
        )
    marks.positive_limits(inner, reduced)
