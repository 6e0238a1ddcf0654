"""The glassy length xi_g = 2 pi c_s/omega_g along the study's axis (Rainone et al. 2020, eq. 4 and Fig. 6)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import has_values, last_value, sample_note, series
from vitrine.figures.settings import Settings
from vitrine.figures.style import SINGLE, new_figure, styled


@styled
def plot_lengths(quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None) -> Figure:
    """xi_g in a0, and the published decrease applied to our hottest value. Tables: QUANTITIES (xi_g), FLAGS."""
    figure, (ax,) = new_figure(SINGLE, 2.75)
    length = series(quantities, "xi_g", settings)
    marks.note(figure, sample_note({r"$\xi_g$": length}, settings, flags, "pinching", SINGLE))
    marks.value_axis(ax, settings, length)
    ax.set_ylabel(r"$\xi_g/a_0=2\pi c_s/(\omega_g a_0)$")
    if not has_values(length):
        marks.not_enough(ax, r"no $\omega_g$ or no shear modulus")
        return figure
    marks.points(ax, length, r"$\xi_g$")
    last = last_value(length)
    decrease = marks.published_value("xi_g_decrease", settings)
    level = (1 - decrease) * last
    marks.level(ax, last)
    marks.published(ax, marks.published_end("xi_g_decrease"), level, f"{100 * decrease:g} % below the hottest\n({marks.RAINONE}, Fig. 6)")
    low, high = np.nanmin([length["value"].min(), level]), max(length["value"].max(), last)
    marks.linear_limits(ax, low, high, 0.12, 0.15)
    ax.legend(loc=marks.free_corner(length, "lower right"))
    return figure
