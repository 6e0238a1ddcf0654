"""Evidence that the liquids are in equilibrium: decay of the self-overlap, relaxation times, energy along the runs, its drift and its bracket."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import beside, has_values, sample_note, select, series
from vitrine.figures.labels import inverse_label
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, PALE, SECOND, name_panels, new_figure, styled, value_colours, value_markers

TEMPERATURE = "parent_temperature"  # the only axis against which this figure is drawn
FIRST_SHOWN = 0.2  # share of the run: the fall from the temperature before would hide what comes later


@styled
def plot_equilibration(
    relaxation_curves: pd.DataFrame, energy_windows: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """(a) self-overlap against time; (b) relaxation time; (c) mean energy along the run; (d) its drift, and the bracket by reheated liquids.

    Tables: RELAXATION_CURVES, ENERGY_WINDOWS, QUANTITIES (relaxation_time, heat_capacity_liquid, temperature_drift, temperature_bracket), FLAGS.
    Points that are not in equilibrium are hollow, and brackets whose reheated liquids still rise.
    """
    figure, (first, second, third, fourth) = new_figure(DOUBLE, 5.4, 2, 2)
    curves, windows = select(relaxation_curves, settings), select(energy_windows, settings)
    names = ("relaxation_time", "heat_capacity_liquid", "temperature_drift", "temperature_bracket")
    times, capacity, drift, bracket = (series(quantities, name, settings) for name in names)
    colours = value_colours([*curves[TEMPERATURE], *windows[TEMPERATURE], *times["at"]])
    marks.note(figure, sample_note({r"$\tau$": times}, settings, flags, "liquids", uncounted=[bracket]))
    _draw_overlap(first, curves, colours)
    _draw_times(second, times, settings)
    _draw_windows(third, windows, capacity, colours, settings)
    _draw_verdict(fourth, drift, bracket, settings)
    name_panels((first, second, third, fourth))
    if colours:
        marks.value_legend(figure, colours, settings, 8, value_markers(colours))
    return figure


def _draw_overlap(ax: Axes, curves: pd.DataFrame, colours: dict[float, tuple]) -> None:
    ax.set_xlabel("time [sweeps]")
    ax.set_ylabel("self-overlap $Q(t)$")
    # Late times are reached by the slowest samples alone; their mean is not the ensemble's.
    most = curves.groupby(TEMPERATURE)["samples"].transform("max")
    curves = curves[(curves["time"] > 0) & np.isfinite(curves["overlap"]) & (2 * curves["samples"] >= most)]
    if not len(curves):
        marks.not_enough(ax, "no overlap was measured")
        return
    markers = value_markers(colours)
    for temperature, rows in curves.groupby(TEMPERATURE):
        style = {"color": colours[temperature], "marker": markers[temperature], "markersize": 2.4, "linewidth": 0.7, "elinewidth": 0.6}
        ax.errorbar(rows["time"], rows["overlap"], rows["overlap_error"], **style)
    ax.axhline(1 / np.e, color=GREY, linestyle=(0, (4, 2)), linewidth=0.8, label=r"$1/\mathrm{e}$: the relaxation time", zorder=1)
    ax.set_xscale("log")
    ax.set_ylim(-0.03, 1.05)
    ax.legend(loc="lower left")


def _draw_times(ax: Axes, times: pd.DataFrame, settings: Settings) -> None:
    ax.set_ylabel(r"relaxation time $\tau$ [sweeps]")
    if not has_values(times, positive=True):
        ax.set_xlabel(inverse_label(settings))
        marks.not_enough(ax, "no liquid relaxed within its budget")
        return
    marks.points(ax, times.assign(inverse=1 / times["x"]), r"mean over samples", x="inverse", log=True)
    inverse = 1 / times["x"]
    margin = 0.06 * (inverse.max() - inverse.min()) + (0.05 if len(times) > 1 else 0.5)
    ax.set_xlim(inverse.min() - margin, inverse.max() + margin)
    marks.positive_limits(ax, times)
    marks.inverse_temperature_axis(ax, settings, list(times["at"]))
    ax.legend(loc="upper left")


def _draw_windows(ax: Axes, windows: pd.DataFrame, capacity: pd.DataFrame, colours: dict[float, tuple], settings: Settings) -> None:
    """Mean energy along the run, as a temperature over T_p: it comes down to the band and stays there."""
    ax.set_xlabel("share of the run")
    ax.set_ylabel(r"energy against the second half, $\Delta T/T_p$")
    tolerance = settings.option("liquids", "tolerance")
    ax.axhspan(-tolerance, tolerance, color=PALE, alpha=0.35, linewidth=0, zorder=0, label=rf"$\pm$ {tolerance:g}, what is tolerated")
    ax.axvline(0.5, color=GREY, linestyle=(0, (4, 2)), linewidth=0.8, zorder=1, label="end of the approach")
    of_temperature = dict(zip(capacity["at"], capacity["value"], strict=True))
    rows = windows[np.isfinite(windows[TEMPERATURE].map(of_temperature).astype(float)) & (windows["share"] > FIRST_SHOWN)]
    if not len(rows):
        marks.not_enough(ax, "no energy along a run, or no heat capacity")
        return
    markers = value_markers(colours)
    for rank, (temperature, own) in enumerate(rows.groupby(TEMPERATURE)):
        scale = of_temperature[temperature] * temperature
        style = {"color": colours[temperature], "marker": markers[temperature], "markersize": 2.6, "linewidth": 0.7, "elinewidth": 0.6}
        ax.errorbar(own["share"] + 0.006 * rank, own["change"] / scale, own["change_error"] / scale, **style)
    ax.legend(loc="upper right")


def _draw_verdict(ax: Axes, drift: pd.DataFrame, bracket: pd.DataFrame, settings: Settings) -> None:
    """Drift of the mean energy, and its distance from that of reheated liquids, as a temperature over T_p.

    Hollow where a point is condemned, and where there is no bracket yet.
    """
    ax.set_ylabel(r"$\Delta T/T_p$")
    marks.value_axis(ax, settings, drift)
    tolerance = settings.option("liquids", "tolerance")
    ax.axhspan(-tolerance, tolerance, color=PALE, alpha=0.35, linewidth=0, zorder=0)
    ax.axhline(0, color=GREY, linewidth=0.6, zorder=1)
    if not has_values(drift):
        marks.not_enough(ax, "no length of a run was asked for, or one sample alone", 0.25)
        return
    relative = [table.assign(value=table["value"] / table["at"], error=table["error"] / table["at"]) for table in (drift, bracket)]
    marks.points(ax, relative[0], "second half against second quarter", line=False)
    if has_values(bracket):
        marks.points(ax, beside(relative[1], settings), "came down against heated up", SECOND, "D", line=False, size=3.2)
    ends = np.concatenate([[tolerance, -tolerance], *((one["value"] + sign * one["error"].fillna(0)) for one in relative for sign in (-1, 1))])
    marks.linear_limits(ax, np.nanmin(ends), np.nanmax(ends), 0.1, 0.45)
    ax.legend(loc="upper left")
