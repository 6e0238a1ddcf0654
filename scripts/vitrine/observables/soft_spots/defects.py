"""Characteristic frequency and number of the soft spots along the study's axis (Rainone et al. 2020, Fig. 4)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import Units, beside, fit_value, has_values, last_value, sample_note, series
from vitrine.figures.labels import temperature_symbol
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, SECOND, name_panels, new_figure, styled


@styled
def plot_defects(quantities: pd.DataFrame, fits: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None) -> Figure:
    """Left: omega_g, inset G. Right: N_QLM = A_g omega_g^5 with A_g from the fit of the cumulative and from the likelihood of minimal frequencies.

    Where too few modes show a law, an arrow hangs on the largest N_QLM that they allow.

    Tables: QUANTITIES (omega_g_reduced, N_qlm, N_qlm_ml, N_qlm_limit, shear_modulus), FITS (a0), FLAGS.
    """
    figure, (left, right) = new_figure(DOUBLE, 2.75, 1, 2)
    omega = series(quantities, "omega_g_reduced", settings)
    numbers = [series(quantities, name, settings) for name in ("N_qlm", "N_qlm_ml", "N_qlm_limit")]
    named = {r"$\omega_g$": omega, r"$N_\mathrm{QLM}$": numbers[0], r"$N_\mathrm{QLM}$ (likelihood)": numbers[1]}
    marks.note(figure, sample_note(named, settings, flags, "pinching", uncounted=numbers[2:]))
    _draw_frequency(left, omega, settings)
    _draw_shear_modulus(left, omega, series(quantities, "shear_modulus", settings), fits, settings)
    _draw_number(right, *numbers, settings)
    name_panels((left, right))
    return figure


def _draw_frequency(ax: Axes, omega: pd.DataFrame, settings: Settings) -> None:
    marks.value_axis(ax, settings, omega)
    ax.set_ylabel(r"$\omega_g\,a_0/c_\infty$")
    if not has_values(omega):
        marks.not_enough(ax, r"no bond below the force threshold, or no $c_\infty$", 0.25)
        return
    marks.points(ax, omega, r"$\omega_g$ (weak bonds)")
    last = last_value(omega)
    stiffest = marks.published_value("omega_g_ratio", settings) * last
    marks.published(ax, marks.published_end("omega_g_ratio"), stiffest, f"about twice the hottest ({marks.RAINONE}, Fig. 4a)")
    marks.level(ax, last)
    low, high = omega["value"].min(), np.nanmax([omega["value"].max(), stiffest])
    marks.linear_limits(ax, low, high, 0.30, 0.12)
    ax.legend(loc=marks.free_corner(omega, "lower left"))


def _draw_shear_modulus(ax: Axes, omega: pd.DataFrame, shear: pd.DataFrame, fits: pd.DataFrame, settings: Settings) -> None:
    """Inset in the upper corner where omega_g is low: on the right, where it falls."""
    inner = marks.inset(ax, (0.54 if marks.free_corner(omega, "upper right") == "upper right" else 0.14, 0.55, 0.42, 0.42))
    marks.name_axis(inner, settings, shear, small=True)
    inner.set_ylabel(rf"$G\,a_0^{settings.dimension}/k_B{temperature_symbol(settings)}$")
    a0 = Units.of(fits, settings).a0
    if not has_values(shear) or not np.isfinite(a0):
        marks.not_enough(inner, "no shear modulus")
        return
    scale = a0**settings.dimension / settings.temperature_unit
    reduced = shear.assign(value=shear["value"] * scale, error=shear["error"] * scale)
    marks.points(inner, reduced, "$G$", marker=".")
    plateau = marks.published_value("G_inf_reduced", settings)
    if np.isfinite(plateau):
        line = inner.axhline(plateau, color=GREY, linestyle=(0, (4, 2)), linewidth=0.8, zorder=1, label=rf"$G_\infty$: {plateau:g} (ibid., App. A)")
        inner.legend(handles=[line], loc="upper right", fontsize=5.0, borderaxespad=0.2)
    low, high = np.nanmin([reduced["value"].min(), plateau]), np.nanmax([reduced["value"].max(), plateau])
    inner.set_ylim(low - 0.15 * (high - low) - 0.1, high + 0.35 * (high - low) + 0.1)
    value, error = fit_value(fits, "G_inf_reduced")
    if np.isfinite(value) and np.isfinite(error):
        inner.axhspan(value - error, value + error, color=GREY, alpha=0.15, linewidth=0)


def _draw_number(ax: Axes, fitted: pd.DataFrame, likelihood: pd.DataFrame, limit: pd.DataFrame, settings: Settings) -> None:
    marks.value_axis(ax, settings, fitted)
    ax.set_ylabel(r"$N_\mathrm{QLM}=A_g\,\omega_g^5$ (per particle)")
    if not (has_values(fitted, positive=True) or has_values(likelihood, positive=True)):
        marks.not_enough(ax, r"no $A_g$ or no $\omega_g$")
        return
    marks.points(ax, fitted, "$A_g$ from the cumulative", log=True)
    marks.points(ax, beside(likelihood, settings), r"$A_g$ from $\omega_\mathrm{min}$ (censored likelihood)", SECOND, "D", log=True, size=3.2)
    marks.at_most(ax, limit, "at most (95 %)")
    last = last_value(fitted if has_values(fitted, positive=True) else likelihood)
    level = 10 ** -marks.published_value("N_qlm_decades", settings) * last
    marks.published(ax, marks.published_end("N_qlm_decades"), level, f"slightly less than two decades below\nthe hottest ({marks.RAINONE}, Fig. 4b)")
    marks.positive_limits(ax, fitted, likelihood, limit, above=2.5, also=(level,))
    ax.legend(loc=marks.free_corner(fitted, "lower right"))
