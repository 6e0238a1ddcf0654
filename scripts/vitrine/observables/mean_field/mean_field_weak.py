"""A_g of the mean-field oscillators at weak coupling on the axes on which it is a line (Lerner and Bouchbinder, Fig. 9b)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import fit_value
from vitrine.figures.settings import Settings
from vitrine.figures.style import GREY, SECOND, SINGLE, new_figure, styled, value_colours
from vitrine.observables.mean_field.derive import ASYMPTOTIC, collapsed
from vitrine.observables.mean_field.drawing import gapless, quantity, sets, words

LEAST = 1.0  # of k_0 h^(2/3)/J^2: what is smaller is no weak coupling


@styled
def plot_mean_field_weak(quantities: pd.DataFrame, fits: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None) -> Figure:
    """ln[k_0^(1/2) h^(2/3) J A_g] against -k_0 h^(2/3)/J^2: systems, the replica-symmetric equations, the fit, and the slope for J -> 0.

    Tables: QUANTITIES (mean_field_A_g, mean_field_A_g_single), FITS, FLAGS.
    """
    figure, (ax,) = new_figure(SINGLE, 3.1)
    measured, single = (gapless(quantity(quantities, name)) for name in ("mean_field_A_g", "mean_field_A_g_single"))
    measured = measured[(measured["value"] > 0) & (measured["uniform_field"] > 0)]
    measured = measured[_collapsed(measured)[0] <= -LEAST]
    marks.note(figure, "\n".join(words(measured, flags).split("; ")))
    ax.set_xlabel(r"$-\kappa_0h^{2/3}/J^2$")
    ax.set_ylabel(r"$\ln[\kappa_0^{1/2}h^{2/3}J\,A_g]$")
    if not len(measured):
        marks.not_enough(ax, "no A_g at k_min = 0")
        return figure
    series = list(sets(measured))
    colours = value_colours(range(len(series)))
    for place, (label, rows) in enumerate(series):
        x, y = _collapsed(rows)
        table = pd.DataFrame({"at": x, "x": x, "value": y, "error": rows["error"] / rows["value"], "sound": rows["sound"]})
        marks.points(ax, table, label or "systems", colours[place], line=False)
    exact = single[np.isfinite(single["value"]) & (single["value"] > 0)].sort_values("coupling")
    for place, (_, rows) in enumerate(sets(exact)):
        x, y = _collapsed(rows)
        ax.plot(
            x, y, color=SECOND, linewidth=0.8, marker="x", markersize=3.5, label="replica-symmetric equations" if place == 0 else None, gid="single"
        )
    slope, intercept = fit_value(fits, "mean_field_weak_slope")[0], fit_value(fits, "mean_field_weak_intercept")[0]
    lowest = float(_collapsed(measured)[0].min())
    ends = np.array([1.1 * lowest, 0.0])
    if np.isfinite(slope):
        ax.plot(ends, intercept + slope * ends, color=GREY, linestyle=(0, (4, 2)), linewidth=0.9, label=f"fit: slope {slope:.3f}", gid="fit")
    bare = np.log(4 * np.sqrt(3) / np.sqrt(3 * np.pi * 6 ** (1 / 3)))
    ax.plot(ends, bare + ASYMPTOTIC * ends, color=GREY, linestyle=":", linewidth=0.9, label=rf"$J\to0$: slope {ASYMPTOTIC:.3f}", gid="asymptotic")
    ax.set_xlim(1.12 * lowest, -0.05 * lowest)
    bottom = float(_collapsed(measured)[1].min())
    ax.set_ylim(bottom - 3.5, max(float(_collapsed(measured)[1].max()), bare) + 1.5)
    ax.legend(loc="lower right")
    return figure


def _collapsed(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    return collapsed(*(rows[name].to_numpy(dtype=float) for name in ("coupling", "uniform_field", "k_0", "value")))
