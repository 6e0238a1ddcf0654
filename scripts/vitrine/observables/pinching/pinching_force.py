"""Frequency of pinched bonds against their force, and the two averages (Rainone et al. 2020, Fig. S1)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import Units, has_values, sample_note, select, series
from vitrine.figures.labels import axis_label, place_words
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, INK, SECOND, name_panels, new_figure, styled, value_colours

PUBLISHED_SCATTER = 5 / 9  # T_p/T_onset of Fig. S1a


@styled
def plot_pinching_force(
    pinching_scatter: pd.DataFrame,
    pinching_force: pd.DataFrame,
    quantities: pd.DataFrame,
    fits: pd.DataFrame,
    settings: Settings,
    flags: pd.DataFrame | None = None,
) -> Figure:
    """(a) omega_ij against f/(p a0^2), single bonds of one point and binned means of all; (b) omega_g of weak and of all bonds; (c) their ratio.

    Tables: PINCHING_SCATTER, PINCHING_FORCE, QUANTITIES (omega_g_reduced, omega_g_unfiltered_reduced, omega_g_filter_ratio), FITS (c_inf, a0), FLAGS.
    """
    figure, (first, second, third) = new_figure(DOUBLE, 3.0, 1, 3, width_ratios=(1.35, 1, 1))
    weak, every = (series(quantities, name, settings) for name in ("omega_g_reduced", "omega_g_unfiltered_reduced"))
    marks.note(figure, sample_note({r"$\omega_g$": weak, "average over all bonds": every}, settings, flags, "pinching"))
    scatter, means = (select(table, settings) for table in (pinching_scatter, pinching_force))
    colours = value_colours([*scatter[settings.against], *means[settings.against]])
    _draw_bonds(first, scatter, means, Units.of(fits, settings), colours, settings)
    _draw_averages(second, weak, every, settings)
    _draw_ratio(third, weak, every, series(quantities, "omega_g_filter_ratio", settings), settings)
    name_panels((first, second, third))
    if colours:
        marks.value_legend(figure, colours, settings, 8)
    return figure


def _force_centre(means: pd.DataFrame) -> np.ndarray:
    """Geometric centre of each bin; a bin that starts at zero is drawn half a decade below its upper edge."""
    low, high = means["force_low"].to_numpy(float), means["force_high"].to_numpy(float)
    return np.where(low > 0, np.sqrt(np.abs(low * high)), high / np.sqrt(10.0))


def _shown(colours: dict, settings: Settings) -> object:
    """The point whose single bonds are drawn: the T_p nearest to the published one, else the main point."""
    if settings.thermal:
        return min(colours, key=lambda temperature: (abs(temperature / settings.temperature_unit - PUBLISHED_SCATTER), temperature))
    main = settings.main[settings.place]
    return main if main in colours else next(iter(colours))


def _draw_bonds(ax: Axes, scatter: pd.DataFrame, means: pd.DataFrame, units: Units, colours: dict, settings: Settings) -> None:
    power = settings.dimension - 1
    ax.set_xlabel(rf"$f/(p\,a_0^{power})$" if power != 1 else r"$f/(p\,a_0)$")
    ax.set_ylabel(rf"$\omega_{{ij}}\,{units.frequency_label}$")
    scatter = scatter[(scatter["force_reduced"] > 0) & (scatter["omega"] > 0)]
    means = means[np.isfinite(means["omega"]) & (means["count"] > 0)]
    if not len(scatter) and not len(means):
        marks.not_enough(ax, "no bond was pinched")
        return
    shown = _shown(colours, settings)
    bonds = scatter[scatter[settings.against] == shown]
    where = f"{axis_label(settings)} = {shown / settings.temperature_unit:.2f}" if settings.thermal else place_words(shown, settings)
    name = f"{len(bonds)} bonds at {where}"
    ax.plot(
        bonds["force_reduced"],
        bonds["omega"] / units.frequency,
        ".",
        color=colours[shown],
        markersize=1.8,
        markeredgewidth=0,
        alpha=0.35,
        label=name,
        zorder=1,
    )
    for value, rows in means.groupby(settings.against):
        main = value == shown
        x, y, error = _force_centre(rows), rows["omega"] / units.frequency, rows["omega_error"] / units.frequency
        style = {"color": INK, "marker": "o", "markersize": 3.0, "label": "mean in bins of force"} if main else {"color": colours[value]}
        ax.errorbar(x, y, error, linewidth=0.9, elinewidth=0.7, zorder=4 if main else 3, **style)
    ax.set_xscale("log")
    ax.set_yscale("log")
    low, high = ax.get_ylim()
    ax.set_ylim(low / (high / low) ** 0.25, high)
    marks.plain_log_ticks(ax, "y")
    threshold = settings.option("pinching", "weak_force")
    label = f"weak: below {threshold:g} ({marks.RAINONE}, eq. S5)"
    ax.axvline(threshold, color=GREY, linestyle=(0, (4, 2)), linewidth=0.9, label=label, zorder=2)
    ax.legend(loc="lower left", fontsize=5.5, markerscale=1.5)


def _draw_averages(ax: Axes, weak: pd.DataFrame, every: pd.DataFrame, settings: Settings) -> None:
    marks.value_axis(ax, settings, weak)
    ax.set_ylabel(r"mean $\omega_{ij}\,a_0/c_\infty$")
    if not has_values(weak) and not has_values(every):
        marks.not_enough(ax, r"no bond was pinched, or no $c_\infty$")
        return
    marks.points(ax, every, "all bonds", SECOND, "s")
    marks.points(ax, weak, r"weak bonds ($\omega_g$)")
    low, high = ax.get_ylim()
    ax.set_ylim(low - 0.05 * (high - low), high + 0.25 * (high - low))
    ax.legend(loc=marks.free_corner(every, "upper right"))


def _draw_ratio(ax: Axes, weak: pd.DataFrame, every: pd.DataFrame, ratio: pd.DataFrame, settings: Settings) -> None:
    """The table's `omega_g_filter_ratio`; where it has none the quotient, with the error of independent averages (too large: they are correlated)."""
    marks.value_axis(ax, settings, ratio)
    ax.set_ylabel(r"all bonds / weak bonds")
    if not has_values(ratio):
        quotient = every["value"] / weak["value"]
        error = quotient * np.hypot(every["error"] / every["value"], weak["error"] / weak["value"])
        ratio = weak.assign(value=quotient, error=error, sound=weak["sound"] & every["sound"])
    if not has_values(ratio):
        marks.not_enough(ax, "one of the two averages is missing")
        return
    marks.points(ax, ratio, "ratio of the averages")
    level = marks.published_value("omega_g_filter_ratio", settings)
    marks.level(ax, level, f"differ by {100 * (level - 1):.0f} %\n({marks.RAINONE}, Fig. S1c)", (0, (4, 2)), GREY)
    low, high = min(1.0, ratio["value"].min()), np.nanmax([ratio["value"].max(), level])
    ax.set_ylim(low - 0.05, high + 0.3 * (high - low) + 0.05)
    ax.legend(loc="upper left")
