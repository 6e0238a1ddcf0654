"""Size of the cores of modes against frequency, harmonic and nonlinear (Rainone et al. 2020, Fig. S3; Lerner and Bouchbinder 2021, Fig. 10b)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import Units, at_value, sample_note, select, series, values_of
from vitrine.figures.labels import place_words
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, PALE, SINGLE, name_panels, new_figure, styled
from vitrine.observables.nonlinear_modes.drawing import COLOURS, KINDS, MARKERS, NAMES, cloud, log_axes


@styled
def plot_participation_frequency(
    nonlinear_scatter: pd.DataFrame, quantities: pd.DataFrame, fits: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """N e of single modes against omega, every kind in its colour, at the first and the last point of the axis, with the two lowest shear phonons.

    Tables: NONLINEAR_SCATTER, QUANTITIES (core_quartic; omega_ph where it is measured), FITS (c_inf, a0), FLAGS.
    """
    modes = select(nonlinear_scatter, settings)
    known = values_of(modes, settings)
    shown = [known[-1], known[0]] if len(known) > 1 else known
    width = DOUBLE if len(shown) > 1 else SINGLE
    figure, axes = new_figure(width, 3.2, 1, max(1, len(shown)), sharey=True)
    marks.note(figure, sample_note({"$Ne$": series(quantities, "core_quartic", settings)}, settings, flags, "nonlinear_modes", width))
    units, phonon = Units.of(fits, settings), series(quantities, "omega_ph", settings)
    axes[0].set_ylabel("$Ne$")
    if not shown:
        marks.not_enough(axes[0], "no mode was found")
        return figure
    for ax, value in zip(axes, shown, strict=True):
        ax.set_xlabel(rf"$\omega\,{units.frequency_label}$")
        ax.set_title(place_words(value, settings), loc="left")
        rows = modes[modes[settings.against] == value]
        for layer, kind in enumerate(KINDS):
            own = rows[rows["kind"] == kind]
            if len(own):
                cloud(ax, own["omega"] / units.frequency, own["core_size"], COLOURS[kind], MARKERS[kind], NAMES[kind], kind, 2 + layer / 10)
        log_axes(ax)
        mark_phonons(ax, at_value(phonon, value) / units.frequency)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), markerscale=1.8)
    if len(shown) > 1:
        name_panels(axes)
    return figure


def mark_phonons(ax: Axes, first: float, colour: object = PALE, label: bool = True) -> None:
    """The two lowest shear phonons of a cubic box, 2 pi c_s/L times 1 and sqrt 2."""
    if not np.isfinite(first):
        return
    for factor, word in ((1.0, "first two shear phonons"), (np.sqrt(2), None)):
        ax.axvline(factor * first, color=colour, linestyle=(0, (3, 2)), linewidth=0.8, zorder=1, label=word if label else None)
