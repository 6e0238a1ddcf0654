"""Prefactor A_g and length xi relative to the hottest parent temperature, from two operators (Giannini et al. 2021, Fig. 5)."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.aggregation.published import BOND_RANGE
from vitrine.figures import marks
from vitrine.figures.data import Settings, sample_note, series
from vitrine.figures.style import DOUBLE, SECOND, name_panels, new_figure, styled


@styled
def plot_annealing_ratios(quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None) -> Figure:
    """(a) R_Ag from D(omega) and from the tail of P(lambda); (b) R_xi from xi_g and from the bond operator.

    Tables: QUANTITIES (R_Ag, R_Ag_tail, R_xi_g, R_xi_bond), FLAGS.
    """
    figure, (left, right) = new_figure(DOUBLE, 2.75, 1, 2)
    prefactors = [series(quantities, name, settings) for name in ("R_Ag", "R_Ag_tail")]
    lengths = [series(quantities, name, settings) for name in ("R_xi_g", "R_xi_bond")]
    names = ("$R_{A_g}$", r"$R_{A_g}$ (bond operator)", r"$R_\xi$", r"$R_\xi$ (bond operator)")
    marks.note(figure, sample_note(dict(zip(names, prefactors + lengths, strict=True)), settings, flags, "bond_operator"))
    lowest, prefactor = BOND_RANGE[0], 10 ** -marks.published_value("A_g_tail_decades", settings)
    marks.temperature_axis(left, settings)
    left.set_ylabel(r"$R_{A_g}=A_g/A_g$(hottest $T_p$)")
    if any(marks.has_values(table, positive=True) for table in prefactors):
        _draw(left, prefactors, (r"from $D(\omega)\sim\omega^4$", r"from $P(\lambda)\sim\lambda^{-7/2}$"), log=True)
        marks.published(left, lowest, prefactor, f"three decades at the coldest\n({marks.GIANNINI}, Sec. IV D)")
        marks.positive_limits(left, *prefactors, also=(prefactor,))
        left.legend(loc="lower right")
    else:
        marks.not_enough(left, "no $A_g$ at the hottest $T_p$, or at no other")
    marks.temperature_axis(right, settings)
    right.set_ylabel(r"$R_\xi=\xi/\xi$(hottest $T_p$)")
    if any(marks.has_values(table) for table in lengths):
        _draw(right, lengths, (r"$\xi_g=2\pi c_s/\omega_g$", r"$\xi$ of the bond operator"))
        xi = marks.published_value("xi_bond_ratio", settings)
        marks.published(right, lowest, xi, f"0.6 at the coldest, read off\nthe figure ({marks.GIANNINI}, Fig. 5)")
        right.margins(y=0.12)
        right.legend(loc="lower right")
    else:
        marks.not_enough(right, r"no $\xi$ at the hottest $T_p$, or at no other")
    name_panels((left, right))
    return figure


def _draw(ax: Axes, tables: list[pd.DataFrame], names: tuple[str, str], log: bool = False) -> None:
    """The two estimates, the second moved a little to the right so that error bars do not cover each other."""
    marks.level(ax, 1.0)
    marks.points(ax, tables[0], names[0], log=log)
    marks.points(ax, tables[1].assign(T=tables[1]["T"] + 0.01), names[1], SECOND, "D", log=log, size=3.2)
