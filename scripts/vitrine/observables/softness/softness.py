"""Spectra of the softest and hardest particle, softness against Debye-Waller factors, maps, correlation in space (Fan et al. 2022, Fig. 2)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import has_values, nearest_value, sample_note, select, series
from vitrine.figures.labels import place_words, with_unit
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, INK, SECOND, name_panels, new_figure, styled
from vitrine.observables.velocity_spectrum.velocity_spectra import one_curve
from vitrine.papers import SOFTNESS_TEMPERATURE
from vitrine.schema import FREQUENCY, LENGTH
from vitrine.statistics.neighbourhoods import ALL

VIBRATING = 0.11  # temperature of the published correlations: T_g/3
THICKNESS = 2.0  # of the slab
ROLES = {"softest": "#b22222", "hardest": "#1f5fa8"}
KINDS = {"softness": ("o", "soft"), "peak": ("s", "peak"), "ldwf": ("D", "LDWF")}
SPECIES = {ALL: (INK, "o", "all"), 0: ("#1f5fa8", "s", "A"), 1: ("#b22222", "D", "B")}


@styled
def plot_softness(
    softness_particles: pd.DataFrame,
    softness_extremes: pd.DataFrame,
    softness_curves: pd.DataFrame,
    softness_space_curves: pd.DataFrame,
    quantities: pd.DataFrame,
    settings: Settings,
    flags: pd.DataFrame | None = None,
) -> Figure:
    """(a) D of the softest and hardest particle; (b) r(S, LDWF) against the cutoff near T_g/3; (c), (d) maps; (e) g_S(r); (f) Moran's I.

    Tables: SOFTNESS_PARTICLES and SOFTNESS_EXTREMES (of batches, collected), SOFTNESS_CURVES, SOFTNESS_SPACE_CURVES, QUANTITIES, FLAGS.
    (a), (c), (d): the first sample without a flag at the value nearest to T = 0.26.
    """
    figure, axes = new_figure(DOUBLE, 4.9, 2, 3)
    correlation = series(quantities, "softness_correlation", settings)
    marks.note(figure, sample_note({"r(S, LDWF)": correlation}, settings, flags, "softness"))
    shown = _one_sample(softness_particles, settings)
    _draw_extremes(axes[0], softness_extremes, shown, settings)
    _draw_cutoffs(axes[1], select(softness_curves, settings), settings)
    for ax, column, name in ((axes[2], "softness", "S_\\mathrm{soft}"), (axes[3], "peak", "S_\\mathrm{peak}")):
        _draw_map(figure, ax, shown, column, name, settings)
    space = select(softness_space_curves, settings)
    _draw_space(axes[4], space, settings)
    _draw_moran(axes[5], quantities, settings)
    name_panels(axes)
    return figure


def _one_sample(particles: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The particles of the first good sample at the value that is shown; empty where there is none."""
    good = select(particles, settings)
    good = good[(good["flag"].fillna("") == "") & np.isfinite(good["softness"])]
    if not len(good):
        return good
    good = good[good[settings.against] == nearest_value(good, settings, SOFTNESS_TEMPERATURE)]
    return good[good["sample"] == good["sample"].min()]


def _draw_extremes(ax: Axes, extremes: pd.DataFrame, shown: pd.DataFrame, settings: Settings) -> None:
    ax.set_xlabel(with_unit(r"\omega", FREQUENCY, settings))
    ax.set_ylabel(with_unit("D_i", f"1/({FREQUENCY})", settings))
    if not len(shown):
        marks.not_enough(ax, "no softness was measured")
        return
    value, sample = shown[settings.against].iloc[0], shown["sample"].iloc[0]
    rows = select(extremes, settings)
    rows = rows[(rows[settings.against] == value) & (rows["sample"] == sample)]
    for role, colour in ROLES.items():
        own = rows[rows["role"] == role]
        curve = one_curve(own)
        ax.plot(curve["omega"], curve["spectrum"], color=colour, linewidth=0.7, label=role, gid=role)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_ylim(top=30 * ax.get_ylim()[1])
    ax.legend(loc="upper right", fontsize=5.5, title=place_words(value, settings))


