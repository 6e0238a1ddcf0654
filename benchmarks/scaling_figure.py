"""The figure of time and memory against N."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from vitrine.figures.style import DOUBLE, name_panels, new_figure, styled

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#222222")  # told apart by eyes of any kind (Okabe and Ito)
MARKERS = "osD^vP*"
# Panels: title and the steps, with the number of modes, and how they are called.
PREPARATION = (
    ("random_start", 0, "random start"),
    ("swap_sweep", 0, "sweep of swap Monte Carlo"),
    ("quench", 0, "quench"),
    ("hessian", 0, "bonds and Hessian"),
)
SPARSE = (
    ("factorisation", 0, "factorisation"),
    ("moduli", 0, r"$G$, $K$"),
    ("modes_lowest", 20, "20 modes"),
    ("bond_operator_largest", 20, r"20 $\lambda$"),
    ("pinched_bond", 0, "a pinched bond"),
)
DENSE = (
    ("modes_values", 0, r"$D(\omega)$, values"),
    ("modes_vectors", 0, r"$D(\omega)$, vectors"),
    ("bond_operator_values", 0, r"$P(\lambda)$, values"),
    ("bond_operator_vectors", 0, r"$P(\lambda)$, vectors"),
    ("pinching_all", 0, "all bonds pinched"),
)


@styled
def plot_scaling(scaling: pd.DataFrame, fits: pd.DataFrame) -> Figure:
    """Seconds (above) and megabytes (below) of one sample in three dimensions against N, with the fitted laws; memory is beside the interpreter's.

    Tables: SCALING, FITS.
    """
    figure, axes = new_figure(DOUBLE, 4.6, 2, 3, sharex=True)
    wide = scaling.pivot_table(index=["step", "dimension", "solver", "number", "particles"], columns="quantity", values="value").reset_index()
    wide, fits = wide[(wide["dimension"] == 3) & (wide["particles"] > 1)], fits[fits["dimension"] == 3]
    solver = next(iter(wide.loc[wide["step"] == "factorisation", "solver"]), "")
    for column, (title, steps) in enumerate((("preparation", PREPARATION), (f"sparse matrices ({solver})", SPARSE), ("full matrices", DENSE))):
        for row, (quantity, prefactor, exponent) in enumerate((("seconds", "a", "b"), ("megabytes", "m", "c"))):
            ax = axes[3 * row + column]
            for place, (step, number, name) in enumerate(steps):
                own = wide[(wide["step"] == step) & (wide["number"] == number) & wide["solver"].isin(["", solver])]
                law = fits[(fits["step"] == step) & fits["solver"].isin(["", solver])]
                _curve(ax, own, law, quantity, prefactor, exponent, place, name if row == 0 else None)
            ax.set_xscale("log")
            ax.set_yscale("log")
            ax.xaxis.set_minor_formatter(NullFormatter())
        axes[column].margins(y=0.6)  # room for the legend
        axes[column].set_title(title)
        axes[column].legend(loc="best")
        axes[3 + column].set_xlabel(r"$N$")
    axes[0].set_ylabel("time of one core [s]")
    axes[3].set_ylabel("memory of one process [MB]")
    name_panels(axes)
    return figure


def _curve(ax: Axes, own: pd.DataFrame, law: pd.DataFrame, quantity: str, prefactor: str, exponent: str, place: int, name: str | None) -> None:
    """Points and the fitted law of one step; memory below 1 MB is not shown."""
    own = own[own[quantity] > (1.0 if quantity == "megabytes" else 0.0)]
    colour = COLOURS[place]
    ax.plot(own["particles"], own[quantity], MARKERS[place], color=colour, mfc="none")
    if law.empty or own.empty:
        return
    first = law.iloc[0]
    along = np.geomspace(first["smallest"], own["particles"].max(), 2)
    label = f"{name}: $N^{{{first[exponent]:.2f}}}$" if name else f"$N^{{{first[exponent]:.2f}}}$"
    ax.plot(along, first[prefactor] * (along / 1000) ** first[exponent], color=colour, lw=0.8, label=label)
