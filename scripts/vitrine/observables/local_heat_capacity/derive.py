"""The exponents of local heat capacities that stand beside the published ones: those of the main point, or of the largest glasses."""

from __future__ import annotations

from vitrine.aggregation.results import Results, Rows

WINDOWS = {"heat_tail_exponent": "the pairs with the largest |c|", "heat_softest_exponent": "the softer half of the glasses"}


def fit_local_heat_capacity(rows: Rows, results: Results) -> None:
    """Both exponents at the main point, or at the last one that has them; a flagged one is on no row."""
    settings = results.settings
    for name, window in WINDOWS.items():
        keys = results.along(settings.main, name)
        if not keys:
            continue
        key = keys[-1] if settings.against == "particles" or settings.main not in keys else settings.main
        estimate = results.ensembles[key][name]
        where = f"at {settings.axis.plain} = {settings.axis.words(results.value(key))}, {window}"
        rows.add(name, estimate.values, estimate.unit, where, estimate.samples)
