"""b3 and b4 of modes against their frequency, and the slopes (Lerner and Bouchbinder 2021, eq. 18)."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import has_values, sample_note, select, series
from vitrine.figures.labels import with_unit
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, PALE, name_panels, new_figure, styled, value_colours, value_markers
from vitrine.observables.nonlinear_modes import CUBIC_ORDER, QUARTIC_ORDER
from vitrine.observables.nonlinear_modes.drawing import COLOURS, NAMES, cloud, clouds_by_value
from vitrine.schema import FREQUENCY

SLOPES = {"b3": (1.0, "|b_3|", CUBIC_ORDER, r"$\sim\omega$"), "b4": (0.0, "b_4", QUARTIC_ORDER, r"$\sim\omega^0$")}
SOURCE = "Lerner and Bouchbinder 2021, eq. 18"


@styled
def plot_coefficients_frequency(
    nonlinear_scatter: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """(a) |b3| and (b) b4 of cubic modes against omega, the softest of each glass in colour, with the expected slopes 1 and 0; (c) the fitted slopes.

    Tables: NONLINEAR_SCATTER, QUANTITIES (b3_slope_<kind>, b4_slope_<kind>), FLAGS.
    """
    figure, axes = new_figure(DOUBLE, 3.0, 1, 3)
    marks.note(figure, sample_note({"cubic modes": series(quantities, "b3_slope_cubic", settings)}, settings, flags, "nonlinear_modes"))
    modes = select(nonlinear_scatter, settings)
    modes = modes[modes["kind"] == "cubic"]
    colours = value_colours(modes[settings.against])
    for ax, (name, (slope, symbol, unit, word)) in zip(axes, SLOPES.items(), strict=False):
        ax.set_xlabel(with_unit(r"\omega", FREQUENCY, settings))
        ax.set_ylabel(with_unit(symbol, unit, settings))
        rows = modes[modes[name] > 0]
        if not len(rows):
            marks.not_enough(ax, "no cubic mode was found")
            continue
        cloud(ax, rows["omega"], rows[name], PALE, "o", gid="all", layer=1.0)
        softest = rows[rows["softest"]]
        columns = (lambda own: own["omega"], lambda own, name=name: own[name])
        clouds_by_value(ax, softest, columns, colours, value_markers(colours), settings.against)
        middle, height = softest["omega"].median(), softest[name].median()
        marks.guide(ax, (middle, height), (softest["omega"].min(), softest["omega"].max()), slope, word, at=0.05, offset=(0, 7))
    _draw_slopes(axes[2], quantities, settings)
    name_panels(axes)
    if colours:
        marks.value_legend(figure, colours, settings, 8, value_markers(colours))
    return figure


def _draw_slopes(ax: Axes, quantities: pd.DataFrame, settings: Settings) -> None:
    """Fitted slopes of both coefficients along the study's axis."""
    found = [(name, kind, series(quantities, f"{name}_slope_{kind}", settings)) for name in SLOPES for kind in ("cubic", "quartic")]
    marks.value_axis(ax, settings, found[0][2])
    ax.set_ylabel(r"slope against $\ln\omega$")
    shown = [(name, kind, table) for name, kind, table in found if has_values(table)]
    if not shown:
        marks.not_enough(ax, "too few modes for a slope")
        return
    for name, kind, table in shown:
        marks.points(ax, table, rf"${SLOPES[name][1]}$, {NAMES[kind]}", COLOURS[kind], "o" if name == "b3" else "s")
    for name, (slope, *_) in SLOPES.items():
        marks.level(ax, slope, SOURCE if name == "b3" else None, (0, (4, 2)), GREY)
    values = pd.concat([table["value"] for *_, table in shown])
    marks.linear_limits(ax, min(0.0, values.min()), max(1.0, values.max()), 0.1, 0.75)
    ax.legend(loc="upper left", fontsize=5.5)
