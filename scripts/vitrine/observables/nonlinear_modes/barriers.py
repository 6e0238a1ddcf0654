"""Distribution of energy barriers along modes, of the cubic and of the quartic expansion (Lerner and Bouchbinder 2021, eqs. 14, 19, 20)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import flag_at, has_values, sample_note, select, series
from vitrine.figures.labels import with_unit
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, INK, SECOND, name_panels, new_figure, styled, value_colours, value_markers
from vitrine.observables.nonlinear_modes.drawing import COLOURS, NAMES, log_axes
from vitrine.schema import ENERGY

GUIDE = "$B^{1/4}$ (Lerner and\nBouchbinder 2021, eq. 20)"


@styled
def plot_barriers(barrier_density: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None) -> Figure:
    """(a) p(B) along cubic modes from the cubic expansion; (b) from the quartic one where it has two wells; (c) medians along the axis.

    Tables: BARRIER_DENSITY, QUANTITIES (barrier_<kind>, double_barrier_<kind>, barrier_exponent_cubic), FLAGS.
    """
    figure, (left, middle, right) = new_figure(DOUBLE, 3.0, 1, 3)
    marks.note(figure, sample_note({"cubic modes": series(quantities, "barrier_cubic", settings)}, settings, flags, "nonlinear_modes"))
    curves = select(barrier_density, settings)
    curves = curves[(curves["kind"] == "cubic") & (curves["count"] > 0)]
    colours = value_colours(curves[settings.against])
    exponent = series(quantities, "barrier_exponent_cubic", settings)
    for ax, expansion, title in ((left, "cubic", "cubic expansion, all modes"), (middle, "quartic", "quartic expansion, two wells")):
        ax.set_xlabel(with_unit("B", ENERGY, settings))
        ax.set_ylabel(with_unit("p(B)", f"1/{ENERGY}", settings))
        ax.set_title(title, loc="left")
        rows = curves[curves["expansion"] == expansion]
        if len(rows):
            _draw(ax, rows, colours, settings, exponent if expansion == "quartic" else None)
        else:
            marks.not_enough(ax, "no cubic mode has two wells" if expansion == "quartic" else "no cubic mode was found")
    _draw_medians(right, quantities, settings)
    name_panels((left, middle, right))
    if colours:
        marks.value_legend(figure, colours, settings, 8, value_markers(colours))
    return figure


def _draw(ax: Axes, rows: pd.DataFrame, colours: dict, settings: Settings, exponent: pd.DataFrame | None) -> None:
    """p(B) of every point, hollow where no law was found; the prediction through the lowest filled bin of two-well modes."""
    markers = value_markers(colours)
    for value, own in rows.groupby(settings.against, sort=False):
        hollow = exponent is not None and flag_at(exponent, value) != ""
        style = {"color": colours[value], "marker": markers[value], "markersize": 3.0, "linewidth": 0.5, "elinewidth": 0.6}
        style["markerfacecolor"] = "white" if hollow else colours[value]
        ax.errorbar(_centre(own), own["density"], marks.bars(own["density"], own["density_error"]), **style)
    log_axes(ax)
    if exponent is not None:
        peak = rows["density"].max()
        ends = _centre(rows).min(), _centre(rows).max()
        marks.guide(ax, (np.sqrt(ends[0] * ends[1]), 1.6 * peak), ends, 0.25, GUIDE, at=0.02, offset=(0, 24))
        ax.set_ylim(rows["density"].min() / 3, 100 * peak)


def _centre(rows: pd.DataFrame) -> pd.Series:
    return np.sqrt(rows["barrier_low"] * rows["barrier_high"])


def _draw_medians(ax: Axes, quantities: pd.DataFrame, settings: Settings) -> None:
    """Medians of both expansions along the study's axis."""
    shown = [
        (kind, name, word)
        for kind in ("cubic", "quartic")
        for name, word in (("barrier", "cubic exp."), ("double_barrier", "quartic exp., two wells"))
    ]
    found = [(kind, name, word, series(quantities, f"{name}_{kind}", settings)) for kind, name, word in shown]
    marks.value_axis(ax, settings, found[0][3])
    ax.set_ylabel(with_unit(r"\mathrm{median}\;B", ENERGY, settings))
    found = [one for one in found if has_values(one[3], positive=True)]
    if not found:
        marks.not_enough(ax, "no barrier was found")
        return
    for kind, name, word, table in found:
        marks.points(ax, table, f"{NAMES[kind]}: {word}", COLOURS[kind] if kind == "cubic" else SECOND, "o" if name == "barrier" else "s", log=True)
    marks.positive_limits(ax, *(table for *_, table in found), above=30.0)
    ax.legend(loc="upper left", fontsize=5.5, labelcolor=INK)
