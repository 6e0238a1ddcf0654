"""What the figures take out of the tables: the main series, one quantity along the study's axis, units of frequency, and the words about samples.

The main series are the points that equal the main one on every axis but the one that is drawn against. A series of a quantity has the value
on that axis (column `at`, simulation units) and the place where it is drawn (column `x`): T_p in the study's unit of temperature, the rank of a word
by its first appearance, else the value itself.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd

from vitrine.aggregation.summary import main_rows
from vitrine.figures.labels import at_words, axis_symbol, length_symbol, place_words, short_reason, value_words
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE
from vitrine.observables import declarations
from vitrine.points import PARENT_TEMPERATURE, PARTICLES
from vitrine.schema import BLANK
from vitrine.tables import GLASSES

T_G = 0.32  # of the Kob-Andersen glasses of 003, whose temperatures figures show [epsilon/k_B]
HOLLOW = "hollow: no error bar, or most samples left out"


@dataclass(frozen=True)
class Units:
    """Frequency c_inf/a0 and length a0 in simulation units; where c_inf is unknown frequencies stay in simulation units and the label says so."""

    a0: float
    frequency: float
    frequency_label: str

    @classmethod
    def of(cls, fits: pd.DataFrame, settings: Settings) -> Units:
        """The units of a study, from its fits."""
        a0, c_inf = fit_value(fits, "a0")[0], fit_value(fits, "c_inf")[0]
        if np.isfinite(a0) and np.isfinite(c_inf) and c_inf > 0 and a0 > 0:
            return cls(a0, c_inf / a0, r"a_0/c_\infty")
        return cls(a0, 1.0, rf"{length_symbol(settings)}\,(m/\varepsilon)^{{1/2}}")


def fit_value(fits: pd.DataFrame, name: str) -> tuple[float, float]:
    """Value and error of a fit; NaN where it is missing."""
    rows = fits[fits["name"] == name]
    return (float(rows["value"].iloc[0]), float(rows["error"].iloc[0])) if len(rows) else (np.nan, np.nan)


def select(frame: pd.DataFrame, settings: Settings, large: bool = False) -> pd.DataFrame:
    """The rows of the main series; with `large`, of the largest N at temperatures above the option `large_above` of modes, as the fits take them.

    A point without a value on the study's axis is on no series along it.
    """
    frame = frame[_has_value(frame[settings.against], settings)].reset_index(drop=True)
    main, above = main_rows(frame, settings), settings.option("modes", "large_above")
    size, temperature = settings.place_of(PARTICLES.name), settings.place_of(PARENT_TEMPERATURE.name)
    if not large or above is None or settings.against == PARTICLES.name or size is None or temperature is None:
        return main
    free = replace(settings, axes=_without(settings.axes, size), main=_without(settings.main, size))
    hot = main_rows(frame, free)
    hot = hot[hot[PARENT_TEMPERATURE.name] > above]
    largest = hot[hot[PARTICLES.name] == hot.groupby(settings.against)[PARTICLES.name].transform("max")]
    return frame.loc[sorted([*main.index[main[PARENT_TEMPERATURE.name] <= above], *largest.index])]


def _without(values: tuple, place: int) -> tuple:
    return values[:place] + values[place + 1 :]


def _has_value(column: pd.Series, settings: Settings) -> pd.Series:
    """Where a column of the study's axis is not blank."""
    return column.notna() & (column != BLANK[settings.axis.type])


def places(values: pd.Series, settings: Settings) -> pd.Series:
    """Where values on the study's axis are drawn."""
    if settings.axis.type == "string":
        return values.map({value: float(rank) for rank, value in enumerate(values.unique())}).astype(float)
    return values / (settings.temperature_unit if settings.thermal else 1)


def values_of(frame: pd.DataFrame, settings: Settings) -> list:
    """The values on the study's axis in the main series, from the highest; words in order of appearance."""
    values = select(frame, settings)[settings.against].unique()
    return list(values) if settings.axis.type == "string" else sorted(values, reverse=True)


