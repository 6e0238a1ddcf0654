"""What a figure shows, read back from its marks: points with error bars, lines, stars, guides and words, to be held against the tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import same_color, to_hex
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from synthetic_tables import ONSET, Study, settings_of
from vitrine.figures.settings import Settings
from vitrine.observables import figures, function_of

WHITE, GREY, INK, SECOND = "white", "#777777", "#222222", "#1b7f79"


def draw(name: str, study: Study, settings: Settings | None = None, **options: object) -> Figure:
    """A figure from the tables that it declares, as the driver draws it."""
    figure, module = figures()[name]
    tables = {table: getattr(study, table) for table in figure.tables}
    return function_of(module, figure.function)(**tables, settings=settings or settings_of(study), **options)


@cache
def standard(name: str) -> Figure:
    """A figure of the study as made up; to be read, not to be changed."""
    return draw(name, Study())


def words(figure: Figure) -> str:
    """All text of a figure, on one line."""
    return " ".join(text.get_text() for text in figure.findobj(Text)).replace("\n", " ")


def note(figure: Figure) -> str:
    """The line above the panels."""
    return figure.get_suptitle().replace("\n", " ")


@dataclass(frozen=True)
class Bars:
    """Points with error bars: positions, lengths of the bars down and up, and how they look."""

    label: str
    x: np.ndarray
    y: np.ndarray
    down: np.ndarray
    up: np.ndarray
    hollow: bool
    colour: str
    marker: str


def bars(ax: Axes, label: str | None = None) -> list[Bars]:
    """Every set of points with error bars in a panel, or those of a label."""
    found = []
    for container in ax.containers:
        if not isinstance(container, ErrorbarContainer) or (label is not None and container.get_label() != label):
            continue
        line, _, (lengths,) = container
        x, y = (np.asarray(values, dtype=float) for values in line.get_data())
        ends = np.array([segment[:, 1] if len(segment) else [np.nan, np.nan] for segment in lengths.get_segments()])
        face, colour = line.get_markerfacecolor(), line.get_color()
        found.append(
            Bars(str(container.get_label()), x, y, y - ends[:, 0], ends[:, 1] - y, same_color(face, WHITE), to_hex(colour), line.get_marker())
        )
        assert to_hex(lengths.get_colors()[0]) == found[-1].colour
        assert found[-1].hollow or to_hex(face) == found[-1].colour
    return found


def one(items: list) -> object:
    """The only one."""
    (item,) = items
    return item


def log_down(value: np.ndarray, error: np.ndarray) -> np.ndarray:
    """How far a bar reaches down on a logarithmic axis: by the factor exp(-error/value)."""
    return value - value * np.exp(-error / value)


def check(found: Bars, x: object, value: object, error: object, log: bool = False) -> None:
    """Points with error bars are where the numbers say."""
    x, value, error = (np.asarray(numbers, dtype=float) for numbers in (x, value, error))
    np.testing.assert_allclose(found.x, x, rtol=1e-12)
    np.testing.assert_allclose(found.y, value, rtol=1e-12)
    np.testing.assert_allclose(found.up, error, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(found.down, log_down(value, error) if log else error, rtol=1e-6, atol=1e-12)


def rows(study: Study, quantity: str) -> pd.DataFrame:
    """The rows of one quantity in the table, cold to hot, with T_p/T_onset as `t`."""
    found = study.quantities[study.quantities["quantity"] == quantity].sort_values("parent_temperature")
    return found.assign(t=found["parent_temperature"] / ONSET)


def check_series(ax: Axes, label: str, study: Study, quantity: str, shift: float = 0.0, scale: float = 1.0, log: bool = False) -> Bars:
    """A panel has the points of a quantity against T_p/T_onset."""
    table, found = rows(study, quantity), one(bars(ax, label))
    check(found, table["t"] + shift, table["value"] * scale, table["error"] * scale, log)
    assert not found.hollow
    return found


def lines(ax: Axes, **wanted: object) -> list[Line2D]:
    """The lines of a panel with these properties (gid, label, marker)."""
    return [line for line in ax.lines if all(getattr(line, f"get_{name}")() == value for name, value in wanted.items())]


def stars(ax: Axes) -> list[tuple[float, float, str]]:
    """Published values: x, y and label, on one line."""
    return [(*map(float, (line.get_xdata()[0], line.get_ydata()[0])), line.get_label().replace("\n", " ")) for line in lines(ax, marker="*")]


def levels(ax: Axes) -> list[float]:
    """Heights of the lines across the panel."""
    return [float(line.get_ydata()[0]) for line in ax.lines if list(line.get_xdata()) == [0, 1] and line.get_transform() == ax.get_yaxis_transform()]


def uprights(ax: Axes) -> list[float]:
    """Places of the lines from bottom to top."""
    return [float(line.get_xdata()[0]) for line in ax.lines if list(line.get_ydata()) == [0, 1] and line.get_transform() == ax.get_xaxis_transform()]


def guides(ax: Axes) -> dict[str, float]:
    """{name: slope} of the power laws; the name must stand at its line."""
    found = {}
    dashed = [line for line in ax.lines if line.get_linestyle() == "--" and same_color(line.get_color(), GREY) and len(line.get_xdata()) == 2]
    for text in ax.texts:
        x, y = map(float, getattr(text, "xy", (0, 0)))
        if min(x, y) <= 0:
            continue
        for line in dashed:
            ends, heights = (np.log(np.asarray(values, dtype=float)) for values in line.get_data())
            slope = (heights[1] - heights[0]) / (ends[1] - ends[0])
            if ends.min() <= np.log(x) <= ends.max() and abs(heights[0] + slope * (np.log(x) - ends[0]) - np.log(y)) < 1e-9:
                found[text.get_text()] = float(slope)
    return found


def legend(figure: Figure) -> dict[str, tuple[str, str]]:
    """{label: (colour, marker)} of the legend below the panels, in its order."""
    box = figure.legends[0]
    return {text.get_text(): (to_hex(line.get_color()), line.get_marker()) for text, line in zip(box.get_texts(), box.legend_handles, strict=True)}


def labels(ax: Axes) -> tuple[str, str]:
    """Of x and y."""
    return ax.get_xlabel(), ax.get_ylabel()


def top(ax: Axes) -> Axes | None:
    """The upper axis of a panel."""
    found = [child for child in ax.child_axes if type(child).__name__ == "SecondaryAxis"]
    return found[0] if found else None


def inner(ax: Axes) -> Axes:
    """The inset of a panel."""
    return one([child for child in ax.child_axes if type(child).__name__ == "Axes"])


def legend_words(ax: Axes) -> list[str]:
    """What the legend inside a panel says."""
    return [text.get_text().replace("\n", " ") for text in ax.get_legend().get_texts()]


def share(ax: Axes, axis: str) -> tuple[float, float]:
    """Where the outermost points of a panel lie along x or y, as shares of the axis."""
    low, high = getattr(ax, f"get_{axis}lim")()
    values = np.concatenate([getattr(found, axis) for found in bars(ax)])
    values = values[np.isfinite(values)]
    if getattr(ax, f"get_{axis}scale")() == "log":
        low, high, values = np.log(low), np.log(high), np.log(values)
    return float((values.min() - low) / (high - low)), float((values.max() - low) / (high - low))
