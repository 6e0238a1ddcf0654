"""Displacement and spectra of soft, diffusive and peak particles, and the hops of single ones (Fan et al. 2022, Fig. 3a-c)."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import has_values, nearest_value, sample_note, select, series
from vitrine.figures.labels import place_words, with_unit
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, INK, name_panels, new_figure, styled
from vitrine.observables.velocity_spectrum import TIME
from vitrine.observables.velocity_spectrum.velocity_spectra import one_curve
from vitrine.papers import SOFTNESS_TEMPERATURE
from vitrine.schema import ENERGY, FREQUENCY

COLOURS = {"softest": "#b22222", "diffusive": "#2a7d2e", "peak": "#1f8fb3", "all": GREY}
MARKERS = {"softest": "o", "diffusive": "s", "peak": "D", "all": "^"}


@styled
def plot_group_motion(
    group_motion_curves: pd.DataFrame,
    group_spectrum_curves: pd.DataFrame,
    hopping_series: pd.DataFrame,
    hopping_particles: pd.DataFrame,
    quantities: pd.DataFrame,
    settings: Settings,
    flags: pd.DataFrame | None = None,
) -> Figure:
    """(a) MSD and (b) spectra of groups; (c) displacement and (d) inherent energy of two particles; (e) sum |dr|^2 against S; (f) n_hop of groups.

    Tables: GROUP_MOTION_CURVES, GROUP_SPECTRUM_CURVES, HOPPING_SERIES and HOPPING_PARTICLES (of batches, collected), QUANTITIES, FLAGS. (a)-(e) at
    the value nearest to T = 0.26; (c), (d) of its first sample without a flag.
    """
    figure, axes = new_figure(DOUBLE, 4.8, 2, 3)
    softest = series(quantities, "hop_energy_softest", settings)
    marks.note(figure, sample_note({r"$n_\mathrm{hop}$": softest}, settings, flags, "hopping"))
    _draw_motion(axes[0], _here(group_motion_curves, settings), settings)
    _draw_spectra(axes[1], _here(group_spectrum_curves, settings), settings)
    found = _here(hopping_series, settings)
    _draw_series(axes[2], axes[3], found[found["sample"] == found["sample"].min()] if len(found) else found, settings)
    _draw_particles(axes[4], _here(hopping_particles, settings), settings)
    _draw_hops(axes[5], quantities, settings)
    name_panels(axes)
    return figure


def _here(frame: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """The rows without a flag at the value that is shown."""
    rows = select(frame, settings)
    rows = rows[rows["flag"].fillna("") == ""] if "flag" in rows else rows
    return rows[rows[settings.against] == nearest_value(rows, settings, SOFTNESS_TEMPERATURE)] if len(rows) else rows


def _groups(rows: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """The groups of the smallest share, and all."""
    smallest = rows.loc[rows["group"] != "all", "share"].min()
    chosen = rows[(rows["group"] == "all") | (rows["share"] == smallest)]
    return [(group, chosen[chosen["group"] == group]) for group in COLOURS if (chosen["group"] == group).any()]


def _draw_motion(ax: Axes, rows: pd.DataFrame, settings: Settings) -> None:
    ax.set_xlabel(with_unit("t", TIME, settings))
    ax.set_ylabel(with_unit(r"\langle\Delta^2\rangle", "lambda_min^2", settings))
    if not len(rows):
        marks.not_enough(ax, "no motion was measured")
        return
    for group, own in _groups(rows):
        error = marks.bars(own["second"], own["second_error"])
        style = {"color": COLOURS[group], "marker": MARKERS[group], "markersize": 2.4, "linewidth": 0.7, "elinewidth": 0.6}
        ax.errorbar(own["lag"], own["second"], error, label=group, **style)
    nearest = settings.options["hopping"]["nearest"]
    marks.level(ax, nearest**2, r"$d_\mathrm{NN}^2$", "--", GREY)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_ylim(top=20 * ax.get_ylim()[1])
    marks.plain_log_ticks(ax, "y")
    ax.legend(loc="upper left", ncols=2, fontsize=5.5, title=place_words(rows[settings.against].iloc[0], settings))


def _draw_spectra(ax: Axes, rows: pd.DataFrame, settings: Settings) -> None:
    ax.set_xlabel(with_unit(r"\omega", FREQUENCY, settings))
    ax.set_ylabel(with_unit("D", f"1/({FREQUENCY})", settings))
    if not len(rows):
        marks.not_enough(ax, "no motion was measured")
        return
    for group, own in _groups(rows):
        curve = one_curve(own)
        ax.plot(curve["omega"], curve["spectrum"], color=COLOURS[group], linewidth=0.7, label=group, gid=group)
    ax.set_xscale("log")
    ax.set_yscale("log")


def _draw_series(upper: Axes, lower: Axes, rows: pd.DataFrame, settings: Settings) -> None:
    """Displacement over d_NN (thin: of the run, thick: of inherent states) and inherent energy along the run."""
    for ax in (upper, lower):
        ax.set_xlabel(with_unit("t", TIME, settings))
    upper.set_ylabel(r"$|\Delta r|/d_\mathrm{NN}$")
    lower.set_ylabel(with_unit(r"e_\mathrm{inherent}", ENERGY, settings))
    if not len(rows):
        for ax in (upper, lower):
            marks.not_enough(ax, "no motion was measured")
        return
    nearest = settings.options["hopping"]["nearest"]
    for role in ("softest", "diffusive"):
        own = rows[rows["role"] == role].sort_values("time")
        upper.plot(own["time"], own["displacement"] / nearest, color=COLOURS[role], linewidth=0.4, alpha=0.6, gid=f"run-{role}")
        upper.plot(own["time"], own["inherent_displacement"] / nearest, color=COLOURS[role], linewidth=1.0, label=role, gid=f"inherent-{role}")
        lower.plot(own["time"], own["energy"], color=COLOURS[role], linewidth=1.0, gid=f"energy-{role}")
    upper.legend(loc="best", fontsize=5.5)


def _draw_particles(ax: Axes, rows: pd.DataFrame, settings: Settings) -> None:
    """sum |dr|^2 of inherent states against S, a point for each particle; a particle that never moved is not on the logarithmic axis."""
    ax.set_xlabel("$S$")
    ax.set_ylabel(with_unit(r"\Sigma|\Delta r|^2", "lambda_min^2", settings))
    good = rows[(rows["hop_square"] > 0) & (rows["softness"] > 0)] if len(rows) else rows
    if not len(good):
        marks.not_enough(ax, "no particle hopped")
        return
    for species, colour in ((0, INK), (1, "#b5541c")):
        own = good[good["species"] == species]
        if len(own):
            name = "AB"[species]
            ax.plot(own["softness"], own["hop_square"], "o", color=colour, markersize=1.6, linestyle="none", label=name, gid=f"particles-{name}")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.legend(loc="upper left", fontsize=5.5)


def _draw_hops(ax: Axes, quantities: pd.DataFrame, settings: Settings) -> None:
    found = [(group, series(quantities, f"hop_energy_{group}", settings)) for group in ("softest", "diffusive", "all")]
    marks.value_axis(ax, settings, found[0][1])
    ax.set_ylabel(with_unit(r"n_\mathrm{hop}=\Sigma|\Delta e|", ENERGY, settings))
    if not any(has_values(table, positive=True) for _, table in found):
        marks.not_enough(ax, "no particle hopped")
        return
    for group, table in found:
        marks.points(ax, table, group, COLOURS[group], MARKERS[group], log=True)
    marks.positive_limits(ax, *(table for _, table in found))
    ax.legend(loc="best", fontsize=5.5)