def nearest_value(frame: pd.DataFrame, settings: Settings, temperature: float) -> object:
    """The value on the study's axis nearest to a published temperature of 003, in units of T_g where the study has one; the first of another axis."""
    values = list(frame[settings.against].unique())
    if not settings.thermal:
        return values[0]
    wanted = temperature * (settings.temperature_unit / T_G if settings.temperature_name == "T_g" else 1.0)
    return min(values, key=lambda value: abs(value - wanted))


def series(quantities: pd.DataFrame, name: str, settings: Settings, large: bool = False) -> pd.DataFrame:
    """One quantity along the study's axis, by rising value: at, x, value, error, unit, samples, flagged, flag, sound, and the other axes.

    A point without the quantity has a NaN value; one whose glasses are not measured at all is on the series of its liquids alone. `sound` is False
    for a point to be drawn hollow: no error bar, more samples left out than used, or a flag: no equilibrium, no law.
    """
    axis, liquid = settings.against, of_liquids()
    known = quantities if name in liquid else quantities[~quantities["quantity"].isin(liquid)]
    every = select(known, settings, large)[axis].drop_duplicates()
    rows = select(quantities[quantities["quantity"] == name], settings, large)
    table = pd.DataFrame({axis: every, "x": places(every, settings)}).merge(rows.drop(columns="quantity"), on=axis, how="left")
    table = table.rename(columns={axis: "at"})
    table[["samples", "flagged"]] = table[["samples", "flagged"]].fillna(0).astype(int)
    table["flag"] = table["flag"].fillna("")
    table["sound"] = np.isfinite(table["error"]) & (table["flagged"] <= table["samples"]) & (table["flag"] == "")
    return table.sort_values("x", ignore_index=True)


@cache
def of_liquids() -> frozenset[str]:
    """The quantities that are known before any quench: a rung that only leads to others has no more."""
    early = [one for one in declarations().values() if one.preparation and GLASSES.file not in one.combines]
    return frozenset(quantity.name for one in early for quantity in one.quantities)


def at_value(table: pd.DataFrame, value: object, column: str = "value") -> float:
    """One number of a series; NaN where it is missing."""
    rows = table.loc[table["at"] == value, column]
    return float(rows.iloc[0]) if len(rows) else np.nan


def flag_at(table: pd.DataFrame, value: object) -> str:
    """Why a number of a series is in doubt; empty where it is not, or is missing."""
    rows = table.loc[table["at"] == value, "flag"]
    return str(rows.iloc[0]) if len(rows) else ""


def last_value(table: pd.DataFrame) -> float:
    """The value at the highest place of a series that has one, to which ratios are taken; NaN where none has."""
    good = table[np.isfinite(table["value"])]
    return float(good["value"].iloc[-1]) if len(good) else np.nan


def has_values(table: pd.DataFrame, positive: bool = False) -> bool:
    """Whether a series has a finite (and positive) value at all."""
    value = table["value"]
    return bool(np.any(np.isfinite(value) & ((value > 0) | (not positive))))


