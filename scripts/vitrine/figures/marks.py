"""Marks that the figures share: points with error bars, guides, published values, the study's axis, legends, and panels without data."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullLocator

from vitrine.declare import Headline
from vitrine.figures.data import flag_at, last_value, spans_decades
from vitrine.figures.labels import SIMULATION_LABEL, axis_label, inverse_label, legend_label, legend_title, number
from vitrine.figures.settings import Settings
from vitrine.figures.style import GREY, INK, PALE, value_markers
from vitrine.observables import declarations

RAINONE = "Rainone et al. 2020"
GIANNINI = "Giannini et al. 2021"
LETTER = 0.045  # of the width of a narrow panel: what a letter of a tick's name takes
MOST_NAMES = 6  # ticks of a logarithmic axis that stand at the values themselves
NARROWEST = 2.0  # factor that the ends of windows span at least: a logarithmic axis that spans less has crowded ticks
LONG_NAMES = 24  # letters of all names of ticks together, above which words are turned


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
    x: str = "x",
    line: bool = True,
    log: bool = False,
    size: float = 4.0,
) -> None:
    """Draw a series with its error bars; points that are not `sound` are hollow (`sample_note` says why). Words are not joined by a line."""
    style = {"color": colour, "marker": marker, "markersize": size, "linestyle": "none", "elinewidth": 0.8}
    good = table[np.isfinite(table["value"]) & np.isfinite(table[x])]
    if line and len(good) > 1 and pd.api.types.is_numeric_dtype(good["at"]):
        ax.plot(good[x], good["value"], color=colour, linewidth=0.6, alpha=0.5, zorder=2)
    sound, hollow = good[good["sound"]], good[~good["sound"]]
    if len(sound):
        error = bars(sound["value"], sound["error"]) if log else sound["error"]
        ax.errorbar(sound[x], sound["value"], error, label=label, zorder=3, **style)
    if len(hollow):
        error = bars(hollow["value"], hollow["error"])
        ax.errorbar(hollow[x], hollow["value"], error, markerfacecolor="white", label=None if len(sound) else label, zorder=3, **style)


def at_most(ax: Axes, table: pd.DataFrame, label: str, colour: str = INK, x: str = "x") -> None:
    """Upper limits on a logarithmic axis: arrows that hang on them, faint where they are not `sound`."""
    good = table[np.isfinite(table["value"]) & (table["value"] > 0)]
    for rows, alpha in ((good[good["sound"]], 1.0), (good[~good["sound"]], 0.45)):
        if len(rows):
            length = 0.4 * rows["value"]
            style = {"color": colour, "alpha": alpha, "marker": "_", "markersize": 7.0, "linestyle": "none", "elinewidth": 0.8}
            ax.errorbar(rows[x], rows["value"], length, uplims=True, label=label, zorder=3, **style)
            label = None


def not_enough(ax: Axes, why: str, height: float = 0.5) -> None:
    """Say in an empty panel why it is empty."""
    ax.text(0.5, height, f"not enough data:\n{why}", transform=ax.transAxes, ha="center", va="center", fontsize=6.5, color=GREY, wrap=True)
    for axis in (ax.xaxis, ax.yaxis, *(child.xaxis for child in ax.child_axes)):
        axis.set_major_locator(NullLocator())
        axis.set_minor_locator(NullLocator())


def headline(name: str) -> Headline:
    """The published number of a name in the fits table, from the declarations."""
    return next(one for observable in declarations().values() for one in observable.headlines if one.fit == name)


def published_value(name: str, settings: Settings) -> float:
    """The published number of a name in the fits table; NaN, which draws nothing, where it does not belong to what is drawn.

    One of a glass former belongs to that glass former, along T_p in units of T_onset.
    """
    found = headline(name)
    ours = found.model in settings.published and settings.thermal and settings.temperature_name == "T_onset"
    return found.value if ours or not found.model else np.nan


def published_end(name: str) -> float:
    """The lowest T_p/T_onset of the range over which a number was published."""
    return headline(name).range[0]


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


def value_axis(ax: Axes, settings: Settings, table: pd.DataFrame, label_top: bool = True) -> None:
    """x is the study's axis, with the places of a series; for T_p in the unit of temperature the upper axis repeats it in simulation units."""
    name_axis(ax, settings, table)
    if not settings.thermal:
        return
    unit = settings.temperature_unit
    upper = ax.secondary_xaxis("top", functions=(lambda x: x * unit, lambda x: x / unit))
    places = table.loc[np.isfinite(table["x"]), "x"].unique()
    for one, scale in ((ax, 1.0), (upper, unit)):
        if len(places) == 1:  # ticks about a single value would have more digits than there is room for
            one.set_xticks(scale * places, [number(scale * places[0])])
        else:
            one.xaxis.set_major_locator(MaxNLocator(5))
    if label_top:
        upper.set_xlabel(SIMULATION_LABEL, labelpad=4.0)


