"""The shared style: sizes, fonts, colours of the values on the study's axis, and saving with the same bytes for the same data.

Figures are made without pyplot (no global state, no display). Every function that draws is wrapped in `styled`, so that neither a user's
matplotlibrc nor another figure changes a picture. Text stays text in SVG (searchable, editable) and TrueType in PDF.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from vitrine.errors import InputError
from vitrine.files import whole_file

SINGLE = 3.375  # width of a journal's column, inches (8.6 cm)
DOUBLE = 7.0  # width of two columns, inches (17.8 cm)

INK = "#222222"
GREY = "#777777"
PALE = "#bbbbbb"
SECOND = "#1b7f79"  # the second estimator of a quantity: distinct from the first (INK) in lightness and in hue

RC = {
    "font.family": "sans-serif",
    "font.size": 8.0,
    "axes.labelsize": 8.0,
    "axes.titlesize": 7.0,
    "axes.linewidth": 0.6,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.labelpad": 2.5,
    "axes.axisbelow": True,
    "text.color": INK,
    "figure.titlesize": 6.5,
    "figure.dpi": 100.0,
    "savefig.dpi": 300.0,
    "xtick.labelsize": 7.0,
    "ytick.labelsize": 7.0,
    "xtick.direction": "in",
    "ytick.direction": "in",
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "xtick.minor.size": 1.6,
    "ytick.minor.size": 1.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "ytick.right": True,
    "lines.linewidth": 1.0,
    "lines.markersize": 4.0,
    "lines.markeredgewidth": 0.8,
    "errorbar.capsize": 0.0,
    "legend.fontsize": 6.0,
    "legend.title_fontsize": 6.0,
    "legend.fancybox": False,
    "legend.framealpha": 0.85,
    "legend.edgecolor": "none",
    "legend.borderpad": 0.2,
    "legend.handlelength": 1.8,
    "legend.handletextpad": 0.5,
    "legend.labelspacing": 0.3,
    "legend.columnspacing": 1.2,
    "legend.borderaxespad": 0.5,
    "figure.constrained_layout.h_pad": 0.03,
    "figure.constrained_layout.w_pad": 0.03,
    "mathtext.fontset": "dejavusans",
    "svg.fonttype": "none",
    "svg.hashsalt": "vitrine",
    "pdf.fonttype": 42,
}
METADATA = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}


def styled(function: Callable) -> Callable:
    """Run `function` under the shared style, whatever the caller's settings of matplotlib."""

    @functools.wraps(function)
    def wrapped(*arguments, **options):
        with matplotlib.rc_context():
            matplotlib.rcdefaults()
            matplotlib.rcParams.update(RC)
            return function(*arguments, **options)

    return wrapped


def new_figure(width: float, height: float, rows: int = 1, columns: int = 1, **options) -> tuple[Figure, np.ndarray]:
    """A figure of `width` x `height` inches and its axes (always a flat array)."""
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, np.atleast_1d(figure.subplots(rows, columns, **options)).ravel()


@styled
def save(figure: Figure, paths: Sequence[str | Path]) -> None:
    """Write the figure to every path (.svg, .pdf or .png), whole or not at all; the bytes depend on the data alone.

    The layout is computed once and then frozen, so that they do not depend on the order of the formats either.
    Raises InputError for another ending.
    """
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for path in map(Path, paths):
        ending = path.suffix.lstrip(".")
        if ending not in ("svg", "pdf", "png"):
            raise InputError(f"{path}: figures are written as .svg, .pdf or .png, not {path.suffix!r}")
        with whole_file(path) as partial:
            figure.savefig(partial, format=ending, metadata=METADATA.get(ending))
            if ending == "svg":
                _name_other_fonts(partial)


def _name_other_fonts(path: Path) -> None:
    """Formulas name DejaVu Sans alone: name fonts of the same widths after it, for readers who lack it (they would see a serif font)."""
    text = path.read_text(encoding="utf-8")
    path.write_text(
        re.sub(r"font-family: ('DejaVu Sans[^',;]*')(?=[;\"])", r"font-family: \1, 'DejaVu Sans', Verdana, sans-serif", text), encoding="utf-8"
    )


def value_colours(values: Iterable) -> dict:
    """One colour per value on the study's axis, low (dark blue) to high (orange), ordered by rank; words in order of appearance.

    The map is matplotlib's `plasma` without its pale end: perceptually uniform, of increasing lightness, so that the order is also seen in grey
    and with any kind of colour blindness.
    """
    ordered = _ordered(values)
    places = np.linspace(0.0, 0.86, len(ordered)) if len(ordered) != 1 else [0.3]
    colours = matplotlib.colormaps["plasma"]
    return {value: colours(float(place)) for value, place in zip(ordered, places, strict=True)}


def value_markers(values: Iterable) -> dict:
    """One marker per value on the study's axis, so that neighbours differ by more than their colour."""
    return {value: "osD^v"[index % 5] for index, value in enumerate(_ordered(values))}


def _ordered(values: Iterable) -> list:
    different = list(dict.fromkeys(values))
    return different if different and isinstance(different[0], str) else sorted(different)


def name_panels(axes: Iterable[Axes]) -> None:
    """Write (a), (b), ... beside the upper left corners, above the tick labels of the y axis."""
    for letter, ax in zip("abcdefghijkl", axes, strict=False):
        ax.annotate(
            f"({letter})", (0, 1), (-12, 5), xycoords="axes fraction", textcoords="offset points", ha="right", fontsize=8.0, fontweight="bold"
        )