def beside(table: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """A second series a little to the right of the first, so that error bars do not cover each other.

    By a hundredth of the unit of temperature or of the range, by a factor on a logarithmic axis.
    """
    x = table["x"]
    if settings.thermal:
        return table.assign(x=x + 0.01)
    if spans_decades(table, settings):
        return table.assign(x=x * 1.03)
    return table.assign(x=x + (0.1 if settings.axis.type == "string" else 0.01 * (x.max() - x.min())))


def spans_decades(table: pd.DataFrame, settings: Settings) -> bool:
    """Whether the study's axis is drawn logarithmically: positive values over more than a decade, such as sizes and rates; never T_p."""
    x = table["x"]
    return bool(not settings.thermal and settings.axis.type != "string" and len(x) and x.min() > 0 and x.max() > 10 * x.min())


def reasons(flags: pd.DataFrame | None, settings: Settings, steps: str | Sequence[str]) -> str:
    """`reason (count), ...` for the samples that the steps left out, the four most frequent by name; empty where nothing is known.

    A sample that was lost early is named again by every later step: at each point and for each reason the step that names most counts.
    """
    if flags is None or not len(flags):
        return ""
    rows = select(flags, settings)
    rows = rows[rows["step"].isin([steps] if isinstance(steps, str) else steps) & (rows["flag"] != "")]
    rows = rows.groupby([settings.against, "flag"], as_index=False)["samples"].max()
    counts = rows.groupby(rows["flag"].map(short_reason))["samples"].sum().sort_values(ascending=False, kind="stable")
    named = [f"{flag} ({count})" for flag, count in counts.iloc[:4].items()]
    return ", ".join([*named, f"other reasons ({counts.iloc[4:].sum()})"] if len(counts) > 4 else named)


def _counts(rows: pd.DataFrame, settings: Settings) -> str:
    """`N = 256, 46–48 samples at each T_p` from the rows of the series of a figure."""
    used = rows[rows["samples"] > 0]
    words = []
    for axis, value in zip(settings.axes, settings.main, strict=True):
        if axis.name == settings.against or value == BLANK[axis.type] or pd.isna(value):
            continue
        if axis.name == PARTICLES.name:
            sizes = ", ".join(str(size) for size in sorted(used[axis.name].astype(int).unique())) or str(value)
            words.append(f"${axis.symbol}$ = {sizes}")
        else:
            words.append(at_words(axis, value, settings))
    low, high = (int(used["samples"].min()), int(used["samples"].max())) if len(used) else (0, 0)
    samples = "no" if not high else str(high) if low == high else f"{low}–{high}"
    each = f" at each {axis_symbol(settings)}" * (rows["at"].nunique() > 1)
    return ", ".join([*words, f"{samples} sample{'s' * (high != 1)}{each}"])


def _remarks(named: Mapping[str, pd.DataFrame], uncounted: Sequence[pd.DataFrame], settings: Settings) -> list[str]:
    """Which named series lack a value where, and what a hollow point is if there is one."""
    gaps: dict[str, list[str]] = {}
    for name, table in named.items():
        missing = table.loc[~np.isfinite(table["value"]), "at"]
        if len(missing):
            gaps.setdefault(f"any {axis_symbol(settings)}" if len(missing) == len(table) else _listed(missing, settings), []).append(name)
    words = [f"no {', '.join(names)} at {where}" for where, names in gaps.items()]
    return words + _hollow([*named.values(), *uncounted], settings)


def _listed(values: Iterable, settings: Settings) -> str:
    """`T_p = 0.5, 0.4`: several values on the study's axis."""
    first, *others = values
    return ", ".join([place_words(first, settings), *(value_words(value, settings) for value in others)])


def _hollow(tables: Sequence[pd.DataFrame], settings: Settings) -> list[str]:
    """Why points are hollow, reason by reason with where that is."""
    drawn = [table[np.isfinite(table["value"]) & ~table["sound"]] for table in tables]
    flagged: dict[str, list] = {}
    for table in drawn:
        for value, flag in zip(table["at"], table["flag"], strict=True):
            for reason in filter(None, flag.split("; ")):
                flagged.setdefault(reason.split(": ")[0], []).append(value)
    words = [f"hollow, {reason}: {_listed(sorted(set(values), reverse=True), settings)}" for reason, values in flagged.items()]
    return words + [HOLLOW] * any(np.any(table["flag"] == "") for table in drawn)


def sample_note(
    named: Mapping[str, pd.DataFrame],
    settings: Settings,
    flags: pd.DataFrame | None = None,
    steps: str | Sequence[str] = "",
    width: float = DOUBLE,
    further: Sequence[str] = (),
    uncounted: Sequence[pd.DataFrame] = (),
) -> str:
    """`N = 256, 46–48 samples at each T_p, 6 left out: not equilibrated (6); no A_g at T_p = 0.5`, wrapped to a figure `width` inches wide.

    named: the series of the figure by their names. flags, steps: the table FLAGS and the steps whose reasons are told. further: more remarks.
    uncounted: series of which hollow points alone are told.
    """
    rows = pd.concat([table.assign(series=name) for name, table in named.items()])
    text, why = _counts(rows, settings), reasons(flags, settings, steps)
    left_out = int(rows.groupby("at")["flagged"].max().sum()) if len(rows) else 0
    if left_out:
        text += f", {left_out} left out"
    if why:
        text += f"{':' if left_out else ', left out:'} {why}"
    return "\n".join(textwrap.wrap("; ".join([text, *_remarks(named, uncounted, settings), *further]), int(width * 24)))
