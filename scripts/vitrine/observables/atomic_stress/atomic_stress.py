"""Distribution of the atomic stress of each species, and atomic stress against softness or other numbers of particles (Fan et al. 2022, Fig. 4)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import sample_note, select, series
from vitrine.figures.labels import unit_text, with_unit
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, name_panels, new_figure, styled, value_colours, value_markers
from vitrine.schema import MODULUS

DASHES = ("-", "--", ":", "-.")  # of the species A, B, ...
SYMBOL = r"\sigma_i"


@styled
def plot_atomic_stress(
    atomic_stress_density: pd.DataFrame,
    atomic_stress_bins: pd.DataFrame,
    quantities: pd.DataFrame,
    settings: Settings,
    flags: pd.DataFrame | None = None,
) -> Figure:
    """(a) P(sigma_i) of each species; (b) sigma_i in bins of the rank by the numbers that it is compared with. The thermal state where there is one.

    Tables: ATOMIC_STRESS_DENSITY, ATOMIC_STRESS_BINS, QUANTITIES (tension_deviation), FLAGS.
    """
    figure, (left, right) = new_figure(DOUBLE, 3.0, 1, 2)
    densities = select(atomic_stress_density, settings)
    state = shown_state(densities)
    densities, bins = (frame[frame["state"] == state] for frame in (densities, select(atomic_stress_bins, settings)))
    spread = series(quantities, "tension_deviation", settings)
    words = "mean over the trajectory" if state == "thermal" else "inherent states"
    marks.note(figure, sample_note({r"$\Delta\sigma$": spread}, settings, flags, "atomic_stress", DOUBLE, [words]))
    colours = value_colours(densities[settings.against])
    _label(left, with_unit(SYMBOL, MODULUS, settings), rf"$P({SYMBOL})\;[1/({unit_text(MODULUS, settings)})]$")
    _draw(left, densities, (densities["tension_low"] + densities["tension_high"]) / 2, ("density", "density_error"), colours, settings)
    name = settings.option("atomic_stress", "against")
    numbers = r"$S_i/\langle S\rangle$" + (f", S: {name}" if name else "")
    _label(right, numbers, with_unit(rf"\langle {SYMBOL}\rangle", MODULUS, settings))
    _draw(right, bins, bins["relative"], ("tension", "tension_error"), colours, settings)
    if not len(densities):
        marks.not_enough(left, "no atomic stress was measured")
    if not len(bins):
        marks.not_enough(right, "nothing to compare with: set `against`")
    for ax, draws in ((left.axvline, len(densities)), (right.axhline, len(bins))):
        if draws:
            ax(0.0, color=GREY, linewidth=0.6, linestyle=":", zorder=0)
    name_panels((left, right))
    if colours:
        left.legend(loc="upper right")
        marks.value_legend(figure, colours, settings, 8, value_markers(colours))
    return figure


def shown_state(densities: pd.DataFrame) -> str:
    """The thermal state where there is one: it is the published one."""
    return "thermal" if (densities["state"] == "thermal").any() else "inherent"


def _label(ax: Axes, x: str, y: str) -> None:
    ax.set_xlabel(x)
    ax.set_ylabel(y)


def _draw(ax: Axes, rows: pd.DataFrame, x: pd.Series, columns: tuple[str, str], colours: dict, settings: Settings) -> None:
    """A curve for each value on the study's axis and species."""
    markers, named = value_markers(colours), set()
    for (value, kind), curve in rows.groupby([settings.against, "species"]):
        style = {"color": colours[value], "marker": markers[value], "markersize": 2.4, "linewidth": 0.7, "elinewidth": 0.6}
        label = f"species {chr(ord('A') + int(kind))}" if kind not in named and value == list(colours)[0] else f"_{value}_{kind}"
        named.add(kind)
        error = np.nan_to_num(curve[columns[1]])
        ax.errorbar(x[curve.index], curve[columns[0]], error, linestyle=DASHES[int(kind) % len(DASHES)], label=label, **style)
