"""What the figures take out of the tables: settings, units, one series per quantity, and the words about samples.

Temperatures of a series are in T_onset (column `T`) and in simulation units (column `temperature`).
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from vitrine.aggregation.published import belong_to
from vitrine.figures.style import DOUBLE

ONSET_LABEL = r"$T_p/T_\mathrm{onset}$"


@dataclass(frozen=True)
class Settings:
    """What a figure needs from the config; temperatures in epsilon/k_B. The defaults are the published ones.

    particles: N of the main ensemble. dimension: d. onset_temperature: the unit of temperature. crossover_temperature: upper end of the
    Boltzmann window. phonon_fraction: upper end of the window of A_g in first phonons, where QUANTITIES has no omega_cutoff. weak_force:
    threshold of f/(p a0^(d-1)). plateau_excess: excess of N e over its plateau at which xi is read. relaxation_times: run length asked of a
    liquid, 0 where no equilibrium is asked for. large_above: above this temperature D(omega) and A_g are the largest ensemble's. published: the glass
    former is the one of the published numbers, which are then drawn.
    """

    particles: int
    dimension: int = 3
    onset_temperature: float = 0.9
    crossover_temperature: float = 0.66
    phonon_fraction: float = 0.9
    weak_force: float = 1.0e-2
    plateau_excess: float = 0.15
    relaxation_times: float = 10.0
    large_above: float | None = None
    published: bool = True

    @classmethod
    def from_config(cls, config: Mapping) -> Settings:
        """The settings of a validated config; the first ensemble is the main one."""
        analysis = config["analysis"]
        names = ("onset_temperature", "crossover_temperature", "phonon_fraction", "weak_force", "plateau_excess", "large_above")
        values = {name: analysis[name] for name in names if name in analysis}
        preparation, name = config["preparation"], config["model"]["name"]
        dimension = config["model"][name]["dimension"]
        return cls(
            particles=config["ensembles"][0]["particles"],
            dimension=dimension,
            relaxation_times=0 if preparation["sampler"] == "cooling" else preparation["relaxation_times"],
            published=belong_to(name, dimension),
            weak_force=config["pinching"]["weak_force"],
            **{name: value for name, value in values.items() if name != "weak_force"},
        )


@dataclass(frozen=True)
class Units:
    """Frequency c_inf/a0 and length a0 in simulation units; where c_inf is unknown frequencies stay in simulation units and the labels say so."""

    a0: float
    frequency: float
    frequency_label: str
    frequency_name: str

    @classmethod
    def from_fits(cls, fits: pd.DataFrame) -> Units:
        a0, c_inf = fit_value(fits, "a0")[0], fit_value(fits, "c_inf")[0]
        if np.isfinite(a0) and np.isfinite(c_inf) and c_inf > 0 and a0 > 0:
            return cls(a0, c_inf / a0, r"a_0/c_\infty", r"c_\infty/a_0")
        return cls(a0, 1.0, r"\lambda_\mathrm{min}\,(m/\varepsilon)^{1/2}", r"(\varepsilon/m)^{1/2}/\lambda_\mathrm{min}")


def fit_value(fits: pd.DataFrame, name: str) -> tuple[float, float]:
    """Value and error of a fit; NaN where it is missing."""
    rows = fits[fits["name"] == name]
    return (float(rows["value"].iloc[0]), float(rows["error"].iloc[0])) if len(rows) else (np.nan, np.nan)


def select(frame: pd.DataFrame, settings: Settings, large: bool = False) -> pd.DataFrame:
    """The rows of the main ensemble; with `large`, of the largest one at temperatures above `settings.large_above`."""
    main = frame["particles"] == settings.particles
    if not large or settings.large_above is None:
        return frame[main]
    above = frame["parent_temperature"] > settings.large_above
    largest = frame.groupby("parent_temperature")["particles"].transform("max")
    return frame[(main & ~above) | (above & (frame["particles"] == largest))]


def temperatures(frame: pd.DataFrame, settings: Settings, large: bool = False) -> list[float]:
    """Parent temperatures of the figure, hot to cold [epsilon/k_B]."""
    return sorted(select(frame, settings, large)["parent_temperature"].unique(), reverse=True)


def series(quantities: pd.DataFrame, name: str, settings: Settings, large: bool = False) -> pd.DataFrame:
    """One quantity against T_p, cold to hot: T, temperature, particles, value, error, samples, flagged, sound.

    An ensemble without the quantity has a NaN value. `sound` is False for a point to be drawn hollow: no error bar, or more samples left out
    than used.
    """
    chosen = select(quantities, settings, large)
    every = chosen.groupby("parent_temperature", as_index=False)["particles"].first()
    rows = chosen[chosen["quantity"] == name].drop(columns=["particles"])
    table = every.merge(rows, on="parent_temperature", how="left").rename(columns={"parent_temperature": "temperature"})
    table["T"] = table["temperature"] / settings.onset_temperature
    table[["samples", "flagged"]] = table[["samples", "flagged"]].fillna(0).astype(int)
    table["sound"] = np.isfinite(table["error"]) & (table["flagged"] <= table["samples"])
    columns = ["T", "temperature", "particles", "value", "error", "samples", "flagged", "sound"]
    return table[columns].sort_values("T", ignore_index=True)


def at_temperature(table: pd.DataFrame, temperature: float, column: str = "value") -> float:
    """One number of a series; NaN where it is missing."""
    rows = table.loc[table["temperature"] == temperature, column]
    return float(rows.iloc[0]) if len(rows) else np.nan


def hottest(table: pd.DataFrame) -> pd.Series | None:
    """The hottest row of a series that has a value; None where none has."""
    good = table[np.isfinite(table["value"])]
    return good.iloc[-1] if len(good) else None


def number(value: float, digits: int = 3) -> str:
    """A number for a label, without needless zeros."""
    return f"{value:.{digits}g}"


def with_error(value: float, error: float) -> str:
    """`value ± error`, rounded to two digits of the error."""
    if not np.isfinite(value):
        return "not determined"
    if not np.isfinite(error) or error <= 0:
        return f"{value:.3g} (no error bar)"
    places = max(0, 1 - int(np.floor(np.log10(error))))
    return f"{value:.{places}f} ± {error:.{places}f}"


def short_reason(flag: str) -> str:
    """The reason of a flag without its details, which differ from sample to sample: the words before the first colon."""
    return flag.split(":")[0].strip()


def reasons(flags: pd.DataFrame | None, settings: Settings, step: str) -> str:
    """`reason (count), ...` for the samples that `step` left out, the four most frequent by name; empty where nothing is known."""
    if flags is None or not len(flags):
        return ""
    rows = flags[(flags["particles"] == settings.particles) & (flags["step"] == step) & (flags["flag"] != "")]
    counts = rows.groupby(rows["flag"].map(short_reason))["samples"].sum().sort_values(ascending=False, kind="stable")
    named = [f"{flag} ({count})" for flag, count in counts.iloc[:4].items()]
    return ", ".join([*named, f"other reasons ({counts.iloc[4:].sum()})"] if len(counts) > 4 else named)


def _counts(rows: pd.DataFrame, settings: Settings) -> str:
    """`N = 256, 46–48 samples at each T_p` from the rows of the series of a figure."""
    used = rows[rows["samples"] > 0]
    sizes = ", ".join(str(size) for size in sorted(used["particles"].unique())) or str(settings.particles)
    low, high = (int(used["samples"].min()), int(used["samples"].max())) if len(used) else (0, 0)
    samples = "no" if not high else str(high) if low == high else f"{low}–{high}"
    return f"$N$ = {sizes}, {samples} sample{'s' * (high != 1)}" + " at each $T_p$" * (rows["T"].nunique() > 1)


def _remarks(named: Mapping[str, pd.DataFrame]) -> list[str]:
    """Which series lack a value where, and what a hollow point is if there is one."""
    gaps: dict[str, list[str]] = {}
    for name, table in named.items():
        missing = table.loc[~np.isfinite(table["value"]), "T"]
        if len(missing):
            where = "any $T_p$" if len(missing) == len(table) else f"{ONSET_LABEL} = {', '.join(number(t) for t in missing)}"
            gaps.setdefault(where, []).append(name)
    words = [f"no {', '.join(names)} at {where}" for where, names in gaps.items()]
    hollow = any(np.any(np.isfinite(table["value"]) & ~table["sound"]) for table in named.values())
    return words + ["hollow: no error bar, or most samples left out"] * hollow


def sample_note(
    named: Mapping[str, pd.DataFrame], settings: Settings, flags: pd.DataFrame | None = None, step: str = "", width: float = DOUBLE
) -> str:
    """`N = 256, 46–48 samples at each T_p, 6 left out: not equilibrated (6); no A_g at T_p = 0.5`, wrapped to a figure `width` inches wide.

    named: the series of the figure by their names; flags, step: the table FLAGS and the step whose reasons are told.
    """
    rows = pd.concat([table.assign(series=name) for name, table in named.items()])
    text, why = _counts(rows, settings), reasons(flags, settings, step)
    left_out = int(rows.groupby("temperature")["flagged"].max().sum()) if len(rows) else 0
    if left_out:
        text += f", {left_out} left out"
    if why:
        text += f"{':' if left_out else ', left out:'} {why}"
    return "\n".join(textwrap.wrap("; ".join([text, *_remarks(named)]), int(width * 24)))
