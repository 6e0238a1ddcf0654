"""The spectra of the Hessian and of the bond operator side by side (Giannini et al. 2021, Fig. 1c,d)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import Units, at_value, sample_note, select, series, values_of
from vitrine.figures.labels import at_words, axis_label, legend_label
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, SECOND, name_panels, new_figure, styled, value_colours


@styled
def plot_spectra(
    mode_density: pd.DataFrame,
    bond_operator_density: pd.DataFrame,
    quantities: pd.DataFrame,
    fits: pd.DataFrame,
    settings: Settings,
    flags: pd.DataFrame | None = None,
    at: object = None,
) -> Figure:
    """D(omega) and P(lambda) of the same glasses, in omega_0 = c_s/a0 and lambda_0 = omega_0^-2, at one value of the study's axis.

    Tables: MODE_DENSITY, BOND_OPERATOR_DENSITY, QUANTITIES (c_s, omega_ph), FITS (a0), FLAGS. at: that value; by default the hottest T_p, or the main
    point's value on another axis.
    """
    figure, (left, right) = new_figure(DOUBLE, 2.75, 1, 2)
    known = next((values for values in (values_of(table, settings) for table in (mode_density, bond_operator_density, quantities)) if values), [])
    chosen = _chosen(known, settings) if at is None else at
    colour = value_colours(known).get(chosen, GREY)
    speed, phonon = (series(quantities, name, settings) for name in ("c_s", "omega_ph"))
    mine = flags[flags[settings.against] == chosen] if flags is not None else None
    text = sample_note({"$c_s$": speed[speed["at"] == chosen]}, settings, mine, ("modes", "bond_operator"))
    marks.note(figure, f"{_where(chosen, settings) if known else 'no ensemble'}, {text}")
    omega_0 = at_value(speed, chosen) / Units.of(fits, settings).a0
    modes, bonds = (select(table, settings) for table in (mode_density, bond_operator_density))
    modes, bonds = (table[(table[settings.against] == chosen) & (table["density"] > 0)] for table in (modes, bonds))
    _draw_modes(left, modes, omega_0, at_value(phonon, chosen), colour, settings)
    _draw_bonds(right, bonds, omega_0, colour)
    name_panels((left, right))
    return figure


def _chosen(known: list, settings: Settings) -> object:
    """The value on the axis that is drawn where none is asked for; None where there is none."""
    main = settings.main[settings.place]
    return main if main in known and not settings.thermal else next(iter(known), None)


def _where(chosen: object, settings: Settings) -> str:
    if settings.thermal:
        return f"{axis_label(settings)} = {legend_label(chosen, settings)}"
    return at_words(settings.axis, chosen, settings)


def _draw_modes(ax: Axes, modes: pd.DataFrame, omega_0: float, phonon: float, colour: tuple | str, settings: Settings) -> None:
    ax.set_xlabel(r"$\omega/\omega_0$,  $\omega_0=c_s/a_0$")
    ax.set_ylabel(r"$D(\omega)\,\omega_0$ (per particle)")
    if not len(modes) or not np.isfinite(omega_0):
        marks.not_enough(ax, "no mode was measured" if not len(modes) else "no shear wave speed $c_s$")
        return
    x = np.sqrt(modes["omega_low"] * modes["omega_high"]).to_numpy() / omega_0
    y = modes["density"].to_numpy() * omega_0
    ax.errorbar(
        x,
        y,
        marks.bars(y, modes["density_error"] * omega_0),
        color=colour,
        marker="o",
        markersize=2.6,
        linewidth=0.5,
        elinewidth=0.7,
        label="vibrational modes",
    )
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_ylim(y.min() / 5, y.max() * 30)
    ax.set_xlim(x.min() / 1.5, x.max() * 1.3)
    first = phonon / omega_0
    if np.isfinite(first):
        ax.axvline(first, color=SECOND, linewidth=1.0, zorder=1, label=r"first phonon $\omega_\mathrm{ph}=2\pi c_s/L$")
    below = x < settings.option("modes", "phonon_fraction") * first if np.isfinite(first) else x < np.median(x)
    tail = (x[below], y[below]) if np.any(below) else (x[:1], y[:1])
    half = len(tail[0]) // 2
    prefactor = 1.8 * np.max(tail[1][half:] / tail[0][half:] ** 4)
    lowest = max(tail[0][0], (np.min(tail[1]) / prefactor) ** 0.25)  # not below all points, where a single soft mode lies far from the others
    marks.guide(ax, (1.0, prefactor), (lowest / 1.1, 1.1 * tail[0][-1]), 4, r"$\omega^4$", at=0.75, offset=(-4, 4))
    marks.plain_log_ticks(ax, "x")
    marks.plain_log_ticks(ax, "y")
    ax.legend(loc="upper left")


def _draw_bonds(ax: Axes, bonds: pd.DataFrame, omega_0: float, colour: tuple | str) -> None:
    ax.set_xlabel(r"$\lambda/\lambda_0$,  $\lambda_0=\omega_0^{-2}$")
    ax.set_ylabel(r"$P(\lambda)\,\lambda_0$")
    if not len(bonds) or not np.isfinite(omega_0):
        marks.not_enough(ax, "the bond operator was not diagonalised" if not len(bonds) else "no shear wave speed $c_s$")
        return
    x = np.sqrt(bonds["lambda_low"] * bonds["lambda_high"]).to_numpy() * omega_0**2
    y = bonds["density"].to_numpy() / omega_0**2
    label = "eigenvalues of the bond operator"
    ax.errorbar(
        x, y, marks.bars(y, bonds["density_error"] / omega_0**2), color=colour, marker="o", markersize=2.6, linewidth=0.5, elinewidth=0.7, label=label
    )
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_ylim(y.min() / 5, y.max() * 4)
    ax.set_xlim(x.min() / 1.3, x.max() * 1.5)
    anchor, ends = tail_anchor(x, y, bonds["count"].to_numpy())
    marks.guide(ax, anchor, ends, -3.5, r"$\lambda^{-7/2}$", at=0.1, offset=(4, 4))
    marks.plain_log_ticks(ax, "x")
    marks.plain_log_ticks(ax, "y")
    ax.legend(loc="lower left")


def tail_anchor(
    x: np.ndarray, y: np.ndarray, count: np.ndarray, share: float = 3e-3, shift: float = 2.5
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Where to hang the -7/2 guide: `shift` above the bin below which all but `share` of the eigenvalues lie, and its ends."""
    above = np.cumsum(count[::-1])[::-1] / max(count.sum(), 1)
    place = min(int(np.searchsorted(-above, -share)), len(x) - 1)
    return (x[place], shift * y[place]), (x[place] / 1.5, x[-1] * 1.2)
