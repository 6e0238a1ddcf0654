"""Three lengths of soft spots along the study's axis: xi_co, xi_QLM and xi_g (Rainone et al. 2020, Fig. 6; Lerner and Bouchbinder 2021, Fig. 6b)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import has_values, sample_note, series
from vitrine.figures.labels import reference_words
from vitrine.figures.settings import Settings
from vitrine.figures.style import GREY, INK, SECOND, SINGLE, new_figure, styled

# Quantity, its symbol, what it is, colour and marker.
LENGTHS = (
    ("xi_g", r"$\xi_g=2\pi c_s/\omega_g$", GREY, "s"),
    ("xi_co", r"$\xi_\mathrm{co}$ (pinches)", INK, "o"),
    ("xi_qlm", r"$\xi_\mathrm{QLM}$ (quartic modes)", SECOND, "D"),
)


def over_hottest(table: pd.DataFrame) -> pd.DataFrame:
    """A series over its last value; its own error alone, where the hottest has one it is drawn there."""
    good = table[np.isfinite(table["value"]) & (table["value"] > 0)]
    last = float(good["value"].iloc[-1]) if len(good) else np.nan
    return table.assign(value=table["value"] / last, error=table["error"] / last)


@styled
def plot_lengths_compared(quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None) -> Figure:
    """xi_g, xi_co and xi_QLM, each over its value at the hottest point; the published decrease. Tables: QUANTITIES, FLAGS."""
    figure, (ax,) = new_figure(SINGLE, 3.0)
    tables = {symbol: over_hottest(series(quantities, name, settings)) for name, symbol, *_ in LENGTHS}
    marks.note(figure, sample_note(tables, settings, flags, ("response_decay", "pinching"), SINGLE))
    first = next(iter(tables.values()))
    marks.value_axis(ax, settings, first)
    ax.set_ylabel(f"length over its value at the {reference_words(settings)}")
    there = [table for table in tables.values() if has_values(table)]
    if not there:
        marks.not_enough(ax, "no length")
        return figure
    step = 0.004 * np.ptp([table["x"] for table in there]) if first["x"].dtype.kind == "f" else 0.0
    for place, (_, symbol, colour, marker) in enumerate(LENGTHS):
        table = tables[symbol]
        if has_values(table):
            marks.points(ax, table.assign(x=table["x"] + place * step), symbol, colour, marker, size=3.4)
    decrease = marks.published_value("xi_g_decrease", settings)
    marks.level(ax, 1.0)
    marks.level(
        ax,
        1 - decrease,
        f"{100 * decrease:g} % below the hottest: $\\xi_g$ at {marks.published_end('xi_g_decrease'):.2f}\n({marks.RAINONE}, Fig. 6)",
        (0, (4, 2)),
        GREY,
    )
    values = np.concatenate([table["value"].dropna() for table in there])
    marks.linear_limits(ax, np.nanmin([*values, 1 - decrease]), max(values.max(), 1.0), 0.15, 0.6)
    ax.legend(loc="upper right")
    return figure
