"""Over all ensembles of a study: every quantity with its error, also in the papers' units and relative to the hottest, and the study's fits.

What is the same for every quantity follows from its declaration: reduced units, the ratio to the hottest point, the change from the coldest to the
hottest, the mean of what should be universal. What is an observable's own stands in its derive.py, called step by step: with the results, to
`add_evidence` of equilibrium, to `judge` whole ensembles and to `add_quantities`, and with the rows, to add fits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from vitrine.aggregation.ensemble import Estimate
from vitrine.aggregation.plateau import own_spacing, plateau_modulus, plateau_speed
from vitrine.aggregation.results import Key, Results, Rows, StudySettings, combined, decades, gather, joined
from vitrine.declare import Quantity
from vitrine.observables import function_of, module_of
from vitrine.schema import LENGTH, NONE
from vitrine.statistics.bootstrap import ratio, standard_error
from vitrine.statistics.fits import pooled_mean
from vitrine.tables import QUANTITIES

# What the papers measure a frequency, a length and the prefactor of omega^4 in, and how a number in our units is brought there (c = c_inf).
REDUCED: dict[str, tuple[str, Callable]] = {
    "frequency": ("c_inf/a0", lambda omega, c, a0: omega * a0 / c),
    "prefactor": ("(c_inf/a0)^-5", lambda prefactor, c, a0: prefactor * (c / a0) ** 5),
}
CHANGES: dict[str, Callable] = {"ratio": ratio, "decrease": lambda low, high: 1 - ratio(low, high), "decades": decades}


def combine(estimates: pd.DataFrame, settings: StudySettings) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tables QUANTITIES, with the key of every point, and FITS of a study, from the estimates of all its ensembles."""
    measured = gather(estimates, settings)
    measured.a0 = own_spacing(measured)
    full = derived(measured)
    return quantities_frame(full), fits_frame(measured, full)


def derived(measured: Results) -> Results:
    """The results with every derived quantity added."""
    full = judged(measured)
    modulus, _ = plateau_modulus(full)
    c_inf = plateau_speed(modulus, full) if modulus is not None else None
    for quantities in full.ensembles.values():
        quantities.update(_reduced(quantities, c_inf, full))
    for observable in full.settings.declared:
        _own(observable.name, "add_quantities")(full)
    ratios = {key: _ratios(full, key) for key in full.ensembles}
    for key, found in ratios.items():
        full.ensembles[key].update(found)
    return full


def judged(measured: Results) -> Results:
    """The results in which an observable's `judge` has flagged whole ensembles, such as those that are not in equilibrium."""
    full = Results(measured.settings, {key: dict(quantities) for key, quantities in measured.ensembles.items()}, measured.a0)
    for observable in full.settings.declared:
        _own(observable.name, "add_evidence")(full)
    for observable in full.settings.declared:
        for key, flag in (_own(observable.name, "judge")(full) or {}).items():
            full.ensembles[key] = {name: replace(one, flag=joined((flag, one.flag))) for name, one in full.ensembles[key].items()}
    return full


def _own(name: str, function: str) -> Callable:
    """A function of an observable's derive.py; one that does nothing where it is not there."""
    module = module_of(name, "derive")
    try:
        return function_of(module, function) if module.is_file() else lambda *_: None
    except AttributeError:
        return lambda *_: None


def _reduced(quantities: dict[str, Estimate], c_inf: Estimate | None, results: Results) -> dict[str, Estimate]:
    """The quantities that are also given in the units of the papers."""
    found = {}
    for declared in results.settings.quantities:
        if declared.name not in quantities or not declared.reduced:
            continue
        own = quantities[declared.name]
        if declared.reduced == "length":
            a0 = quantities["spacing"].values if "spacing" in quantities else results.a0
            found[f"{declared.name}_reduced"] = combined(lambda length, a0=a0: length / a0, "a0", own)
        elif c_inf is not None:
            unit, function = REDUCED[declared.reduced]
            values = function(own.values, c_inf.values, results.a0)
            # The sample's own size and spread are known here, not those of the ensembles behind c_inf.
            found[f"{declared.name}_reduced"] = Estimate(values, unit, own.samples, max(own.flagged, c_inf.flagged), own.flag)
    return found


