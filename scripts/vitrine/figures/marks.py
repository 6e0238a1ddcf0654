"""Marks that the figures share: points with error bars, guides, published values, axes of temperature, legends, and panels without data."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullLocator

from vitrine.aggregation.published import HEADLINES
from vitrine.figures.data import ONSET_LABEL, Settings, number
from vitrine.figures.style import GREY, INK, PALE

RAINONE = "Rainone et al. 2020"
GIANNINI = "Giannini et al. 2021"
PUBLISHED = {entry.fit: entry.value for entry in HEADLINES}
SIMULATION_LABEL = r"$k_BT_p/\varepsilon$"


def bars(value: pd.Series, error: pd.Series) -> np.ndarray:
    """Lower and upper error bars for a logarithmic axis, shape (2, n): up by the error, down by the factor exp(-error/value).

    To first order both are the error; the lower one never reaches zero, so that a value with an error of its own size stays readable.
    """
    value, error = np.asarray(value, dtype=float), np.nan_to_num(np.asarray(error, dtype=float))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.array([np.where(value > 0, value * -np.expm1(-error / value), error), error])


def points(
    ax: Axes,
    table: pd.DataFrame,
    label: str,
    colour: str = INK,
    marker: str = "o",
    x: str = "T",
    line: bool = True,
    log: bool = False,
    size: float = 4.0,
) -> None:
    """Draw a series with its error bars; points that are not `sound` are hollow (`sample_note` says why)."""
    style = {"color": colour, "marker": marker, "markersize": size, "linestyle": "none", "elinewidth": 0.8}
    good = table[np.isfinite(table["value"]) & np.isfinite(table[x])]
    if line and len(good) > 1:
        ax.plot(good[x], good["value"], color=colour, linewidth=0.6, alpha=0.5, zorder=2)
    sound, hollow = good[good["sound"]], good[~good["sound"]]
    if len(sound):
        error = bars(sound["value"], sound["error"]) if log else sound["error"]
        ax.errorbar(sound[x], sound["value"], error, label=label, zorder=3, **style)
    if len(hollow):
        error = bars(hollow["value"], hollow["error"])
        ax.errorbar(hollow[x], hollow["value"], error, markerfacecolor="white", label=None if len(sound) else label, zorder=3, **style)


def not_enough(ax: Axes, why: str, height: float = 0.5) -> None:
    """Say in an empty panel why it is empty."""
    ax.text(0.5, height, f"not enough data:\n{why}", transform=ax.transAxes, ha="center", va="center", fontsize=6.5, color=GREY, wrap=True)
    for axis in (ax.xaxis, ax.yaxis, *(child.xaxis for child in ax.child_axes)):
        axis.set_major_locator(NullLocator())
        axis.set_minor_locator(NullLocator())


def published_value(name: str, settings: Settings) -> float:
    """The published number of a name in the fits table; NaN, which draws nothing, where it belongs to another glass former."""
    return PUBLISHED[name] if settings.published else np.nan


def published(ax: Axes, x: float, y: float, label: str) -> None:
    """A star at a point that a paper's text gives."""
    if np.isfinite(x) and np.isfinite(y):
        ax.plot(
            [x], [y], marker="*", markersize=8.0, color=GREY, markeredgecolor="white", markeredgewidth=0.4, linestyle="none", label=label, zorder=4
        )


def guide(
    ax: Axes, anchor: tuple[float, float], ends: tuple[float, float], slope: float, text: str, at: float = 0.5, offset: tuple[float, float] = (3, 3)
) -> None:
    """A dashed power law through `anchor` between x = ends, with its name at the fraction `at` of its (logarithmic) length, `offset` points away."""
    x = np.array(ends, dtype=float)
    if not (np.all(np.isfinite(anchor)) and np.all(np.isfinite(x)) and min(*anchor, *ends) > 0):
        return
    ax.plot(x, anchor[1] * (x / anchor[0]) ** slope, color=GREY, linestyle=(0, (4, 2)), linewidth=0.8, zorder=1.5)
    place = x[0] ** (1 - at) * x[1] ** at
    height = anchor[1] * (place / anchor[0]) ** slope
    side = "left" if offset[0] >= 0 else "right"
    ax.annotate(text, (place, height), offset, textcoords="offset points", ha=side, va="center", fontsize=7.0, color=GREY)


def temperature_axis(ax: Axes, settings: Settings, label_top: bool = True) -> None:
    """x is T_p in T_onset; the upper axis repeats it in simulation units."""
    unit = settings.onset_temperature
    ax.set_xlabel(ONSET_LABEL)
    ax.xaxis.set_major_locator(MaxNLocator(5))
    upper = ax.secondary_xaxis("top", functions=(lambda x: x * unit, lambda x: x / unit))
    upper.xaxis.set_major_locator(MaxNLocator(5))
    if label_top:
        upper.set_xlabel(SIMULATION_LABEL, labelpad=4.0)


