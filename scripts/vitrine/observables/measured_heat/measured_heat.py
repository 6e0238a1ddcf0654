"""(C - C_D T^3)/T^3 of a measured glass, with the terms of two-level systems and of soft modes (Lerner and Bouchbinder 2022, Fig. 15a)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.labels import with_error
from vitrine.figures.settings import Settings
from vitrine.figures.style import GREY, INK, SECOND, SINGLE, new_figure, styled


@styled
def plot_measured_heat(measured_heat: pd.DataFrame, quantities: pd.DataFrame, settings: Settings) -> Figure:
    """The reduced heat against T; hollow: outside the window of the fit. Line: the fit; dashed: its two terms, which meet at T_min.

    Tables: MEASURED_HEAT, QUANTITIES (measured_two_level).
    """
    figure, (ax,) = new_figure(SINGLE, 2.7)
    ax.set_xlabel(r"$T$")
    ax.set_ylabel(r"$(C-C_DT^3)/T^3$")
    if not len(measured_heat):
        marks.not_enough(ax, "no table of a measured heat")
        return figure
    own = quantities.set_index("quantity")
    rows = measured_heat.sort_values("temperature")
    for used, face, label in ((True, INK, "measured"), (False, "white", "not in the fit")):
        some = rows[(rows["used"] == used) & (rows["reduced"] > 0)]
        if len(some):
            bars = marks.bars(some["reduced"], some["reduced_error"])
            style = {"color": INK, "marker": "o", "markersize": 2.5, "linestyle": "none", "elinewidth": 0.6, "markerfacecolor": face}
            ax.errorbar(some["temperature"], some["reduced"], bars, label=label, **style)
    T = np.geomspace(rows["temperature"].min(), rows["temperature"].max(), 200)
    two_level, soft = own.loc["measured_two_level", "value"], own.loc["measured_soft", "value"]
    ax.plot(T, two_level / T**2 + soft * T**2, color=SECOND, linewidth=1.0, label="fit", gid="fit")
    for values, name, label in ((two_level / T**2, "two_level", r"$C_\mathrm{TLS}T^{-2}$"), (soft * T**2, "soft", r"$C_\mathrm{sm}T^2$")):
        ax.plot(T, values, color=GREY, linestyle=(0, (4, 2)), linewidth=0.7, label=label, gid=name)
    least = own.loc["measured_minimum_law"]
    if np.isfinite(least["value"]):
        words = rf"$T_\mathrm{{min}}$ = {with_error(least['value'], least['error'])}"
        ax.axvline(least["value"], color=GREY, linestyle=":", linewidth=0.8, label=words, gid="minimum")
    ax.set_xscale("log")
    ax.set_yscale("log")
    positive = rows.loc[rows["reduced"] > 0, "reduced"]
    if len(positive):
        ax.set_ylim(positive.min() / 2, positive.max() * 2)
    chi = own.loc["measured_chi_square", "value"]
    marks.note(
        figure, rf"{int(rows['used'].sum())} temperatures, $\chi^2$ per degree of freedom {chi:.2g}; $C_D$ = {own.loc['measured_debye', 'value']:.4g}"
    )
    ax.legend(loc="upper center")
    return figure