def _ratios(results: Results, key: Key) -> dict[str, Estimate]:
    """Ratios to the hottest point of the same series at which the quantity exists (001, Fig. 5); none where the axis has no order."""
    found = {}
    if results.settings.axis.type == "string":
        return found
    for declared in results.settings.quantities:
        if not declared.ratio:
            continue
        available = results.along(key, declared.name)
        if not available or declared.name not in results.ensembles[key] or not results.ensembles[key][declared.name].finite:
            continue
        here, hottest = _sources(results, declared, key, available[-1])
        found[declared.ratio] = combined(ratio, NONE, results.ensembles[here][declared.name], results.ensembles[hottest][declared.name])
    return found


def _sources(results: Results, declared: Quantity, *keys: Key) -> list[Key]:
    return [results.source(key, declared.name) if declared.large else key for key in keys]


def quantities_frame(results: Results) -> pd.DataFrame:
    """The quantities table, with the key of every point."""
    names, rows = [axis.name for axis in results.settings.axes], []
    for key, quantities in results.ensembles.items():
        for name, estimate in quantities.items():
            error = float(standard_error(estimate.values))
            counts = {"samples": estimate.samples, "flagged": estimate.flagged}
            own = {"quantity": name, "value": estimate.values[0], "error": error, "unit": estimate.unit, "flag": estimate.flag}
            rows.append({**dict(zip(names, key, strict=True)), **own, **counts})
    return pd.DataFrame(rows, columns=[*names, *QUANTITIES.names])


def fits_frame(measured: Results, full: Results) -> pd.DataFrame:
    """The fits table: the units of the papers, the fits of each observable, changes along the axis, and the means of what is universal."""
    rows = Rows()
    if np.isfinite(full.a0):
        rows.add_number("a0", full.a0, np.nan, LENGTH, "(V/N)^(1/d) of the glasses behind G_inf", 0)
    for observable in full.settings.declared:
        if observable.derive:
            _own(observable.name, observable.derive)(rows, full)
    _changes(rows, full)
    _universal(rows, full)
    return rows.frame()


def _changes(rows: Rows, results: Results) -> None:
    """What changes along the axis, lowest against highest value of the main series: what annealing does."""
    axis = results.settings.axis
    for declared in results.settings.quantities:
        if declared.change is None or axis.type == "string":
            continue
        name, kind = declared.change
        keys = results.along(results.settings.main, declared.name)
        if len(keys) < 2:
            continue
        low, high = (results.ensembles[key][declared.name] for key in _sources(results, declared, keys[0], keys[-1]))
        first, last = (axis.words(results.value(key)) for key in (keys[0], keys[-1]))
        values = CHANGES[kind](low.values, high.values)
        rows.add(name, values, NONE, f"{axis.plain} = {first} against {last}", min(low.samples, high.samples))


def _universal(rows: Rows, results: Results) -> None:
    """Numbers that should not depend on the point: their mean along the axis, by the errors, unless they are not one number."""
    axis = results.settings.axis
    for declared in results.settings.quantities:
        if not declared.universal or not any(declared.name in quantities for quantities in results.ensembles.values()):
            continue
        places, values, samples = results.series(declared.name)
        kept, remark = np.ones(len(places), bool), ""
        for observable in results.settings.declared:
            if observable.derive and declared in observable.quantities:
                kept, remark = _own(observable.name, "pooled")(results, declared.name, places) or (kept, remark)
        pool = pooled_mean(values[:, kept], declared.error_from)
        own = places[kept][pool.used]
        listed = ", ".join(axis.words(value) for value in own)
        used = int(samples[kept][pool.used].sum())
        if not pool.one_number:
            each = zip(own, values[0, kept][pool.used], standard_error(values[:, kept])[pool.used], strict=True)
            told = ", ".join(f"{value:.3g} ± {error:.2g} at {axis.words(at)}" for at, value, error in each)
            rows.add_number(declared.name, np.nan, np.nan, NONE, f"not one number, {pool.words}: {told} ({axis.plain}){remark}", used)
            continue
        window = f"mean over {axis.plain} = {listed}" if listed else f"no {axis.plain} at which it has an error"
        rows.add(declared.name, pool.mean, NONE, window + (f", {pool.words}" if pool.words else "") + remark, used)