def inverse_temperature_axis(ax: Axes, settings: Settings, temperatures: list[float]) -> None:
    """x is T_onset/T_p; the upper axis marks the parent temperatures in simulation units, where they fit."""
    ax.set_xlabel(r"$T_\mathrm{onset}/T_p$")
    low, high = ax.get_xlim()
    places, names = [], []
    for temperature in sorted(temperatures, reverse=True):
        place = settings.onset_temperature / temperature
        if not places or place - places[-1] > 0.085 * (high - low):
            places.append(place)
            names.append(number(temperature))
    upper = ax.secondary_xaxis("top")
    upper.set_xticks(places, names)
    upper.set_xlabel(SIMULATION_LABEL, labelpad=4.0)


def temperature_label(temperature: float, settings: Settings) -> str:
    """T_p in T_onset, and in simulation units in brackets."""
    return f"{temperature / settings.onset_temperature:.2f} ({number(temperature)})"


def temperature_legend(
    figure: Figure, colours: Mapping[float, tuple], settings: Settings, columns: int, markers: Mapping[float, str] | None = None
) -> None:
    """The legend of the parent temperatures, below the panels and thus off the data; cold to hot along its rows."""
    ordered = sorted(colours)
    rows = -(-len(ordered) // columns)
    columns = -(-len(ordered) // rows)
    handles = [
        Line2D([], [], color=colours[t], marker=(markers or {}).get(t, "none"), markersize=3.0, label=temperature_label(t, settings)) for t in ordered
    ]
    filled = [handles[row * columns + column] for column in range(columns) for row in range(rows) if row * columns + column < len(handles)]
    title = rf"{ONSET_LABEL} ({SIMULATION_LABEL})"
    figure.legend(handles=filled, loc="outside lower center", ncols=columns, title=title, borderaxespad=0.2)


def note(figure: Figure, text: str) -> None:
    """N and the number of samples, above the panels on the left."""
    figure.suptitle(text, x=0.01, ha="left", color=GREY)


def positive_limits(ax: Axes, *tables: pd.DataFrame, below: float = 2.0, above: float = 2.0, also: tuple[float, ...] = ()) -> None:
    """Logarithmic y axis around the values and their lower error bars."""
    lowest = [table["value"] - bars(table["value"], table["error"])[0] for table in tables]
    values = np.concatenate([*(table["value"].to_numpy(float) for table in tables), *lowest, np.array(also, dtype=float)])
    values = values[np.isfinite(values) & (values > 0)]
    ax.set_yscale("log")
    if len(values):
        ax.set_ylim(values.min() / below, values.max() * above)
        plain_log_ticks(ax, "y")


def linear_limits(ax: Axes, low: float, high: float, below: float, above: float) -> None:
    """Linear y axis from `low` to `high` with room on both sides, as shares of the span; of a single value, about it."""
    span = high - low or abs(high) or 1.0
    ax.set_ylim(low - below * span, high + above * span)


def plain_log_ticks(ax: Axes, which: str) -> None:
    """Label a logarithmic axis that spans little with plain numbers at 1, 2, 5; keep powers of ten on a long one."""
    axis = ax.xaxis if which == "x" else ax.yaxis
    low, high = axis.get_view_interval()
    decades = np.log10(high / low)
    if decades < 1.7:
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if decades > 0.7 else (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_locator(LogLocator(subs=tuple(range(2, 10))))
        axis.set_minor_formatter(FuncFormatter(lambda value, _: ""))
    else:
        axis.set_minor_locator(LogLocator(subs=tuple(range(2, 10)) if decades < 7 else (1.0,), numticks=20))
        axis.set_minor_formatter(FuncFormatter(lambda value, _: ""))


def inset(ax: Axes, bounds: tuple[float, float, float, float]) -> Axes:
    """Axes inside a panel, at `bounds` (left, bottom, width, height in fractions of the panel), with small labels."""
    inner = ax.inset_axes(bounds)
    inner.xaxis.set_major_locator(MaxNLocator(3))
    inner.tick_params(labelsize=5.5, length=2.0, pad=1.5)
    inner.tick_params(which="minor", length=1.0)
    inner.xaxis.label.set_size(6.0)
    inner.yaxis.label.set_size(6.0)
    inner.xaxis.labelpad = inner.yaxis.labelpad = 1.0
    return inner


def level(ax: Axes, value: float, label: str | None = None, linestyle: str | tuple = ":", colour: str = PALE) -> None:
    """A horizontal line."""
    if np.isfinite(value):
        ax.axhline(value, color=colour, linestyle=linestyle, linewidth=0.9, zorder=1, label=label)


def fixed_ticks(ax: Axes, places: list[float], names: list[str]) -> None:
    """Named ticks on the x axis."""
    ax.xaxis.set_major_locator(FixedLocator(places))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xticks(places, names)


def has_values(table: pd.DataFrame, positive: bool = False) -> bool:
    """Whether a series has a finite (and positive) value at all."""
    value = table["value"]
    return bool(np.any(np.isfinite(value) & ((value > 0) | (not positive))))
