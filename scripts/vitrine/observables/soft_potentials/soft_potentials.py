"""D(omega) of the minima of random potentials: omega^3 over all of them, omega^4 over the lowest (Lerner and Bouchbinder 2022, sec. II A)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.labels import with_error
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, INK, SECOND, name_panels, new_figure, styled
from vitrine.observables.soft_potentials import EXPECTED

COLOURS = {"any": INK, "lowest": SECOND}
WORDS = {"any": "all minima", "lowest": "lowest minima"}


@styled
def plot_soft_potentials(
    soft_potential_density: pd.DataFrame, quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None
) -> Figure:
    """(a, ...) D(omega) of both kinds of minima, a panel for each value on the study's axis; lines: the law that is fitted.

    Tables: SOFT_POTENTIAL_DENSITY, QUANTITIES (soft_exponent_any), FLAGS.
    """
    values = list(soft_potential_density[settings.against].unique())
    figure, axes = new_figure(DOUBLE, 2.7, 1, max(len(values), 1), sharey=True)
    marks.note(figure, f"{int(quantities['samples'].max())} samples at each point")
    for ax, value in zip(axes, values, strict=True):
        here, known = soft_potential_density[soft_potential_density[settings.against] == value], quantities[quantities[settings.against] == value]
        for kind, exponent in EXPECTED.items():
            rows = here[here["minimum"] == kind]
            told = known[known["quantity"] == f"soft_exponent_{kind}"].iloc[0]
            sound = not told["flag"]
            middle = np.sqrt(rows["omega_low"] * rows["omega_high"])
            style = {"color": COLOURS[kind], "marker": "o", "markersize": 2.5, "linestyle": "none", "elinewidth": 0.6}
            label = rf"{WORDS[kind]}: $\delta$ = {with_error(told['value'], told['error'])}, law {exponent:g}"
            error = marks.bars(rows["density"], rows["density_error"])
            ax.errorbar(middle, rows["density"], error, label=label, markerfacecolor=COLOURS[kind] if sound else "white", **style)
            ax.plot(middle, rows["fitted"], color=COLOURS[kind], linewidth=0.8, gid=f"fit-{kind}-{value}")
        ax.set_xscale("log")
        ax.set_yscale("log")
        ax.set_xlabel(r"$\omega=b_2^{1/2}$")
        ax.set_title(f"{settings.axis.plain} = {settings.axis.words(value)}", loc="right")
        ax.legend(loc="upper left")
    axes[0].set_ylabel(r"$D(\omega)$ per potential")
    name_panels(axes)
    return figure
