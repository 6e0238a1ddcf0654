"""Any quantities against the study's axis, one panel each: what a study measured, whatever it varies."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import cycle

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.declare import Observable, Quantity
from vitrine.figures import marks
from vitrine.figures.data import has_values, of_liquids, sample_note, series
from vitrine.figures.labels import unit_text
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, INK, SECOND, SINGLE, name_panels, new_figure, styled
from vitrine.observables import declarations

COLUMNS = 3
LETTERS = 120  # of a title across the whole figure
DECADE = 10.0  # positive values that span more are drawn on a logarithmic axis
SERIES = (INK, SECOND, "#b5542b", "#6a51a3")  # colours of series beside each other, and their markers
MARKERS = ("o", "D", "s", "^")
NONE_OF_THEM = "any of the quantities asked for"


@styled
def plot_trends(quantities: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None) -> Figure:
    """The quantities of the option `quantities` in their order, with their units from the table; one that the study has not is named in the note.

    With the option `beside`, the name of another axis, each of its values is a series of its own. Tables: QUANTITIES, FLAGS.
    """
    asked = list(dict.fromkeys(settings.figure["quantities"]))
    shown = [name for name in asked if name in set(quantities["quantity"])]
    columns = 2 if len(shown) == 4 else min(max(len(shown), 1), COLUMNS)
    rows, width = -(-max(len(shown), 1) // columns), SINGLE if columns == 1 else DOUBLE
    figure, axes = new_figure(width, 0.6 + 2.15 * rows, rows, columns)
    tables = {name: series(quantities, name, settings) for name in shown}
    others = _beside(quantities, settings)
    named = dict(zip(_names(shown), tables.values(), strict=True)) or {NONE_OF_THEM: series(quantities, "", settings)}
    lacking = [name for name in asked if name not in shown]
    further = [f"not in this study: {', '.join(lacking)}"] if lacking else []
    marks.note(figure, sample_note(named, settings, flags, _steps(shown), width, further))
    if not shown:
        marks.value_axis(axes[0], settings, named[NONE_OF_THEM])
        axes[0].set_ylabel("quantities")
        marks.not_enough(axes[0], "this study has none of\nthe quantities asked for")
    for index, (symbol, (name, table)) in enumerate(zip(_names(shown), tables.items(), strict=True)):
        axes[index].set_title(textwrap.fill(_meaning(name), LETTERS // columns), fontsize=6.0, color=GREY, pad=4.0)
        every = {label: series(quantities, name, other) for label, other in others.items()} or {"": table}
        _draw(axes[index], symbol, every, settings, index < columns)
    for ax in axes[max(len(shown), 1) :]:
        ax.remove()
    if len(shown) > 1:
        name_panels(axes[: len(shown)])
    return figure


def _beside(quantities: pd.DataFrame, settings: Settings) -> dict[str, Settings]:
    """{label: settings} of the series beside each other: those of the values of the axis `beside`, as main values; none where it is not set."""
    name = settings.figure.get("beside") or ""
    place = settings.place_of(name)
    if place is None or name == settings.against:
        return {}
    axis = settings.axes[place]
    glasses = quantities[~quantities["quantity"].isin(of_liquids())]  # rungs that only lead to others are no series
    values = sorted(glasses[name].dropna().unique(), key=str if axis.type == "string" else float, reverse=axis.type != "string")
    found = {}
    for value in values:
        main = (*settings.main[:place], value, *settings.main[place + 1 :])
        found[f"${axis.symbol}$ = {axis.words(value)}"] = replace(settings, main=main)
    return found


def _draw(ax: Axes, name: str, tables: Mapping[str, pd.DataFrame], settings: Settings, top: bool) -> None:
    """One panel; on a logarithmic axis where the values are positive and span more than a decade."""
    every = pd.concat(list(tables.values()))
    marks.value_axis(ax, settings, next(iter(tables.values())), top)
    ax.set_ylabel(_with_unit(name, every, settings))
    if not has_values(every):
        marks.not_enough(ax, "it has no value anywhere")
        return
    value = every["value"][np.isfinite(every["value"])]
    log = bool(value.min() > 0 and value.max() > DECADE * value.min())
    for (label, table), colour, marker in zip(tables.items(), cycle(SERIES), cycle(MARKERS), strict=False):
        if has_values(table):
            marks.points(ax, table, label, colour, marker, log=log)
    if log:
        marks.positive_limits(ax, *tables.values())
    else:
        ax.margins(y=0.12)
    if len(tables) > 1:
        ax.legend(fontsize=5.5)


def _with_unit(name: str, table: pd.DataFrame, settings: Settings) -> str:
    """The quantity's name and the unit that the table gives it, unless the symbol is a quotient by that unit."""
    units = [unit for unit in table["unit"] if isinstance(unit, str)]
    text = unit_text(units[0], settings) if units else ""
    return name if not text or f"/{text}$" in name else f"{name} $[{text}]$"


def _owner(name: str) -> tuple[Observable | None, Quantity | None]:
    """The observable that declares a quantity and the declaration; that of `omega_g` also for `omega_g_reduced`."""
    for wanted in (name, name.removesuffix("_reduced")):
        for observable in declarations().values():
            for quantity in observable.quantities:
                if quantity.name == wanted:
                    return observable, quantity
    return None, None


def _names(shown: Sequence[str]) -> list[str]:
    """The symbols of quantities, and the name beside one that another has too; of one without symbol the name."""
    declared = [_owner(name)[1] for name in shown]
    symbols = [f"${one.symbol}$" if one is not None and one.symbol else name.replace("_", " ") for one, name in zip(declared, shown, strict=True)]
    return [f"{symbol} ({name})" if symbols.count(symbol) > 1 else symbol for symbol, name in zip(symbols, shown, strict=True)]


def _meaning(name: str) -> str:
    """What a quantity is, in the words of its declaration; empty for one that nothing declares."""
    declared = _owner(name)[1]
    reduced = "" if declared is None or declared.name == name else ", in the units of the papers"
    return f"{declared.meaning}{reduced}" if declared is not None else ""


def _steps(shown: Sequence[str]) -> list[str]:
    """The steps in which samples of the quantities may be lost: their observables, and those that these derive from."""
    owners = [owner for owner in (_owner(name)[0] for name in shown) if owner is not None]
    return list(dict.fromkeys(step for owner in owners for step in (owner.name, *owner.requires)))
