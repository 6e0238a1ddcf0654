"""Modes of the bond operator beside pseudo-harmonic modes: profiles, rows of the operator, overlaps, few modes (Giannini et al. 2021, Fig. 4d,e)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import at_value, sample_note, select, series
from vitrine.figures.labels import legend_label, place_words, with_error, with_unit
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, INK, SECOND, name_panels, new_figure, styled, value_colours, value_markers
from vitrine.observables.response_decay.aggregate import distances_of
from vitrine.schema import INVERSE_STIFFNESS

PUBLISHED = 0.5  # T_p/T_onset of Fig. 4d, 0.45 in simulation units

# Symbol, colour and marker of each profile of a mode.
FIELDS = {
    "D": ("$|D|$", "#2a8c4a", "o"),
    "D_PH": (r"$|D_\mathrm{PH}|$", "#7b3fa0", "s"),
    "F": ("$|F|$", "#2f62b5", "D"),
    "F_PH": (r"$|F_\mathrm{PH}|$", "#d97a1e", "^"),
}


@styled
def plot_mode_decay(
    profile_curves: pd.DataFrame,
    overlap_curves: pd.DataFrame,
    sum_curves: pd.DataFrame,
    quantities: pd.DataFrame,
    settings: Settings,
    flags: pd.DataFrame | None = None,
) -> Figure:
    """(a) Profiles of D, D_PH, F and F_PH at one point; (b) |A|(r); (c) 1 - overlap against lambda; (d) the top of A from n modes.

    Tables: PROFILE_CURVES, OVERLAP_CURVES, SUM_CURVES, QUANTITIES (exponents), FLAGS.
    """
    figure, axes = new_figure(DOUBLE, 5.0, 2, 2)
    exponents = {kind: series(quantities, f"{kind}_exponent", settings) for kind in (*FIELDS, "A")}
    marks.note(figure, sample_note({"exponents": exponents["D"]}, settings, flags, "mode_decay"))
    profiles, overlaps, sums = (select(table, settings) for table in (profile_curves, overlap_curves, sum_curves))
    colours = value_colours(profiles[settings.against])
    _draw_profiles(axes[0], profiles, exponents, settings)
    _draw_operator(axes[1], profiles[profiles["kind"] == "A"], exponents["A"], colours, settings)
    _draw_overlaps(axes[2], overlaps, settings)
    _draw_sums(axes[3], sums, colours, settings)
    if colours:
        marks.value_legend(figure, colours, settings, 8, value_markers(colours))
    name_panels(axes)
    return figure


def _range(settings: Settings) -> str:
    nearest, farthest = (settings.option("mode_decay", name) for name in ("nearest", "farthest"))
    return rf"${nearest:g}\,a_0$ to {farthest:g} of the box"


def _shown(rows: pd.DataFrame, settings: Settings) -> object:
    """The point that is shown: the T_p nearest to the published one, else the main point, or the last where that has no profile."""
    values = list(dict.fromkeys(rows[settings.against]))
    if settings.thermal:
        return min(values, key=lambda value: (abs(value / settings.temperature_unit - PUBLISHED), value))
    main = settings.main[settings.place]
    return main if main in values else values[-1]


def _source(ax: Axes, place: str) -> None:
    """Where the dashed law of a panel is published, for its legend."""
    ax.plot([], [], color=GREY, linestyle=(0, (4, 2)), linewidth=0.8, label=f"{marks.GIANNINI}, {place}")


def _draw_profiles(ax: Axes, profiles: pd.DataFrame, exponents: dict, settings: Settings) -> None:
    """All kinds at one point."""
    ax.set_xlabel("$r/a_0$")
    ax.set_ylabel("amplitude")
    rows = profiles[profiles["kind"].isin(list(FIELDS)) & (profiles["amplitude"] > 0)]
    if not len(rows):
        marks.not_enough(ax, "no mode of the bond operator")
        return
    shown = _shown(rows, settings)
    ax.set_title(f"{place_words(shown, settings)}; exponents from {_range(settings)}", loc="left")
    for kind, (symbol, colour, marker) in FIELDS.items():
        own = rows[(rows["kind"] == kind) & (rows[settings.against] == shown)]
        found = with_error(at_value(exponents[kind], shown), at_value(exponents[kind], shown, "error"))
        style = {"color": colour, "marker": marker, "markersize": 2.4, "linewidth": 0.6, "elinewidth": 0.6, "label": f"{symbol}: {found}"}
        ax.errorbar(distances_of(own), own["amplitude"], marks.bars(own["amplitude"], own["amplitude_error"]), **style)
    ax.set_xscale("log")
    ax.set_yscale("log")
    marks.plain_log_ticks(ax, "x")
    end = float(distances_of(rows).max())
    for kind, law in (("D", 1 - settings.dimension), ("F_PH", -3 * settings.dimension)):
        own = rows[(rows["kind"] == kind) & (rows[settings.against] == shown)]
        if len(own):
            x = distances_of(own)
            middle = float(np.interp(np.log(0.6 * end), np.log(x), np.log(own["amplitude"])))
            marks.guide(ax, (0.6 * end, 2.0 * np.exp(middle)), (0.45 * end, end), law, f"$r^{{{law}}}$", at=0.6, offset=(4, 5))
    _source(ax, "Fig. 4d")
    ax.legend(loc="lower left")


def _draw_operator(ax: Axes, rows: pd.DataFrame, exponent: pd.DataFrame, colours: dict, settings: Settings) -> None:
    ax.set_xlabel("$r/a_0$")
    ax.set_ylabel(with_unit(r"|A|(r)", INVERSE_STIFFNESS, settings))
    rows = rows[rows["amplitude"] > 0]
    if not len(rows):
        marks.not_enough(ax, "no row of the bond operator")
        return
    markers = value_markers(colours)
    for value, own in rows.groupby(settings.against):
        style = {"color": colours[value], "marker": markers[value], "markersize": 2.4, "linewidth": 0.6, "elinewidth": 0.6}
        ax.errorbar(distances_of(own), own["amplitude"], marks.bars(own["amplitude"], own["amplitude_error"]), **style)
    ax.set_xscale("log")
    ax.set_yscale("log")
    marks.plain_log_ticks(ax, "x")
    last = rows.loc[rows["distance_high"].idxmax()]
    end, law = float(distances_of(rows).max()), -settings.dimension
    marks.guide(ax, (end, 2 * last["amplitude"]), (0.4 * end, end), law, f"$r^{{{law}}}$", at=0.5, offset=(4, 5))
    _source(ax, "eq. 8")
    ax.legend(loc="upper right")
    good = exponent[np.isfinite(exponent["value"])]
    told = [f"{legend_label(row['at'], settings)}: {with_error(row['value'], row['error'])}" for _, row in good.iterrows()]
    ax.text(0.03, 0.03, "\n".join(["exponents:", *told[:6]]), transform=ax.transAxes, fontsize=5.5, va="bottom")


def _draw_overlaps(ax: Axes, overlaps: pd.DataFrame, settings: Settings) -> None:
    """All points together: what lambda tells does not depend on them."""
    ax.set_xlabel(with_unit(r"\lambda", INVERSE_STIFFNESS, settings))
    ax.set_ylabel(r"$1-|\langle V|V_\mathrm{PH}\rangle|$")
    markers = value_markers(overlaps[settings.against])
    drawn = overlaps[overlaps["count"] > 0]
    if not len(drawn) or not (drawn["displacement"] > 0).any():
        marks.not_enough(ax, "no pseudo-harmonic mode")
        return
    for value, rows in overlaps.groupby(settings.against):
        x = np.sqrt(rows["lambda_low"] * rows["lambda_high"])
        last = value == next(reversed(markers))
        for column, colour, label in (("displacement", INK, "$V=D$"), ("force", SECOND, "$V=F$")):
            style = {"color": colour, "marker": markers[value], "markersize": 2.6, "linestyle": "none", "elinewidth": 0.6}
            good = (rows["count"] > 0) & (rows[column] > 0)
            error = marks.bars(rows.loc[good, column], rows.loc[good, f"{column}_error"])
            ax.errorbar(x[good], rows.loc[good, column], error, label=label if last else None, **style)
        further = rows["count_collapsed"] > 0
        label = "further $D$ that fall\nonto the same mode" if last else None
        ax.plot(x[further], rows.loc[further, "collapsed"], markers[value], color=GREY, markersize=2.6, markerfacecolor="white", label=label)
    ax.set_xscale("log")
    ax.set_yscale("log")
    low, high = drawn["lambda_low"].max() / 4, drawn["lambda_high"].max()
    anchor = drawn.loc[drawn["lambda_high"].idxmax()]
    at = float(np.sqrt(anchor["lambda_low"] * anchor["lambda_high"]))
    marks.guide(ax, (at, 2 * anchor["displacement"]), (low, high), -4, r"$\lambda^{-4}$", at=0.3, offset=(5, 4))
    _source(ax, "Fig. 4e")
    ax.legend(loc="lower left")


def _draw_sums(ax: Axes, sums: pd.DataFrame, colours: dict, settings: Settings) -> None:
    ax.set_xlabel("softest harmonic modes $n$")
    ax.set_ylabel(r"error of the top of $A$")
    if not len(sums):
        marks.not_enough(ax, "no harmonic modes")
        return
    markers = value_markers(colours)
    for value, rows in sums.groupby(settings.against):
        for column, line in (("largest", "-"), ("several", (0, (3, 1.5)))):
            style = {"color": colours[value], "marker": markers[value], "markersize": 2.4, "linestyle": line, "linewidth": 0.7, "elinewidth": 0.6}
            ax.errorbar(rows["low_modes"], rows[column], marks.bars(rows[column], rows[f"{column}_error"]), **style)
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    ax.plot([], [], "-", color=GREY, label=r"$1-\lambda_1(A_n)/\lambda_1(A)$")
    ax.plot([], [], linestyle=(0, (3, 1.5)), color=GREY, label=f"sum of the {settings.option('mode_decay', 'modes')} largest")
    ax.legend(loc="lower left")