def name_axis(ax: Axes, settings: Settings, table: pd.DataFrame, small: bool = False) -> None:
    """Label x as the study's axis: words get named ticks (none in a small inset), values over decades a logarithmic scale."""
    ax.set_xlabel(axis_label(settings))
    names = [settings.axis.words(value) for value in table["at"]]
    whole = settings.axis.type == "int32"
    if settings.axis.type == "string":
        fixed_ticks(ax, list(table["x"]), [""] * len(names) if small else names)
        ax.set_xlim(-0.5, max(len(table), 1) - 0.5)
    elif spans_decades(table, settings):
        ax.set_xscale("log")
        ax.set_xlim(table["x"].min() / 1.3, table["x"].max() * 1.3)
        plain_log_ticks(ax, "x")
        if whole and not small and len(names) <= MOST_NAMES:
            places = np.log(table["x"].to_numpy(float))
            named = far_apart(places, LETTER * np.diff(np.log(ax.get_xlim()))[0] * np.array([len(name) for name in names]))
            fixed_ticks(ax, list(table["x"]), [name if index in named else "" for index, name in enumerate(names)])
    elif whole:
        ax.xaxis.set_major_locator(MaxNLocator(3 if small else 5, integer=True))


def far_apart(places: np.ndarray, room: np.ndarray) -> list[int]:
    """Indices of the rising places (n,) that lie further than their room (n,) behind the last one that is taken; the first is."""
    taken: list[int] = []
    for index, place in enumerate(places):
        if not taken or place - places[taken[-1]] > room[index]:
            taken.append(index)
    return taken


def inverse_temperature_axis(ax: Axes, settings: Settings, temperatures: list[float]) -> None:
    """x is the inverse of T_p in the unit of temperature; the upper axis marks the parent temperatures in simulation units, where they fit."""
    ax.set_xlabel(inverse_label(settings))
    low, high = ax.get_xlim()
    falling = np.sort(np.array(temperatures, dtype=float))[::-1]
    places = settings.temperature_unit / falling
    named = far_apart(places, np.full(len(places), 0.085 * (high - low)))
    upper = ax.secondary_xaxis("top")
    upper.set_xticks(places[named], [number(temperature) for temperature in falling[named]])
    upper.set_xlabel(SIMULATION_LABEL, labelpad=4.0)


def value_legend(
    figure: Figure, colours: Mapping[object, tuple], settings: Settings, columns: int, markers: Mapping[object, str] | None = None
) -> None:
    """The legend of the values on the study's axis, below the panels and thus off the data; in the order of `colours` along its rows."""
    ordered = list(colours)
    rows = -(-len(ordered) // columns)
    columns = -(-len(ordered) // rows)
    handles = [
        Line2D([], [], color=colours[value], marker=(markers or {}).get(value, "none"), markersize=3.0, label=legend_label(value, settings))
        for value in ordered
    ]
    filled = [handles[row * columns + column] for column in range(columns) for row in range(rows) if row * columns + column < len(handles)]
    figure.legend(handles=filled, loc="outside lower center", ncols=columns, title=legend_title(settings), borderaxespad=0.2)


def note(figure: Figure, text: str) -> None:
    """N and the number of samples, above the panels on the left."""
    figure.suptitle(text, x=0.01, ha="left", color=GREY)


def windows(
    ax: Axes, table: pd.DataFrame, columns: tuple[str, str, str], law: pd.DataFrame, colours: Mapping, settings: Settings, unit: float = 1.0
) -> None:
    """A number of nested windows against their ends, point by point in its colour; hollow at a point where the series `law` is flagged.

    columns: end, number and error. unit: of the ends.
    """
    end, value, error = columns
    markers = value_markers(colours)
    for at, rows in table.groupby(settings.against):
        colour = colours.get(at, GREY)
        face = colour if flag_at(law, at) == "" else "white"
        style = {"color": colour, "marker": markers.get(at, "o"), "markersize": 3.0, "markerfacecolor": face, "linewidth": 0.6, "elinewidth": 0.6}
        ax.errorbar(rows[end] / unit, rows[value], rows[error], **style)
    ax.set_xscale("log")
    low, high = ax.get_xlim()
    if high < NARROWEST * low:
        middle = np.sqrt(low * high)
        ax.set_xlim(middle / np.sqrt(NARROWEST), middle * np.sqrt(NARROWEST))
    plain_log_ticks(ax, "x")


def positive_limits(ax: Axes, *tables: pd.DataFrame, below: float = 2.0, above: float = 2.0, also: tuple[float, ...] = ()) -> None:
    """Logarithmic y axis around the values and their lower error bars."""
    lowest = [table["value"] - bars(table["value"], table["error"])[0] for table in tables]
    values = np.concatenate([*(table["value"].to_numpy(float) for table in tables), *lowest, np.array(also, dtype=float)])
    values = values[np.isfinite(values) & (values > 0)]
    ax.set_yscale("log")
    if len(values):
        ax.set_ylim(values.min() / below, values.max() * above)
        plain_log_ticks(ax, "y")


def free_corner(table: pd.DataFrame, usual: str) -> str:
    """The lower or upper corner that a series leaves free, on the right below one that rises; `usual`, such as `lower right`, where it is level."""
    height, change = usual.split()[0], last_value(table) - last_value(table.iloc[::-1])
    if not abs(change) > 0:
        return usual
    return f"{height} {'right' if (change > 0) == (height == 'lower') else 'left'}"


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
    """Named ticks on the x axis; words that are long together are turned."""
    ax.xaxis.set_major_locator(FixedLocator(places))
    ax.xaxis.set_minor_locator(NullLocator())
    turned = (
        {"rotation": 25, "ha": "right", "rotation_mode": "anchor"}
        if max(map(len, names), default=0) > 6 and sum(map(len, names)) > LONG_NAMES
        else {}
    )
    ax.set_xticks(places, names, **turned)
