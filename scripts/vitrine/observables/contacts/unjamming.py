"""How the numbers of a glass of spheres follow its excess coordination (Lerner and Bouchbinder 2021, sec. IV D)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.aggregation.results import joined
from vitrine.figures import marks
from vitrine.figures.data import fit_value, sample_note, series
from vitrine.figures.labels import with_error
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, SECOND, name_panels, new_figure, styled

PANELS = {
    "p_over_K": (r"$p/K$", 2.0),
    "G_over_K": (r"$G/K$", np.nan),
    "xi_g": (r"$\xi_g/a_0$", -0.5),
    "A_g_omega_0_ml": (r"$A_g\,\omega_0^5$", -1.5),
    "N_e_plateau": (r"$N\,e$", -1.0),
    "rattlers": (r"$N_\mathrm{r}/N$", np.nan),
}  # what is drawn, and the published exponent


@styled
def plot_unjamming(quantities: pd.DataFrame, fits: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None) -> Figure:
    """p/K, G/K, xi_g, A_g omega_0^5, N e and the share of rattlers against delta z, with the fits at small delta z and the published exponents.

    Tables: QUANTITIES, FITS (unjamming_<quantity> and its intercept), FLAGS. A quantity that the study has not says so in its panel.
    """
    figure, axes = new_figure(DOUBLE, 4.6, 2, 3)
    excess = series(quantities, "excess_coordination", settings)
    tables = {name: _against(series(quantities, name, settings), excess) for name in PANELS}
    steps = ("contacts", "elasticity", "pinching", "modes", "bond_operator")
    marks.note(figure, sample_note({r"$\delta z$": excess, **{PANELS[name][0]: tables[name] for name in PANELS}}, settings, flags, steps))
    largest = settings.option("contacts", "largest_excess")
    for ax, (name, (symbol, published)) in zip(axes, PANELS.items(), strict=True):
        ax.set_xlabel(r"$\delta z$")
        ax.set_ylabel(symbol)
        table = tables[name]
        drawn = table[np.isfinite(table["value"]) & (table["value"] > 0) & (table["excess"] > 0)]
        if not len(drawn):
            marks.not_enough(ax, f"no {symbol} above zero")
            continue
        marks.points(ax, drawn, symbol, x="excess", line=False, log=True)
        _law(ax, drawn, fits, name, published, largest)
        ax.set_xscale("log")
        ax.set_xlim(drawn["excess"].min() / 1.5, drawn["excess"].max() * 1.5)
        marks.plain_log_ticks(ax, "x")
        marks.positive_limits(ax, drawn)
        low, high = ax.get_ylim()
        ax.set_ylim(low, high * (high / low) ** 0.6)  # the legend lies above all points
        ax.legend(loc="upper left")
    name_panels(axes)
    return figure


def _against(table: pd.DataFrame, excess: pd.DataFrame) -> pd.DataFrame:
    """A series with delta z of the same point, and whether both are sound."""
    own = excess.set_index("at").loc[table["at"]]
    doubtful = (np.isfinite(own["value"]) & ~own["sound"]).to_numpy()
    flag = [joined(flags) for flags in zip(table["flag"], own["flag"], strict=True)]
    return table.assign(excess=own["value"].to_numpy(), sound=table["sound"] & ~doubtful, flag=flag)


def _law(ax: Axes, table: pd.DataFrame, fits: pd.DataFrame, name: str, published: float, largest: float) -> None:
    """The fitted line over its window, and the published slope through the same middle."""
    exponent, error = fit_value(fits, f"unjamming_{name}")
    height = fit_value(fits, f"unjamming_{name}_intercept")[0]
    inside = table.loc[table["excess"] <= largest, "excess"]
    if not (np.isfinite(exponent) and np.isfinite(height)) or not len(inside):
        return
    ends = np.array([inside.min(), inside.max()])
    ax.plot(ends, np.exp(height) * ends**exponent, color=SECOND, label=f"exponent {with_error(exponent, error)}", zorder=2)
    if np.isfinite(published):
        middle = np.sqrt(ends.prod())
        line = np.exp(height) * middle**exponent * (ends / middle) ** published
        ax.plot(ends, line, color=GREY, linestyle=(0, (4, 2)), linewidth=0.8, label=f"published: {published:g}", zorder=1.5)
