"""D(omega) over omega^4 point by point, with the first phonon and where it leaves the law; A_g against N (Rainone et al. 2020, Fig. 3)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import at_value, flag_at, sample_note, select, series
from vitrine.figures.labels import place_words
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, INK, SECOND, name_panels, new_figure, styled, value_colours, value_markers
from vitrine.observables.law_range.aggregate import BOUND
from vitrine.observables.law_range.derive import SIZED

MOST = 5  # panels of points; the first along the axis are drawn
COLUMNS = 3


@styled
def plot_law_range(
    mode_density: pd.DataFrame, law_range: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """A panel for each value on the study's axis, and one of A_g omega_0^5 against N.

    Tables: MODE_DENSITY, LAW_RANGE, QUANTITIES (c_s, spacing, omega_ph, law_end, A_g_omega_0_ml), FLAGS.
    """
    curves = select(mode_density, settings)
    curves = curves[curves["density"] > 0]
    known = {name: series(quantities, name, settings) for name in ("c_s", "spacing", "omega_ph", "law_end")}
    values = [value for value in known["c_s"]["at"] if np.isfinite(at_value(known["c_s"], value))][:MOST]
    rows = -(-(len(values) + 1) // COLUMNS)
    figure, axes = new_figure(DOUBLE, 0.5 + 2.3 * rows, rows, COLUMNS)
    marks.note(figure, sample_note({r"$\omega_4$": known["law_end"]}, settings, flags, ("modes", "elasticity", "law_range")))
    for ax, value in zip(axes, values, strict=False):
        _draw(ax, curves[curves[settings.against] == value], value, known, settings)
    _against_size(axes[len(values)], quantities, settings)
    for ax in axes[len(values) + 1 :]:
        ax.remove()
    name_panels(axes[: len(values) + 1])
    return figure


def _draw(ax: Axes, rows: pd.DataFrame, value: object, known: dict[str, pd.DataFrame], settings: Settings) -> None:
    ax.set_title(place_words(value, settings))
    ax.set_xlabel(r"$\omega/\omega_0$,  $\omega_0=c_s/a_0$")
    ax.set_ylabel(r"$D(\omega)\,\omega_0/(\omega/\omega_0)^4$")
    unit = at_value(known["c_s"], value) / at_value(known["spacing"], value)
    if not (len(rows) and np.isfinite(unit) and unit > 0):
        marks.not_enough(ax, "no mode was measured" if not len(rows) else "no shear wave speed $c_s$")
        return
    x = np.sqrt(rows["omega_low"] * rows["omega_high"]).to_numpy() / unit
    y, error = rows["density"].to_numpy() * unit / x**4, rows["density_error"].to_numpy() * unit / x**4
    ax.errorbar(x, y, marks.bars(y, error), color=INK, marker="o", markersize=2.6, markeredgewidth=0.0, elinewidth=0.6, linewidth=0.5)
    ax.set_xscale("log")
    ax.set_yscale("log")
    phonon, end = at_value(known["omega_ph"], value) / unit, at_value(known["law_end"], value) / unit
    if np.isfinite(phonon):
        ax.axvline(phonon, color="#d9822b", linewidth=1.4, zorder=1, label=r"first phonon $2\pi c_s/L$")
        ax.set_xlim(x.min() / 1.2, 2.5 * max(phonon, end if np.isfinite(end) else phonon))
    if np.isfinite(end):
        bound = BOUND in flag_at(known["law_end"], value)
        ax.axvline(end, color=SECOND, linestyle=":" if bound else (0, (4, 2)), zorder=1, label=r"$\omega_4$" + (", at least" if bound else ""))
    shown = y[(x <= ax.get_xlim()[1]) & (x >= ax.get_xlim()[0])]
    ax.set_ylim(shown.min() / 3, shown.max() * 3)
    marks.plain_log_ticks(ax, "x")
    ax.legend(loc="lower left", fontsize=5.5)


def _against_size(ax: Axes, quantities: pd.DataFrame, settings: Settings) -> None:
    """A_g omega_0^5 of every point against N."""
    ax.set_xlabel("$N$")
    ax.set_ylabel(r"$A_g\,\omega_0^5$")
    rows = quantities[(quantities["quantity"] == SIZED) & np.isfinite(quantities["value"]) & (quantities["value"] > 0)]
    if settings.place_of("particles") is None or settings.against == "particles" or not len(rows):
        marks.not_enough(ax, "no $A_g$ of several sizes")
        return
    colours = value_colours(rows[settings.against])
    markers = value_markers(colours)
    for value, own in rows.groupby(settings.against, sort=True):
        own, label = own.sort_values("particles"), place_words(value, settings)
        for row in own.itertuples():
            face = colours[value] if not isinstance(row.flag, str) or row.flag == "" else "white"
            style = {"color": colours[value], "marker": markers[value], "markersize": 4.0, "markerfacecolor": face, "elinewidth": 0.6}
            ax.errorbar(row.particles, row.value, marks.bars([row.value], [row.error]), label=label, **style)
            label = None
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(rows["particles"].min() / 1.6, rows["particles"].max() * 1.6)
    marks.positive_limits(ax, rows)
    sizes = sorted(rows["particles"].unique())
    marks.fixed_ticks(ax, sizes, [f"{size:g}" for size in sizes])
    ax.legend(loc="best", fontsize=5.5, edgecolor=GREY)
