"""Evidence that the liquids are in equilibrium: decay of the self-overlap, relaxation times, length of the runs, drift of the energy."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import has_values, sample_note, select, series
from vitrine.figures.labels import axis_label, inverse_label, short_reason
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, INK, PALE, name_panels, new_figure, styled, value_colours, value_markers

TEMPERATURE = "parent_temperature"  # the only axis against which this figure is drawn
MOST_SHOWN = 200  # samples of an ensemble that are drawn one by one


@styled
def plot_equilibration(
    relaxation_curves: pd.DataFrame, liquids: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """(a) self-overlap against time; (b) relaxation time; (c) relaxation times run by each sample; (d) drift of each sample's energy.

    Tables: RELAXATION_CURVES, LIQUIDS (all samples), QUANTITIES (relaxation_time), FLAGS. Flagged samples are hollow, their reasons in the legend.
    """
    figure, (first, second, third, fourth) = new_figure(DOUBLE, 5.4, 2, 2)
    curves, samples = select(relaxation_curves, settings), select(liquids, settings)
    times = series(quantities, "relaxation_time", settings)
    colours = value_colours([*curves[TEMPERATURE], *samples[TEMPERATURE], *times["at"]])
    marks.note(figure, sample_note({r"$\tau$": times}, settings, flags, "liquids"))
    _draw_overlap(first, curves, colours)
    _draw_times(second, times, settings)
    _draw_runs(third, samples, colours, settings)
    _draw_drift(fourth, samples, colours, settings)
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


def _places(samples: pd.DataFrame) -> tuple[dict[float, int], np.ndarray]:
    """The column of each T_p (hot to cold) and the place of each sample in it: spread by its rank, so that the same data gives the same picture."""
    columns = {temperature: index for index, temperature in enumerate(sorted(samples[TEMPERATURE].unique(), reverse=True))}
    groups = samples.groupby(TEMPERATURE)["sample"]
    spread = (groups.rank(method="first") - 0.5) / groups.transform("count") - 0.5
    return columns, (samples[TEMPERATURE].map(columns) + 0.7 * spread).to_numpy(float)


def _thin(samples: pd.DataFrame) -> pd.DataFrame:
    """At most MOST_SHOWN good samples per T_p, evenly taken; every flagged one."""
    good = samples[samples["flag"] == ""]
    rank, count = good.groupby(TEMPERATURE).cumcount(), good.groupby(TEMPERATURE)["sample"].transform("count")
    step = np.ceil(count / MOST_SHOWN)
    return pd.concat([good[rank % step == 0], samples[samples["flag"] != ""]]).sort_values([TEMPERATURE, "sample"])


def _draw_samples(ax: Axes, samples: pd.DataFrame, column: str, colours: dict[float, tuple], settings: Settings) -> bool:
    """One point per sample, flagged ones hollow with their reasons named, those without a number on the lower edge. False where there is none."""
    ax.set_xlabel(axis_label(settings))
    if not len(samples):
        marks.not_enough(ax, "no liquid was run")
        return False
    shown = _thin(samples)
    columns, x = _places(shown)
    value = shown[column].to_numpy(float)
    good = (shown["flag"] == "").to_numpy()
    shade = np.array([colours[temperature] for temperature in shown[TEMPERATURE]])
    known = np.isfinite(value)
    ax.scatter(x[good & known], value[good & known], s=7, c=shade[good & known], linewidths=0, alpha=0.8, zorder=3)
    bad = shown.assign(x=x, y=value, flag=shown["flag"].map(short_reason))[~good]
    style = {"s": 11, "facecolors": "white", "edgecolors": INK, "linewidths": 0.7, "zorder": 4}
    for marker, (flag, rows) in zip("osD^vP*X" * 9, bad.groupby("flag"), strict=False):
        name = textwrap.fill(f"{flag}: {len(rows)} left out", 50)
        drawn, lost = rows[np.isfinite(rows["y"])], rows[~np.isfinite(rows["y"])]
        if len(drawn):
            ax.scatter(drawn["x"], drawn["y"], marker=marker, label=name, **style)
        if len(lost):
            label = None if len(drawn) else f"{name} (on the axis)"
            ax.scatter(lost["x"], np.full(len(lost), 0.025), marker=marker, label=label, transform=ax.get_xaxis_transform(), **style)
    if len(shown) < len(samples):
        ax.plot([], [], linestyle="none", label=f"{len(shown)} of {len(samples)} samples drawn, all flagged ones among them")
    marks.fixed_ticks(ax, list(columns.values()), [f"{temperature / settings.temperature_unit:.2f}" for temperature in columns])
    ax.set_xlim(-0.6, len(columns) - 0.4)
    return True


def _draw_runs(ax: Axes, samples: pd.DataFrame, colours: dict[float, tuple], settings: Settings) -> None:
    ax.set_ylabel(r"run length [relaxation times $\tau$]")
    samples = samples.assign(run=samples["relaxations"].where(samples["relaxations"] >= 0).astype(float))
    if not _draw_samples(ax, samples, "run", colours, settings):
        return
    target = settings.relaxation_times
    if target > 0:
        ax.axhline(target, color=GREY, linestyle=(0, (4, 2)), linewidth=0.8, label=f"asked for: {target:g}", zorder=1)
    runs = samples["run"].to_numpy(float)
    positive = runs[np.isfinite(runs) & (runs > 0)]
    ax.set_yscale("symlog", linthresh=1.0, linscale=0.4)
    top = np.log10(1.5 * max(target, positive.max(initial=1.0)))
    ax.set_ylim(-0.3, 10 ** ((top + 0.5) / (1 - _legend_share(ax)) - 0.5))
    if ax.get_legend_handles_labels()[1]:
        ax.legend(loc="upper left")


def _draw_drift(ax: Axes, samples: pd.DataFrame, colours: dict[float, tuple], settings: Settings) -> None:
    ax.set_ylabel("energy drift [standard errors]")
    for width in (1, 2):
        ax.axhspan(-width, width, color=PALE, alpha=0.25, linewidth=0, zorder=0)
    if not _draw_samples(ax, samples, "energy_drift", colours, settings):
        return
    good = samples[(samples["flag"] == "") & np.isfinite(samples["energy_drift"])]
    columns, _ = _places(samples)
    drift = good.groupby(TEMPERATURE)["energy_drift"].agg(["mean", "sem"])
    x = [columns[temperature] for temperature in drift.index]
    ax.errorbar(
        x,
        drift["mean"],
        drift["sem"].fillna(0.0),
        color=INK,
        marker="_",
        markersize=9,
        linestyle="none",
        label="mean and its standard error",
        zorder=5,
    )
    widest = np.nanmax(np.abs(samples["energy_drift"].to_numpy(float)), initial=2.5)
    ax.set_ylim(-1.2 * widest, -1.2 * widest + 2.3 * widest / (1 - _legend_share(ax)))
    ax.legend(loc="upper left")


def _legend_share(ax: Axes) -> float:
    """Share of the height of a panel that its legend takes, so that it can be kept free of data."""
    return min(0.03 + 0.062 * sum(label.count("\n") + 1 for label in ax.get_legend_handles_labels()[1]), 0.6)
