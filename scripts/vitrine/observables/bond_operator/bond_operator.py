"""Spectrum of the bond operator and participation of its modes at each point (Giannini et al. 2021, Fig. 3)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import at_value, flag_at, sample_note, select, series
from vitrine.figures.labels import length_symbol
from vitrine.figures.settings import Settings
from vitrine.figures.spectra import tail_anchor
from vitrine.figures.style import DOUBLE, GREY, name_panels, new_figure, styled, value_colours, value_markers
from vitrine.statistics.laws import FEWEST


@styled
def plot_bond_operator(
    bond_operator_density: pd.DataFrame,
    tail_windows: pd.DataFrame,
    quantities: pd.DataFrame,
    settings: Settings,
    flags: pd.DataFrame | None = None,
) -> Figure:
    """(a) P(lambda) with the -7/2 and -2 guides; (b) N e(lambda) of the particle force modes with plateaus, dotted that of the displacement modes;
    (c) exponent of P(lambda) and (d) N e above an onset, against that onset.

    Tables: BOND_OPERATOR_DENSITY, TAIL_WINDOWS, QUANTITIES (N_e_plateau, plateau_onset, A_g_tail), FLAGS.
    """
    figure, (left, right, lower_left, lower_right) = new_figure(DOUBLE, 5.6, 2, 2)
    plateau, tail, prefactor = (series(quantities, name, settings) for name in ("N_e_plateau", "plateau_onset", "A_g_tail"))
    marks.note(figure, sample_note({"plateau": plateau, "$A_g$": prefactor}, settings, flags, "bond_operator"))
    curves = select(bond_operator_density, settings)
    curves = curves[curves["count"] > 0].assign(middle=np.sqrt(curves["lambda_low"] * curves["lambda_high"]))
    colours = value_colours(curves[settings.against])
    _draw_distribution(left, curves, colours, settings)
    _draw_participation(right, curves, plateau, tail, colours, settings)
    windows = select(tail_windows, settings)
    _draw_exponents(lower_left, windows, prefactor, colours, settings)
    _draw_levels(lower_right, windows, plateau, colours, settings)
    name_panels((left, right, lower_left, lower_right))
    if colours:
        marks.value_legend(figure, colours, settings, 8, value_markers(colours))
    return figure


def _lambda_label(settings: Settings) -> str:
    return rf"$\lambda\;[{length_symbol(settings)}^2/\varepsilon]$"


def _draw_distribution(ax: Axes, curves: pd.DataFrame, colours: dict, settings: Settings) -> None:
    length = length_symbol(settings)
    ax.set_xlabel(_lambda_label(settings))
    ax.set_ylabel(rf"$P(\lambda)\;[\varepsilon/{length}^2]$")
    curves = curves[curves["density"] > 0]
    if not len(curves):
        marks.not_enough(ax, "the bond operator was not diagonalised")
        return
    markers = value_markers(colours)
    for value, rows in curves.groupby(settings.against):
        style = {"color": colours[value], "marker": markers[value], "markersize": 2.4, "linewidth": 0.5, "elinewidth": 0.6}
        ax.errorbar(rows["middle"], rows["density"], marks.bars(rows["density"], rows["density_error"]), **style)
    ax.set_xscale("log")
    ax.set_yscale("log")
    low, high = curves["density"].min(), curves["density"].max()
    ax.set_ylim(low / 4, high * 6)
    last = curves[curves[settings.against] == [value for value in colours if value in set(curves[settings.against])][-1]]
    x, y, count = (last[name].to_numpy(float) for name in ("middle", "density", "count"))
    anchor, ends = tail_anchor(x, y, count)
    marks.guide(ax, anchor, ends, -3.5, r"$\lambda^{-7/2}$", at=0.1, offset=(4, 4))
    peak = float(x[np.argmax(y)])
    start = min(2.0 * peak, anchor[0] / 3)
    height = float(np.interp(np.log(start), np.log(x), np.log(y)))
    marks.guide(ax, (start, 2.5 * np.exp(height)), (start, 0.9 * ends[0]), -2, r"$\lambda^{-2}$", at=0.5, offset=(4, 5))
    marks.plain_log_ticks(ax, "x")
    marks.plain_log_ticks(ax, "y")


def _draw_participation(ax: Axes, curves: pd.DataFrame, plateau: pd.DataFrame, tail: pd.DataFrame, colours: dict, settings: Settings) -> None:
    ax.set_xlabel(_lambda_label(settings))
    ax.set_ylabel(r"$N e(\lambda)$ (particles)")
    curves = curves[np.isfinite(curves["N_e"]) & (curves["N_e"] > 0)]
    if not len(curves):
        marks.not_enough(ax, "no vector of the bond operator was computed")
        return
    markers = value_markers(colours)
    for value, rows in curves.groupby(settings.against):
        colour = colours[value]
        style = {"color": colour, "marker": markers[value], "markersize": 2.4, "linewidth": 0.5, "elinewidth": 0.6, "alpha": 0.8}
        ax.errorbar(rows["middle"], rows["N_e"], marks.bars(rows["N_e"], rows["N_e_error"]), **style)
        moved = rows[rows["N_e_displacement"] > 0]
        ax.plot(
            moved["middle"], moved["N_e_displacement"], ":", color=colour, linewidth=0.9, zorder=1.5, gid=f"displacement-{settings.axis.text(value)}"
        )
        height, start, end = at_value(plateau, value), at_value(tail, value), rows["middle"].max()
        if not (np.isfinite(height) and np.isfinite(start)) or flag_at(plateau, value) != "":
            continue
        ax.plot([start, end * 1.3], [height, height], color=colour, linewidth=1.4, zorder=4, gid=f"plateau-{settings.axis.text(value)}")
    excess = 100 * settings.option("bond_operator", "plateau_excess")
    ax.plot([], [], color=GREY, linewidth=1.4, label=f"plateau; $\\xi$ is read {excess:g} % above it ({marks.GIANNINI}, eq. 13)")
    ax.plot([], [], ":", color=GREY, linewidth=0.9, label=f"displacement modes D ({marks.GIANNINI}, Fig. 6)")
    ax.set_xscale("log")
    ax.set_yscale("log")
    both = curves[["N_e", "N_e_displacement"]].where(lambda values: values > 0)
    ax.set_ylim(both.min().min() / 3.0, both.max().max() * 1.6)
    marks.plain_log_ticks(ax, "x")
    marks.plain_log_ticks(ax, "y")
    ax.legend(loc="lower right")


def _draw_exponents(ax: Axes, windows: pd.DataFrame, prefactor: pd.DataFrame, colours: dict, settings: Settings) -> None:
    """Exponent of P(lambda) above an onset; hollow at a point that shows no law."""
    ax.set_xlabel(_onset_label(settings))
    ax.set_ylabel(r"exponent of $P(\lambda)$ above the onset")
    windows = windows[np.isfinite(windows["exponent"])]
    if not len(windows):
        marks.not_enough(ax, f"fewer than {FEWEST} eigenvalues in the tail")
        return
    ax.axhline(3.5, color=GREY, linestyle=(0, (4, 2)), linewidth=0.8, zorder=1, label=r"7/2: $D(\omega)\sim\omega^4$")
    marks.windows(ax, windows, ("onset", "exponent", "error"), prefactor, colours, settings)
    top = np.minimum(windows["exponent"] + windows["error"], 2 * windows["exponent"].median() + 2).max()
    ax.set_ylim(1, 1 + 1.25 * max(top - 1, 3.0))
    ax.legend(loc="upper left")


def _draw_levels(ax: Axes, windows: pd.DataFrame, plateau: pd.DataFrame, colours: dict, settings: Settings) -> None:
    """Slope of N e above an onset, for each factor e in lambda, over N e: zero on a plateau."""
    ax.set_xlabel(_onset_label(settings))
    ax.set_ylabel(r"slope of $N e$ against $\ln\lambda$, over $N e$")
    windows = windows[np.isfinite(windows["N_e"]) & (windows["N_e"] > 0) & np.isfinite(windows["slope"])]
    if not len(windows):
        marks.not_enough(ax, "no vector of the tail was computed")
        return
    relative = windows.assign(slope=windows["slope"] / windows["N_e"], slope_error=windows["slope_error"] / windows["N_e"])
    ax.axhline(0, color=GREY, linestyle=(0, (4, 2)), linewidth=0.8, zorder=1, label="0: a plateau")
    marks.windows(ax, relative, ("onset", "slope", "slope_error"), plateau, colours, settings)
    ax.legend(loc="upper left")


def _onset_label(settings: Settings) -> str:
    return rf"onset, $\lambda\;[{length_symbol(settings)}^2/\varepsilon]$"
