"""Phonon bands: modes of a large glass beside them, where they lie, how wide they are, and where they touch (Lerner and Bouchbinder 2021, Fig. 4)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from vitrine.figures import marks
from vitrine.figures.data import at_value, fit_value, sample_note, select, series
from vitrine.figures.labels import place_words, with_error, with_unit
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, INK, PALE, SECOND, name_panels, new_figure, styled, value_colours, value_markers
from vitrine.observables.phonon_bands import LONGITUDINAL, TRANSVERSE
from vitrine.observables.phonon_bands.derive import NAMES
from vitrine.schema import FREQUENCY

PUBLISHED = {2: "-1/2", 3: "-2/5"}  # exponent of omega_dagger in L (004 eq. 5)
OF_A_BAND = 0.5  # share of a mode in a band's waves above which it is drawn as one of it


@styled
def plot_phonon_bands(
    band_curves: pd.DataFrame,
    mode_cloud: pd.DataFrame,
    quantities: pd.DataFrame,
    fits: pd.DataFrame,
    settings: Settings,
    flags: pd.DataFrame | None = None,
) -> Figure:
    """(a) e against omega/omega_0 of the largest glasses; (b) omega/(c q) of bands; (c) their widths; (d) omega_dagger/omega_0 against L/a0.

    Tables: BAND_CURVES, MODE_CLOUD, QUANTITIES (c_s, c_l, spacing, omega_ph, omega_dagger), FITS (a0, exponent and intercept), FLAGS.
    """
    figure, axes = new_figure(DOUBLE, 5.2, 2, 2)
    names = ("c_s", "c_l", "spacing", "omega_ph", "band_prefactor", "omega_dagger_omega_0")
    tables = {name: series(quantities, name, settings) for name in names}
    named = {r"$c\,\chi$": tables["band_prefactor"], r"$\omega_\dagger$": tables["omega_dagger_omega_0"]}
    marks.note(figure, sample_note(named, settings, flags, ("phonon_bands", "elasticity")))
    curves, cloud = select(band_curves, settings), select(mode_cloud, settings)
    colours = value_colours(tables["c_s"]["at"])
    markers = value_markers(colours)
    _draw_cloud(axes[0], cloud, curves, tables, fits, settings)
    _draw_positions(axes[1], curves, colours, markers, settings)
    _draw_widths(axes[2], curves, tables["band_prefactor"], colours, markers, settings)
    _draw_dagger(axes[3], tables["omega_dagger_omega_0"], fits, settings)
    if colours:
        marks.value_legend(figure, colours, settings, 6, markers)
    name_panels(axes)
    return figure


def _unit(tables: Mapping[str, pd.DataFrame], fits: pd.DataFrame, value: object) -> float:
    """omega_0 = c_s/a0 of a point."""
    own = at_value(tables["spacing"], value)
    return at_value(tables["c_s"], value) / (own if np.isfinite(own) else fit_value(fits, "a0")[0])


def _draw_cloud(
    ax: Axes, cloud: pd.DataFrame, curves: pd.DataFrame, tables: Mapping[str, pd.DataFrame], fits: pd.DataFrame, settings: Settings
) -> None:
    """Modes of the largest glasses; lines where an elastic solid has its bands."""
    ax.set_xlabel(r"$\omega/\omega_0$,  $\omega_0=c_s/a_0$")
    ax.set_ylabel("participation $e$")
    if not len(cloud):
        marks.not_enough(ax, "no mode was measured")
        return
    largest = cloud[settings.against].max()
    rows, unit = cloud[cloud[settings.against] == largest], _unit(tables, fits, largest)
    if not (np.isfinite(unit) and unit > 0):
        marks.not_enough(ax, "no shear wave speed $c_s$")
        return
    ax.set_title(place_words(largest, settings), loc="left")
    phonons = rows["weight"] >= OF_A_BAND
    for chosen, colour, words in ((phonons, SECOND, f"{OF_A_BAND:.0%} or more in one band"), (~phonons, INK, "less")):
        style = {"marker": ".", "markersize": 4.0, "markeredgewidth": 0.0, "linestyle": "none", "alpha": 0.8}
        ax.plot(rows.loc[chosen, "omega"] / unit, rows.loc[chosen, "participation"], color=colour, label=words, **style)
    first, end = at_value(tables["omega_ph"], largest), rows["omega"].max()
    for kind, speed, style in ((TRANSVERSE, "c_s", "-"), (LONGITUDINAL, "c_l", ":")):
        squares = sorted(curves.loc[curves["polarisation"] == TRANSVERSE, "squared"].unique())
        factor = at_value(tables[speed], largest) / at_value(tables["c_s"], largest)
        places = [place for place in first * factor * np.sqrt(squares) if place <= 1.02 * end]
        for index, place in enumerate(places):
            label = rf"elastic solid, {kind}: $n_z={_degeneracies(curves, kind)}$" if index == 0 else None
            ax.axvline(place / unit, color=PALE, linestyle=style, linewidth=0.8, zorder=1, label=label)
    dagger = at_value(tables["omega_dagger_omega_0"], largest)
    if np.isfinite(dagger) and dagger <= 1.02 * end / unit:
        ax.axvline(dagger, color=GREY, linestyle=(0, (4, 2)), linewidth=0.9, zorder=1, label=r"$\omega_\dagger$")
    ax.set_yscale("log")
    low, high = ax.get_ylim()
    ax.set_ylim(low, high * (high / low) ** 0.5)  # the legend lies above all modes
    ax.legend(loc="upper left")


def _degeneracies(curves: pd.DataFrame, kind: str) -> str:
    """`12, 24, 16`, the waves of the bands of a kind that are whole somewhere."""
    own = curves[curves["polarisation"] == kind].drop_duplicates("shell").sort_values("shell")
    return ",\\ ".join(map(str, own["degeneracy"].astype(int))) or "\\mathrm{none~whole}"


def _draw_positions(ax: Axes, curves: pd.DataFrame, colours: Mapping, markers: Mapping, settings: Settings) -> None:
    """Measured over elastic frequencies."""
    ax.set_xlabel(r"$|n|^2=(qL/2\pi)^2$")
    ax.set_ylabel(r"$\omega/(c\,q)$")
    if not len(curves):
        marks.not_enough(ax, "no band is whole")
        return
    marks.level(ax, 1.0, "elastic solid")
    for kind, style, size in ((TRANSVERSE, "-", 3.5), (LONGITUDINAL, ":", 2.0)):
        ax.plot([], [], color=GREY, marker="o", markersize=size, linestyle=style, linewidth=0.8, label=f"{kind}, $c_{kind[0].replace('t', 's')}$")
        for value, rows in curves[curves["polarisation"] == kind].groupby(settings.against):
            look = {"color": colours[value], "marker": markers[value], "markersize": size, "linestyle": style, "linewidth": 0.8, "elinewidth": 0.6}
            ax.errorbar(rows["squared"], rows["ratio"], np.nan_to_num(rows["ratio_error"]), **look)
    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    ax.legend(loc="lower left")


def _draw_widths(ax: Axes, curves: pd.DataFrame, prefactor: pd.DataFrame, colours: Mapping, markers: Mapping, settings: Settings) -> None:
    """Widths of transverse bands against omega sqrt(n_z/N), hollow where modes are not of the band; the line has the mean prefactor of all sizes."""
    ax.set_xlabel(with_unit(r"\omega\sqrt{n_z/N}", FREQUENCY, settings))
    ax.set_ylabel(with_unit(r"\Delta\omega", FREQUENCY, settings))
    rows = curves[(curves["polarisation"] == TRANSVERSE) & (curves["width"] > 0)]
    if not len(rows):
        marks.not_enough(ax, "no transverse band is whole")
        return
    rows = rows.assign(x=rows["omega"] * np.sqrt(rows["degeneracy"] / rows[settings.against]))
    for value, own in rows.groupby(settings.against):
        for separate, face in ((True, colours[value]), (False, "white")):
            part = own[own["separate"] == separate]
            style = {"color": colours[value], "marker": markers[value], "markersize": 3.5, "linestyle": "none", "elinewidth": 0.6}
            if len(part):
                ax.errorbar(part["x"], part["width"], marks.bars(part["width"], part["width_error"]), markerfacecolor=face, **style)
    ax.set_xscale("log")
    ax.set_yscale("log")
    for which in "xy":
        marks.plain_log_ticks(ax, which)
    sound = prefactor[np.isfinite(prefactor["value"])]
    if len(sound):
        mean, ends = float(sound["value"].mean()), np.array([rows["x"].min(), rows["x"].max()])
        label = rf"$c\,\chi\,\omega\sqrt{{n_z/N}}$, $c\,\chi={mean:.2f}$, mean of all $N$"
        ax.plot(ends, mean * ends, color=GREY, linestyle=(0, (4, 2)), linewidth=0.8, label=label, zorder=1.5)
        ax.legend(loc="upper left")


def _draw_dagger(ax: Axes, dagger: pd.DataFrame, fits: pd.DataFrame, settings: Settings) -> None:
    """omega_dagger/omega_0 against L/a0 = N^(1/d), with the fit and the published exponent."""
    d = settings.dimension
    ax.set_xlabel("$L/a_0$")
    ax.set_ylabel(r"$\omega_\dagger/\omega_0$")
    table = dagger[np.isfinite(dagger["value"])]
    if not len(table):
        marks.not_enough(ax, "no two neighbouring bands are whole")
        return
    table = table.assign(length=table["at"].astype(float) ** (1 / d))
    marks.points(ax, table, r"$\omega_\dagger$", x="length", line=False, log=True)
    ax.set_xscale("log")
    ax.set_yscale("log")
    exponent, error = fit_value(fits, NAMES.get(d, ""))
    height, ends = fit_value(fits, f"{NAMES.get(d, '')}_intercept")[0], np.array([table["length"].min(), table["length"].max()])
    if np.isfinite(exponent) and np.isfinite(height):
        ax.plot(ends, np.exp(height) * ends**exponent, color=SECOND, label=f"exponent {with_error(exponent, error)}", zorder=2)
    if d in PUBLISHED:
        middle, law = np.sqrt(ends.prod()), -2 / (d + 2)
        level = np.exp(np.log(table["value"]).mean() - law * np.log(table["length"] / middle).mean())
        ax.plot(
            ends, level * (ends / middle) ** law, color=GREY, linestyle=(0, (4, 2)), linewidth=0.8, label=f"published: {PUBLISHED[d]}", zorder=1.5
        )
    marks.positive_limits(ax, table)
    for which in "xy":
        marks.plain_log_ticks(ax, which)
    ax.legend(loc="upper right")