def _draw_cutoffs(ax: Axes, curves: pd.DataFrame, settings: Settings) -> None:
    """r(S, LDWF) against omega_c at the value nearest to T = 0.11, of all particles and of each species, and the reliability of S beside it."""
    ax.set_xlabel(with_unit(r"\omega_c", FREQUENCY, settings))
    ax.set_ylabel("correlation")
    if not len(curves):
        marks.not_enough(ax, "no softness was measured")
        return
    value = nearest_value(curves, settings, VIBRATING)
    here = curves[curves[settings.against] == value]
    for species, (colour, marker, name) in SPECIES.items():
        rows = here[here["species"] == species].sort_values("cutoff")
        if len(rows):
            style = {"color": colour, "marker": marker, "markersize": 3.0, "linewidth": 0.7, "elinewidth": 0.6}
            ax.errorbar(rows["cutoff"], rows["correlation"], rows["correlation_error"], label=f"r(S, LDWF), {name}", **style)
    rows = here[here["species"] == ALL].sort_values("cutoff")
    style = {"color": GREY, "linewidth": 0.8}
    ax.plot(rows["cutoff"], rows["reliability"], linestyle="--", label="r(S, S') of half runs", gid="reliability", **style)
    ax.plot(rows["cutoff"], rows["reliability_ldwf"], linestyle=":", label="same, LDWF", gid="reliability-ldwf", **style)
    ax.set_ylim(min(0.0, ax.get_ylim()[0]), 1.02)
    ax.legend(loc="lower right", fontsize=5.0, title=place_words(value, settings))


def _draw_map(figure: Figure, ax: Axes, shown: pd.DataFrame, column: str, name: str, settings: Settings) -> None:
    """Particles of a slab, coloured by a number that is one on average; B smaller."""
    ax.set_xlabel(with_unit("x", LENGTH, settings))
    ax.set_ylabel(with_unit("y", LENGTH, settings))
    if not len(shown):
        marks.not_enough(ax, "no softness was measured")
        return
    flat = shown["z"].isna().all()
    slab = shown if flat else shown[shown["z"] < THICKNESS]
    norm = LogNorm(0.1, 10.0, clip=True) if column == "softness" else Normalize(0.5, 1.5, clip=True)
    size = np.where(slab["species"] == 1, 14.0, 24.0)
    drawn = ax.scatter(slab["x"], slab["y"], s=size, c=slab[column], cmap="coolwarm", norm=norm, linewidths=0.2, edgecolors=INK, gid=column)
    ax.set_aspect("equal")
    figure.colorbar(drawn, ax=ax, shrink=0.85, label=f"${name}$", extend="both")


def _draw_space(ax: Axes, space: pd.DataFrame, settings: Settings) -> None:
    ax.set_xlabel(with_unit("r", LENGTH, settings))
    ax.set_ylabel("$g_S(r)$")
    if not len(space):
        marks.not_enough(ax, "no softness was measured")
        return
    value = nearest_value(space, settings, SOFTNESS_TEMPERATURE)
    here = space[(space[settings.against] == value) & np.isfinite(space["correlation"])]
    for (kind, (marker, name)), colour in zip(KINDS.items(), (INK, SECOND, GREY), strict=True):
        rows = here[here["kind"] == kind]
        style = {"color": colour, "marker": marker, "markersize": 2.6, "linewidth": 0.6, "elinewidth": 0.5}
        ax.errorbar(rows["distance"], rows["correlation"], rows["correlation_error"], label=name, **style)
    marks.level(ax, 0.0)
    ax.set_yscale("symlog", linthresh=0.1)  # the nearest pairs are few and alike
    ax.legend(loc="upper right", fontsize=5.5, title=place_words(value, settings))


def _draw_moran(ax: Axes, quantities: pd.DataFrame, settings: Settings) -> None:
    found = [(series(quantities, f"moran_{kind}", settings), marker, name) for kind, (marker, name) in KINDS.items()]
    marks.value_axis(ax, settings, found[0][0])
    ax.set_ylabel("Moran's $I$")
    if not any(has_values(table) for table, *_ in found):
        marks.not_enough(ax, "no softness was measured")
        return
    for (table, marker, name), colour in zip(found, (INK, SECOND, GREY), strict=True):
        marks.points(ax, table, name, colour, marker)
    marks.level(ax, 0.0)
    ax.legend(loc="best", fontsize=5.5)
