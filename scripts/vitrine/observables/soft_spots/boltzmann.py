"""Number of soft spots against the inverse parent temperature, with the Boltzmann law (Rainone et al. 2020, Fig. 5)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from vitrine.figures import marks
from vitrine.figures.data import fit_value, has_values, sample_note, series
from vitrine.figures.labels import inverse_label, number, temperature_symbol, with_error
from vitrine.figures.settings import Settings
from vitrine.figures.style import DOUBLE, GREY, INK, PALE, SECOND, name_panels, new_figure, styled


@styled
def plot_boltzmann(quantities: pd.DataFrame, fits: pd.DataFrame, settings: Settings, flags: pd.DataFrame | None = None) -> Figure:
    """(a) ln N_QLM = E_qlm_intercept - E_qlm T_onset/T_p, solid in its window T_p <= T_x and dashed beyond; the published slope as a guide.
    (b) E_QLM against the window: local slopes, fits from the coldest T_p up to each other one, and from the hottest down.

    Where too few modes show a law, an arrow hangs on the largest N_QLM that they allow.

    Tables: QUANTITIES (N_qlm, N_qlm_ml, N_qlm_limit, E_qlm_local), FITS (E_qlm, E_qlm_intercept, E_qlm_full, E_qlm_full_intercept, E_qlm_below:*,
    E_qlm_above:*), FLAGS.
    """
    figure, (ax, right) = new_figure(DOUBLE, 3.25, 1, 2)
    _draw_windows(right, quantities, fits, settings)
    name_panels((ax, right))
    fitted, likelihood = (series(quantities, name, settings) for name in ("N_qlm", "N_qlm_ml"))
    limit = series(quantities, "N_qlm_limit", settings)
    named = {r"$N_\mathrm{QLM}$": fitted, r"$N_\mathrm{QLM}$ (likelihood)": likelihood}
    marks.note(figure, sample_note(named, settings, flags, "modes", uncounted=[limit]))
    ax.set_ylabel(r"$N_\mathrm{QLM}=A_g\,\omega_g^5$ (per particle)")
    if not (has_values(fitted, positive=True) or has_values(likelihood, positive=True)):
        ax.set_xlabel(inverse_label(settings))
        marks.not_enough(ax, r"no $A_g$ or no $\omega_g$")
        return figure
    inverse = [table.assign(inverse=1 / table["x"]) for table in (fitted, likelihood, limit)]
    marks.points(ax, inverse[0], "$A_g$ from the cumulative", x="inverse", line=False, log=True)
    moved = inverse[1].assign(inverse=inverse[1]["inverse"] + 0.02)
    style = {"x": "inverse", "line": False, "log": True, "size": 3.2}
    marks.points(ax, moved, r"$A_g$ from $\omega_\mathrm{min}$ (likelihood)", SECOND, "D", **style)
    marks.at_most(ax, inverse[2], "at most (95 %)", x="inverse")
    span = inverse[0]["inverse"].min(), inverse[0]["inverse"].max()
    margin = 0.06 * (span[1] - span[0]) + (0.05 if span[1] > span[0] else 0.5)
    ax.set_xlim(span[0] - margin, span[1] + margin)
    marks.positive_limits(ax, fitted, likelihood, limit, below=25.0, above=2.5)
    _draw_fit(ax, fits, span[1], settings)
    _draw_full_fit(ax, fits)
    _draw_published(ax, inverse[0] if has_values(fitted, positive=True) else inverse[1], fits, settings)
    marks.inverse_temperature_axis(ax, settings, list(fitted["at"]))
    ax.legend(loc="lower left")
    return figure


def _draw_windows(ax: Axes, quantities: pd.DataFrame, fits: pd.DataFrame, settings: Settings) -> None:
    """How E_QLM hangs on the range of T_p that it is read from."""
    local = series(quantities, "E_qlm_local", settings)
    marks.value_axis(ax, settings, local)
    ax.set_ylabel(rf"$E_\mathrm{{QLM}}/k_B{temperature_symbol(settings)}$")
    drawn = [local]
    marks.points(ax, local, "between this $T_p$ and the next hotter", GREY, "s", line=False, size=3.0)
    for name, label, colour, marker in (
        ("below", "fit of this $T_p$ and all colder", INK, "o"),
        ("above", "fit of this $T_p$ and all hotter", SECOND, "D"),
    ):
        table = _windows(fits, f"E_qlm_{name}:", settings)
        if has_values(table):
            marks.points(ax, table, label, colour, marker, size=3.4)
            drawn.append(table)
    if not any(has_values(table) for table in drawn):
        marks.not_enough(ax, r"fewer than two $T_p$ with $N_\mathrm{QLM}$", 0.25)
        return
    published = marks.published_value("E_qlm", settings)
    if np.isfinite(published):
        ax.axhline(published, color=GREY, linestyle=(0, (1, 1.2)), linewidth=1.2, label=f"{published:g} ({marks.RAINONE}, Fig. 5)", zorder=1.5)
    every = pd.concat(drawn)
    every = every[np.isfinite(every["value"])]
    reach = every["error"].fillna(0.0).clip(upper=2 * every["value"].abs().max())
    ends = [*(every["value"] - reach), *(every["value"] + reach), 0.0, *([published] if np.isfinite(published) else [])]
    marks.linear_limits(ax, min(ends), max(ends), 0.05, 0.5)
    ax.legend(loc="upper right")


def _windows(fits: pd.DataFrame, prefix: str, settings: Settings) -> pd.DataFrame:
    """The fits whose names begin so, as a series by the T_p in their name."""
    rows = fits[fits["name"].str.startswith(prefix)]
    at = rows["name"].str.removeprefix(prefix).astype(float)
    table = pd.DataFrame({"at": at, "x": at / settings.temperature_unit, "value": rows["value"], "error": rows["error"]})
    return table.assign(sound=np.isfinite(table["error"])).sort_values("x", ignore_index=True)


def _line(fits: pd.DataFrame, name: str, x: np.ndarray) -> np.ndarray:
    """N_QLM on the fitted line; NaN where there is no fit."""
    return np.exp(fit_value(fits, f"{name}_intercept")[0] - fit_value(fits, name)[0] * x)


def _draw_fit(ax: Axes, fits: pd.DataFrame, coldest: float, settings: Settings) -> None:
    """The fit in its window, from T_x to the coldest 1/T_p, and its continuation on both sides."""
    energy, error = fit_value(fits, "E_qlm")
    crossover, unit = settings.option("soft_spots", "crossover_temperature") / settings.temperature_unit, temperature_symbol(settings)
    window = rf"$T_p\leq{number(crossover, 2)}\,{unit}$"
    if not np.isfinite(energy) or not np.isfinite(fit_value(fits, "E_qlm_intercept")[0]):
        ax.plot([], [], linestyle="none", label=f"not enough data for the fit: fewer than two\npoints in its window {window}")
        return
    low, high = ax.get_xlim()
    start = min(max(1 / crossover, low), coldest)
    label = rf"$E_\mathrm{{QLM}}$ = {with_error(energy, error)} $k_B{unit}$" + f"\n(fit in {window})"
    inside = np.array([start, coldest])
    ax.plot(inside, _line(fits, "E_qlm", inside), color=INK, linewidth=1.1, label=label, zorder=2, gid="boltzmann-window")
    for ends in ([low, start], [coldest, high]):
        outside = np.array(ends)
        ax.plot(outside, _line(fits, "E_qlm", outside), color=INK, linewidth=0.8, linestyle=(0, (3, 2)), zorder=2)


def _draw_full_fit(ax: Axes, fits: pd.DataFrame) -> None:
    """The fit through all temperatures, faint: it shows how much the window matters."""
    energy, error = fit_value(fits, "E_qlm_full")
    if not np.isfinite(energy) or not np.isfinite(fit_value(fits, "E_qlm_full_intercept")[0]):
        return
    x = np.array(ax.get_xlim())
    ax.plot(x, _line(fits, "E_qlm_full", x), color=PALE, linewidth=0.8, zorder=1, label=f"all $T_p$: {with_error(energy, error)}")


def _draw_published(ax: Axes, table: pd.DataFrame, fits: pd.DataFrame, settings: Settings) -> None:
    """The published slope, hung on our coldest value; its height is not published."""
    energy = marks.published_value("E_qlm", settings)
    if not np.isfinite(energy):
        return
    good = table[table["value"] > 0].sort_values("inverse")
    anchor = good.iloc[-1]
    height = float(_line(fits, "E_qlm", np.array([anchor["inverse"]]))[0])
    height = 0.45 * (height if np.isfinite(height) else anchor["value"])
    start = max(ax.get_xlim()[0], settings.temperature_unit / settings.option("soft_spots", "crossover_temperature"))
    x = np.array([min(start, anchor["inverse"] - 0.3), anchor["inverse"]])
    label = f"slope of {energy:g} $k_B{temperature_symbol(settings)}$ ({marks.RAINONE}, Fig. 5)"
    ax.plot(x, height * np.exp(energy * (anchor["inverse"] - x)), color=GREY, linewidth=1.2, linestyle=(0, (1, 1.2)), label=label, zorder=1.5)
