"""Mean squared displacement and non-Gaussian parameter against time at each point (Fan et al. 2022, Fig. 3a)."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import sample_note, select, series
from vitrine.figures.labels import with_unit
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, name_panels, new_figure, styled, value_colours, value_markers
from vitrine.observables.mean_squared_displacement import TIME


@styled
def plot_mean_squared_displacement(
    displacement_curves: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """(a) <Delta^2>(t); (b) alpha_2(t). Tables: DISPLACEMENT_CURVES, QUANTITIES (displacement_longest), FLAGS."""
    figure, (left, right) = new_figure(DOUBLE, 3.0, 1, 2)
    longest = series(quantities, "displacement_longest", settings)
    marks.note(figure, sample_note({r"$\langle\Delta^2\rangle$": longest}, settings, flags, "mean_squared_displacement"))
    curves = select(displacement_curves, settings)
    colours = value_colours(curves[settings.against])
    for ax, label in ((left, with_unit(r"\langle\Delta^2\rangle", "lambda_min^2", settings)), (right, r"$\alpha_2$")):
        ax.set_xlabel(with_unit("t", TIME, settings))
        ax.set_ylabel(label)
        if not len(curves):
            marks.not_enough(ax, "no trajectory was recorded")
    if len(curves):
        _draw(left, curves, "second", colours, settings)
        left.set_yscale("log")
        start = curves[curves[settings.against] == list(colours)[-1]].iloc[0]
        marks.guide(left, (start["lag"], 1.6 * start["second"]), (start["lag"], 8 * start["lag"]), 2, "$t^2$", at=0.4, offset=(-10, 6))
        _draw(right, curves, "non_gaussian", colours, settings)
        marks.level(right, 0.0)
        marks.value_legend(figure, colours, settings, 8, value_markers(colours))
    name_panels((left, right))
    return figure


def _draw(ax: Axes, curves: pd.DataFrame, column: str, colours: dict, settings: Settings) -> None:
    """The curve of every value on the study's axis."""
    markers = value_markers(colours)
    for value, rows in curves.groupby(settings.against):
        style = {"color": colours[value], "marker": markers[value], "markersize": 2.4, "linewidth": 0.7, "elinewidth": 0.6}
        error = marks.bars(rows[column], rows[f"{column}_error"]) if column == "second" else rows[f"{column}_error"]
        ax.errorbar(rows["lag"], rows[column], error, **style)
    ax.set_xscale("log")
