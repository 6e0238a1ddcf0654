"""The softest modes over ensembles: how omega_min scales with N, and where the raw spread of omega_min is that of the law (002 sec. IV)."""

from __future__ import annotations

import numpy as np

from vitrine.aggregation.results import Results, Rows
from vitrine.schema import NONE
from vitrine.statistics.fits import fit_line

UNCENSORED = 0.9


def fit_modes(rows: Rows, results: Results) -> None:
    """Exponent of <omega_min> ~ N^x at the parent temperature that has the most sizes; -1/5 expected (002, section IV)."""
    keys = results.by_size("omega_min", sound=False)
    if len(keys) < 2:
        return
    size = results.settings.place_of("particles")
    found = [results.ensembles[key]["omega_min"] for key in keys]
    particles = [key[size] for key in keys]
    fit = fit_line(np.log(particles), np.log(np.stack([one.values for one in found], axis=1)))
    others = [(axis, value) for axis, value in zip(results.settings.axes, keys[0], strict=True) if axis.name != "particles"]
    where = ", ".join(f"{axis.plain} = {axis.words(value)}" for axis, value in others)
    window = f"{where}, N = {', '.join(map(str, particles))}; {fit.window}"
    rows.add("omega_min_size_exponent", fit.slope, NONE, window, sum(one.samples for one in found))


def pooled(results: Results, name: str, places: np.ndarray) -> tuple[np.ndarray, str] | None:
    """Which ensembles are pooled, and a remark: the spread of omega_min only where almost every softest mode lies below the phonons."""
    if name != "omega_min_ratio":
        return None
    symbol = results.settings.axis.plain
    kept = np.array([_uncensored(results, key) for key in results.along(results.settings.main, name)], dtype=bool)
    remark = f"; left out: {int((~kept).sum())} {symbol} at which more than {1 - UNCENSORED:.0%} of omega_min lie above the cutoff"
    return kept, "" if kept.all() else remark


def _uncensored(results: Results, key: tuple) -> bool:
    quantities = results.ensembles[key]
    return "omega_min_below" in quantities and bool(quantities["omega_min_below"].values[0] >= UNCENSORED)
