"""D(omega) of lattices of oscillators: omega^4, then omega, with a peak of D/omega^2 between them (Lerner and Bouchbinder 2022, sec. II B)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, name_panels, new_figure, styled, value_colours, value_markers
from vitrine.observables.mean_field.drawing import systems

POINT = ["beta", "coupling", "particles"]


@styled
def plot_lattice_oscillators(
    lattice_density: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """(a) D(omega); (b) D/omega^2; of every point of the study. Dotted: omega_b, where A_g omega^4 meets C omega.

    Tables: LATTICE_DENSITY, QUANTITIES (lattice_A_g, lattice_crossover), FLAGS.
    """
    figure, axes = new_figure(DOUBLE, 3.1, 1, 2)
    known = {name: rows.set_index(POINT) for name, rows in quantities.groupby("quantity")}
    density = lattice_density[lattice_density["density"] > 0]
    for ax, words in zip(axes, (r"$D(\omega)$", r"$D(\omega)/\omega^2$"), strict=True):
        ax.set_xlabel(r"$\omega$")
        ax.set_ylabel(words)
    name_panels(axes)
    if not len(density):
        for ax in axes:
            marks.not_enough(ax, "no lattices")
        return figure
    points = [key for key, _ in density.groupby(POINT, sort=True)]
    colours, shapes = value_colours(points), value_markers(key[0] for key in points)
    sound = {key: _sound(known["lattice_A_g"].loc[key]) for key in points}
    for ax, power in zip(axes, (0, 2), strict=True):
        for key, rows in density.groupby(POINT, sort=True):
            middle = np.sqrt(rows["omega_low"] * rows["omega_high"])
            error = marks.bars(rows["density"] / middle**power, rows["density_error"] / middle**power)
            style = {"color": colours[key], "marker": shapes[key[0]], "markersize": 2.8, "linewidth": 0.5, "elinewidth": 0.6}
            label = rf"$\beta={key[0]:g}$, $J={key[1]:g}$"
            face = colours[key] if sound[key] else "white"
            ax.errorbar(middle, rows["density"] / middle**power, error, markerfacecolor=face, label=label, **style)
            crossover = known["lattice_crossover"].loc[key]
            if _sound(crossover):
                ax.axvline(crossover["value"], color=colours[key], linestyle=":", linewidth=0.8, gid=f"crossover-{key[0]:g}-{key[1]:g}")
        ax.set_xscale("log")
        ax.set_yscale("log")
    _guides(axes[0], density)
    axes[0].legend(loc="upper left")
    marks.note(figure, _words(known["lattice_A_g"], flags, sound))
    return figure


def _sound(row: pd.Series) -> bool:
    return bool(np.isfinite(row["value"]) and np.isfinite(row["error"]) and not row["flag"])


def _guides(ax: object, density: pd.DataFrame) -> None:
    """Slopes 4 and 1 beside the points of the softest and of the largest D/omega."""
    softest = density.loc[density["omega_low"].idxmin()]
    low = float(softest["omega_low"])
    marks.guide(ax, (2.5 * low, 0.3 * softest["density"]), (2.5 * low, 8 * low), 4.0, r"$\omega^4$", 0.5, (4, -3))
    steepest = density.loc[(density["density"] / density["omega_low"]).idxmax()]
    centre = float(np.sqrt(steepest["omega_low"] * steepest["omega_high"]))
    marks.guide(ax, (centre, 0.12 * steepest["density"]), (centre / 3, centre * 1.5), 1.0, r"$\omega$", 0.7, (4, -4))


def _words(prefactor: pd.DataFrame, flags: pd.DataFrame | None, sound: dict) -> str:
    """N and numbers of samples, what was left out, and what a hollow point is."""
    sizes = ", ".join(f"{size:g}" for size in sorted({key[2] for key in sound}))
    return f"$N$ = {sizes}, {systems(prefactor, flags, 'lattice_oscillators')}" + r"; hollow: no $\omega^4$ range" * (not all(sound.values()))
