"""Quartiles of the dilatant-to-shear ratio of soft modes along the study's axis (Lerner and Bouchbinder 2021, Fig. 7d)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import has_values, sample_note, series
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, INK, PALE, SECOND, SINGLE, name_panels, new_figure, styled

NAMES = ("lower", "median", "upper", "mean")


@styled
def plot_dilatancy(quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None) -> Figure:
    """(a) |ratio|; (b) in space, the ratio with its sign where it has one. Tables: QUANTITIES (dilatancy_..., dilatancy_signed_...), FLAGS."""
    columns = 2 if settings.dimension > 2 else 1
    width = DOUBLE if columns == 2 else SINGLE
    figure, axes = new_figure(width, 2.9, 1, columns)
    whole = {name: series(quantities, f"dilatancy_{name}", settings) for name in NAMES}
    share = series(quantities, "dilatancy_signed_share", settings)
    value = share["value"][np.isfinite(share["value"])]
    kind = settings.option("dilatancy", "kind").replace("_", "-")
    further = [f"{kind} modes"]
    if columns == 2 and len(value):
        low, high = (f"{100 * one:.0f}" for one in (value.min(), value.max()))
        further.append(f"a sign in {low if low == high else f'{low}–{high}'} % of the modes")
    marks.note(figure, sample_note({"dilatancy": whole["median"]}, settings, flags, "dilatancy", width, further))
    _draw(axes[0], whole, settings, r"$|\mathrm{Tr}\,F_\pi/\bar{d}\,|\,/\,|\lambda_\mathrm{max}|$")
    if columns == 2:
        signed = {name: series(quantities, f"dilatancy_signed_{name}", settings) for name in NAMES}
        _draw(axes[1], signed, settings, r"$(\mathrm{Tr}\,F_\pi/\bar{d}\,)\,/\,\lambda_\mathrm{max}$")
        marks.level(axes[1], 0.0)
        name_panels(axes)
    return figure


def _draw(ax: Axes, tables: dict[str, pd.DataFrame], settings: Settings, label: str) -> None:
    """A bar from quartile to quartile at every point, its ends with their errors, median and mean on it."""
    marks.value_axis(ax, settings, tables["median"])
    ax.set_ylabel(label)
    if not has_values(tables["median"]):
        marks.not_enough(ax, "no mode, or none whose ratio is defined")
        return
    lower, upper = tables["lower"], tables["upper"]
    for row, top in zip(lower.itertuples(), upper["value"], strict=True):
        if np.isfinite(row.value) and np.isfinite(top):
            ax.plot([row.x, row.x], [row.value, top], color=PALE, linewidth=5.0, solid_capstyle="butt", zorder=1, gid="quartiles")
    for name, table in (("lower", lower), ("upper", upper)):
        good = table[np.isfinite(table["value"])]
        ax.errorbar(good["x"], good["value"], good["error"], linestyle="none", color=INK, elinewidth=0.6, zorder=2, label=f"_{name}")
    ax.plot([], [], color=PALE, linewidth=5.0, label="second and third quartile")
    marks.points(ax, tables["median"], "median")
    marks.points(ax, tables["mean"], "mean", SECOND, "D", size=3.4)
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + 0.3 * (high - low))
    ax.legend(loc="upper right", ncols=1)
