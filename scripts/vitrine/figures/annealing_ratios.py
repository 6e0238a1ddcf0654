"""Prefactor A_g and length xi relative to the hottest (or last) point, from two operators (Giannini et al. 2021, Fig. 5)."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import beside, has_values, sample_note, series
from vitrine.figures.labels import reference_words
from vitrine.figures.settings import Settings
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
    hottest = reference_words(settings)
    marks.value_axis(left, settings, prefactors[0])
    left.set_ylabel(rf"$R_{{A_g}}=A_g/A_g$({hottest})")
    if any(has_values(table, positive=True) for table in prefactors):
        prefactor = 10 ** -marks.published_value("A_g_tail_decades", settings)
        _draw(left, prefactors, settings, (r"from $D(\omega)\sim\omega^4$", r"from $P(\lambda)\sim\lambda^{-7/2}$"), log=True)
        marks.published(left, marks.published_end("A_g_tail_decades"), prefactor, f"three decades at the coldest\n({marks.GIANNINI}, Sec. IV D)")
        marks.positive_limits(left, *prefactors, also=(prefactor,))
        left.legend(loc=marks.free_corner(prefactors[0], "lower right"))
    else:
        marks.not_enough(left, f"no $A_g$ at the {hottest}, or at no other")
    marks.value_axis(right, settings, lengths[0])
    right.set_ylabel(rf"$R_\xi=\xi/\xi$({hottest})")
    if any(has_values(table) for table in lengths):
        _draw(right, lengths, settings, (r"$\xi_g=2\pi c_s/\omega_g$", r"$\xi$ of the bond operator"))
        xi = marks.published_value("xi_bond_ratio", settings)
        marks.published(right, marks.published_end("xi_bond_ratio"), xi, f"0.6 at the coldest, read off\nthe figure ({marks.GIANNINI}, Fig. 5)")
        right.margins(y=0.12)
        right.legend(loc=marks.free_corner(lengths[0], "lower right"))
    else:
        marks.not_enough(right, rf"no $\xi$ at the {hottest}, or at no other")
    name_panels((left, right))
    return figure


def _draw(ax: Axes, tables: list[pd.DataFrame], settings: Settings, names: tuple[str, str], log: bool = False) -> None:
    """The two estimates, the second moved a little to the right so that error bars do not cover each other."""
    marks.level(ax, 1.0)
    marks.points(ax, tables[0], names[0], log=log)
    marks.points(ax, beside(tables[1], settings), names[1], SECOND, "D", log=log, size=3.2)
